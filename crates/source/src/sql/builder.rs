//! The text of a statement and the places in it where values go.

use exeunt_base::{Cell, Name, TableRef};

/// Whose SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A finished statement. Its text depends on names and shape alone, never on values: cache by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text, with `$1` (PostgreSQL) or `?1` (SQLite) for each slot.
    pub text: String,
    /// What to bind, in the order of the numbers.
    pub slots: Vec<Slot>,
}

/// Where a bound value comes from. `wire` is the type it travels as; SQLite needs none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// One value, part of the question itself.
    Value {
        /// The value.
        cell: Cell,
        /// The parameter's type.
        wire: &'static str,
    },
    /// The claimant numbers of an anchor, as an array.
    Claimants {
        /// The anchor, by its place.
        anchor: usize,
    },
    /// One column of an anchor, as an array.
    Anchor {
        /// The anchor, by its place.
        anchor: usize,
        /// The column, by its place.
        column: usize,
        /// The type of one element.
        wire: &'static str,
    },
    /// One column of the given rows, as an array.
    Rows {
        /// The column, by its place.
        column: usize,
        /// The type of one element.
        wire: &'static str,
    },
    /// One cell of the one given row.
    Row {
        /// The column, by its place.
        column: usize,
    },
}

/// A type's name as the source's own catalog spells and quotes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeName(String);

impl TypeName {
    /// Takes a spelling the source itself gave (PostgreSQL: `format_type` under a pinned search path), never one
    /// that a person typed: it is written into statements as it is.
    pub fn from_catalog(spelling: String) -> Self {
        Self(spelling)
    }

    /// The spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A short name for a table within a statement: `t`, `j0`, `o1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias(pub &'static str, pub Option<usize>);

/// A statement being written.
#[derive(Debug)]
pub struct Sql {
    dialect: Dialect,
    text: String,
    slots: Vec<Slot>,
}

impl Sql {
    /// Nothing yet.
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, text: String::with_capacity(256), slots: Vec::new() }
    }

    /// Whose SQL this is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Words of this program.
    pub fn put(&mut self, words: &'static str) -> &mut Self {
        self.text.push_str(words);
        self
    }

    /// A number of this program: a column's position, a literal limit.
    pub fn number(&mut self, number: usize) -> &mut Self {
        self.text.push_str(&number.to_string());
        self
    }

    /// A name, quoted. Both dialects quote alike, and neither has an escape other than the doubled quote.
    pub fn name(&mut self, name: &Name) -> &mut Self {
        self.text.push('"');
        self.text.push_str(&name.as_str().replace('"', "\"\""));
        self.text.push('"');
        self
    }

    /// A table with its schema.
    pub fn table(&mut self, table: &TableRef) -> &mut Self {
        self.name(&table.schema).put(".").name(&table.name)
    }

    /// A table's short name.
    pub fn alias(&mut self, alias: Alias) -> &mut Self {
        self.put(alias.0);
        if let Some(number) = alias.1 {
            self.number(number);
        }
        self
    }

    /// A column, always with its table's short name: SQLite takes an unknown bare `"name"` for a string.
    pub fn column(&mut self, of: Alias, name: &Name) -> &mut Self {
        self.alias(of).put(".").name(name)
    }

    /// A column that this program named `c0`, `c1`, …
    pub fn numbered(&mut self, of: Alias, column: usize) -> &mut Self {
        self.alias(of).put(".c").number(column)
    }

    /// A cast of what was just written, where there is one to make.
    pub fn cast(&mut self, to: Option<&TypeName>) -> &mut Self {
        if let Some(to) = to {
            self.text.push_str("::");
            self.text.push_str(&to.0);
        }
        self
    }

    /// A place for a value. The same slot twice is one number.
    pub fn slot(&mut self, slot: Slot) -> &mut Self {
        let (wire, array) = match &slot {
            Slot::Value { wire, .. } => (*wire, ""),
            Slot::Claimants { .. } => ("int8", "[]"),
            Slot::Anchor { wire, .. } | Slot::Rows { wire, .. } => (*wire, "[]"),
            Slot::Row { .. } => ("", ""),
        };
        let known = self.slots.iter().position(|other| *other == slot);
        let place = known.unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        });
        match self.dialect {
            Dialect::Sqlite => self.put("?").number(place + 1),
            Dialect::Postgres if wire.is_empty() => self.put("$").number(place + 1),
            Dialect::Postgres => self.put("$").number(place + 1).put("::").put(wire).put(array),
        }
    }

    /// Writes a list with something between its items.
    pub fn list<T, E>(
        &mut self,
        between: &'static str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T) -> Result<(), E>,
    ) -> Result<&mut Self, E> {
        for (place, item) in items.into_iter().enumerate() {
            if place > 0 {
                self.put(between);
            }
            write(self, item)?;
        }
        Ok(self)
    }

    /// The finished statement.
    pub fn finish(self) -> Statement {
        Statement { text: self.text, slots: self.slots }
    }
}
