//! Numbers, sizes, lengths of time and lists, as pages say them.

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something: `1 row`, `1,204 rows`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A size.
pub(crate) fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if size < 1_000 {
        return counted(size, "byte", "bytes");
    }
    let (mut value, mut unit) = (size as f64 / 1_000.0, 0);
    while value >= 1_000.0 && unit + 1 < UNITS.len() {
        value /= 1_000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A length of time in the largest unit that says something.
pub(crate) fn lasting(seconds: f64) -> String {
    let (count, one, many) = match seconds {
        ..90.0 => (seconds.ceil().max(1.0), "second", "seconds"),
        ..5_400.0 => ((seconds / 60.0).ceil(), "minute", "minutes"),
        ..129_600.0 => ((seconds / 3_600.0).ceil(), "hour", "hours"),
        _ => ((seconds / 86_400.0).ceil(), "day", "days"),
    };
    counted(count as u64, one, many)
}

/// Words in a row: `a, b and c`.
pub(crate) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, grouped, lasting, listed};

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!([0, 999, 1_204, 1_000_000].map(grouped), ["0", "999", "1,204", "1,000,000"]);
        assert_eq!([12, 1_500, 2_400_000].map(bytes), ["12 bytes", "1.5 KB", "2.4 MB"]);
        assert_eq!(
            [0.2, 61.0, 100.0, 7_200.0].map(lasting),
            ["1 second", "61 seconds", "2 minutes", "2 hours"]
        );
        assert_eq!(listed(&["a", "b", "c"].map(String::from)), "a, b and c");
    }
}
