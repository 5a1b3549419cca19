//! The first administrator: whoever holds the setup token, once.

use exeunt_audit::kind::Kind;
use exeunt_base::{Secret, UserId};
use exeunt_engine::world::chance_for_id;
use exeunt_store::tokens::SETUP;
use exeunt_store::users::{ACTIVE, User};

use crate::access::Role;
use crate::error::Error;
use crate::office::Office;
use crate::people::enrollment::Joining;
use crate::people::error::Error as Refused;
use crate::people::person::Person;
use crate::people::sessions::NewSession;
use crate::people::token::{self, Use};
use crate::people::users;

impl Office {
    /// Makes the holder of a setup token the first administrator, and signs them in.
    pub async fn set_up_first_admin(&self, person: &Person, joining: &Joining) -> Result<NewSession, Error> {
        let row = self.find_token(&joining.token, SETUP).await?.ok_or(Refused::Token)?;
        let organization = row.organization;
        let checked = self.check_joining(organization, person, joining).await?;
        let now = self.now();
        let id = UserId::new(now, chance_for_id(&*self.engine.world));
        let user = User {
            id,
            organization,
            login: Some(self.login_of(&person.email).to_vec()),
            person: person.seal(&self.engine.keyring, organization, id, &*self.engine.world)?,
            roles: Role::Admin.as_str().to_owned(),
            state: ACTIVE.to_owned(),
            password: Some(checked.password),
            totp: Some(self.seal_totp(organization, id, &checked.secret)?),
            totp_step: checked.step,
            made_at: now,
            joined_at: Some(now),
            disabled_at: None,
        };
        let mut change = self.engine.store.begin().await?;
        take(&mut change, &joining.token, SETUP, now).await?;
        if users::has_admin(&mut change, organization).await? {
            return Err(Refused::AdminExists.into());
        }
        if change.user_by_login(&self.login_of(&person.email)).await?.is_some() {
            return Err(Refused::Taken.into());
        }
        change.add_user(&user).await?;
        let session = self.add_session(&mut change, &user).await?;
        let joined =
            self.event_of(Kind::UserJoined, id, organization).fact("by", "setup").fact("roles", &user.roles);
        let signed_in = self.event_of(Kind::UserSignedIn, id, organization).about(session.id);
        change.commit(organization, &[joined, signed_in]).await?;
        Ok(session)
    }
}

/// Uses a token up within a change; of two who try, one gets through.
pub(crate) async fn take(
    change: &mut exeunt_store::Change<'_>,
    token: &Secret<String>,
    purpose: &str,
    now: exeunt_base::Timestamp,
) -> Result<exeunt_store::tokens::Token, Error> {
    let hash = token::hash_of(Use::OneTime, token.expose()).ok_or(Refused::Token)?;
    Ok(change.take_token(&hash, purpose, now).await?.ok_or(Refused::Token)?)
}
