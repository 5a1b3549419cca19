//! Sessions: begun, asked for who it is, listed and ended.

use exeunt_audit::kind::Kind;
use exeunt_base::{OrganizationId, Secret, SessionId, Timestamp, UserId};
use exeunt_engine::world::chance_for_id;
use exeunt_store::Change;
use exeunt_store::sessions::Session;
use exeunt_store::users::User;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::error::Error as Refused;
use crate::people::token::{self, Use};
use crate::people::{FRESH_SECONDS, IDLE_SECONDS, SESSION_SECONDS, USED_SECONDS, users};

/// A session that just began, or got another token. The token is shown once.
#[derive(Debug)]
pub struct NewSession {
    /// The token.
    pub token: Secret<String>,
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Where.
    pub organization: OrganizationId,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
}

/// Somebody who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// Who acts, with what they may now.
    pub actor: Actor,
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// When they last showed their second factor.
    pub fresh_at: Timestamp,
    /// When the session ends at the latest.
    pub ends_at: Timestamp,
}

impl SignedIn {
    /// Refuses when the second factor was last shown too long ago for a dangerous act.
    pub fn require_fresh(&self, now: Timestamp) -> Result<(), Refused> {
        if now < self.fresh_at.plus_seconds(FRESH_SECONDS) { Ok(()) } else { Err(Refused::Stale) }
    }
}

/// A session as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
}

fn is_alive(session: &Session, now: Timestamp) -> bool {
    now < session.ends_at && now < session.used_at.plus_seconds(IDLE_SECONDS)
}

impl Office {
    /// Who holds this token, with what they may at this moment. Using a session keeps it from going idle.
    pub async fn actor_of_session(&self, token: &Secret<String>) -> Result<SignedIn, Error> {
        let (session, user) = self.session_of(token).await?;
        let now = self.now();
        if session.used_at.plus_seconds(USED_SECONDS) <= now {
            let mut change = self.engine.store.begin().await?;
            change.touch_session(session.id, now).await?;
            change.commit_bookkeeping().await?;
        }
        Ok(SignedIn {
            actor: Actor {
                id: Some(user.id.into()),
                organization: user.organization,
                powers: users::powers_of(&user),
            },
            user: user.id,
            session: session.id,
            fresh_at: session.fresh_at,
            ends_at: session.ends_at,
        })
    }

    /// The live session of a token and its user.
    pub(crate) async fn session_of(&self, token: &Secret<String>) -> Result<(Session, User), Error> {
        let hash = token::hash_of(Use::Session, token.expose()).ok_or(Refused::NoSession)?;
        let session = self.engine.store.session_by_hash(&hash).await?.ok_or(Refused::NoSession)?;
        if !is_alive(&session, self.now()) {
            return Err(Refused::NoSession.into());
        }
        let user = self.engine.store.user(session.user).await?;
        if !user.is_active() {
            return Err(Refused::NoSession.into());
        }
        Ok((session, user))
    }

    /// Begins a session of somebody who just showed both factors.
    pub(crate) async fn add_session(
        &self,
        change: &mut Change<'_>,
        user: &User,
    ) -> Result<NewSession, Error> {
        self.add_session_since(change, user, self.now()).await
    }

    /// Begins a session of somebody who showed their second factor at that time.
    pub(crate) async fn add_session_since(
        &self,
        change: &mut Change<'_>,
        user: &User,
        fresh_at: Timestamp,
    ) -> Result<NewSession, Error> {
        let now = self.now();
        let token = token::mint(Use::Session, &self.chance());
        let session = Session {
            id: SessionId::new(now, chance_for_id(&*self.engine.world)),
            hash: hash_of(&token),
            organization: user.organization,
            user: user.id,
            made_at: now,
            used_at: now,
            ends_at: now.plus_seconds(SESSION_SECONDS),
            fresh_at,
        };
        change.add_session(&session).await?;
        Ok(NewSession {
            token,
            id: session.id,
            user: user.id,
            organization: user.organization,
            ends_at: session.ends_at,
        })
    }

    /// Ends the session of a token. One that has ended is no matter.
    pub async fn sign_out(&self, token: &Secret<String>) -> Result<(), Error> {
        let Ok((session, user)) = self.session_of(token).await else { return Ok(()) };
        let mut change = self.engine.store.begin().await?;
        if change.end_session(session.id).await? {
            let event = self.event_of(Kind::SessionEnded, user.id, user.organization).about(session.id);
            change.commit(user.organization, &[event]).await?;
        }
        Ok(())
    }

    /// The live sessions of one's own, or, for whoever manages users, of anybody here.
    pub async fn list_sessions(&self, actor: &Actor, of: Option<UserId>) -> Result<Vec<Listed>, Error> {
        if !of.is_some_and(|user| users::is_self(actor, user)) {
            self.allow(actor, Permission::ManageUsers)?;
        }
        let now = self.now();
        let all = self.engine.store.sessions(self.organization.id).await?;
        let wanted =
            |session: &&Session| of.is_none_or(|user| session.user == user) && is_alive(session, now);
        let listed = |session: &Session| Listed {
            id: session.id,
            user: session.user,
            made_at: session.made_at,
            used_at: session.used_at,
            ends_at: session.ends_at,
        };
        Ok(all.iter().filter(wanted).map(listed).collect())
    }

    /// Ends one of one's own sessions, or, for whoever manages users, anybody's here.
    pub async fn end_session(&self, actor: &Actor, id: SessionId) -> Result<(), Error> {
        let not_found = || exeunt_store::Error::NotFound { what: "session", id: id.to_string() };
        let all = self.engine.store.sessions(self.organization.id).await?;
        let found = all.iter().find(|session| session.id == id).ok_or_else(not_found)?;
        let may = self.allow(actor, Permission::ManageUsers).is_ok();
        if !may && !users::is_self(actor, found.user) {
            return Err(not_found().into());
        }
        let mut change = self.engine.store.begin().await?;
        if !change.end_session(id).await? {
            return Err(not_found().into());
        }
        let event = self.event(Kind::SessionEnded, actor).about(id).about(found.user);
        change.commit(self.organization.id, &[event]).await?;
        Ok(())
    }

    /// Ends all of one's own sessions but one. Gives how many.
    pub async fn end_other_sessions(&self, by: &SignedIn) -> Result<usize, Error> {
        let others = self.list_sessions(&by.actor, Some(by.user)).await?;
        let mut ended = 0;
        for other in others.iter().filter(|other| other.id != by.session) {
            match self.end_session(&by.actor, other.id).await {
                Ok(()) => ended += 1,
                // it ended by itself meanwhile
                Err(error) if error.is_unknown() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ended)
    }
}

/// What is kept of a token just minted.
pub(crate) fn hash_of(token: &Secret<String>) -> Vec<u8> {
    let hash = token::hash_of(Use::Session, token.expose());
    hash.expect("a token just minted has the form of one").to_vec()
}
