//! What a person said when they asked. Each look is written down.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::details::Words;
use crate::requests::hold::reason;

impl Office {
    /// What was written down at the intake; empty when nothing was, or when it was destroyed.
    pub async fn read_statement(&self, actor: &Actor, id: RequestId) -> Result<Words, Error> {
        self.allow(actor, Permission::ReadStatements)?;
        self.statement(actor, id, None).await
    }

    /// The same, with the reason why somebody looks.
    pub async fn read_statement_because(
        &self,
        actor: &Actor,
        id: RequestId,
        because: &str,
    ) -> Result<Words, Error> {
        self.allow(actor, Permission::ReadStatements)?;
        self.statement(actor, id, Some(reason(because)?)).await
    }

    async fn statement(&self, actor: &Actor, id: RequestId, because: Option<String>) -> Result<Words, Error> {
        let request = self.request(id).await?;
        let sealed = self.engine.store.intakes(&[id]).await?.pop().and_then(|intake| intake.words);
        let Some(sealed) = sealed else { return Ok(Words::default()) };
        let plain = self.engine.open_words(&request, &sealed)?;
        let words = serde_json::from_slice(&plain).map_err(|_| Error::Damaged {
            what: String::from("what was said at an intake"),
            why: String::from("this release does not know its form"),
        })?;
        let mut event = self.event(Kind::RequestStatementViewed, actor).about(id);
        if let Some(because) = because {
            event = event.commit("reason", Commitment::new(&self.chance(), "statement", because.as_bytes()));
        }
        let change = self.engine.store.begin().await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(words)
    }
}
