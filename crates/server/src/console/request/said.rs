//! Words and numbers of a request's pages.

/// What is asked for, as a heading has it.
pub(crate) fn right(kind: &str) -> &'static str {
    match kind {
        "access" => "Access",
        "portability" => "Portability",
        "erasure" => "Erasure",
        "anonymization" => "Anonymization",
        _ => "Another right",
    }
}

/// Whether rows are changed for it.
pub(crate) fn erases(kind: &str) -> bool {
    matches!(kind, "erasure" | "anonymization")
}

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

/// What was just done, by the word an address ends with. Nothing of the address itself is shown.
pub(crate) fn done(path: &str) -> Option<&'static str> {
    let (_, query) = path.split_once('?')?;
    let word = query.split('&').find_map(|pair| pair.strip_prefix("done="))?;
    Some(match word {
        "acknowledge" => "It is written down that the person was told.",
        "identify" => "How surely it is known who asks is written down.",
        "unidentified" => "The request has ended, because nobody could tell who asked.",
        "reopen" => "The request goes on.",
        "pause" => "The clock stands still.",
        "resume" => "The clock runs on.",
        "extend" => "The deadline is extended.",
        "received" => "The day of receipt is corrected, and with it the deadline.",
        "refuse" => "The request is refused.",
        "withdraw" => "It is written down that the person took the request back.",
        "hold" => "The request is on hold. Nothing of it is purged.",
        "release" => "The request is released.",
        "complaint" => "It is written down that the complaint was answered.",
        "planned" => "The plan is made. Read it before you approve it.",
        "approved" => "The plan is approved. Nothing runs until somebody starts it.",
        "proposed" => "That takes two people. Yours is written down; somebody else has to want it too.",
        "confirmed" => "You confirmed it. Whoever proposed it can do it now, and so can you.",
        "taken_back" => "The proposal counts no more.",
        "started" => "A worker carries it out.",
        "cancelled" => "It ends after the batch in hand.",
        "paused" => "Work at the source is paused after the batch in hand.",
        "resumed" => "Work at the source goes on.",
        "retried" => "The rows were tried again.",
        "left" => "The rows are left as they are.",
        "package" => "A worker makes the package.",
        "link" => "The link is made, and its letter waits to be sent. Links made before are revoked.",
        "unlinked" => "The link is revoked.",
        "removed" => "The package is destroyed: its key first, then its file.",
        "restore" => "A worker brings the rows back.",
        "purge" => "A worker erases the rows for good.",
        "resent" => "The letter waits to be sent again.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{bytes, done, grouped, lasting, listed};

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

    #[test]
    fn an_address_says_only_what_we_know() {
        assert!(done("/requests/x?done=hold").is_some());
        assert_eq!(done("/requests/x?done=<script>"), None);
        assert_eq!(done("/requests/x"), None);
    }
}
