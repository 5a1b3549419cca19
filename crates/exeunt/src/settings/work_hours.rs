//! The hours a source gives to destroying, in the settings.

use exeunt_engine::hours::Span;
use exeunt_rights::Zone;
use schemars::JsonSchema;
use serde::Deserialize;
use time::Weekday;

/// One stretch of the week.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpanSettings {
    /// `mon` to `sun`; absent: every day.
    #[serde(default)]
    pub(crate) days: Vec<String>,
    /// `22:00`.
    pub(crate) from: String,
    /// `06:00`; of the next day where it is not later.
    pub(crate) to: String,
    /// Where it is that time.
    #[serde(default)]
    pub(crate) zone: Option<String>,
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl SpanSettings {
    /// As the engine wants it, or what cannot be.
    pub(crate) fn read(&self) -> Result<Span, String> {
        let zone: Zone = match &self.zone {
            None => Zone::default(),
            Some(name) => name.parse().map_err(|error| format!("in `work_hours`, {error}"))?,
        };
        let day = |word: &String| DAYS.iter().find(|(known, _)| known == word).map(|(_, day)| *day);
        let days: Option<Vec<Weekday>> = match self.days.is_empty() {
            true => Some(DAYS.iter().map(|(_, day)| *day).collect()),
            false => self.days.iter().map(day).collect(),
        };
        let days = days.ok_or("`days` of `work_hours` are mon, tue, wed, thu, fri, sat, sun")?;
        let minute = |text: &str| {
            let (hours, minutes) = text.split_once(':')?;
            let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
            (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
        };
        match (minute(&self.from), minute(&self.to)) {
            (Some(from), Some(to)) => Ok(Span { days, from, to, zone }),
            _ => Err(String::from("`from` and `to` of `work_hours` are times in quotes, such as \"22:00\"")),
        }
    }
}
