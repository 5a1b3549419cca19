//! A source's delta table in the settings.

use exeunt_base::Name;
use exeunt_engine::delta::{Columns, Target};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::settings::SourceKind;

/// What may be said of it; `delta: {}` takes everything as usual.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeltaSettings {
    /// From one push to the next: `15m`, `1h`, `1d`.
    #[serde(default)]
    pub(crate) every: Option<String>,
    /// Its schema; SQLite has none.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) schema: Option<Name>,
    /// Its name.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) table: Option<Name>,
    /// What it tells of people's keys.
    #[serde(default)]
    pub(crate) columns: Option<Words>,
    /// Days that rows stay there.
    #[serde(default)]
    pub(crate) keep_days: Option<u32>,
}

/// What a delta table tells of people's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Words {
    /// The keys.
    Plain,
    /// Their digests.
    Sha256,
    /// Both.
    Both,
}

impl DeltaSettings {
    /// Says what cannot be.
    pub(crate) fn check(&self, name: &str, kind: SourceKind) -> Result<(), String> {
        let wrong = |what: &str| Err(format!("source `{name}`: {what}"));
        if kind == SourceKind::Sqlite && self.schema.is_some() {
            return wrong("a sqlite source has no schemas; leave `schema` out of its `delta`");
        }
        if self.keep_days.is_some_and(|days| !(1..=3_650).contains(&days)) {
            return wrong("`keep_days` is 1 to 3650");
        }
        if self.every.is_some() && self.seconds().is_none() {
            return wrong("`every` is a time from 1m to 30d, such as 15m, 1h or 1d");
        }
        Ok(())
    }

    fn seconds(&self) -> Option<u32> {
        let text = self.every.as_deref()?;
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let unit = match unit {
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        let seconds = number.parse::<u32>().ok()?.checked_mul(unit)?;
        (60..=30 * 86_400).contains(&seconds).then_some(seconds)
    }

    /// As the engine wants it.
    pub(crate) fn target(&self, kind: SourceKind) -> Target {
        let mut target = Target::usual((kind == SourceKind::Sqlite).then_some("main"));
        if let Some(schema) = &self.schema {
            target.table.schema = schema.clone();
        }
        if let Some(table) = &self.table {
            target.table.name = table.clone();
        }
        if let Some(columns) = self.columns {
            target.columns = match columns {
                Words::Plain => Columns::Plain,
                Words::Sha256 => Columns::Sha256,
                Words::Both => Columns::Both,
            };
        }
        target.every_seconds = self.seconds().unwrap_or(target.every_seconds);
        target.keep_days = self.keep_days.unwrap_or(target.keep_days);
        target
    }
}
