//! Asking somebody to work here.

use exeunt_audit::kind::Kind;
use exeunt_base::UserId;
use exeunt_engine::world::chance_for_id;
use exeunt_store::tokens::INVITATION;
use exeunt_store::users::{INVITED, User};

use crate::access::{Permission, Role};
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::INVITATION_SECONDS;
use crate::people::create_setup_token::OneTime;
use crate::people::error::Error as Refused;
use crate::people::person::Person;
use crate::people::users;

/// Somebody who was invited.
#[derive(Debug)]
pub struct Invited {
    /// Their id.
    pub user: UserId,
    /// The token that is to reach them, and nobody else.
    pub one_time: OneTime,
}

impl Office {
    /// Invites somebody. Inviting them again while they have not answered makes a new token, and the old one counts no more.
    pub async fn invite_user(
        &self,
        actor: &Actor,
        person: &Person,
        roles: &[Role],
    ) -> Result<Invited, Error> {
        self.allow(actor, Permission::ManageUsers)?;
        let words = users::words_of(roles)?;
        let organization = self.organization.id;
        let now = self.now();
        let login = self.login_of(&person.email).to_vec();
        let one_time = self.one_time(INVITATION_SECONDS);
        let mut change = self.engine.store.begin().await?;
        let user = match change.user_by_login(&login).await? {
            Some(known) if known.state == INVITED && known.organization == organization => {
                change.drop_tokens_of(known.id).await?;
                change.set_roles(known.id, &words).await?;
                known.id
            }
            Some(_) => return Err(Refused::Taken.into()),
            None => {
                let id = UserId::new(now, chance_for_id(&*self.engine.world));
                let user = User {
                    id,
                    organization,
                    login: Some(login),
                    person: person.seal(&self.engine.keyring, organization, id, &*self.engine.world)?,
                    roles: words.clone(),
                    state: INVITED.to_owned(),
                    password: None,
                    totp: None,
                    totp_step: 0,
                    made_at: now,
                    joined_at: None,
                    disabled_at: None,
                };
                change.add_user(&user).await?;
                id
            }
        };
        change.add_token(&one_time.row(INVITATION, organization, Some(user))).await?;
        let event = self.event(Kind::UserInvited, actor).about(user).fact("roles", users::fact_of(&words));
        change.commit(organization, &[event]).await?;
        Ok(Invited { user, one_time })
    }
}
