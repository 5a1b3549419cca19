//! What `examples/oscar/oracle.sql` says.

use std::collections::{BTreeMap, BTreeSet};

/// Table and key.
pub(crate) type Place = (String, String);

/// What must happen; whatever is not in here must not.
#[derive(Debug, Default)]
pub(crate) struct Oracle {
    pub(crate) deleted: BTreeSet<Place>,
    /// With the columns that change.
    pub(crate) updated: BTreeMap<Place, BTreeSet<String>>,
    /// What the person is shown.
    pub(crate) exported: BTreeSet<Place>,
}

/// The oracle as SQL.
pub(crate) struct Script {
    /// Writes down who asks.
    pub(crate) asked: String,
    /// Asks.
    pub(crate) question: String,
}

pub(crate) fn script(emails: &[&str]) -> Script {
    let mut asked = String::from("CREATE TEMP TABLE asked (email text);\n");
    for email in emails {
        assert!(!email.contains('\''), "no quoting needed");
        asked.push_str(&format!("INSERT INTO asked VALUES ('{email}');\n"));
    }
    let question = std::fs::read_to_string(crate::shop::example("oracle.sql")).expect("the oracle is there");
    Script { asked, question }
}

impl Oracle {
    /// From its rows: what, place, id, part.
    pub(crate) fn read(rows: impl Iterator<Item = [String; 4]>) -> Self {
        let mut oracle = Self::default();
        for [what, table, id, part] in rows {
            let place = (table, id);
            match what.as_str() {
                "delete" => drop(oracle.deleted.insert(place)),
                "update" => drop(oracle.updated.entry(place).or_default().insert(part)),
                "export" => drop(oracle.exported.insert(place)),
                other => panic!("the oracle says `{other}`"),
            }
        }
        oracle
    }

    /// Every change as a line.
    pub(crate) fn lines(&self) -> BTreeSet<String> {
        let deleted = self.deleted.iter().map(|(table, id)| format!("- {table} {id}"));
        let updated = self.updated.iter().map(|((table, id), columns)| {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            format!("~ {table} {id}: {}", columns.join(", "))
        });
        deleted.chain(updated).collect()
    }
}
