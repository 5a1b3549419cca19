//! Passwords as argon2id hashes: hard to guess from, hard to tell apart from outside, and never more than a few at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use exeunt_base::Secret;
use tokio::sync::Semaphore;

use crate::people::error::Error;

/// What a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// OWASP's advice for argon2id: 19 MiB, two passes, one lane; some 20 ms.
    pub const USUAL: Self = Self { memory_kib: 19_456, passes: 2, lanes: 1 };

    /// Most a stored hash may ask for: a changed row must not make us fill the memory.
    const MOST: Self = Self { memory_kib: 1 << 20, passes: 64, lanes: 16 };

    fn is_below(self, other: Self) -> bool {
        self.memory_kib < other.memory_kib || self.passes < other.passes || self.lanes < other.lanes
    }
}

/// Hashes at once. Two cores, and 19 MiB each.
const AT_ONCE: usize = 2;

/// After how long it is worth trying again when all places are taken.
const RETRY_SECONDS: u32 = 1;

const LENGTH: usize = 32;

/// Hashes and compares passwords on blocking threads, two at a time; whoever comes when all are taken is told to
/// come again, so that nobody can fill memory and cores with sign-ins.
#[derive(Debug)]
pub struct Hasher {
    cost: Cost,
    places: Arc<Semaphore>,
    hashes: AtomicU64,
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new(Cost::USUAL)
    }
}

impl Hasher {
    /// One of this cost.
    pub fn new(cost: Cost) -> Self {
        Self { cost, places: Arc::new(Semaphore::new(AT_ONCE)), hashes: AtomicU64::new(0) }
    }

    /// How many hashes were made: the same for every failed sign-in, whoever it was for.
    pub fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    /// A password's PHC string. `salt` is fresh chance.
    pub async fn hash(&self, password: &Secret<String>, salt: [u8; 16]) -> Result<String, Error> {
        let cost = self.cost;
        let digest = self.stretch(password, cost, salt.to_vec()).await?;
        Ok(Phc { cost, salt: salt.to_vec(), digest: digest.expose().to_vec() }.render())
    }

    /// Whether a password is the one of a stored hash. With none there (nobody signs in by that address, or nobody any
    /// more) it takes as long and says no.
    pub async fn verify(&self, password: &Secret<String>, stored: Option<&str>) -> Result<bool, Error> {
        let Some(phc) = stored.and_then(Phc::parse) else {
            self.stretch(password, self.cost, vec![0; 16]).await?;
            return Ok(false);
        };
        let digest = self.stretch(password, phc.cost, phc.salt).await?;
        Ok(constant_time::verify_slices_are_equal(digest.expose(), &phc.digest).is_ok())
    }

    /// Whether a stored hash costs less than new ones do, and should be made again now that the password is at hand.
    pub fn is_outdated(&self, stored: &str) -> bool {
        Phc::parse(stored).is_none_or(|phc| phc.cost.is_below(self.cost))
    }

    async fn stretch(
        &self,
        password: &Secret<String>,
        cost: Cost,
        salt: Vec<u8>,
    ) -> Result<Secret<[u8; LENGTH]>, Error> {
        let busy = Error::Busy { retry_seconds: RETRY_SECONDS };
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| busy.clone())?;
        self.hashes.fetch_add(1, Ordering::Relaxed);
        let password = password.clone();
        let work = tokio::task::spawn_blocking(move || {
            // held here: whoever stops waiting does not make room before the work is done
            let _place = place;
            let cost = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(LENGTH))
                .expect("costs of ours and those that were read are within argon2's bounds");
            let mut out = [0; LENGTH];
            Argon2::new(Algorithm::Argon2id, Version::V0x13, cost)
                .hash_password_into(password.expose().as_bytes(), &salt, &mut out)
                .expect("salt and password have lengths that argon2 takes");
            Secret::new(out)
        });
        // only a process that is being shut down drops the work
        work.await.map_err(|_| busy)
    }
}

