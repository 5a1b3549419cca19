//! How many rows each set of a plan has right now: found by the very statements a census runs, nothing kept.

use std::collections::HashSet;

use exeunt_base::{Cell, RequestId};
use exeunt_engine::census::{Caps, Finder};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::people::Claimant;
use exeunt_plan::document::Document;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Rows by set of the plan's document. Needs the identifiers, which are destroyed at the end of a request's life.
    pub async fn count_plan(
        &self,
        _: &Actor,
        document: &Document,
        requests: &[RequestId],
        confirmed: Confirmed,
    ) -> Result<Vec<u64>, Error> {
        let mut claimants = self.claimants(requests).await?;
        let mut readers = self.engine.snapshots(document).await?;
        let mut counts = vec![0_u64; document.sets.len()];
        let caps = Caps {
            matches: confirmed.matches.unwrap_or(self.engine.settings.matches_cap),
            rows: confirmed.rows.unwrap_or(0).max(document.row_cap),
            identity_confirmed: confirmed.identity,
        };
        let all: HashSet<usize> = document.sets.iter().map(|set| set.number).collect();
        let touched = document.steps.iter().map(|step| step.set).collect();
        let mut sink = |set: usize, _: &[u32], _: &[Cell]| {
            if let Some(count) = counts.get_mut(set) {
                *count += 1;
            }
            Ok(())
        };
        Finder::new(document, caps, touched).run(&mut readers, &mut claimants, &all, &mut sink).await?;
        Ok(counts)
    }

    /// The requests as claimants, numbered in the order given.
    pub(crate) async fn claimants(&self, requests: &[RequestId]) -> Result<Vec<Claimant>, Error> {
        let mut claimants = Vec::new();
        for (place, id) in requests.iter().enumerate() {
            let request = self.request(*id).await?;
            claimants.push(Claimant {
                number: u32::try_from(place).unwrap_or(u32::MAX),
                request: *id,
                known: self.engine.open_known(&request)?,
                salt: exeunt_engine::cabinet::salt_of(&request)?,
            });
        }
        Ok(claimants)
    }
}
