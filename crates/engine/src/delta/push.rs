//! Pushing what happened into a source's delta table: from where it is, in order, each row once whatever dies in between.
//!
//! Rows come first, our own mark after them. A crash in between gives the same rows to the table again, which has them; and
//! of two who push at once one moves the mark and the other stops.

use std::collections::BTreeSet;

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, Name, Row};
use exeunt_store::deltas::{DeltaEvent, DeltaMark};

use crate::cabinet::Engine;
use crate::delta::{KEPT_DAYS, Target, Users};
use crate::error::Error;
use crate::sealing;

/// Events of one transaction in the source.
const TOGETHER: u32 = 1_000;

/// Days for which an event waits for its person to be looked up in a source that cannot be reached.
const LOOKED_UP_DAYS: i64 = 1;

/// What a push did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pushed {
    /// Rows that are there now and were not before, as far as we knew.
    pub rows: u64,
    /// Old rows that were deleted.
    pub swept: u64,
}

impl Engine {
    /// Pushes everything that waits for a source. `users` are the map's Users models as they are now.
    pub async fn push_deltas(
        &self,
        source: &Name,
        users: &[Users],
        actor: Option<ActorId>,
    ) -> Result<Pushed, Error> {
        let target = self.settings.deltas.get(source).ok_or_else(|| {
            Error::Refused(
                "E0950",
                format!("source `{source}` has no delta table; add `delta: {{}}` to it in the settings"),
            )
        })?;
        self.may_write(&BTreeSet::from([source.clone()])).await?;
        let mut change = self.store.begin().await?;
        let mark = change.take_delta_mark(self.organization, source, self.world.now()).await?;
        change.commit_bookkeeping().await?;
        let pushed = self.push_from(source, target, &mark, users, actor).await;
        if let Err(error) = &pushed {
            let mut change = self.store.begin().await?;
            change.note_delta_mark(self.organization, &mark, None, Some(&error.to_string())).await?;
            change.commit_bookkeeping().await?;
        }
        pushed
    }

    async fn push_from(
        &self,
        source: &Name,
        target: &Target,
        mark: &DeltaMark,
        users: &[Users],
        actor: Option<ActorId>,
    ) -> Result<Pushed, Error> {
        let journals = self.source(source)?.journals().ok_or_else(|| {
            Error::Refused("E0951", format!("source `{source}` is of a kind that keeps no delta table"))
        })?;
        let journal = target.journal();
        journals.prepare(&journal).await.map_err(Error::at(source))?;
        let mut pushed = Pushed::default();
        let mut at = mark.sequence;
        loop {
            let mut events = self.store.delta_events(self.organization, at, TOGETHER).await?;
            let Some((last, _)) = events.last() else { break };
            let last = *last;
            self.look_up_or_go_on(&mut events, users).await?;
            let count = events.len() as u64;
            let rows = self.delta_rows(target, &events)?;
            journals.append(&journal, rows).await.map_err(Error::at(source))?;
            let event = self
                .event(Kind::DeltaPushed, actor)
                .count("events", count)
                .fact("source", source)
                .fact("up-to", last);
            let mut change = self.store.begin().await?;
            change.move_delta_mark(self.organization, mark, last, count, self.world.now()).await?;
            let targets: Vec<&Name> = self.settings.deltas.keys().collect();
            change.forget_delta_events(self.organization, &targets).await?;
            change.commit(self.organization, &[event]).await?;
            pushed.rows += count;
            at = last;
        }
        if pushed.rows > 0 {
            self.store.flush_destroyed().await?;
        }
        let now = self.world.now();
        let before = now.plus_days(-i64::from(target.keep_days));
        let part = self.organization.to_string();
        pushed.swept = journals.forget(&journal, &part, before).await.map_err(Error::at(source))?;
        let mut change = self.store.begin().await?;
        change.note_delta_mark(self.organization, mark, Some(now), None).await?;
        change.commit_bookkeeping().await?;
        Ok(pushed)
    }

    /// Looks people up. While events are young they wait for a source that cannot be reached; later they go untold.
    async fn look_up_or_go_on(&self, events: &mut [(u64, DeltaEvent)], users: &[Users]) -> Result<(), Error> {
        let oldest = events.first().map(|(_, event)| event.at);
        let patient = oldest.is_some_and(|at| at > self.world.now().plus_days(-LOOKED_UP_DAYS));
        match self.look_up_keys(events, users).await {
            Err(error @ Error::Source { .. }) if !patient => {
                tracing::warn!("could not look up whose requests are told to delta tables: {error}");
                Ok(())
            }
            done => done,
        }
    }

    fn delta_rows(&self, target: &Target, events: &[(u64, DeltaEvent)]) -> Result<Vec<Row>, Error> {
        let key = self.delta_key()?;
        let now = self.world.now();
        let row = |numbered: &(u64, DeltaEvent)| {
            let event = &numbered.1;
            let open = |sealed: &Vec<u8>| {
                sealing::open(&key, &event.id.to_string(), sealed)
                    .and_then(|plain| String::from_utf8(plain).ok())
                    .ok_or_else(|| Error::Damaged {
                        what: "an event for delta tables",
                        why: String::from("wrong key, or not the same bytes"),
                    })
            };
            let known = event.keys.as_ref().map(open).transpose()?;
            Ok(target.row(self.organization, numbered, known.as_deref(), now))
        };
        events.iter().map(row).collect()
    }

    /// Destroys events that no table had room for in all this time. Says how many.
    pub async fn give_up_old_deltas(&self) -> Result<u64, Error> {
        let before = self.world.now().plus_days(-KEPT_DAYS);
        if !self.store.has_delta_events_before(self.organization, before).await? {
            return Ok(0);
        }
        let mut change = self.store.begin().await?;
        let given_up = change.give_up_delta_events(self.organization, before).await?;
        let event = self.event(Kind::DeltaGivenUp, None).count("events", given_up);
        change.commit(self.organization, &[event]).await?;
        self.store.flush_destroyed().await?;
        tracing::error!(
            organization = %self.organization,
            events = given_up,
            "gave up {given_up} events that waited {KEPT_DAYS} days for a delta table"
        );
        Ok(given_up)
    }
}
