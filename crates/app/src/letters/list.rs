//! The organization's letters, newest first: which, about which request, and what became of them. Never to whom.

use exeunt_base::{LetterId, RequestId};
use exeunt_store::letters::Letter;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// The letters about one request, newest first.
    pub async fn letters_about(&self, actor: &Actor, id: RequestId) -> Result<Vec<Letter>, Error> {
        self.allow(actor, Permission::ReadLetters)?;
        self.request(id).await?;
        Ok(self.engine.store.letters_about(id).await?)
    }

    /// At most `limit` letters in a state, newest first, older than `before`.
    pub async fn page_of_letters(
        &self,
        actor: &Actor,
        state: Option<&str>,
        before: Option<LetterId>,
        limit: u32,
    ) -> Result<Vec<Letter>, Error> {
        self.allow(actor, Permission::ReadLetters)?;
        Ok(self.engine.store.letters_page(self.organization.id, state, before, limit).await?)
    }
}
