//! Answering an invitation: a password, a second factor, and the first session.

use exeunt_audit::kind::Kind;
use exeunt_store::tokens::INVITATION;

use crate::error::Error;
use crate::office::Office;
use crate::people::enrollment::Joining;
use crate::people::error::Error as Refused;
use crate::people::sessions::NewSession;
use crate::people::set_up_first_admin::take;
use crate::people::users;

impl Office {
    /// Lets somebody invited in, and signs them in.
    pub async fn accept_invitation(&self, joining: &Joining) -> Result<NewSession, Error> {
        let row = self.find_token(&joining.token, INVITATION).await?.ok_or(Refused::Token)?;
        let id = row.user.ok_or(Refused::Token)?;
        let invited = self.engine.store.user(id).await?;
        let person = self.person_of(&invited)?;
        let checked = self.check_joining(row.organization, &person, joining).await?;
        let totp = self.seal_totp(row.organization, id, &checked.secret)?;
        let now = self.now();
        let mut change = self.engine.store.begin().await?;
        take(&mut change, &joining.token, INVITATION, now).await?;
        change.activate_user(id, &checked.password, &totp, checked.step, now).await?;
        change.drop_tokens_of(id).await?;
        let user = change.user(id).await?;
        let session = self.add_session(&mut change, &user).await?;
        let joined = self
            .event_of(Kind::UserJoined, id, user.organization)
            .fact("by", "invitation")
            .fact("roles", users::fact_of(&user.roles));
        let signed_in = self.event_of(Kind::UserSignedIn, id, user.organization).about(session.id);
        change.commit(user.organization, &[joined, signed_in]).await?;
        Ok(session)
    }
}
