//! A forgotten password: an administrator starts the reset, the user chooses, and the second factor is shown all the same.

use exeunt_audit::kind::Kind;
use exeunt_base::{Secret, UserId};
use exeunt_mail::Account;
use exeunt_store::tokens::RESET;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::RESET_SECONDS;
use crate::people::create_setup_token::OneTime;
use crate::people::error::Error as Refused;
use crate::people::sessions::NewSession;
use crate::people::set_up_first_admin::take;

/// What somebody chose who forgot their password.
#[derive(Debug)]
pub struct Chosen {
    /// The one-time token.
    pub token: Secret<String>,
    /// The new password.
    pub password: Secret<String>,
    /// A code of the second factor they have.
    pub code: Secret<String>,
}

impl Office {
    /// Starts a reset. The token is for the user alone, and useless without a code of their second factor. Until they
    /// choose, everything stays as it is.
    pub async fn start_reset(&self, actor: &Actor, id: UserId) -> Result<OneTime, Error> {
        self.allow(actor, Permission::ManageUsers)?;
        let user = self.user_of(actor, id).await?;
        if !user.is_active() {
            return Err(Refused::State { found: user.state, wanted: "active" }.into());
        }
        let one_time = self.one_time(RESET_SECONDS);
        let mut change = self.engine.store.begin().await?;
        change.drop_tokens_of(id).await?;
        change.add_token(&one_time.row(RESET, user.organization, Some(id))).await?;
        let event = self.event(Kind::UserResetStarted, actor).about(id);
        change.commit(user.organization, &[event]).await?;
        Ok(one_time)
    }

    /// Ends a reset with a new password. All sessions end; a new one begins.
    pub async fn finish_reset(&self, chosen: &Chosen) -> Result<NewSession, Error> {
        let row = self.find_token(&chosen.token, RESET).await?.ok_or(Refused::Token)?;
        let id = row.user.ok_or(Refused::Token)?;
        let user = self.engine.store.user(id).await?;
        if !user.is_active() {
            return Err(Refused::Token.into());
        }
        self.check_password(user.organization, &self.person_of(&user)?, &chosen.password).await?;
        let step = self.check_code(&user, &chosen.code).await?;
        let hash = self.guards.hasher.hash(&chosen.password, self.password_salt()).await?;
        let letter = self.letter_about_account(id, user.organization, Account::Password)?;
        let mut change = self.engine.store.begin().await?;
        take(&mut change, &chosen.token, RESET, self.now()).await?;
        if !change.use_step(id, step).await? {
            return Err(Refused::Code.into());
        }
        change.set_password(id, &hash).await?;
        let ended = change.end_sessions_of(id, None).await?;
        let session = self.add_session(&mut change, &user).await?;
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        let changed = self
            .event_of(Kind::UserPasswordChanged, id, user.organization)
            .fact("by", "reset")
            .count("sessions-ended", ended);
        let signed_in = self.event_of(Kind::UserSignedIn, id, user.organization).about(session.id);
        change.commit(user.organization, &[changed, signed_in]).await?;
        Ok(session)
    }
}
