//! Which identity providers somebody may sign in through. Anybody is told, before they have said who they are: it is what
//! the sign-in offers.

use exeunt_base::ProviderId;
use exeunt_store::identities::Provider;

use crate::error::Error;
use crate::office::Office;

/// A provider as it is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its id.
    pub id: ProviderId,
    /// What people know it by.
    pub name: String,
    /// Whether it may stand in for our own second factor.
    pub stands_in: bool,
}

impl From<Provider> for Offered {
    fn from(provider: Provider) -> Self {
        Self { id: provider.id, stands_in: !provider.factors.is_empty(), name: provider.name }
    }
}

impl Office {
    /// Those of this organization, oldest first; none where nobody could come back from one.
    pub async fn offered_providers(&self) -> Result<Vec<Offered>, Error> {
        if self.public_url.is_none() {
            return Ok(Vec::new());
        }
        let all = self.engine.store.providers(self.organization.id).await?;
        Ok(all.into_iter().map(Offered::from).collect())
    }

    /// One of them.
    pub async fn offered_provider(&self, id: ProviderId) -> Result<Offered, Error> {
        Ok(self.provider(id).await?.into())
    }
}
