//! What becomes of a kept row today: pure, from the law as the map has it now and the row's date.

use exeunt_base::Cell;
use exeunt_datamap::model::{Keep, KeepFrom, Period, Starting, Unit};
use exeunt_rights::retention::{self, Retention};
use exeunt_rights::{Day, Zone, period};

use crate::kept::dates::day_of;

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is no longer there.
    Gone,
    /// Its time is over.
    Due,
    /// It stays through this day.
    Until(Day),
    /// Nobody can say when its time began.
    Undated,
    /// Its date is not the one that was seen first: another row may have taken its key.
    Another,
}

/// What a judgment is made by.
pub(super) struct Judge<'a> {
    /// The law.
    pub(super) keep: &'a Keep,
    /// The organization's zone.
    pub(super) zone: &'a Zone,
    /// Today there.
    pub(super) here: Day,
    /// Today in universal time, which statements compare by.
    pub(super) universal: Day,
    /// The day of the plan that kept the rows.
    pub(super) since: Day,
}

impl Judge<'_> {
    /// Judges a row by the date its time is counted from, and the one that was seen first.
    pub(super) fn judge(&self, found: Option<&Cell>, seen: &Cell) -> Fate {
        let Some(cell) = found else { return Fate::Gone };
        let (written, here) = match self.keep.from {
            KeepFrom::Request => (self.since, self.since),
            KeepFrom::Column(_) => {
                if !seen.is_null() && seen != cell {
                    return Fate::Another;
                }
                let Some(day) = day_of(cell, self.zone) else { return Fate::Undated };
                (day.written, day.here)
            }
        };
        let law = law(self.keep);
        // near midnight the two days differ: the row stays until both say it may go
        let until = law.kept_until(written).max(law.kept_until(here));
        if until < self.here && until < self.universal { Fate::Due } else { Fate::Until(until) }
    }
}

fn law(keep: &Keep) -> Retention {
    Retention {
        period: of_map(keep.period),
        starting: match keep.starting {
            Starting::Date => retention::Starting::Date,
            Starting::EndOfMonth => retention::Starting::EndOfMonth,
            Starting::EndOfYear => retention::Starting::EndOfYear,
        },
    }
}

fn of_map(given: Period) -> period::Period {
    match given.unit {
        Unit::Years => period::Period::years(given.count),
        Unit::Months => period::Period::months(given.count),
        Unit::Days => period::Period::days(given.count),
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Cell, Name};
    use exeunt_datamap::model::{Keep, KeepFrom, KeepMode, Period, Starting, Then};
    use exeunt_rights::{Day, Zone};

    use super::{Fate, Judge};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn judged(period: &str, today: &str, found: Option<&str>, seen: Option<&str>) -> Fate {
        let keep = Keep {
            period: Period::parse(period).unwrap(),
            from: KeepFrom::Column(Name::new("paid_at").unwrap()),
            starting: Starting::EndOfYear,
            because: "tax".into(),
            then: Then::Delete,
            when: Default::default(),
            mode: KeepMode::Verbatim,
        };
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let judge = Judge {
            keep: &keep,
            zone: &zone,
            here: day(today),
            universal: day(today),
            since: day("2026-11-22"),
        };
        let found = found.map(|text| if text.is_empty() { Cell::Null } else { Cell::text(text) });
        judge.judge(found.as_ref(), &seen.map_or(Cell::Null, Cell::text))
    }

    #[test]
    fn an_invoice_of_march_2026_goes_on_the_first_of_january_2035() {
        let paid = Some("2026-03-15");
        assert_eq!(judged("8y", "2034-12-31", paid, paid), Fate::Until(day("2034-12-31")));
        assert_eq!(judged("8y", "2035-01-01", paid, paid), Fate::Due);
        assert_eq!(judged("10y", "2035-01-01", paid, paid), Fate::Until(day("2036-12-31")), "lengthened");
    }

    #[test]
    fn a_payment_of_new_years_eve_belongs_to_the_later_of_two_years() {
        let paid = Some("2026-12-31T23:30:00Z");
        assert_eq!(judged("8y", "2035-06-01", paid, paid), Fate::Until(day("2035-12-31")));
        assert_eq!(judged("8y", "2036-01-01", paid, paid), Fate::Due);
    }

    #[test]
    fn what_is_not_sure_is_not_due() {
        assert_eq!(judged("8y", "2099-01-01", None, Some("2026-03-15")), Fate::Gone);
        assert_eq!(judged("8y", "2099-01-01", Some(""), None), Fate::Undated);
        assert_eq!(judged("8y", "2099-01-01", Some("soon"), None), Fate::Undated);
        assert_eq!(judged("8y", "2099-01-01", Some("2030-01-01"), Some("2026-03-15")), Fate::Another);
    }
}
