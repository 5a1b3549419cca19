//! How long the law keeps a row.

use time::{Date, Duration, Month};

use crate::world::{Keep, Record, TODAY, Value};

/// Whether the law covers a row and its time is not over.
pub(super) fn covered(keep: &Keep, row: &Record) -> bool {
    if keep.when.is_some_and(|kind| row["kind"] != Value::text(kind)) {
        return false;
    }
    let Some(day) = row["paid"].as_text().filter(|_| keep.dated) else { return true };
    let parts: Vec<i32> = day.split('-').map(|part| part.parse().unwrap()).collect();
    let month = Month::try_from(parts[1] as u8).unwrap();
    let day = Date::from_calendar_date(parts[0], month, parts[2] as u8).unwrap();
    last_day(keep, day) >= TODAY
}

/// The last day of the period: so many days, months or years after the day it starts.
fn last_day(keep: &Keep, day: Date) -> Date {
    let end_of_month = |day: Date| day.replace_day(day.month().length(day.year())).unwrap();
    let start = match keep.starting {
        "end_of_year" => Date::from_calendar_date(day.year(), Month::December, 31).unwrap(),
        "end_of_month" => end_of_month(day),
        _ => day,
    };
    let later = |months: i32| {
        let whole = start.year() * 12 + i32::from(u8::from(start.month())) - 1 + months;
        let month = Month::try_from((whole.rem_euclid(12) + 1) as u8).unwrap();
        let year = whole.div_euclid(12);
        Date::from_calendar_date(year, month, start.day().min(month.length(year))).unwrap()
    };
    let end = match keep.unit {
        'd' => start + Duration::days(i64::from(keep.count)),
        'm' => later(keep.count),
        _ => later(keep.count * 12),
    };
    if keep.starting == "end_of_month" { end_of_month(end) } else { end }
}
