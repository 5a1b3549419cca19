//! May work go on? Not while its source is paused, not while everything that destroys is stopped, and not outside the hours
//! its source gives to it. Asked before a job's census and before each of its batches: the batch in flight is the last one.

use std::collections::BTreeSet;

use exeunt_base::{Name, RequestId, Timestamp};
use exeunt_plan::document::Document;
use exeunt_store::halts::Halt;

use crate::cabinet::Engine;
use crate::error::Error;

/// The sources whose rows a plan's steps touch.
pub fn sources_of(document: &Document) -> BTreeSet<Name> {
    document.steps.iter().map(|step| document.sets[step.set].model.source.clone()).collect()
}

impl Engine {
    /// Refuses to destroy rows of these sources just now.
    pub(crate) async fn may_destroy(&self, sources: &BTreeSet<Name>) -> Result<(), Error> {
        let halts = self.store.halts(self.organization).await?;
        stopped(&halts)?;
        paused(&halts, sources)?;
        self.within_hours(sources)
    }

    /// Refuses to write into these sources just now.
    pub(crate) async fn may_write(&self, sources: &BTreeSet<Name>) -> Result<(), Error> {
        paused(&self.store.halts(self.organization).await?, sources)
    }

    /// Refuses to destroy what the vault holds of a request just now.
    pub(crate) async fn may_purge_now(&self, request: RequestId) -> Result<(), Error> {
        let request = self.store.request(request).await?;
        let sources = match request.plan {
            Some(_) => sources_of(&self.plan_of(&request).await?.1),
            None => BTreeSet::new(),
        };
        let halts = self.store.halts(self.organization).await?;
        stopped(&halts)?;
        paused(&halts, &sources)
    }

    fn within_hours(&self, sources: &BTreeSet<Name>) -> Result<(), Error> {
        let now = self.world.now();
        for source in sources {
            let Some(hours) = self.settings.work_hours.get(source) else { continue };
            if !hours.contain(now) {
                let until = hours.next(now);
                let when = until.map_or_else(String::new, |at| format!("; the next ones begin at {at}"));
                return Err(waits(
                    "E0955",
                    until,
                    format!("source `{source}` is outside its `work_hours`{when}"),
                ));
            }
        }
        Ok(())
    }
}

/// Refuses while everything that destroys is stopped.
pub(crate) fn stopped(halts: &[Halt]) -> Result<(), Error> {
    match halts.iter().find(|halt| halt.source.is_none()) {
        None => Ok(()),
        Some(halt) => Err(waits(
            "E0954",
            None,
            format!(
                "everything that destroys was stopped at {} ({}); two people lift it with `exeunt work lift`",
                halt.at, halt.because
            ),
        )),
    }
}

fn paused(halts: &[Halt], sources: &BTreeSet<Name>) -> Result<(), Error> {
    let here = |halt: &&Halt| halt.source.as_ref().is_some_and(|source| sources.contains(source));
    match halts.iter().find(here) {
        None => Ok(()),
        Some(Halt { source, because, .. }) => {
            let source = source.as_ref().map_or("", Name::as_str);
            Err(waits(
                "E0953",
                None,
                format!(
                    "source `{source}` is paused ({because}); `exeunt work resume {source}` lets work go on there"
                ),
            ))
        }
    }
}

fn waits(code: &'static str, until: Option<Timestamp>, why: String) -> Error {
    Error::Waits { code, why, until }
}
