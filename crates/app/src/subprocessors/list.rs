//! The register, as whoever works here sees it, and as anybody does.

use exeunt_base::{OrganizationId, SubprocessorId};
use exeunt_store::subprocessors::Subprocessor;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::house::House;
use crate::office::Office;

/// How a sub-processor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// Written down, announced to nobody.
    Planned,
    /// Announced, not engaged yet.
    Announced,
    /// Engaged.
    Engaged,
    /// Let go, or never engaged.
    Ended,
}

impl Stands {
    /// Of which one.
    pub fn of(one: &Subprocessor) -> Self {
        match (one.ended_at, one.engaged_at, one.announced_at) {
            (Some(_), ..) => Self::Ended,
            (_, Some(_), _) => Self::Engaged,
            (.., Some(_)) => Self::Announced,
            _ => Self::Planned,
        }
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Announced => "announced",
            Self::Engaged => "engaged",
            Self::Ended => "ended",
        }
    }
}

/// The categories of data a sub-processor gets.
pub fn categories_of(one: &Subprocessor) -> Vec<String> {
    serde_json::from_str(&one.categories).unwrap_or_default()
}

impl Office {
    /// All of them, those that ended too, oldest first.
    pub async fn list_subprocessors(&self, actor: &Actor) -> Result<Vec<Subprocessor>, Error> {
        self.allow(actor, Permission::ReadSubprocessors)?;
        Ok(self.engine.store.subprocessors(self.organization.id).await?)
    }

    /// One of them.
    pub async fn show_subprocessor(&self, actor: &Actor, id: SubprocessorId) -> Result<Subprocessor, Error> {
        self.allow(actor, Permission::ReadSubprocessors)?;
        self.subprocessor(id).await
    }

    pub(crate) async fn subprocessor(&self, id: SubprocessorId) -> Result<Subprocessor, Error> {
        let one = self.engine.store.subprocessor(id).await?;
        self.own(one.organization, "sub-processor", &id.to_string())?;
        Ok(one)
    }
}

impl House {
    /// Those that an organization has engaged or announced, for anybody; *not found* where it does not show them.
    pub async fn public_subprocessors(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<Subprocessor>, Error> {
        let office = self.office(organization)?;
        if !office.policy.subprocessors.is_public {
            let id = organization.to_string();
            return Err(exeunt_store::Error::NotFound { what: "organization", id }.into());
        }
        let mut all = office.engine.store.subprocessors(organization).await?;
        all.retain(|one| matches!(Stands::of(one), Stands::Announced | Stands::Engaged));
        Ok(all)
    }
}
