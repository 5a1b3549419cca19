//! Signing in: address, password and code in one call, and one answer to whatever of them is wrong.
//!
//! Every attempt that fails costs exactly one hash, whether anybody signs in by that address or not, and is answered at the
//! next beat of a slow clock, so that what little differs (a row more, an entry in the log) cannot be measured.

use std::time::Duration;

use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, Secret, Timestamp};
use exeunt_mail::Account;
use exeunt_store::users::User;

use crate::error::Error;
use crate::office::Office;
use crate::people::attempts::Counted;
use crate::people::error::Error as Refused;
use crate::people::password;
use crate::people::sessions::NewSession;
use crate::people::totp;

/// What somebody shows who wants in.
#[derive(Debug)]
pub struct Credentials {
    /// The address.
    pub email: Personal,
    /// The password.
    pub password: Secret<String>,
    /// The code of the second factor.
    pub code: Secret<String>,
    /// Where they come from: a word the door knows the place by, such as a network address. Kept in memory as a digest.
    pub source: Personal,
}

/// Failures are answered at multiples of this from when they came in. Longer than a hash takes.
const BEAT: Duration = Duration::from_millis(250);

impl Office {
    /// Signs somebody in. Says the same for an unknown address, a wrong password and a wrong or used code.
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<NewSession, Error> {
        let came_in = self.now();
        let login = self.login_of(&credentials.email);
        let source = credentials.source.expose();
        let counted = [Counted::source(source), Counted::login(&login, source)];
        for what in counted {
            self.guards.attempts.take(what, self.now())?;
        }
        let done = self.show_both_factors(&login, credentials).await;
        // whoever could not be heard, for want of a place or of the store, has not failed
        if !matches!(done, Err(Error::People(Refused::SignIn))) {
            for what in counted {
                self.guards.attempts.give_back(what, self.now());
            }
        } else {
            self.engine.world.wait(until_beat(came_in, self.now())).await;
        }
        done
    }

    async fn show_both_factors(
        &self,
        login: &[u8; 32],
        credentials: &Credentials,
    ) -> Result<NewSession, Error> {
        let found = self.engine.store.user_by_login(login).await?.filter(User::is_active);
        let stored = found.as_ref().and_then(|user| user.password.as_deref());
        // nobody has a password that long, and nobody makes us hash one
        let too_long = credentials.password.expose().chars().nth(password::MOST).is_some();
        let stored = stored.filter(|_| !too_long);
        let nothing = Secret::new(String::new());
        let given = if too_long { &nothing } else { &credentials.password };
        let matches = self.guards.hasher.verify(given, stored).await?;
        let (Some(user), true) = (found, matches) else { return Err(Refused::SignIn.into()) };
        let step = match self.check_code(&user, &credentials.code).await {
            Err(Error::People(Refused::Code | Refused::TooMany { .. })) => return Err(Refused::SignIn.into()),
            other => other?,
        };
        let renewed = match &user.password {
            Some(stored) if self.guards.hasher.is_outdated(stored) => {
                // another time, if there is no place for it now
                self.guards.hasher.hash(given, self.password_salt()).await.ok()
            }
            _ => None,
        };
        let letter = self.letter_about_account(user.id, user.organization, Account::SignIn)?;
        let mut change = self.engine.store.begin().await?;
        let now_known = change.user(user.id).await?;
        if !now_known.is_active() || now_known.password != user.password {
            return Err(Refused::SignIn.into());
        }
        if !change.use_step(user.id, step).await? {
            return Err(Refused::SignIn.into());
        }
        if let Some(renewed) = renewed {
            change.set_password(user.id, &renewed).await?;
        }
        let session = self.add_session(&mut change, &now_known).await?;
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        let event = self.event_of(Kind::UserSignedIn, user.id, user.organization).about(session.id);
        change.commit(user.organization, &[event]).await?;
        Ok(session)
    }

    /// The step of a user's code. Wrong and used ones are counted and told of in the log: whoever gets this far has the
    /// password, or a session.
    pub(crate) async fn check_code(&self, user: &User, code: &Secret<String>) -> Result<u64, Error> {
        let counted = Counted::User(user.id);
        self.guards.attempts.take(counted, self.now())?;
        let secret = self.totp_of(user)?;
        if let Some(step) = totp::step_of_code(secret.expose(), code.expose(), self.now(), user.totp_step) {
            self.guards.attempts.give_back(counted, self.now());
            return Ok(step);
        }
        let change = self.engine.store.begin().await?;
        let event = self.event_of(Kind::UserCodeRefused, user.id, user.organization);
        change.commit(user.organization, &[event]).await?;
        Err(Refused::Code.into())
    }
}

/// How long it is until the next beat.
pub(crate) fn until_beat(came_in: Timestamp, now: Timestamp) -> Duration {
    let beat = BEAT.as_micros() as i64;
    let spent = now.as_micros().saturating_sub(came_in.as_micros()).max(0);
    Duration::from_micros((beat - spent % beat).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use exeunt_base::Timestamp;

    #[test]
    fn failures_are_answered_on_the_beat() {
        let at = |millis: i64| Timestamp::from_micros(millis * 1_000);
        for (spent, left) in [(0, 250), (1, 249), (60, 190), (249, 1), (250, 250), (260, 240), (-5, 250)] {
            assert_eq!(super::until_beat(at(1_000), at(1_000 + spent)), Duration::from_millis(left));
        }
    }
}
