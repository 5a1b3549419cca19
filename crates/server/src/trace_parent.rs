//! The trace that a caller goes on with, as W3C's `traceparent` tells it. It is read where the settings say so, and is believed
//! to be nothing but a number: it lets nobody in, and leads to nothing but a trace that is seen with theirs.

use axum::http::HeaderMap;

/// The header.
const HEADER: &str = "traceparent";

/// Its value, where there is exactly one and it is one: version, trace, span, flags.
pub(crate) fn of(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(HEADER).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    read(value.to_str().ok()?)
}

/// In the form of version 00: of a later version that much is known, and what follows it is not.
fn read(text: &str) -> Option<String> {
    let (known, rest) = text.split_at_checked(55)?;
    let mut parts = known.split('-');
    let mut next = |length: usize| {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        parts.next().filter(|part| part.len() == length && part.bytes().all(hex))
    };
    let (version, trace, span, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
    let ends = rest.is_empty() || (version != "00" && rest.starts_with('-'));
    let nobody = |part: &str| part.bytes().all(|byte| byte == b'0');
    if version == "ff" || !ends || nobody(trace) || nobody(span) {
        return None;
    }
    Some(format!("00-{trace}-{span}-{flags}"))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_parent_is_what_the_standard_says_and_nothing_else() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(read(good).as_deref(), Some(good));
        let later = format!("cc{}-what-the-future-will-be", &good[2..]);
        assert_eq!(read(&later).as_deref(), Some(good));
        for bad in [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-zz",
            "00-ada@example.test-00f067aa0ba902b7-01",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
