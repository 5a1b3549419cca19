//! What statements are rendered by: how each column's values travel, and which columns tell an inserted row apart.

use std::collections::HashMap;

use exeunt_base::{Fault, FaultKind, Name, TableRef};
use exeunt_source::sql::{Alias, Dialect, Form, Forms, Slot, Sql, TypeName};

/// The columns of all tables, as the catalog last told.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub(crate) tables: HashMap<TableRef, Shape>,
    /// The database folds ASCII letters only (its character type is `C`), but can do better by this collation.
    pub(crate) folds_by_icu: bool,
}

/// One table's columns.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    pub(crate) columns: HashMap<Name, Travel>,
    /// Sets of columns that tell rows apart, the primary key first.
    pub(crate) uniques: Vec<UniqueShape>,
}

/// Columns that tell rows apart.
#[derive(Debug)]
pub(crate) struct UniqueShape {
    pub(crate) columns: Vec<Name>,
    /// Checked with each row, not only at the end of a statement or transaction.
    pub(crate) at_once: bool,
}

/// How a column's values travel.
#[derive(Debug, Clone)]
pub(crate) struct Travel {
    pub(crate) form: Form,
    /// Some sort of text, which `=` compares with other sorts of text only.
    pub(crate) textual: bool,
    pub(crate) bytes: bool,
}

impl Travel {
    /// For a type of the server: its name when it is one of the system's, its category, its spelling without length.
    pub(crate) fn of(system_name: Option<&str>, category: &str, spelling: &str) -> Self {
        let into = || Some(TypeName::from_catalog(spelling.to_owned()));
        let to = |ty: &str| Some(TypeName::from_catalog(ty.to_owned()));
        let form = match system_name {
            Some("int2" | "int4" | "int8") => Form { out: None, wire: "int8", into: None },
            Some("oid") => Form { out: to("int8"), wire: "int8", into: into() },
            Some("bool") => Form { out: None, wire: "bool", into: None },
            Some("text" | "varchar") => Form { out: None, wire: "text", into: None },
            Some("bytea") => Form { out: None, wire: "bytea", into: None },
            Some("float8") => Form { out: None, wire: "float8", into: None },
            Some("float4") => Form { out: None, wire: "float8", into: into() },
            Some("uuid") => Form { out: None, wire: "uuid", into: None },
            // A cast to text would drop the padding of a bpchar and add a mask to an inet.
            Some("bpchar" | "inet" | "numeric" | "date" | "time" | "timestamp" | "timestamptz" | "jsonb") => {
                Form { out: None, wire: "text", into: into() }
            }
            _ => Form { out: to("text"), wire: "text", into: into() },
        };
        Self { form, textual: category == "S", bytes: system_name == Some("bytea") }
    }
}

impl Schema {
    /// How a column travels.
    pub(crate) fn travel(&self, table: &TableRef, column: &Name) -> Result<&Travel, Fault> {
        let shape = self.shape(table)?;
        shape.columns.get(column).ok_or_else(|| {
            Fault::new(FaultKind::Missing, format!("table `{table}` has no column `{column}`"))
        })
    }

    /// A table's columns.
    pub(crate) fn shape(&self, table: &TableRef) -> Result<&Shape, Fault> {
        self.tables
            .get(table)
            .ok_or_else(|| Fault::new(FaultKind::Missing, format!("there is no table `{table}`")))
    }
}

impl Forms for Schema {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn form(&self, table: &TableRef, column: &Name) -> Result<Form, Fault> {
        self.travel(table, column).map(|travel| travel.form.clone())
    }

    /// Which partition, where in it, and a digest of what stands there: a row that was changed has moved or reads otherwise.
    fn whole_row(&self, table: &TableRef) -> Result<Vec<Form>, Fault> {
        self.shape(table)?;
        let ty = |spelling: &str| Some(TypeName::from_catalog(spelling.to_owned()));
        Ok(vec![
            Form { out: ty("int8"), wire: "int8", into: ty("oid") },
            Form { out: ty("text"), wire: "text", into: ty("tid") },
            Form { out: None, wire: "text", into: None },
        ])
    }

    fn whole_row_part(&self, sql: &mut Sql, _: &TableRef, row: Alias, part: usize) -> Result<(), Fault> {
        match part {
            0 => sql.alias(row).put(".tableoid"),
            1 => sql.alias(row).put(".ctid"),
            _ => sql.put("md5((").alias(row).put(".*)::text)"),
        };
        Ok(())
    }

    /// Text is compared with another sort of value as text: `votes.target_id` may be a varchar that holds numbers.
    fn columns_equal(
        &self,
        sql: &mut Sql,
        left: (&TableRef, Alias, &Name),
        right: (&TableRef, Alias, &Name),
    ) -> Result<(), Fault> {
        let (left_text, right_text) =
            (self.travel(left.0, left.2)?.textual, self.travel(right.0, right.2)?.textual);
        sql.column(left.1, left.2).put(if right_text && !left_text { "::text" } else { "" });
        sql.put(" = ");
        sql.column(right.1, right.2).put(if left_text && !right_text { "::text" } else { "" });
        Ok(())
    }

    /// `ON CONFLICT` refuses to work on a table with a deferrable unique constraint.
    fn steps_aside(&self, table: &TableRef) -> bool {
        self.shape(table).is_ok_and(|shape| shape.uniques.iter().all(|unique| unique.at_once))
    }

    fn folded(&self, sql: &mut Sql, _: &TableRef, row: Alias, column: &Name) -> Result<(), Fault> {
        sql.put("lower(btrim(")
            .column(row, column)
            .put("::text, E' \\t\\n\\r')")
            .put(self.collation())
            .put(")");
        Ok(())
    }

    fn searched(&self, sql: &mut Sql, table: &TableRef, row: Alias, column: &Name) -> Result<(), Fault> {
        if self.travel(table, column)?.bytes {
            // Letters within bytes are shown as they are, everything else escaped.
            sql.put("lower(encode(").column(row, column).put(", 'escape'))");
        } else {
            sql.put("lower(").column(row, column).put("::text").put(self.collation()).put(")");
        }
        Ok(())
    }

    fn needle(&self, sql: &mut Sql, needle: Slot) {
        sql.put("lower(").slot(needle).put(self.collation()).put(")");
    }
}

impl Schema {
    fn collation(&self) -> &'static str {
        if self.folds_by_icu { " COLLATE pg_catalog.\"und-x-icu\"" } else { "" }
    }
}
