//! Making an erasure final: keys, blobs, residue, look again, receipt.

use exeunt_base::RequestId;
use exeunt_engine::purge::{Options, Purged};
use exeunt_engine::restore::restored::Paid;
use exeunt_engine::states;

use crate::actor::Actor;
use crate::audits::prove::Issued;
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;

impl Office {
    /// Purges one request and writes its receipt with its proof into the home.
    pub async fn purge(
        &self,
        actor: &Actor,
        id: RequestId,
        mut options: Options,
        owner: &str,
    ) -> Result<(Purged, Vec<Issued>), Error> {
        self.request(id).await?;
        if options.include_new && options.leave_new.is_some() {
            return Err(Error::Usage(
                "E0801",
                String::from("rows that appeared are either erased too or left, not both"),
            ));
        }
        for words in [&mut options.now, &mut options.leave_new, &mut options.give_up].into_iter().flatten() {
            *words = reason(words)?;
        }
        let purged = self.engine.purge(id, &options, owner, Some(actor.id)).await?;
        Ok((purged, self.write_receipts(actor, id).await?))
    }

    /// Gives requests that were asked back what nobody stands against any more, and ends what is over with its window.
    pub async fn settle_owed(&self, _: &Actor, owner: &str) -> Result<Vec<Paid>, Error> {
        Ok(self.engine.pay_what_is_owed(owner).await?)
    }

    /// Requests whose window has ended (or whose purge was cut short) and that nothing holds, oldest first.
    pub async fn due_for_purge(&self, _: &Actor) -> Result<Vec<RequestId>, Error> {
        let now = self.engine.world.now();
        let mut requests = self.engine.store.requests(self.organization.id, u32::MAX).await?;
        requests.reverse();
        let due = requests.into_iter().filter(|request| match request.state.as_str() {
            states::PURGING => true,
            states::HIDDEN | states::PARTLY_RESTORED => {
                request.held_because.is_none() && request.window_ends_at.is_some_and(|ends| ends <= now)
            }
            _ => false,
        });
        Ok(due.map(|request| request.id).collect())
    }
}
