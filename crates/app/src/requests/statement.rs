//! What a person said when they asked. Each look is written down.

use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::details::Words;

impl Office {
    /// What was written down at the intake; empty when nothing was, or when it was destroyed.
    pub async fn read_statement(&self, actor: &Actor, id: RequestId) -> Result<Words, Error> {
        self.allow(actor, Permission::ReadStatements)?;
        let request = self.request(id).await?;
        let sealed = self.engine.store.intakes(&[id]).await?.pop().and_then(|intake| intake.words);
        let Some(sealed) = sealed else { return Ok(Words::default()) };
        let plain = self.engine.open_words(&request, &sealed)?;
        let words = serde_json::from_slice(&plain).map_err(|_| Error::Damaged {
            what: String::from("what was said at an intake"),
            why: String::from("this release does not know its form"),
        })?;
        let event = self.event(Kind::RequestStatementViewed, actor).about(id);
        let change = self.engine.store.begin().await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(words)
    }
}
