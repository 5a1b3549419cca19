//! Stepping aside: while every place is taken, a job that has had its time makes room at its next batch for an organization
//! that has none at work. It goes back into the queue and on where it was.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use exeunt_base::{OrganizationId, TaskId, Timestamp};

use crate::tasks::wanted::RUN_JOB;

/// Seconds a job has before it may be asked: to take it up again costs something as well.
const TIME: f64 = 1.0;

/// A task in hand.
#[derive(Debug, Clone)]
pub(super) struct Hand {
    pub(super) task: TaskId,
    pub(super) organization: OrganizationId,
    pub(super) kind: String,
    pub(super) since: Timestamp,
    /// Set to have it stop at its next good place.
    pub(super) stop: Arc<AtomicBool>,
}

/// All tasks in hand.
#[derive(Debug, Default)]
pub(super) struct Hands(Mutex<Vec<Hand>>);

impl Hands {
    fn lock(&self) -> MutexGuard<'_, Vec<Hand>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, hand: Hand) {
        self.lock().push(hand);
    }

    pub(super) fn remove(&self, task: TaskId) {
        self.lock().retain(|hand| hand.task != task);
    }

    /// All of them stop at their next good places.
    pub(super) fn stop_all(&self) {
        self.lock().iter().for_each(|hand| hand.stop.store(true, Ordering::SeqCst));
    }

    /// Asks one to make room for those who wait, where one should. `waiting` are organizations that have work.
    pub(super) fn make_room(&self, waiting: &BTreeSet<OrganizationId>, now: Timestamp) {
        let hands = self.lock();
        if let Some(place) = who(&hands, waiting, now) {
            hands[place].stop.store(true, Ordering::SeqCst);
        }
    }
}

/// Who steps aside: the job that has been at work longest of the organization that has most. Nobody, when nobody waits but
/// those who are at work, or somebody was asked already.
fn who(hands: &[Hand], waiting: &BTreeSet<OrganizationId>, now: Timestamp) -> Option<usize> {
    let of = |organization| hands.iter().filter(|hand| hand.organization == organization).count();
    let asked = hands.iter().any(|hand| hand.stop.load(Ordering::SeqCst));
    if asked || waiting.iter().all(|organization| of(*organization) > 0) {
        return None;
    }
    hands
        .iter()
        .enumerate()
        .filter(|(_, hand)| hand.kind == RUN_JOB && now.seconds_since(hand.since) >= TIME)
        .max_by_key(|(_, hand)| (of(hand.organization), std::cmp::Reverse(hand.since)))
        .map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;

    use exeunt_base::{OrganizationId, TaskId, Timestamp};

    use super::{Hand, who};

    fn organization(number: u8) -> OrganizationId {
        OrganizationId::new(Timestamp::from_micros(0), [number; 10])
    }

    fn hand(number: u8, of: u8, kind: &str, since: i64) -> Hand {
        Hand {
            task: TaskId::new(Timestamp::from_micros(0), [number; 10]),
            organization: organization(of),
            kind: kind.to_owned(),
            since: Timestamp::from_micros(since * 1_000_000),
            stop: Arc::default(),
        }
    }

    fn asked(hands: &[Hand], waiting: &[u8]) -> Option<usize> {
        let waiting: BTreeSet<_> = waiting.iter().map(|number| organization(*number)).collect();
        who(hands, &waiting, Timestamp::from_micros(100_000_000))
    }

    #[test]
    fn the_longest_job_of_whoever_has_most_makes_room_for_whoever_has_none() {
        let hands = [
            hand(1, 1, "run_job", 10),
            hand(2, 2, "run_job", 30),
            hand(3, 2, "run_job", 20),
            hand(4, 2, "purge", 0),
        ];
        assert_eq!(asked(&hands, &[3]), Some(2));
        assert_eq!(asked(&hands, &[1, 2]), None, "they have their turn");
        assert_eq!(asked(&hands, &[]), None);
        hands[2].stop.store(true, Ordering::SeqCst);
        assert_eq!(asked(&hands, &[3]), None, "one is enough");
    }

    #[test]
    fn nobody_is_asked_who_just_began_or_cannot_stop_half_way() {
        assert_eq!(asked(&[hand(1, 1, "run_job", 100), hand(2, 1, "restore", 0)], &[3]), None);
    }
}
