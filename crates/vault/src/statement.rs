//! What may honestly be said after a key was destroyed (NIST SP 800-88 Rev. 2). Pure.
//!
//! Destroying a key counts as *purge* only when every copy of it is gone. While a backup may still hold one, the word
//! is *pending*, with a date; where nobody can say, it is *clear*, and no better.

use exeunt_base::{EpochId, RequestId, Timestamp};

/// How long backups that may hold the key are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backups {
    /// None are made of that place.
    None,
    /// Each is destroyed after so many days.
    KeptDays(u32),
    /// Nobody has told us.
    Unknown,
}

/// What the files lie on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// Overwriting a file overwrites its blocks: a magnetic disk or memory, a file system that updates in place.
    InPlace,
    /// Overwriting leaves the old block behind until it is used again: flash, copy-on-write, snapshots.
    Remapped,
    /// Nobody has told us.
    Unknown,
}

/// Where a copy of a destroyed key may still be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Backups of the key directory.
    KeyBackups,
    /// Backups of the control database.
    StoreBackups,
    /// Blocks of the disk that were let go. The copy there is wrapped: it needs the keys above it.
    FreeBlocks,
}

/// A copy that may exist, and when it will be gone; `None` when nobody can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remnant {
    /// Where.
    pub place: Place,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// The word that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Every copy is gone: recovery is out of reach of any laboratory.
    Purge,
    /// Purge once the last known copy has expired, at this time.
    Pending(Timestamp),
    /// Gone for whoever uses the system; a copy may exist and nobody can say until when.
    Clear,
}

/// What was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A whole epoch's key.
    Epoch(EpochId),
    /// One request's salt.
    Request(RequestId),
}

/// What is said of one destroyed key: a record for the receipt and the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What was destroyed.
    pub of: Subject,
    /// When it was destroyed here.
    pub destroyed_at: Timestamp,
    /// Where a copy may survive; empty when nowhere.
    pub copies: Vec<Remnant>,
}

impl Statement {
    /// How the data under the key was encrypted.
    pub const CIPHER: &str = "AES-256-GCM, keys by HKDF-SHA-256";

    /// The strength of the key in bits.
    pub const STRENGTH_BITS: u32 = 256;

    /// After an epoch's key was destroyed.
    pub fn of_epoch(epoch: EpochId, destroyed_at: Timestamp, backups: Backups, medium: Medium) -> Self {
        let free_blocks = match medium {
            Medium::InPlace => None,
            Medium::Remapped | Medium::Unknown => Some(Remnant { place: Place::FreeBlocks, until: None }),
        };
        let copies =
            backed_up(Place::KeyBackups, destroyed_at, backups).into_iter().chain(free_blocks).collect();
        Self { of: Subject::Epoch(epoch), destroyed_at, copies }
    }

    /// After a request's salt was destroyed. A salt is useless without its epoch's key, so no copy of it outlives that:
    /// `epoch_dies` is when the last copy of the epoch's key will be gone, where that is known.
    pub fn of_request(
        request: RequestId,
        destroyed_at: Timestamp,
        store_backups: Backups,
        epoch_dies: Option<Timestamp>,
    ) -> Self {
        let copies = backed_up(Place::StoreBackups, destroyed_at, store_backups)
            .into_iter()
            .map(|copy| Remnant { until: [copy.until, epoch_dies].into_iter().flatten().min(), ..copy })
            .collect();
        Self { of: Subject::Request(request), destroyed_at, copies }
    }

    /// The word that fits at `now`.
    pub fn label(&self, now: Timestamp) -> Label {
        let mut last = None;
        for copy in &self.copies {
            match copy.until {
                None => return Label::Clear,
                Some(until) if until > now => last = last.max(Some(until)),
                Some(_) => {}
            }
        }
        last.map_or(Label::Purge, Label::Pending)
    }
}

fn backed_up(place: Place, from: Timestamp, backups: Backups) -> Option<Remnant> {
    match backups {
        Backups::None => None,
        Backups::KeptDays(days) => Some(Remnant { place, until: Some(from.plus_days(i64::from(days))) }),
        Backups::Unknown => Some(Remnant { place, until: None }),
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::{EpochId, RequestId, Timestamp};

    use super::{Backups, Label, Medium, Place, Statement};

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn it_is_purge_only_when_no_copy_can_be_left() {
        let epoch = EpochId::from_bytes([1; 16]);
        let none = Statement::of_epoch(epoch, NOW, Backups::None, Medium::InPlace);
        assert_eq!(none.label(NOW), Label::Purge);
        let kept = Statement::of_epoch(epoch, NOW, Backups::KeptDays(14), Medium::InPlace);
        assert_eq!(kept.label(NOW), Label::Pending(NOW.plus_days(14)));
        assert_eq!(kept.label(NOW.plus_days(14)), Label::Purge);
        let unknown = Statement::of_epoch(epoch, NOW, Backups::Unknown, Medium::InPlace);
        assert_eq!(unknown.label(NOW.plus_days(10_000)), Label::Clear);
        let flash = Statement::of_epoch(epoch, NOW, Backups::KeptDays(14), Medium::Remapped);
        assert_eq!(flash.label(NOW.plus_days(15)), Label::Clear);
        assert_eq!(
            flash.copies.iter().map(|copy| copy.place).collect::<Vec<_>>(),
            [Place::KeyBackups, Place::FreeBlocks]
        );
    }

    #[test]
    fn a_salt_in_an_old_backup_is_worth_nothing_once_its_epoch_is_dead() {
        let request = RequestId::from_bytes([1; 16]);
        let of = |backups, dies| Statement::of_request(request, NOW, backups, dies).label(NOW);
        assert_eq!(of(Backups::None, None), Label::Purge);
        assert_eq!(of(Backups::KeptDays(90), None), Label::Pending(NOW.plus_days(90)));
        assert_eq!(of(Backups::KeptDays(90), Some(NOW.plus_days(40))), Label::Pending(NOW.plus_days(40)));
        assert_eq!(of(Backups::Unknown, Some(NOW.plus_days(40))), Label::Pending(NOW.plus_days(40)));
        assert_eq!(of(Backups::Unknown, None), Label::Clear);
    }
}
