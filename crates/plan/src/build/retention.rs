//! The retention boundary: rows dated before it have had their time.

use exeunt_base::Kind;
use exeunt_datamap::model::{Keep, KeepFrom, Period, Starting, Unit};
use exeunt_rights::{Day, Zone};
use time::{Date, Month};

/// The last day a row is kept whose date is `from`.
pub(crate) fn kept_until(keep: &Keep, from: Date) -> Date {
    let start = match keep.starting {
        Starting::Date => from,
        Starting::EndOfYear => {
            Date::from_calendar_date(from.year(), Month::December, 31).unwrap_or(Date::MAX)
        }
        Starting::EndOfMonth => from.replace_day(from.month().length(from.year())).unwrap_or(from),
    };
    let end = later(start, keep.period);
    if keep.starting == Starting::EndOfMonth {
        // the end of a month stays one: 30 April and a month is 31 May
        return end.replace_day(end.month().length(end.year())).unwrap_or(end);
    }
    end
}

/// The first day whose rows are still kept: rows dated before it have had their time. `None` when time never runs out.
pub(crate) fn boundary(keep: &Keep, today: Date) -> Option<Date> {
    if keep.from == KeepFrom::Request {
        return None;
    }
    // kept_until never goes back as days go on, so the boundary is found by halving
    let (mut low, mut high) = (Date::MIN.to_julian_day(), today.to_julian_day());
    while low < high {
        let middle = low + (high - low) / 2;
        let day = Date::from_julian_day(middle).unwrap_or(today);
        if kept_until(keep, day) >= today { high = middle } else { low = middle + 1 }
    }
    Date::from_julian_day(low).ok()
}

/// The boundary as a test's text, in the form the column is compared in; `None` when the column holds no dates.
pub(crate) fn boundary_text(kind: &Kind, boundary: Date, zone: Option<&Zone>) -> Option<String> {
    let day = day_text(boundary);
    match kind {
        Kind::Timestamp { zoned: true } => Some(match zone {
            Some(zone) => zone.start_of(Day::from_date(boundary)).to_string(),
            None => format!("{day}T00:00:00Z"),
        }),
        Kind::Date | Kind::Timestamp { zoned: false } | Kind::Text { .. } | Kind::Any => Some(day),
        _ => None,
    }
}

/// `2026-11-21`.
pub(crate) fn day_text(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

/// A calendar period later; a day its month does not have becomes the month's last.
fn later(day: Date, period: Period) -> Date {
    let months = match period.unit {
        Unit::Days => {
            return day.checked_add(time::Duration::days(i64::from(period.count))).unwrap_or(Date::MAX);
        }
        Unit::Months => i64::from(period.count),
        Unit::Years => i64::from(period.count) * 12,
    };
    let whole = i64::from(day.year()) * 12 + i64::from(u8::from(day.month())) - 1 + months;
    let year = i32::try_from(whole.div_euclid(12)).unwrap_or(i32::MAX);
    let month = Month::December.nth_next(u8::try_from(whole.rem_euclid(12)).unwrap_or(0) + 1);
    if year > Date::MAX.year() {
        return Date::MAX;
    }
    Date::from_calendar_date(year, month, day.day().min(month.length(year))).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Kind, Name};
    use exeunt_datamap::model::{Keep, KeepFrom, KeepMode, Period, Starting, Then};
    use exeunt_rights::Zone;
    use proptest::prelude::{ProptestConfig, prop, prop_assert_eq, proptest};
    use time::macros::date;
    use time::{Date, Duration};

    use super::{boundary, boundary_text, kept_until};

    fn keep(period: &str, starting: Starting) -> Keep {
        Keep {
            period: Period::parse(period).expect("a period"),
            from: KeepFrom::Column(Name::new("paid_at").expect("a name")),
            starting,
            because: "tax".into(),
            then: Then::Delete,
            when: Default::default(),
            mode: KeepMode::Verbatim,
        }
    }

    #[test]
    fn an_invoice_is_kept_to_the_end_of_its_eighth_year() {
        let keep = keep("8y", Starting::EndOfYear);
        assert_eq!(kept_until(&keep, date!(2026 - 03 - 15)), date!(2034 - 12 - 31));
        assert_eq!(boundary(&keep, date!(2034 - 12 - 31)), Some(date!(2026 - 01 - 01)));
        assert_eq!(boundary(&keep, date!(2035 - 01 - 01)), Some(date!(2027 - 01 - 01)));
    }

    #[test]
    fn leap_days_and_short_months_stay_in_the_calendar() {
        assert_eq!(kept_until(&keep("1y", Starting::Date), date!(2024 - 02 - 29)), date!(2025 - 02 - 28));
        assert_eq!(kept_until(&keep("1m", Starting::Date), date!(2026 - 01 - 31)), date!(2026 - 02 - 28));
        assert_eq!(
            kept_until(&keep("1m", Starting::EndOfMonth), date!(2026 - 04 - 02)),
            date!(2026 - 05 - 31)
        );
        assert_eq!(kept_until(&keep("999y", Starting::Date), date!(9500 - 01 - 01)), Date::MAX);
    }

    #[test]
    fn a_zoned_column_is_compared_at_midnight_of_the_organization() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let (winter, summer) = (date!(2016 - 01 - 01), date!(2016 - 07 - 01));
        let zoned = Kind::Timestamp { zoned: true };
        assert_eq!(boundary_text(&zoned, winter, Some(&zone)).as_deref(), Some("2015-12-31T23:00:00Z"));
        assert_eq!(boundary_text(&zoned, summer, Some(&zone)).as_deref(), Some("2016-06-30T22:00:00Z"));
        assert_eq!(boundary_text(&zoned, winter, None).as_deref(), Some("2016-01-01T00:00:00Z"));
        assert_eq!(boundary_text(&Kind::Date, winter, Some(&zone)).as_deref(), Some("2016-01-01"));
        assert_eq!(boundary_text(&Kind::Bool, winter, Some(&zone)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn the_boundary_parts_exactly_the_rows_whose_time_is_over(
            count in 1_u32..400,
            unit in prop::sample::select(vec!["d", "m", "y"]),
            starting in prop::sample::select(vec![Starting::Date, Starting::EndOfYear, Starting::EndOfMonth]),
            days in 0_i64..40_000,
            back in 0_i64..200_000,
        ) {
            let keep = keep(&format!("{count}{unit}"), starting);
            let today = date!(1990 - 01 - 01) + Duration::days(days);
            let from = today - Duration::days(back);
            let boundary = boundary(&keep, today).expect("a column");
            prop_assert_eq!(from < boundary, kept_until(&keep, from) < today);
        }
    }
}
