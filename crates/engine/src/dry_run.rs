//! A dry run: the steps of the plan carried out in truth, in one transaction for each source, rolled back. What it counts
//! is what the later run does, as long as nobody writes in between. (Rows are named by key here; the later run may come
//! to the same rows by the way they were found.)

use std::collections::{BTreeMap, HashSet};

use exeunt_base::{BatchId, Cell, JobId, Name, RequestId};
use exeunt_mask::MaskKey;
use exeunt_plan::document::Document;
use exeunt_plan::table::Counts;
use exeunt_source::Transaction;
use exeunt_vault::Salt;

use crate::batch::again::Again;
use crate::batch::ghosts::Ghosts;
use crate::batch::seal::Nowhere;
use crate::batch::strike::{Hands, strike};
use crate::cabinet::Engine;
use crate::census::keys::{Collector, Reading};
use crate::census::once::Once;
use crate::census::yields::Yields;
use crate::census::{Caps, Census, Finder, Keeping, keys};
use crate::error::Error;
use crate::gate;
use crate::job::prepare::{Confirmed, touched, wanted};
use crate::people::Claimant;
use crate::units::units_of;

/// Rows struck at once; nothing is kept of them.
const ROWS: u64 = 20_000;

/// One step of a dry run or preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The step's place in the plan.
    pub step: usize,
    /// The model.
    pub model: String,
    /// `delete`, `anonymize`, …
    pub action: String,
    /// Rows the census found.
    pub found: u64,
    /// Rows the statements touched; `None` in a preview, which runs none.
    pub struck: Option<u64>,
    /// Rows that would be held back.
    pub held_back: u64,
    /// Why, each reason once.
    pub why: Vec<String>,
}

/// What a preview or dry run tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The steps.
    pub lines: Vec<Line>,
    /// Rows that stay, by their place in the plan's list of kept sets.
    pub kept: Vec<u64>,
    /// Rows of each set, by set number; for an access plan, what the answer will hold.
    pub sets: Vec<u64>,
    /// Rows by what finally becomes of them, each once.
    pub once: Counts,
}

impl Engine {
    /// Counts what a plan would touch for these people, exactly, without touching it.
    pub async fn preview(
        &self,
        document: &Document,
        people: Vec<Claimant>,
        confirmed: Confirmed,
    ) -> Result<Preview, Error> {
        let mut all = wanted(document);
        all.extend(document.reads.iter().map(|read| read.set));
        let (_, sets, once) = self.rehearsal_census(document, people, confirmed, &all).await?;
        let units = units_of(document, false);
        let lines = units
            .iter()
            .map(|unit| Line {
                step: unit.step,
                model: document.sets[unit.set].model.to_string(),
                action: unit.work.word().to_owned(),
                found: sets[unit.set],
                struck: None,
                held_back: 0,
                why: Vec::new(),
            })
            .collect();
        let kept = document.kept.iter().map(|kept| sets[kept.set]).collect();
        Ok(Preview { lines, kept, sets, once })
    }

