//! The law an organization answers to, its zone and its working days.

use std::path::{Path, PathBuf};

use exeunt_app::law::{Law, USUAL, read_pack};
use exeunt_audit::note::VerifyingKey;
use exeunt_rights::{Calendar, Day, Zone};
use schemars::JsonSchema;
use serde::Deserialize;
use time::Weekday;

use crate::failure::Failure;

/// What the settings say of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LawSettings {
    /// The regime of requests that name none.
    pub(crate) regime: String,
    /// Where the organization's days begin and end: `Europe/Berlin`.
    pub(crate) zone: String,
    /// Days on which nobody works, beside weekends: `2026-12-25`.
    pub(crate) holidays: Vec<String>,
    /// Days of the week on which nobody works; absent: Saturday and Sunday.
    pub(crate) weekend: Option<Vec<String>>,
    /// A folder of signed regime packs: files that end with `.pack`.
    pub(crate) packs: Option<PathBuf>,
    /// Keys of those whose packs are used, as `exeunt regime key` prints them.
    pub(crate) keys: Vec<String>,
}

impl Default for LawSettings {
    fn default() -> Self {
        Self {
            regime: USUAL.to_owned(),
            zone: String::from("UTC"),
            holidays: Vec::new(),
            weekend: None,
            packs: None,
            keys: Vec::new(),
        }
    }
}

impl LawSettings {
    /// Reads days, zone and packs. `base` is the folder that relative paths start from.
    pub(crate) fn read(&self, base: &Path) -> Result<Law, Failure> {
        let bad = |what: String| Failure::Settings(format!("law: {what}"));
        let zone: Zone = self.zone.parse().map_err(|error| bad(format!("`zone`: {error}")))?;
        let mut holidays: Vec<Day> = Vec::new();
        for text in &self.holidays {
            holidays.push(text.parse().map_err(|error| bad(format!("`holidays`: {error}")))?);
        }
        let mut calendar = Calendar::with_holidays(holidays);
        if let Some(days) = &self.weekend {
            let days: Option<Vec<Weekday>> = days.iter().map(|day| weekday(day)).collect();
            let days = days
                .filter(|days| days.len() < 7)
                .ok_or_else(|| bad(String::from("`weekend` lists days such as `saturday`, six at most")))?;
            calendar = calendar.with_weekend(&days);
        }
        let mut keys: Vec<VerifyingKey> = Vec::new();
        for (place, text) in self.keys.iter().enumerate() {
            let flaw =
                |_| bad(format!("`keys`: number {} is no key as `exeunt regime key` prints it", place + 1));
            keys.push(text.parse().map_err(flaw)?);
        }
        let mut packs = Vec::new();
        if let Some(folder) = &self.packs {
            for path in files(&base.join(folder))? {
                packs.push(read_pack(&path, &keys)?);
            }
        }
        Ok(Law::new(&self.regime, zone, calendar, packs)?)
    }
}

/// The packs of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |source| Failure::file("read the folder of regime packs", folder, source);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|end| end == "pack") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::LawSettings;

    #[test]
    fn what_cannot_be_is_refused_with_its_setting() {
        let usual = LawSettings::default;
        assert_eq!(usual().read(Path::new("")).unwrap().usual(), "eu-gdpr");
        for (settings, word) in [
            (LawSettings { regime: "eu-gdpd".into(), ..usual() }, "did you mean `eu-gdpr`"),
            (LawSettings { regime: "ca-pipeda".into(), ..usual() }, "draft"),
            (LawSettings { zone: "Berlin".into(), ..usual() }, "`zone`"),
            (LawSettings { holidays: vec!["25.12.2026".into()], ..usual() }, "`holidays`"),
            (LawSettings { weekend: Some(vec!["sat".into()]), ..usual() }, "`weekend`"),
            (LawSettings { keys: vec!["key".into()], ..usual() }, "`keys`"),
            (LawSettings { packs: Some("nowhere".into()), ..usual() }, "nowhere"),
        ] {
            let error = settings.read(Path::new("")).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
