//! From an approved plan to a job that is ready to strike: the census taken or read back, the ledger entered.

use std::collections::HashSet;

use exeunt_audit::commitment::Commitment;
use exeunt_audit::event::Event;
use exeunt_audit::kind::Kind;
use exeunt_base::{Cell, RequestId, Secret};
use exeunt_plan::document::{AnchorFrom, Document};
use exeunt_store::Change;

use crate::batch::again::Again;
use crate::census::find::compare_of_kind;
use crate::census::keys::{self, Collector, KeysOf};
use crate::census::yields::Yields;
use crate::census::{Caps, Census, Finder, Keeping};
use crate::error::Error;
use crate::failpoint;
use crate::job::Work;
use crate::kept::Remembered;
use crate::ledger::absent;
use crate::people::normalized;
use crate::sealing;
use crate::units::{counted, units_of};

/// What people confirmed over the guards, for this job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Confirmed {
    /// This many rows for one person are right.
    pub rows: Option<u64>,
    /// This many matches in one subject model are right.
    pub matches: Option<u64>,
    /// Identifiers that disagree are right.
    pub identity: bool,
    /// Nothing is held of some of these people, and that is the answer.
    pub nobody: bool,
}

/// What a census enters into the store: its counts, what was learned of the people, the rows that stay by law, and the
/// people's place in the ledger.
pub(crate) struct Pending {
    counted: Vec<exeunt_store::jobs::Unit>,
    learned: Vec<(RequestId, Vec<u8>)>,
    kept: Vec<exeunt_store::kept::KeptRows>,
    event: Event,
}

/// Sets whose rows a plan's steps touch.
pub fn touched(document: &Document) -> HashSet<usize> {
    document.steps.iter().map(|step| step.set).collect()
}

/// Sets that must be found for the steps: those touched, those kept, those that hold people, and those others start from.
pub fn wanted(document: &Document) -> HashSet<usize> {
    let mut wanted = touched(document);
    wanted.extend(document.kept.iter().map(|kept| kept.set));
    wanted.extend(document.sets.iter().filter(|set| set.subject).map(|set| set.number));
    // a set nothing touches may be what others start from: rows of a ring, or owners that stay
    let mut waiting: Vec<usize> = wanted.iter().copied().collect();
    while let Some(set) = waiting.pop() {
        for from in &document.sets[set].anchors {
            let starts = match from {
                AnchorFrom::Set { set, .. } => std::slice::from_ref(set),
                AnchorFrom::Identity { learned_from, .. } => learned_from,
            };
            waiting.extend(starts.iter().filter(|set| wanted.insert(**set)));
        }
    }
    wanted
}