    /// Runs the plan's own statements and rolls them back.
    pub async fn dry_run(
        &self,
        document: &Document,
        people: Vec<Claimant>,
        confirmed: Confirmed,
    ) -> Result<Preview, Error> {
        self.may_write(&gate::sources_of(document)).await?;
        let catalogs = self.catalogs(document).await?;
        for (name, _) in &document.catalogs {
            if !self.source(name)?.abilities().rolls_back {
                return Err(Error::Refused(
                    "E0209",
                    format!("source `{name}` cannot undo a transaction, so there is no dry run"),
                ));
            }
        }
        let (rehearsal, sets, once) =
            self.rehearsal_census(document, people, confirmed, &wanted(document)).await?;
        let units = units_of(document, false);
        let ready = self.make_ready(&units, document, &catalogs)?;
        let mask_key = MaskKey::new(&self.new_secret());
        let mut ghosts = Ghosts::new(document, &catalogs);
        // what comes of a mask is not looked at
        let again = Again::default();
        let mut open: BTreeMap<Name, Box<dyn Transaction>> = BTreeMap::new();
        let mut lines = Vec::new();
        let mut trouble = None;
        'steps: for ready in &ready {
            let unit = ready.unit;
            if !open.contains_key(&unit.source) {
                let tx = self.source(&unit.source)?.begin().await.map_err(Error::at(&unit.source))?;
                open.insert(unit.source.clone(), tx);
            }
            let Some(tx) = open.get_mut(&unit.source) else { continue };
            let total = rehearsal.census.sets[unit.set].total;
            let mut line = Line {
                step: unit.step,
                model: document.sets[unit.set].model.to_string(),
                action: unit.work.word().to_owned(),
                found: total,
                struck: Some(0),
                held_back: 0,
                why: Vec::new(),
            };
            let reading = rehearsal.reading(self);
            let mut from = 0;
            while from < total {
                let to = if unit.together { total } else { total.min(from + ROWS) };
                let mut entries = reading.entries(unit.set, from, to)?;
                let mut hands = Hands {
                    document,
                    mask_key: &mask_key,
                    ghosts: &mut ghosts,
                    again: &again,
                    world: &*self.world,
                    way: None,
                };
                match strike(ready, tx.as_mut(), from, &mut entries, &mut Nowhere, &mut hands).await {
                    Ok(struck) => {
                        line.struck = line.struck.map(|have| have + struck.done);
                        line.held_back += struck.held_back.len() as u64;
                        for (_, fault) in struck.held_back {
                            let words = fault.to_string();
                            if !line.why.contains(&words) {
                                line.why.push(words);
                            }
                        }
                    }
                    Err(error) => {
                        trouble = Some(error);
                        break 'steps;
                    }
                }
                from = to;
            }
            lines.push(line);
        }
        for (name, tx) in open {
            let undone = if trouble.is_some() { tx.rollback().await } else { tx.rehearse().await };
            if let Err(fault) = undone {
                trouble.get_or_insert(Error::at(&name)(fault));
            }
        }
        rehearsal.forget(self)?;
        match trouble {
            Some(error) => Err(error),
            None => {
                let kept = document.kept.iter().map(|kept| sets[kept.set]).collect();
                Ok(Preview { lines, kept, sets, once })
            }
        }
    }

    /// A census for looking only: counts of all sets, keys of those the steps touch.
    async fn rehearsal_census(
        &self,
        document: &Document,
        mut people: Vec<Claimant>,
        confirmed: Confirmed,
        all: &HashSet<usize>,
    ) -> Result<(Rehearsal, Vec<u64>, Counts), Error> {
        let caps = Caps {
            matches: confirmed.matches.unwrap_or(self.settings.matches_cap),
            rows: confirmed.rows.unwrap_or(0).max(document.row_cap),
            identity_confirmed: confirmed.identity,
        };
        let job = JobId::from_bytes(BatchId::to_bytes(self.new_batch()));
        let salt = Salt::new(*self.new_secret().expose());
        let epoch = self.keyring.epoch_for(
            self.organization,
            self.world.now(),
            self.settings.epoch_days,
            &self.new_secret(),
        )?;
        let keeping = Keeping {
            shelf: &self.shelf,
            key: &epoch,
            meta: keys::meta(self.new_blob(), &epoch, job),
            salt: salt.clone(),
            chance: self.new_secret(),
        };
        let mut collector = Collector::new(document.sets.len(), keeping);
        let mut counts = vec![0u64; document.sets.len()];
        let touched = touched(document);
        let mut finder = Finder::new(document, caps, touched.clone());
        let mut readers = self.snapshots(document).await?;
        let mut yields = Yields::new(document);
        let mut once = Once::new(document);
        let mut sink = |set: usize, who: &[u32], key: &[Cell]| {
            if yields.yields(set, who, key) {
                return Ok(());
            }
            counts[set] += 1;
            once.take(set, key);
            if touched.contains(&set) { collector.take(set, who, key) } else { Ok(()) }
        };
        finder.run(&mut readers, &mut people, all, &mut sink).await?;
        let census = collector.finish(false)?;
        Ok((Rehearsal { census, epoch, job, salt }, counts, once.counts()))
    }
}

/// A census nobody keeps.
struct Rehearsal {
    census: Census,
    epoch: exeunt_vault::EpochKey,
    job: JobId,
    salt: Salt,
}

impl Rehearsal {
    fn reading<'a>(&'a self, engine: &'a Engine) -> Reading<'a> {
        Reading::new(&self.census, &engine.shelf, &self.epoch, self.job, Some(self.salt.clone()))
    }

    /// Takes the blob away again, should the keys have been too many for memory. Its salt was never written down.
    fn forget(&self, engine: &Engine) -> Result<(), Error> {
        if let Some(blob) = self.census.blob {
            engine.drop_blob(blob)?;
        }
        Ok(())
    }
}

/// People for a preview of requests that have no job yet.
impl Engine {
    /// The claimants of requests, in the order given.
    pub async fn people(&self, requests: &[RequestId]) -> Result<Vec<Claimant>, Error> {
        let mut people = Vec::with_capacity(requests.len());
        for (number, id) in (0u32..).zip(requests) {
            let request = self.store.request(*id).await?;
            people.push(Claimant {
                number,
                request: *id,
                known: self.open_known(&request)?,
                salt: crate::cabinet::salt_of(&request)?,
            });
        }
        Ok(people)
    }
}
