//! Who works here.

use exeunt_base::{Timestamp, UserId};
use exeunt_store::users::User;

use crate::access::{Permission, Role};
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::person::Person;
use crate::people::users;

/// A user as they are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Their id.
    pub id: UserId,
    /// Name and address.
    pub person: Person,
    /// Their roles.
    pub roles: Vec<Role>,
    /// `invited`, `active` or `disabled`.
    pub state: String,
    /// Since when they are known.
    pub made_at: Timestamp,
    /// Since when they can sign in.
    pub joined_at: Option<Timestamp>,
    /// Since when they no longer can.
    pub disabled_at: Option<Timestamp>,
}

impl Office {
    /// Everybody of the organization, oldest first, those who left too.
    pub async fn list_users(&self, actor: &Actor) -> Result<Vec<Listed>, Error> {
        self.allow(actor, Permission::ManageUsers)?;
        self.engine
            .store
            .users(self.organization.id)
            .await?
            .into_iter()
            .map(|user| self.listed(user))
            .collect()
    }

    /// One user: oneself, or, for whoever manages users, anybody here.
    pub async fn show_user(&self, actor: &Actor, id: UserId) -> Result<Listed, Error> {
        let user = self.user_of(actor, id).await?;
        self.listed(user)
    }

    fn listed(&self, user: User) -> Result<Listed, Error> {
        Ok(Listed {
            id: user.id,
            person: self.person_of(&user)?,
            roles: users::roles_of(&user),
            state: user.state,
            made_at: user.made_at,
            joined_at: user.joined_at,
            disabled_at: user.disabled_at,
        })
    }
}
