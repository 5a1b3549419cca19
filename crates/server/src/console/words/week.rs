//! With which day a week begins where somebody lives, as their browser's language tells it (UX-26).

use axum::http::{HeaderMap, header};
use time::Weekday;

/// Regions whose weeks begin on a Sunday, as the Unicode CLDR has them (`weekData`).
const SUNDAY: &str = "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA \
                      PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW";
/// Those whose weeks begin on a Saturday.
const SATURDAY: &str = "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY";

/// The first day of the week of whoever asks; Monday, as the standard has it, where no region is told.
pub(crate) fn first_day(headers: &HeaderMap) -> Weekday {
    let accepted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // the most wanted stands first; an order by weights that says otherwise is rare, and costs a day's place at most
    let first = accepted.split([',', ';']).next().unwrap_or_default().trim();
    let region = first.split('-').skip(1).find(|part| part.len() == 2).unwrap_or_default().to_uppercase();
    let among = |regions: &str| !region.is_empty() && regions.split_whitespace().any(|known| known == region);
    match () {
        () if among(SUNDAY) => Weekday::Sunday,
        () if among(SATURDAY) => Weekday::Saturday,
        () => Weekday::Monday,
    }
}

/// The seven days, beginning with one: short and whole.
pub(crate) fn days(first: Weekday) -> impl Iterator<Item = (&'static str, &'static str)> {
    const NAMES: [(&str, &str); 7] = [
        ("Mon", "Monday"),
        ("Tue", "Tuesday"),
        ("Wed", "Wednesday"),
        ("Thu", "Thursday"),
        ("Fri", "Friday"),
        ("Sat", "Saturday"),
        ("Sun", "Sunday"),
    ];
    NAMES.into_iter().cycle().skip(usize::from(first.number_days_from_monday())).take(7)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header};
    use time::Weekday;

    use super::{days, first_day};

    #[test]
    fn a_week_begins_as_it_does_where_somebody_lives() {
        for (accepted, first) in [
            ("de-DE,de;q=0.9,en-US;q=0.8", Weekday::Monday),
            ("en-US,en;q=0.9", Weekday::Sunday),
            ("en-GB", Weekday::Monday),
            ("zh-Hant-TW", Weekday::Sunday),
            ("ar-EG", Weekday::Saturday),
            ("en", Weekday::Monday),
            ("*", Weekday::Monday),
            ("", Weekday::Monday),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().unwrap());
            assert_eq!(first_day(&headers), first, "{accepted}");
        }
        assert_eq!(
            days(Weekday::Sunday).map(|(short, _)| short).collect::<String>(),
            "SunMonTueWedThuFriSat"
        );
    }
}
