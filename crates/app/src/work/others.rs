//! Tasks that this process may not do and others may: their rows may not be handled where it runs. They go back at once, and
//! are left to others for a while; it is looked again in case settings or map changed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use exeunt_base::{TaskId, Timestamp};

/// Seconds for which a task is left to others.
const SECONDS: i64 = 60;

/// Most tasks remembered: each is named when the next one is asked for.
const MOST: usize = 200;

/// The tasks left to others.
#[derive(Debug, Default)]
pub struct Others(Mutex<BTreeMap<TaskId, Timestamp>>);

impl Others {
    /// Leaves a task to others. When there are too many, the one remembered longest is forgotten.
    pub(super) fn add(&self, task: TaskId, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(task, now.plus_seconds(SECONDS));
        if known.len() > MOST
            && let Some(first) = known.iter().min_by_key(|(_, until)| **until).map(|(task, _)| *task)
        {
            known.remove(&first);
        }
    }

    /// Those that are left to others now.
    pub(super) fn list(&self, now: Timestamp) -> Vec<TaskId> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, until| *until > now);
        known.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::{TaskId, Timestamp};

    use super::{MOST, Others, SECONDS};

    #[test]
    fn a_task_is_left_to_others_for_a_while() {
        let others = Others::default();
        let task = |number: u8| TaskId::new(Timestamp::from_micros(0), [number; 10]);
        let now = Timestamp::from_micros(1_000_000);
        others.add(task(1), now);
        assert_eq!(others.list(now), [task(1)]);
        assert!(others.list(now.plus_seconds(SECONDS)).is_empty());
        for number in 0..=u8::try_from(MOST).unwrap() {
            others.add(task(number), now.plus_seconds(i64::from(number)));
        }
        let left = others.list(now);
        assert!(left.len() == MOST && !left.contains(&task(0)));
    }
}
