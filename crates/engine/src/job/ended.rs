//! A restore or purge needs a job that has ended. Where it has not, the message says how it stands and what to do.

use exeunt_base::{JobId, RequestId};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::states;

impl Engine {
    /// Refuses while the job of a request is not at its end.
    pub(crate) async fn must_have_ended(&self, request: RequestId, id: JobId) -> Result<(), Error> {
        let stands = match self.store.job(id).await?.state.as_str() {
            states::QUEUED => format!(
                "has not begun, so nothing of it is in the vault: carry it out with `exeunt job run {id}`, or end it with `exeunt job cancel {id}` and then `exeunt job run {id}`"
            ),
            states::RUNNING if self.store.is_leased(id, self.world.now()).await? => format!(
                "is being run by another process: wait until it has ended, or let it end after the batch in hand with `exeunt job cancel {id}`"
            ),
            states::RUNNING => format!(
                "was cut short, and nobody runs it: go on with `exeunt job run {id}`; to end it where it is, `exeunt job cancel {id}` and then `exeunt job run {id}`"
            ),
            _ => return Ok(()),
        };
        Err(Error::Refused("E0408", format!("job `{id}` of request `{request}` {stands}")))
    }
}
