//! Another password, chosen by whoever knows the old one.

use exeunt_audit::kind::Kind;
use exeunt_base::Secret;

use crate::error::Error;
use crate::office::Office;
use crate::people::attempts::Counted;
use crate::people::error::Error as Refused;
use exeunt_mail::Account;

impl Office {
    /// Gives the holder of a session another password. Their other sessions end, and so does a reset that was started.
    pub async fn change_password(
        &self,
        token: &Secret<String>,
        current: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<(), Error> {
        let (session, user) = self.session_of(token).await?;
        let person = self.person_of(&user)?;
        self.check_password(user.organization, &person, new).await?;
        let counted = Counted::User(user.id);
        self.guards.attempts.take(counted, self.now())?;
        let matches = self.guards.hasher.verify(current, user.password.as_deref()).await;
        if !matches!(matches, Ok(false)) {
            self.guards.attempts.give_back(counted, self.now());
        }
        if !matches? {
            return Err(Refused::SignIn.into());
        }
        let hash = self.guards.hasher.hash(new, self.password_salt()).await?;
        let letter = self.letter_about_account(user.id, user.organization, Account::Password)?;
        let mut change = self.engine.store.begin().await?;
        if change.user(user.id).await?.password != user.password {
            return Err(Refused::SignIn.into());
        }
        change.set_password(user.id, &hash).await?;
        let ended = change.end_sessions_of(user.id, Some(session.id)).await?;
        change.drop_tokens_of(user.id).await?;
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        let event = self
            .event_of(Kind::UserPasswordChanged, user.id, user.organization)
            .fact("by", "password")
            .count("sessions-ended", ended);
        change.commit(user.organization, &[event]).await?;
        Ok(())
    }
}
