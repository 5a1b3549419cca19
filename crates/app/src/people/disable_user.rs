//! The end of an account.

use exeunt_audit::kind::Kind;
use exeunt_base::UserId;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::error::Error as Refused;
use crate::people::users;

impl Office {
    /// Ends a user's account for good: sessions, keys and tokens are dead at once, password and second factor are destroyed,
    /// and the address is free for a new invitation. Nobody ends their own, and the last administrator stays.
    pub async fn disable_user(&self, actor: &Actor, id: UserId) -> Result<(), Error> {
        self.allow(actor, Permission::ManageUsers)?;
        self.user_of(actor, id).await?;
        if users::is_self(actor, id) {
            return Err(Refused::Oneself.into());
        }
        let now = self.now();
        let mut change = self.engine.store.begin().await?;
        let user = change.user(id).await?;
        users::must_not_be_disabled(&user)?;
        users::keep_an_admin(&mut change, &user).await?;
        change.disable_user(id, now).await?;
        let sessions = change.end_sessions_of(id, None).await?;
        let keys = change.revoke_api_keys_of(id, now).await?;
        change.drop_tokens_of(id).await?;
        change.unbind_user(id, None).await?;
        let event = self
            .event(Kind::UserDisabled, actor)
            .about(id)
            .count("sessions-ended", sessions)
            .count("keys-revoked", keys);
        change.commit(user.organization, &[event]).await?;
        // done is done: what the database keeps beside its rows for a while opens nothing
        if let Err(error) = self.engine.store.flush_destroyed().await {
            tracing::warn!(error = %error, "could not clear away what a disabled user's row left behind");
        }
        Ok(())
    }
}
