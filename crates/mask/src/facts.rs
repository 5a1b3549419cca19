//! What is known about a column before anything is written to it.

use exeunt_base::Kind;

use crate::check::{Check, Limits};

/// Which database's spelling constraints and dates come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// SQLite, which has no type for dates and takes any value in most columns.
    Sqlite,
    /// Any other.
    Other,
}

/// A column, as its catalog and the map describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The column's name, as its constraints spell it.
    pub name: String,
    /// What it can hold.
    pub kind: Kind,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Whether it is unique, alone or together with others.
    pub unique: bool,
    /// CHECK constraints that mention it, as the catalog prints them.
    pub checks: Vec<String>,
    /// Whose spelling the constraints are in.
    pub dialect: Dialect,
    /// The map's category: `user.contact.email`.
    pub category: Option<String>,
    /// The column's default, when it is a plain literal: `'new'`, `0`.
    pub default_literal: Option<String>,
    /// Whether the database computes it.
    pub generated: bool,
}

impl Facts {
    /// A nullable column with no constraints.
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            nullable: true,
            unique: false,
            checks: Vec::new(),
            dialect: Dialect::Postgres,
            category: None,
            default_literal: None,
            generated: false,
        }
    }

    /// The same column, NOT NULL.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// The same column, unique.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// The same column with one CHECK more.
    #[must_use]
    pub fn check(mut self, sql: &str) -> Self {
        self.checks.push(sql.to_owned());
        self
    }

    /// The same column with a category.
    #[must_use]
    pub fn category(mut self, key: &str) -> Self {
        self.category = Some(key.to_owned());
        self
    }

    /// The same column in a database of this kind.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    pub(crate) fn read_checks(&self) -> Vec<Check> {
        self.checks.iter().map(|sql| Check::read(sql, &self.name, self.dialect)).collect()
    }

    /// What type and constraints leave room for.
    pub(crate) fn limits(&self, checks: &[Check]) -> Limits {
        let mut limits = Limits::default();
        match self.kind {
            Kind::Text { max } => limits.longest = max,
            Kind::Integer { min, max } => {
                limits.least = Some(i128::from(min));
                limits.greatest = Some(i128::from(max));
            }
            _ => {}
        }
        checks.iter().for_each(|check| check.narrow(&mut limits));
        limits
    }

    /// Whether category or name speak of this: `is_about(&["email"])`.
    pub(crate) fn is_about(&self, words: &[&str]) -> bool {
        let category = self.category.as_deref().unwrap_or("").to_lowercase();
        let name = self.name.to_lowercase();
        words.iter().any(|word| category.contains(word) || name.contains(word))
    }
}
