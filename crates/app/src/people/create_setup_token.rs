//! The token for the first administrator: there are no default accounts.

use exeunt_audit::kind::Kind;
use exeunt_base::{Secret, Timestamp};
use exeunt_store::tokens::{SETUP, Token};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::error::Error as Refused;
use crate::people::token::{self, Use};
use crate::people::{SETUP_SECONDS, users};

/// A one-time token, shown once.
#[derive(Debug)]
pub struct OneTime {
    /// The token.
    pub token: Secret<String>,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

impl Office {
    /// Makes the token by which somebody makes themselves the first administrator. One made before counts no more.
    /// Refused once there is an administrator.
    pub async fn create_setup_token(&self, actor: &Actor) -> Result<OneTime, Error> {
        self.allow(actor, Permission::ManageUsers)?;
        let made = self.one_time(SETUP_SECONDS);
        let organization = self.organization.id;
        let mut change = self.engine.store.begin().await?;
        if users::has_admin(&mut change, organization).await? {
            return Err(Refused::AdminExists.into());
        }
        change.drop_setup_tokens(organization).await?;
        let row = made.row(SETUP, organization, None);
        change.add_token(&row).await?;
        change.commit(organization, &[self.event(Kind::SetupTokenMade, actor)]).await?;
        Ok(made)
    }

    pub(crate) fn one_time(&self, seconds: i64) -> OneTime {
        OneTime {
            token: token::mint(Use::OneTime, &self.chance()),
            expires_at: self.now().plus_seconds(seconds),
        }
    }
}

impl OneTime {
    /// What is kept of it.
    pub(crate) fn row(
        &self,
        purpose: &str,
        organization: exeunt_base::OrganizationId,
        user: Option<exeunt_base::UserId>,
    ) -> Token {
        let hash = token::hash_of(Use::OneTime, self.token.expose())
            .expect("a token just minted has the form of one");
        Token {
            hash: hash.to_vec(),
            organization,
            purpose: purpose.to_owned(),
            user,
            expires_at: self.expires_at,
        }
    }
}
