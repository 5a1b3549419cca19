//! How often somebody may try. Rates, not locks: whoever fails too often from one place waits there, and nobody else does.
//!
//! Kept in memory and by digest only; a restart forgets it. What counts is failure: a success gives back what it took.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest;
use exeunt_base::{ActorId, Timestamp, UserId};

use crate::people::error::Error;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    /// Everything from one place.
    Source([u8; 32]),
    /// Links that lead nowhere, from one place. Apart from everything else: whoever tries them keeps nobody from signing in.
    Link([u8; 32]),
    /// What is typed in on a portal from one place. Apart, too: it keeps nobody from signing in.
    Portal([u8; 32]),
    /// One address, from one place.
    Login([u8; 32]),
    /// What the suppression list is asked by one actor: a thousand identifiers at a time. A key that was stolen goes through a
    /// country's phone numbers no faster than this.
    Suppression(ActorId),
    /// Wrong codes and passwords of somebody whose password or session is already known to whoever tries. Strangers never
    /// get that far, so they cannot use it to keep anybody out.
    User(UserId),
}

impl Counted {
    /// What comes from a place: a word the door knows it by, such as an address.
    pub(crate) fn source(source: &str) -> Self {
        Self::Source(digest_of(&[source.as_bytes()]))
    }

    /// Links that lead nowhere, from a place.
    pub(crate) fn link(source: &str) -> Self {
        Self::Link(digest_of(&[source.as_bytes()]))
    }

    /// What is typed in on a portal, from a place.
    pub(crate) fn portal(source: &str) -> Self {
        Self::Portal(digest_of(&[source.as_bytes()]))
    }

    /// Attempts on a login from a place.
    pub(crate) fn login(login: &[u8; 32], source: &str) -> Self {
        Self::Login(digest_of(&[login, source.as_bytes()]))
    }

    fn limit(self) -> Limit {
        match self {
            // a whole company may sit behind one address, and everybody behind a proxy
            Self::Source(_) | Self::Link(_) | Self::Portal(_) => Limit { at_once: 60, seconds_each: 6 },
            Self::Suppression(_) => Limit { at_once: 300, seconds_each: 1 },
            Self::Login(_) => Limit { at_once: 5, seconds_each: 60 },
            // of a million codes three count: 240 tries a day find one in four years
            Self::User(_) => Limit { at_once: 10, seconds_each: 360 },
        }
    }
}

fn digest_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// A bucket: so many at once, and one more after so many seconds.
#[derive(Debug, Clone, Copy)]
struct Limit {
    at_once: u32,
    seconds_each: u32,
}

/// How much a bucket lacks, in seconds of refilling, and since when.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    lacks_seconds: f64,
    at: Timestamp,
}

impl Bucket {
    fn lacks(self, now: Timestamp) -> f64 {
        (self.lacks_seconds - now.seconds_since(self.at).max(0.0)).max(0.0)
    }
}

/// Most buckets kept. Ten megabytes or so.
const MOST: usize = 100_000;

/// What was tried lately.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    buckets: Mutex<HashMap<Counted, Bucket>>,
}

impl Attempts {
    /// Takes one attempt, or says when there will be one.
    pub(crate) fn take(&self, what: Counted, now: Timestamp) -> Result<(), Error> {
        let Limit { at_once, seconds_each } = what.limit();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let lacks = buckets.get(&what).map_or(0.0, |bucket| bucket.lacks(now));
        let over = lacks + f64::from(seconds_each) - f64::from(at_once) * f64::from(seconds_each);
        if over > 0.0 {
            return Err(Error::TooMany { retry_seconds: over.ceil() as u32 });
        }
        make_room(&mut buckets, now);
        buckets.insert(what, Bucket { lacks_seconds: lacks + f64::from(seconds_each), at: now });
        Ok(())
    }

    /// Gives back what a success took.
    pub(crate) fn give_back(&self, what: Counted, now: Timestamp) {
        let each = f64::from(what.limit().seconds_each);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&what) {
            *bucket = Bucket { lacks_seconds: (bucket.lacks(now) - each).max(0.0), at: now };
        }
    }
}

/// Forgets buckets that are full again, and when there are still too many, those that lack least.
fn make_room(buckets: &mut HashMap<Counted, Bucket>, now: Timestamp) {
    if buckets.len() < MOST {
        return;
    }
    buckets.retain(|_, bucket| bucket.lacks(now) > 0.0);
    if buckets.len() >= MOST {
        let mut lacks: Vec<f64> = buckets.values().map(|bucket| bucket.lacks(now)).collect();
        let (_, middle, _) = lacks.select_nth_unstable_by(MOST / 2, f64::total_cmp);
        let middle = *middle;
        buckets.retain(|_, bucket| bucket.lacks(now) > middle);
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Timestamp, UserId};

    use super::{Attempts, Counted, MOST};
    use crate::people::error::Error;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_763_800_000_000_000).plus_seconds(seconds)
    }

    #[test]
    fn five_tries_then_one_a_minute() {
        let attempts = Attempts::default();
        let ada = Counted::login(&[1; 32], "192.0.2.1");
        for _ in 0..5 {
            assert_eq!(attempts.take(ada, at(0)), Ok(()));
        }
        assert_eq!(attempts.take(ada, at(0)), Err(Error::TooMany { retry_seconds: 60 }));
        assert_eq!(attempts.take(ada, at(45)), Err(Error::TooMany { retry_seconds: 15 }));
        assert_eq!(attempts.take(ada, at(60)), Ok(()));
        assert_eq!(attempts.take(ada, at(60)), Err(Error::TooMany { retry_seconds: 60 }));
        // a clock that went back lets nobody through, and nobody out
        assert_eq!(attempts.take(ada, at(0)), Err(Error::TooMany { retry_seconds: 60 }));
    }

    #[test]
    fn nobody_waits_for_what_somebody_else_did() {
        let attempts = Attempts::default();
        let stranger = Counted::login(&[1; 32], "198.51.100.7");
        while attempts.take(stranger, at(0)).is_ok() {}
        for other in [
            Counted::login(&[1; 32], "192.0.2.1"),
            Counted::login(&[2; 32], "198.51.100.7"),
            Counted::source("198.51.100.7"),
            Counted::User(UserId::from_bytes([1; 16])),
        ] {
            assert_eq!(attempts.take(other, at(0)), Ok(()));
        }
    }

    #[test]
    fn a_success_gives_back_what_it_took() {
        let attempts = Attempts::default();
        let office = Counted::source("192.0.2.1");
        for _ in 0..1_000 {
            assert_eq!(attempts.take(office, at(0)), Ok(()));
            attempts.give_back(office, at(0));
        }
    }

    #[test]
    fn memory_is_bounded_and_the_worst_are_remembered() {
        let attempts = Attempts::default();
        let worst = Counted::login(&[1; 32], "198.51.100.7");
        while attempts.take(worst, at(0)).is_ok() {}
        for number in 0..MOST + 10 {
            assert_eq!(attempts.take(Counted::source(&number.to_string()), at(0)), Ok(()));
        }
        assert!(attempts.buckets.lock().unwrap().len() <= MOST);
        assert!(attempts.take(worst, at(0)).is_err());
    }
}
