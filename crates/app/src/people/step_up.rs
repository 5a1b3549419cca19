//! Showing the second factor again, before a dangerous act.

use exeunt_audit::kind::Kind;
use exeunt_base::Secret;

use crate::error::Error;
use crate::office::Office;
use crate::people::error::Error as Refused;
use crate::people::sessions::{NewSession, hash_of};
use crate::people::token::{self, Use};

impl Office {
    /// Makes a session fresh by a code that was not used yet. The session goes on under another token; the old one is dead.
    pub async fn step_up(&self, token: &Secret<String>, code: &Secret<String>) -> Result<NewSession, Error> {
        let (session, user) = self.session_of(token).await?;
        let step = self.check_code(&user, code).await?;
        let renewed = token::mint(Use::Session, &self.chance());
        let mut change = self.engine.store.begin().await?;
        if !change.use_step(user.id, step).await? {
            return Err(Refused::Code.into());
        }
        let (former, hash) = (session.hash.as_slice(), hash_of(&renewed));
        if !change.renew_session(session.id, former, &hash, self.now()).await? {
            return Err(Refused::NoSession.into());
        }
        let event = self.event_of(Kind::UserSteppedUp, user.id, user.organization).about(session.id);
        change.commit(user.organization, &[event]).await?;
        Ok(NewSession {
            token: renewed,
            id: session.id,
            user: user.id,
            organization: user.organization,
            ends_at: session.ends_at,
        })
    }
}
