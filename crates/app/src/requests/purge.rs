//! Making an erasure final: keys, blobs, residue, look again, receipt.

use exeunt_base::{ProposalId, RequestId};
use exeunt_engine::purge::{Options, Purged};
use exeunt_engine::restore::restored::Paid;
use exeunt_engine::states;
use tracing::{Instrument, error_span};

use crate::access::Permission;
use crate::actor::Actor;
use crate::audits::prove::Issued;
use crate::error::Error;
use crate::office::Office;
use crate::proposals::Act;
use crate::proposals::two::Wish;
use crate::requests::hold::reason;

/// What came of each request, and requests that had waited for them.
pub type Purges = (Vec<(RequestId, Result<(Purged, Vec<Issued>), Error>)>, Vec<Paid>);

impl Office {
    /// Purges one request and writes its receipt with its proof into the home.
    pub async fn purge(
        &self,
        actor: &Actor,
        id: RequestId,
        options: Options,
        owner: &str,
    ) -> Result<(Purged, Vec<Issued>), Error> {
        self.allow(actor, Permission::Purge)?;
        let options = checked(options)?;
        self.two_to_purge(actor, id, &options).await?;
        self.purge_asked(actor, id, options, owner).await
    }

    /// Purges a request as it was asked for: whether one person is enough was seen to then.
    pub(crate) async fn purge_asked(
        &self,
        actor: &Actor,
        id: RequestId,
        options: Options,
        owner: &str,
    ) -> Result<(Purged, Vec<Issued>), Error> {
        self.allow(actor, Permission::Purge)?;
        let (mut each, owed) = self.purge_each(actor, &[id], options, owner).await?;
        let (_, purged) = each.pop().ok_or(exeunt_engine::Error::NothingThere(id))?;
        let (purged, issued) = purged?;
        Ok((Purged { owed, ..purged }, issued))
    }

    /// Purges requests, every source cleaning up once for all of them, and writes their receipts with their proofs into
    /// the home. The trouble of one stops no other.
    pub async fn purge_all(
        &self,
        actor: &Actor,
        ids: &[RequestId],
        options: Options,
        owner: &str,
    ) -> Result<Purges, Error> {
        self.allow(actor, Permission::Purge)?;
        let options = checked(options)?;
        for id in ids {
            self.two_to_purge(actor, *id, &options).await?;
        }
        self.purge_each(actor, ids, options, owner).await
    }

    async fn purge_each(
        &self,
        actor: &Actor,
        ids: &[RequestId],
        options: Options,
        owner: &str,
    ) -> Result<Purges, Error> {
        let options = checked(options)?;
        self.lift_ended_holds().await?;
        let mut all = Vec::new();
        let mut ours = Vec::new();
        for id in ids {
            match self.request(*id).await {
                Ok(request) => match self.may_handle_request(&request).await {
                    Ok(()) => ours.push(*id),
                    Err(error) => all.push((*id, Err(error))),
                },
                Err(error) => all.push((*id, Err(error))),
            }
        }
        let span = error_span!("purge", purge.requests = ours.len());
        let purging = self.engine.purge_all(&ours, &options, owner, actor.id).instrument(span);
        let (each, owed) = purging.await?;
        for (id, purged) in each {
            let done = match purged {
                Ok(purged) => self.write_receipts(actor, id).await.map(|issued| (purged, issued)),
                Err(error) => Err(error.into()),
            };
            all.push((id, done));
        }
        Ok((all, owed))
    }

    /// Lets a purge through; one that is early, or leaves or gives up something, when two people want it.
    pub(crate) async fn two_to_purge(
        &self,
        actor: &Actor,
        id: RequestId,
        options: &Options,
    ) -> Result<Option<ProposalId>, Error> {
        let parts = [
            ("before its window ends", &options.now),
            ("leaving rows that appeared since", &options.leave_new),
            ("giving up what was asked back", &options.give_up),
        ];
        let told: Vec<String> = parts
            .iter()
            .filter_map(|(what, because)| Some(format!("{what} ({})", because.as_ref()?)))
            .collect();
        if told.is_empty() {
            return Ok(None);
        }
        let what = format!("purge {id}: {}", told.join(", "));
        let wish =
            Wish { act: Act::Purge, subject: Some(id.into()), bound: what.as_bytes(), what: what.clone() };
        self.two_people(actor, &wish).await
    }

    /// Requests whose window has ended (or whose purge was cut short) and that nothing holds, oldest first.
    pub async fn due_for_purge(&self, actor: &Actor) -> Result<Vec<RequestId>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        self.lift_ended_holds().await?;
        let now = self.engine.world.now();
        let (store, id) = (&self.engine.store, self.organization.id);
        Ok(store.requests_due(id, states::PURGING, states::WAITING, now).await?)
    }
}

/// Refuses options that say two things at once, and reasons that are none.
pub(crate) fn checked(mut options: Options) -> Result<Options, Error> {
    if options.include_new && options.leave_new.is_some() {
        return Err(Error::Usage(
            "E0801",
            String::from("rows that appeared are either erased too or left, not both"),
        ));
    }
    for words in [&mut options.now, &mut options.leave_new, &mut options.give_up].into_iter().flatten() {
        *words = reason(words)?;
    }
    Ok(options)
}
