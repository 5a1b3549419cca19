//! When an event that did not get through is tried again, and when it is given up. Pure.

use exeunt_base::Timestamp;

/// Seconds from one try to the next.
const PAUSES: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Seconds for which a webhook is left alone that says it is too busy and not for how long.
const BUSY_SECONDS: i64 = 60;
/// Most seconds it can ask for.
const LONGEST_SECONDS: i64 = 86_400;
/// Seconds for which a webhook is left alone after something did not get through: whatever else waits would not either.
const REST_SECONDS: i64 = 5;
/// Seconds without anything getting through after which a webhook is turned off.
pub(super) const PATIENCE_SECONDS: i64 = 5 * 86_400;

/// When it is tried again after so many tries; nothing when it is given up. `chance` makes a pause up to a tenth longer, so that not
/// all that failed together comes back together.
pub(super) fn after(tries: u64, chance: u8, now: Timestamp) -> Option<Timestamp> {
    let place = usize::try_from(tries.max(1) - 1).ok()?;
    let pause = *PAUSES.get(place)?;
    Some(now.plus_seconds(pause + pause * i64::from(chance) / 2_550))
}

/// Until when a webhook is left alone that answered like this.
pub(super) fn rest(status: Option<u16>, retry_after: Option<u32>, now: Timestamp) -> Timestamp {
    let busy = matches!(status, Some(429 | 502..=504));
    let asked = retry_after.map(|seconds| i64::from(seconds).min(LONGEST_SECONDS));
    let seconds = if busy { asked.unwrap_or(BUSY_SECONDS).max(REST_SECONDS) } else { REST_SECONDS };
    now.plus_seconds(seconds)
}

#[cfg(test)]
mod tests {
    use exeunt_base::Timestamp;

    use super::{after, rest};

    const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);

    #[test]
    fn ten_tries_take_a_little_more_than_three_days_and_then_it_is_given_up() {
        let pause = |tries, chance| after(tries, chance, NOW).map(|at| at.seconds_since(NOW));
        let pauses: Vec<f64> = (1..=9).map(|tries| pause(tries, 0).unwrap()).collect();
        let wanted = [5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0];
        assert_eq!(pauses, wanted);
        assert_eq!((pause(2, 255), pause(0, 0)), (Some(330.0), Some(5.0)));
        assert_eq!((pause(10, 0), pause(u64::MAX, 255)), (None, None));
    }

    #[test]
    fn whoever_is_busy_is_left_alone_for_as_long_as_they_ask() {
        let seconds = |status, asked| rest(status, asked, NOW).seconds_since(NOW);
        assert_eq!(seconds(Some(429), Some(120)), 120.0);
        assert_eq!(seconds(Some(503), None), 60.0);
        assert_eq!(seconds(Some(502), Some(0)), 5.0);
        assert_eq!(seconds(Some(504), Some(u32::MAX)), 86_400.0);
        assert_eq!((seconds(Some(500), Some(900)), seconds(None, None)), (5.0, 5.0));
    }
}
