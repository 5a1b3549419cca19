//! Dates and times as PostgreSQL writes them with `datestyle = ISO` and `timezone = UTC`.

/// From days since 2000-01-01.
pub(super) fn date(days: i32) -> String {
    match days {
        i32::MAX => "infinity".into(),
        i32::MIN => "-infinity".into(),
        _ => {
            let mut out = String::with_capacity(13);
            let before_christ = put_day(&mut out, days.into());
            if before_christ {
                out.push_str(" BC");
            }
            out
        }
    }
}

/// From microseconds since midnight.
pub(super) fn time(micros: i64) -> String {
    let mut out = String::with_capacity(15);
    put_time(&mut out, micros);
    out
}

/// From microseconds since 2000-01-01 00:00, with what stands for the zone.
pub(super) fn timestamp(micros: i64, zone: &str) -> String {
    const DAY: i64 = 86_400_000_000;
    match micros {
        i64::MAX => "infinity".into(),
        i64::MIN => "-infinity".into(),
        _ => {
            let mut out = String::with_capacity(32);
            let before_christ = put_day(&mut out, micros.div_euclid(DAY));
            out.push(' ');
            put_time(&mut out, micros.rem_euclid(DAY));
            out.push_str(zone);
            if before_christ {
                out.push_str(" BC");
            }
            out
        }
    }
}

/// Writes year, month and day; says whether the year is before Christ.
fn put_day(out: &mut String, days: i64) -> bool {
    // Days since 0000-03-01 in the Gregorian calendar carried backwards; a year that begins in March ends in its
    // leap day (Hinnant, "chrono-compatible low-level date algorithms").
    let days = days + 730_425;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    // There is no year 0: the year before 1 is 1 BC.
    let before_christ = year <= 0;
    let year = if before_christ { 1 - year } else { year };
    if year >= 10_000 {
        out.push_str(&year.to_string());
    } else {
        put_two(out, year / 100);
        put_two(out, year % 100);
    }
    out.push('-');
    put_two(out, month);
    out.push('-');
    put_two(out, day);
    before_christ
}

fn put_time(out: &mut String, micros: i64) {
    let seconds = micros / 1_000_000;
    put_two(out, seconds / 3_600);
    out.push(':');
    put_two(out, seconds / 60 % 60);
    out.push(':');
    put_two(out, seconds % 60);
    let mut fraction = micros % 1_000_000;
    if fraction != 0 {
        out.push('.');
        let mut unit = 100_000;
        while fraction != 0 {
            out.push(digit(fraction / unit));
            fraction %= unit;
            unit /= 10;
        }
    }
}

fn put_two(out: &mut String, number: i64) {
    out.push(digit(number / 10));
    out.push(digit(number % 10));
}

fn digit(number: i64) -> char {
    char::from(b'0' + u8::try_from(number).expect("callers pass one digit"))
}

#[cfg(test)]
mod tests {
    use super::{date, time, timestamp};

    #[test]
    fn days_read_as_in_a_calendar() {
        for (days, text) in [
            (0, "2000-01-01"),
            (59, "2000-02-29"),
            (60, "2000-03-01"),
            (-1, "1999-12-31"),
            (-730_119, "0001-01-01"),
            (-730_120, "0001-12-31 BC"),
            (i32::MAX, "infinity"),
            (i32::MIN, "-infinity"),
        ] {
            assert_eq!(date(days), text);
        }
    }

    #[test]
    fn fractions_end_with_their_last_digit() {
        assert_eq!(time(86_400_000_000), "24:00:00");
        assert_eq!(time(1), "00:00:00.000001");
        assert_eq!(time(3_661_500_000), "01:01:01.5");
        assert_eq!(timestamp(-1, "+00"), "1999-12-31 23:59:59.999999+00");
    }
}
