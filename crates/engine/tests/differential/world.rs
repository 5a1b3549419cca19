//! What a random case consists of: tables with rows, a map over them, and the people who ask.

use std::collections::BTreeMap;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
}

/// A row, by column.
pub(crate) type Record = BTreeMap<String, Value>;

/// A row's table and place.
pub(crate) type At = (usize, usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Int,
    Text,
    Date,
}

#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) required: bool,
    pub(crate) hidden: bool,
}

/// An enforced foreign key.
#[derive(Debug, Clone)]
pub(crate) struct Foreign {
    pub(crate) columns: Vec<String>,
    pub(crate) to: usize,
    pub(crate) on: Vec<String>,
    /// `cascade`, `set null` or nothing.
    pub(crate) rule: &'static str,
    pub(crate) deferrable: bool,
}

/// Triggers on `holder` keep the number of its rows in `cnt` of the table referred to.
#[derive(Debug, Clone)]
pub(crate) struct Counter {
    pub(crate) holder: usize,
    pub(crate) column: String,
    pub(crate) to: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    OwnedBy,
    Owns,
    AccessedBy,
    Accesses,
    RefersTo,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    Null,
    Repoint,
    Refuse,
    Cascade,
    Row(Action),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Delete,
    Anonymize(Vec<(String, Method)>),
    Keep,
    Detach,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Method {
    Keep,
    Null,
    Redact,
    Fixed,
    Hash,
    Pseudonym,
    Prefix(usize),
    Year,
    Month,
    Band(i64),
    TruncateIp,
    Partial(usize, usize),
    Shuffle,
    NoiseAmount(i64),
    NoiseDays(i64),
    FakeName,
    FakeEmail,
}

#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) to: usize,
    pub(crate) by: Vec<String>,
    pub(crate) on: Vec<String>,
    /// Whether `on` is left out of the map: it is the key there.
    pub(crate) by_key: bool,
    pub(crate) edge: Edge,
    pub(crate) when: Option<&'static str>,
    pub(crate) identity: bool,
    pub(crate) redact: Vec<String>,
    pub(crate) shared: bool,
    pub(crate) decision: Option<Decision>,
}

/// A trigger that puts the old value back into a column, of rows with an even first key.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub(crate) column: String,
    /// After the change; else as it is made. SQLite knows only the former.
    pub(crate) late: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Keep {
    pub(crate) count: i32,
    pub(crate) unit: char,
    /// Counted from `paid`, else from the day of the request.
    pub(crate) dated: bool,
    pub(crate) starting: &'static str,
    pub(crate) then: Option<Vec<(String, Method)>>,
    pub(crate) when: Option<&'static str>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) source: usize,
    /// Empty: the table has no key; `tag` tells its rows apart for the test, duplicates aside.
    pub(crate) key: Vec<String>,
    pub(crate) columns: Vec<Column>,
    pub(crate) foreign: Vec<Foreign>,
    pub(crate) subject: Vec<(&'static str, String)>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) action: Option<Action>,
    pub(crate) keep: Option<Keep>,
    /// Whether the ghost is one for each person.
    pub(crate) ghost: Option<bool>,
    pub(crate) unlinked: bool,
    pub(crate) hold: Option<Hold>,
    pub(crate) rows: Vec<Record>,
}

/// Somebody who asks: identifiers by kind.
pub(crate) type Person = Vec<(&'static str, String)>;

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) tables: Vec<Table>,
    pub(crate) counters: Vec<Counter>,
    pub(crate) kinds: Vec<&'static str>,
    pub(crate) people: Vec<Person>,
}

/// The column that a trigger stamps when its row is changed.
pub(crate) const STAMP: &str = "stamp";

/// The day plans are made on.
pub(crate) const TODAY: time::Date = time::macros::date!(2026 - 11 - 21);

/// The sources' names.
pub(crate) const SOURCES: [&str; 2] = ["here", "there"];

impl Table {
    pub(crate) fn column(&self, name: &str) -> &Column {
        self.columns.iter().find(|column| column.name == name).unwrap()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    pub(crate) fn required(&self, name: &str) -> bool {
        self.column(name).required || self.key.iter().any(|key| key == name)
    }

    /// The columns by which the test knows a row again.
    pub(crate) fn known_by(&self) -> Vec<String> {
        if self.key.is_empty() { vec![String::from("tag")] } else { self.key.clone() }
    }

    pub(crate) fn action(&self) -> &Action {
        self.action.as_ref().unwrap_or(&Action::Delete)
    }
}

impl World {
    /// How many sources there are.
    pub(crate) fn sources(&self) -> usize {
        if self.tables.iter().any(|table| table.source > 0) { 2 } else { 1 }
    }

    pub(crate) fn row(&self, at: At) -> &Record {
        &self.tables[at.0].rows[at.1]
    }

    /// Every row's place.
    pub(crate) fn rows(&self) -> impl Iterator<Item = At> {
        self.tables
            .iter()
            .enumerate()
            .flat_map(|(table, held)| (0..held.rows.len()).map(move |row| (table, row)))
    }
}

impl Value {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}