/// `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`.
struct Phc {
    cost: Cost,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Phc {
    fn render(&self) -> String {
        let Cost { memory_kib, passes, lanes } = self.cost;
        let (salt, digest) = (STANDARD_NO_PAD.encode(&self.salt), STANDARD_NO_PAD.encode(&self.digest));
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${digest}")
    }

    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("$argon2id$v=19$m=")?;
        let (memory, rest) = rest.split_once(",t=")?;
        let (passes, rest) = rest.split_once(",p=")?;
        let (lanes, rest) = rest.split_once('$')?;
        let (salt, digest) = rest.split_once('$')?;
        let cost = Cost {
            memory_kib: memory.parse().ok()?,
            passes: passes.parse().ok()?,
            lanes: lanes.parse().ok()?,
        };
        let phc = Self {
            cost,
            salt: STANDARD_NO_PAD.decode(salt).ok()?,
            digest: STANDARD_NO_PAD.decode(digest).ok()?,
        };
        let sane = cost.memory_kib <= Cost::MOST.memory_kib
            && (1..=Cost::MOST.passes).contains(&cost.passes)
            && (1..=Cost::MOST.lanes).contains(&cost.lanes)
            && cost.memory_kib >= 8 * cost.lanes
            && (8..=64).contains(&phc.salt.len())
            && phc.digest.len() == LENGTH;
        sane.then_some(phc)
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Secret;

    use super::{Cost, Hasher, Phc};
    use crate::people::error::Error;

    const LIGHT: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_fresh_hash_has_the_advised_cost_and_knows_its_password() {
        let hasher = Hasher::default();
        let phc = hasher.hash(&secret("correct horse battery staple"), [7; 16]).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(hasher.verify(&secret("correct horse battery staple"), Some(&phc)).await.unwrap());
        assert!(!hasher.verify(&secret("correct horse battery stable"), Some(&phc)).await.unwrap());
        assert!(!hasher.is_outdated(&phc));
        assert_eq!(hasher.hashes(), 3);
    }

    #[tokio::test]
    async fn nobodys_password_is_hashed_all_the_same() {
        let hasher = Hasher::new(LIGHT);
        for stored in [None, Some(""), Some("$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA")] {
            assert!(!hasher.verify(&secret("anything at all"), stored).await.unwrap());
        }
        assert_eq!(hasher.hashes(), 3);
    }

    #[tokio::test]
    async fn a_cheaper_hash_is_outdated() {
        let phc = Hasher::new(LIGHT).hash(&secret("four plain words here"), [1; 16]).await.unwrap();
        let dearer = Hasher::new(Cost { passes: 2, ..LIGHT });
        assert!(dearer.is_outdated(&phc) && !Hasher::new(LIGHT).is_outdated(&phc));
        assert!(dearer.verify(&secret("four plain words here"), Some(&phc)).await.unwrap());
    }

    #[tokio::test]
    async fn whoever_comes_when_all_places_are_taken_is_told_when_to_come_again() {
        let hasher = Hasher::new(LIGHT);
        let _both = hasher.places.acquire_many(2).await.unwrap();
        let refused = hasher.verify(&secret("anything at all"), None).await;
        assert_eq!(refused, Err(Error::Busy { retry_seconds: 1 }));
        assert_eq!(hasher.hashes(), 0);
    }

    #[test]
    fn a_stored_hash_that_asks_for_too_much_is_none() {
        let phc = |memory: u64, passes: u32, lanes: u32| {
            let hash = "A".repeat(43);
            Phc::parse(&format!(
                "$argon2id$v=19$m={memory},t={passes},p={lanes}$AAAAAAAAAAAAAAAAAAAAAA${hash}"
            ))
            .is_some()
        };
        assert!(phc(19_456, 2, 1));
        for (memory, passes, lanes) in
            [(1 << 21, 2, 1), (19_456, 0, 1), (19_456, 65, 1), (19_456, 2, 0), (7, 1, 1)]
        {
            assert!(!phc(memory, passes, lanes), "m={memory},t={passes},p={lanes}");
        }
    }
}
