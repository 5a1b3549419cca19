//! Other roles for somebody.

use exeunt_audit::kind::Kind;
use exeunt_base::UserId;

use crate::access::{Permission, Role};
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::error::Error as Refused;
use crate::people::users;
use exeunt_mail::Account;

impl Office {
    /// Gives a user other roles, which count from the next call on; their sessions end. Nobody changes their own, and the
    /// last administrator stays one.
    pub async fn change_roles(&self, actor: &Actor, id: UserId, roles: &[Role]) -> Result<(), Error> {
        self.allow(actor, Permission::ManageUsers)?;
        self.user_of(actor, id).await?;
        if users::is_self(actor, id) {
            return Err(Refused::Oneself.into());
        }
        let words = users::words_of(roles)?;
        let letter = self.letter_about_account(id, self.organization.id, Account::Roles)?;
        let mut change = self.engine.store.begin().await?;
        let user = change.user(id).await?;
        users::must_not_be_disabled(&user)?;
        if !roles.contains(&Role::Admin) {
            users::keep_an_admin(&mut change, &user).await?;
        }
        change.set_roles(id, &words).await?;
        let ended = change.end_sessions_of(id, None).await?;
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        let event = self
            .event(Kind::UserRoleChanged, actor)
            .about(id)
            .fact("from", users::fact_of(&user.roles))
            .fact("to", users::fact_of(&words))
            .count("sessions-ended", ended);
        change.commit(user.organization, &[event]).await?;
        Ok(())
    }
}
