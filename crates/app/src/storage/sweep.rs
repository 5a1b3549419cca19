//! Sweeping: what was to be deleted while the storage did not answer, and what processes that died left unfinished.
//!
//! What lies there is ciphertext whose keys are destroyed first; the sweeper sees to it that not even that stays. It takes away
//! what the store knows to be over, and leaves for long the blobs that the store does not know: perhaps it is an older one.

use exeunt_base::{BlobId, PackageId, Timestamp};
use exeunt_store::leftovers::Need;
use exeunt_vault::storage::Found;
use exeunt_vault::{Error as Vault, Storage};

use crate::error::Error;
use crate::house::House;
use crate::office::Office;

/// Days nobody writes one and the same thing for.
const UNFINISHED_DAYS: i64 = 1;
/// Seconds within which somebody may still be about to record or delete it themselves.
const YOUNG_SECONDS: i64 = 3_600;
/// Days for which blobs that nobody knows are left, longer than any window: perhaps the store is an older one.
const UNKNOWN_DAYS: i64 = 120;

/// How things begin that a storage is tried out with.
const PROBES: &str = "probe-";

/// What was swept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Blobs nobody claims.
    pub blobs: u64,
    /// Packages that were removed.
    pub packages: u64,
    /// Things that were begun and never finished.
    pub unfinished: u64,
}

impl Swept {
    /// Whether there was anything.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl House {
    /// Takes away what nobody needs, of all organizations. Any number of processes may do it at once.
    pub async fn sweep_storage(&self) -> Result<Swept, Error> {
        let own = self.own();
        let mut swept = Swept { blobs: blobs(own).await?, packages: packages(own).await?, unfinished: 0 };
        let since = self.world.now().plus_days(-UNFINISHED_DAYS);
        for storage in own.storages() {
            // of processes that died while they tried it out
            for probe in storage.list(PROBES)?.iter().filter(|probe| is_old(probe, self.world.now())) {
                take_away(storage, probe)?;
                swept.unfinished += 1;
            }
            for draft in storage.drafts()?.iter().filter(|draft| draft.modified < since) {
                storage.discard(draft)?;
                swept.unfinished += 1;
            }
        }
        Ok(swept)
    }
}

async fn blobs(own: &Office) -> Result<u64, Error> {
    let store = &own.engine.store;
    let (storage, now) = (own.engine.shelf.storage(), own.engine.world.now());
    let found = storage.list("")?;
    let censuses = store.living_censuses().await?;
    let mut swept = 0;
    for thing in &found {
        let Some(blob) = blob_of(&thing.name).filter(|blob| !censuses.contains(blob)) else { continue };
        let over = match store.need_of(blob).await? {
            Need::Needed => false,
            Need::Over => is_old(thing, now),
            Need::Unknown => is_forgotten(thing, now),
        };
        if over {
            take_away(storage, thing)?;
            swept += 1;
        }
    }
    Ok(swept)
}

async fn packages(own: &Office) -> Result<u64, Error> {
    let (storage, now) = (&*own.engine.packages, own.engine.world.now());
    let mut swept = 0;
    for thing in storage.list("")? {
        let Some(id) = thing.name.strip_suffix(".age").and_then(|id| id.parse::<PackageId>().ok()) else {
            continue;
        };
        let over = match own.engine.store.package(id).await {
            Ok(package) => package.removed_at.is_some() && is_old(&thing, now),
            // made and never recorded: its key was never kept, and it can be made again
            Err(exeunt_store::Error::NotFound { .. }) => thing.modified < now.plus_days(-UNFINISHED_DAYS),
            Err(error) => return Err(error.into()),
        };
        if over {
            take_away(storage, &thing)?;
            swept += 1;
        }
    }
    Ok(swept)
}

fn take_away(storage: &dyn Storage, thing: &Found) -> Result<(), Vault> {
    storage.delete(&thing.name).map(|_| ())
}

fn is_old(thing: &Found, now: Timestamp) -> bool {
    thing.modified < now.plus_seconds(-YOUNG_SECONDS)
}

fn is_forgotten(thing: &Found, now: Timestamp) -> bool {
    thing.modified < now.plus_days(-UNKNOWN_DAYS)
}

fn blob_of(name: &str) -> Option<BlobId> {
    name.rsplit('/').next()?.strip_suffix(".blob")?.parse().ok()
}
