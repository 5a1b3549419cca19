//! The end of a job: the windows start, and the job's own key dies with its census and masks.

use std::collections::HashSet;

use exeunt_audit::event::Event;
use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_store::Change;

use crate::delta::Happened;
use crate::error::Error;
use crate::failpoint;
use crate::job::Work;
use crate::states;

impl Work<'_> {
    /// Ends the job as settled, cancelled or waiting for review, and starts the windows of its requests.
    pub async fn end(&mut self, state: &'static str) -> Result<(), Error> {
        failpoint::pass("before-settle");
        let mut change = self.engine.change_under(&self.lease).await?;
        let mut events = self.enter_pending(&mut change).await?;
        events.push(self.write_end(&mut change, state, self.left()).await?);
        change.commit(self.engine.organization, &events).await?;
        self.pending = None;
        self.has_ended(state)
    }

    /// Writes the end into a change; gives the entry that must go with it.
    pub(crate) async fn write_end(
        &self,
        change: &mut Change<'_>,
        state: &'static str,
        left: u64,
    ) -> Result<Event, Error> {
        let now = self.engine.world.now();
        let ends = now.plus_days(i64::from(self.document.window_days));
        let kind = match state {
            states::CANCELLED => Kind::JobCancelled,
            states::REVIEW => Kind::ReviewOpened,
            _ => Kind::JobSettled,
        };
        change.move_job(self.job.id, &[states::RUNNING, states::REVIEW], state, None).await?;
        self.tell_of_end(change, state).await?;
        change.open_windows(self.job.id, states::APPROVED, states::HIDDEN, ends).await?;
        if state == states::SETTLED {
            // where nothing was struck nothing can be undone, and the receipt that says so need not wait
            change.end_empty_windows(self.job.id, states::HIDDEN, now).await?;
            change.settle_job(self.job.id, now).await?;
        }
        if state != states::CANCELLED {
            // whoever stopped it decides what the person is told
            self.engine.write_that_hidden(change, self.job.id, &self.claimants).await?;
        }
        if state == states::CANCELLED {
            // who was not erased left nothing behind by law
            change.forget_kept_by(self.job.id).await?;
        }
        change.drop_lease(&self.lease).await?;
        let event = self.engine.event(kind, None).about(self.job.id).about(self.job.plan);
        Ok(event
            .count("rows", self.job.rows_total)
            .count("left", left)
            .count("failed", self.failed)
            .fact("window-ends", ends))
    }

    /// Tells delta tables of those whose windows open now.
    async fn tell_of_end(&self, change: &mut Change<'_>, state: &'static str) -> Result<(), Error> {
        if !self.engine.tells_deltas() {
            return Ok(());
        }
        let now: HashSet<RequestId> =
            change.requests_in(self.job.id, states::APPROVED).await?.into_iter().collect();
        // of a job that was cancelled some may have nothing in the vault: nothing was hidden of them
        let struck: Option<HashSet<RequestId>> = match state {
            states::CANCELLED => Some(change.requests_with_rows(self.job.id).await?.into_iter().collect()),
            _ => None,
        };
        let counted = self.job.census_digest.is_some();
        for (happened, hidden) in [(Happened::Hidden, true), (Happened::Cancelled, false)] {
            let these = self.claimants.iter().filter(|claimant| {
                let request = &claimant.request;
                now.contains(request)
                    && struck.as_ref().is_none_or(|struck| struck.contains(request)) == hidden
            });
            let people: Vec<_> =
                these.map(|claimant| (claimant.request, counted.then_some(&claimant.known))).collect();
            self.engine.tell_deltas(change, happened, self.document, &people).await?;
        }
        Ok(())
    }

    /// What is left to do once the end is committed.
    pub(crate) fn has_ended(&mut self, state: &'static str) -> Result<(), Error> {
        self.ended = Some(state);
        failpoint::pass("after-settle");
        if state == states::SETTLED {
            // its key is gone with the commit; the file is only room
            if let Some(blob) = self.job.census_blob {
                self.engine.drop_blob(blob)?;
            }
        }
        Ok(())
    }
}
