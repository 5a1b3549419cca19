//! When a letter that could not be handed over is tried again, and when it is given up. Pure.

use exeunt_base::Timestamp;

/// The first pause, in seconds; each next one is twice as long.
const PAUSE_SECONDS: i64 = 60;
/// The longest pause.
const LONGEST_SECONDS: i64 = 3_600;
/// How long it is tried, in seconds: what mail servers do (RFC 5321, section 4.5.4.1).
const PATIENCE_SECONDS: i64 = 5 * 86_400;

/// What becomes of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Again at this time.
    Again(Timestamp),
    /// Never.
    GivenUp,
}

/// After the trouble of so many tries, of a letter that has been waiting since then.
pub(crate) fn after(tries: u64, since: Timestamp, now: Timestamp) -> Next {
    let doublings = u32::try_from(tries.clamp(1, 10) - 1).unwrap_or(9);
    let next = now.plus_seconds((PAUSE_SECONDS << doublings).min(LONGEST_SECONDS));
    if next >= since.plus_seconds(PATIENCE_SECONDS) { Next::GivenUp } else { Next::Again(next) }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Timestamp;

    use super::{Next, after};

    #[test]
    fn pauses_grow_to_an_hour_and_patience_ends_after_five_days() {
        let since = Timestamp::from_micros(1_763_800_000_000_000);
        let pause = |tries| match after(tries, since, since) {
            Next::Again(at) => at.seconds_since(since),
            Next::GivenUp => panic!("given up"),
        };
        assert_eq!(
            (pause(0), pause(1), pause(2), pause(6), pause(7), pause(u64::MAX)),
            (60.0, 60.0, 120.0, 1_920.0, 3_600.0, 3_600.0)
        );
        assert!(matches!(after(120, since, since.plus_days(5).plus_seconds(-3_601)), Next::Again(_)));
        assert_eq!(after(120, since, since.plus_days(5).plus_seconds(-3_600)), Next::GivenUp);
        let mut now = since;
        let mut tries = 0;
        while let Next::Again(at) = after(tries, since, now) {
            (now, tries) = (at, tries + 1);
        }
        assert!((100..140).contains(&tries), "{tries}");
    }
}
