//! The day a kept row's time is counted from, read from whatever its column holds.

use exeunt_base::{Cell, Timestamp};
use exeunt_rights::{Day, Zone};

/// A day as statements compare it, and as the organization's calendar has it: they differ near midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    /// In universal time, or as written where no zone is.
    pub(super) written: Day,
    /// In the organization's zone.
    pub(super) here: Day,
}

/// The day a cell tells, if it tells one.
pub(super) fn day_of(cell: &Cell, zone: &Zone) -> Option<Dated> {
    let text = cell.as_text()?.trim();
    let day: Day = text.get(..10)?.parse().ok()?;
    let rest = &text[10..];
    if !rest.is_empty() && !rest.starts_with([' ', 'T']) {
        return None;
    }
    match moment(text) {
        Some(at) => Some(Dated { written: Day::from_date(at.to_utc().date()), here: zone.day_of(at) }),
        None => Some(Dated { written: day, here: day }),
    }
}

/// The moment a text tells that says its offset: `2026-03-15 10:00:00+00`.
fn moment(text: &str) -> Option<Timestamp> {
    let clock = text.get(11..)?;
    let at = clock.find(['Z', '+', '-'])?;
    let (clock, offset) = clock.split_at(at);
    let offset = match offset.len() {
        1 => String::from("Z"),
        3 => format!("{offset}:00"),
        5 => format!("{}:{}", &offset[..3], &offset[3..]),
        _ => offset.get(..6)?.to_owned(),
    };
    let clock = if clock.len() == 5 { format!("{clock}:00") } else { clock.to_owned() };
    format!("{}T{clock}{offset}", &text[..10]).parse().ok()
}

#[cfg(test)]
mod tests {
    use exeunt_base::Cell;
    use exeunt_rights::Zone;

    use super::day_of;

    #[test]
    fn a_day_is_read_from_what_columns_hold() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        for (text, written, here) in [
            ("2026-03-15", "2026-03-15", "2026-03-15"),
            ("2026-12-31 23:30:00", "2026-12-31", "2026-12-31"),
            ("2026-12-31T23:30:00Z", "2026-12-31", "2027-01-01"),
            ("2026-12-31 23:30:00+00", "2026-12-31", "2027-01-01"),
            ("2027-01-01 00:30:00.123456+01:00", "2026-12-31", "2027-01-01"),
            ("2027-01-01 00:30+0100", "2026-12-31", "2027-01-01"),
        ] {
            let day = day_of(&Cell::text(text), &berlin).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (day.written.to_string(), day.here.to_string()),
                (written.into(), here.into()),
                "{text}"
            );
        }
        for text in ["", "soon", "15.03.2026", "2026-02-30", "2026-03-155", "20260315"] {
            assert_eq!(day_of(&Cell::text(text), &berlin), None, "{text}");
        }
        assert_eq!(day_of(&Cell::Int(20_260_315), &berlin), None);
    }
}