impl Work<'_> {
    /// The job's salt, which must still be there.
    fn salt(&self) -> Result<exeunt_vault::Salt, Error> {
        self.job_salt()
            .ok_or_else(|| Error::Refused("E0404", format!("job `{}` is settled already", self.job.id)))
    }

    fn keeping(&self) -> Result<Keeping<'_>, Error> {
        Ok(Keeping {
            shelf: &self.engine.shelf,
            key: &self.epoch_key,
            meta: keys::meta(self.engine.new_blob(), &self.epoch_key, self.job.id),
            salt: self.salt()?,
            chance: self.engine.new_secret(),
        })
    }

    /// Takes the census: finds every row once, in one snapshot of each source, and keeps the keys.
    pub async fn count(&mut self, confirmed: Confirmed) -> Result<(), Error> {
        failpoint::pass("before-census");
        let caps = Caps {
            matches: confirmed.matches.unwrap_or(self.engine.settings.matches_cap),
            rows: confirmed.rows.unwrap_or(0).max(self.job.rows_confirmed).max(self.document.row_cap),
            identity_confirmed: confirmed.identity,
        };
        let mut claimants = std::mem::take(&mut self.claimants);
        let found = self.find(caps, confirmed.nobody, &mut claimants).await;
        self.claimants = claimants;
        let (census, kept) = found?;
        self.adopt(census);
        self.kept = kept;
        self.enter().await?;
        failpoint::pass("after-census");
        Ok(())
    }

    async fn find(
        &self,
        caps: Caps,
        nobody_is_right: bool,
        claimants: &mut [crate::people::Claimant],
    ) -> Result<(Census, Remembered), Error> {
        let mut readers = self.engine.snapshots(self.document).await?;
        let mut collector = Collector::new(self.document.sets.len(), self.keeping()?);
        let touched = touched(self.document);
        let mut finder = Finder::new(self.document, caps, touched.clone());
        // for a person struck before, their own rows are known but no longer there
        finder.remember(claimants);
        let mut yields = Yields::new(self.document);
        let mut kept = Remembered::new(self.document);
        let mut sink = |set: usize, who: &[u32], key: &[Cell]| {
            kept.take(set, who, key);
            let counts = touched.contains(&set) && !yields.yields(set, who, key);
            if counts { collector.take(set, who, key) } else { Ok(()) }
        };
        finder.run(&mut readers, claimants, &wanted(self.document), &mut sink).await?;
        drop(readers);
        let nobody = finder.nobody(claimants);
        if !nobody_is_right && !nobody.is_empty() {
            return Err(Error::Nobody { requests: nobody });
        }
        // a job of more than one batch needs its keys after a crash, when the ways to its rows may be cut
        let many = collector.rows() > self.engine.settings.first_rows() || self.sources_touched() > 1;
        Ok((collector.finish(many)?, kept))
    }

    /// How many sources the plan's steps touch.
    fn sources_touched(&self) -> usize {
        let sources: HashSet<_> =
            self.document.steps.iter().map(|step| &self.document.sets[step.set].model.source).collect();
        sources.len()
    }

    /// Takes a census as the job's own; with its keys sealed, people are hidden by veils first.
    fn adopt(&mut self, census: Census) {
        self.units = units_of(self.document, census.blob.is_some());
        self.again = Again::new(self.document, &self.units);
        self.positions = vec![0; self.units.len()];
        self.census = census;
    }

    /// Seals a census that was in memory only, because the job turned out to need more than one batch.
    pub async fn keep_census(&mut self) -> Result<(), Error> {
        if self.census.blob.is_some() {
            return Ok(());
        }
        let mut census = std::mem::take(&mut self.census);
        let kept = self.keeping().and_then(|keeping| census.seal(&keeping));
        self.census = census;
        let blob = kept?;
        let mut change = self.engine.change_under(&self.lease).await?;
        let events = self.enter_pending(&mut change).await?;
        change.keep_census_blob(self.job.id, blob).await?;
        self.finish(change, &events).await?;
        self.job.census_blob = Some(blob);
        Ok(())
    }

    /// Writes the census into the store, with what was learned of the people, and enters them in the ledger: before the
    /// first row is struck for good, so that a crash right after it finds them there. A census that was sealed is
    /// entered at once; one in memory, of no use to anybody else, goes in with the record of its one batch.
    async fn enter(&mut self) -> Result<(), Error> {
        let counted = counted(&self.units, self.document, &self.census);
        let case_keys = self.engine.store.case_keys_of(self.job.id).await?;
        let learned = self.engine.seal_all_known(&case_keys, &self.claimants)?;
        let kept = std::mem::take(&mut self.kept);
        let kept = self.engine.seal_remembered(self.job.id, self.document, &self.claimants, kept)?;
        let salt = Secret::new(*self.salt()?.expose());
        let digest = Commitment::new(&salt, "census", self.census.digest.as_bytes());
        let total: u64 = counted.iter().map(|unit| unit.total).sum();
        let event = self
            .engine
            .event(Kind::CensusTaken, None)
            .about(self.job.id)
            .about(self.job.plan)
            .count("rows", total)
            .count("people", self.claimants.len() as u64)
            .commit("census", digest);
        self.pending = Some(Pending { counted, learned, kept, event });
        self.job.census_blob = self.census.blob;
        self.job.census_digest = Some(self.census.digest.clone());
        self.job.rows_total = total;
        if self.census.blob.is_none() {
            return Ok(());
        }
        let mut change = self.engine.change_under(&self.lease).await?;
        let events = self.enter_pending(&mut change).await?;
        self.finish(change, &events).await
    }

    /// Writes what is pending into a change; gives the entry that must go with it. It stays pending until
    /// [`Self::finish`] has committed.
    pub(crate) async fn enter_pending(&self, change: &mut Change<'_>) -> Result<Vec<Event>, Error> {
        let Some(pending) = &self.pending else { return Ok(Vec::new()) };
        let ledger = self.engine.keyring.purpose_key(self.engine.organization, "ledger")?;
        change.set_census(self.job.id, self.census.blob, &self.census.digest, &pending.counted).await?;
        change.set_all_identities(&pending.learned).await?;
        change.add_all_kept(&pending.kept).await?;
        let mut entries = Vec::new();
        for claimant in &self.claimants {
            for (kind, value) in absent::identifiers(self.document, &claimant.known) {
                if let Some(mac) = ledger_mac(&ledger, kind, value) {
                    entries.push((kind, mac, claimant.request));
                }
            }
        }
        change.add_all_to_ledger(self.engine.organization, &entries, self.engine.world.now()).await?;
        Ok(vec![pending.event.clone()])
    }

    /// Commits a change, with entries when there are any; then nothing is pending any more.
    pub(crate) async fn finish(&mut self, change: Change<'_>, events: &[Event]) -> Result<(), Error> {
        if events.is_empty() {
            return Ok(change.commit_bookkeeping().await?);
        }
        change.commit(self.engine.organization, events).await?;
        self.pending = None;
        Ok(())
    }

    /// What was counted by a process that is gone, and never sealed because it fitted one batch: totals without keys.
    /// `true` when that batch is closed, so that nobody needs the keys any more.
    pub async fn reopen_counts(&mut self) -> Result<bool, Error> {
        if self.job.census_digest.is_none() {
            return Ok(false);
        }
        let units = self.engine.store.units(self.job.id).await?;
        self.units = units_of(self.document, false);
        if units.len() != self.units.len() {
            return Err(not_its_units());
        }
        self.census.sets = vec![KeysOf::default(); self.document.sets.len()];
        for (unit, stored) in self.units.iter().zip(&units) {
            self.census.sets[unit.set].total = stored.total;
        }
        self.positions = units.iter().map(|unit| unit.position).collect();
        self.failed = units.iter().map(|unit| unit.failed).sum();
        Ok(self.all_had_their_turn())
    }

    /// Whether there were rows, and none is left.
    pub fn all_had_their_turn(&self) -> bool {
        self.left() == 0 && self.positions.iter().any(|position| *position > 0)
    }

    /// Reads the sealed census back after a crash. `false` when there is none: nothing can have been struck in part.
    pub async fn reopen_census(&mut self) -> Result<bool, Error> {
        let (Some(blob), Some(digest)) = (self.job.census_blob, self.job.census_digest.clone()) else {
            return Ok(false);
        };
        let census = Census::reopen(&self.engine.shelf, blob, &digest, self.document.sets.len())?;
        let units = self.engine.store.units(self.job.id).await?;
        // a census sealed late belongs to a job that was counted without veils
        let veils = units.len() > self.document.steps.len();
        self.units = units_of(self.document, veils);
        self.again = Again::new(self.document, &self.units);
        self.positions = units.iter().map(|unit| unit.position).collect();
        self.failed = units.iter().map(|unit| unit.failed).sum();
        self.census = census;
        if self.positions.len() == self.units.len() {
            return Ok(true);
        }
        Err(not_its_units())
    }
}

fn not_its_units() -> Error {
    Error::Damaged { what: "a job", why: String::from("its units are not those of its plan") }
}

/// The ledger's digest of an identifier; `None` for an empty one.
pub fn ledger_mac(ledger: &Secret<[u8; 32]>, kind: &str, value: &str) -> Option<[u8; 32]> {
    let value = normalized(compare_of_kind(kind), value)?.to_plain()?;
    Some(sealing::mac(ledger, &[b"ledger", kind.as_bytes(), value.as_bytes()]))
}
