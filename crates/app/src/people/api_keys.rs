//! API keys: programs that act with part of a user's powers.

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, ApiKeyId, Personal, Secret, Timestamp, UserId};
use exeunt_engine::world::chance_for_id;
use exeunt_store::api_keys::ApiKey;

use crate::access::{Permission, Powers};
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::error::Error as Refused;
use crate::people::person::PURPOSE;
use crate::people::token::{self, Use};
use crate::people::{KEY_DAYS, USED_SECONDS, users};

/// Most characters of what a key is for.
const LABEL: usize = 100;

/// What a key is to be.
#[derive(Debug)]
pub struct NewKey {
    /// Whose powers it has a part of, and with whom it dies.
    pub user: UserId,
    /// What it is for.
    pub label: Personal,
    /// Which of their permissions it has.
    pub scopes: Vec<Permission>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A key that was made. The token is shown once.
#[derive(Debug)]
pub struct Made {
    /// Its id.
    pub id: ApiKeyId,
    /// The token.
    pub token: Secret<String>,
}

/// A key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose powers it has a part of.
    pub user: UserId,
    /// What it is for.
    pub label: Personal,
    /// Its permissions.
    pub scopes: Vec<Permission>,
    /// Since when.
    pub made_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

fn scopes_of(key: &ApiKey) -> Powers {
    key.scopes.split_whitespace().filter_map(Permission::from_word).collect()
}

impl Office {
    /// Makes a key: for oneself, or, for whoever manages keys, for somebody else with scopes that both have. A program
    /// makes none.
    pub async fn make_api_key(&self, actor: &Actor, new: &NewKey) -> Result<Made, Error> {
        if !users::is_self(actor, new.user) {
            self.allow(actor, Permission::ManageApiKeys)?;
            self.refuse_programs(actor).await?;
        }
        let organization = self.organization.id;
        let user = self.engine.store.user(new.user).await?;
        self.own(user.organization, "user", &new.user.to_string())?;
        if !user.is_active() {
            return Err(Refused::State { found: user.state, wanted: "active" }.into());
        }
        let label = new.label.expose().trim();
        let wrong = |why: &str| Refused::Person { what: "name of the key", why: why.to_owned() };
        if label.is_empty() || label.chars().count() > LABEL || label.chars().any(char::is_control) {
            return Err(
                wrong("it is empty, has more than 100 characters, or holds control characters").into()
            );
        }
        let now = self.now();
        if new.expires_at <= now || new.expires_at > now.plus_days(KEY_DAYS) {
            return Err(Refused::Lifetime.into());
        }
        let most = users::powers_of(&user).and(actor.powers);
        if let Some(scope) = new.scopes.iter().find(|scope| !most.has(**scope)) {
            return Err(Refused::Scope(scope.as_str()).into());
        }
        let scopes: Powers = new.scopes.iter().copied().collect();
        let scopes: Vec<&str> = scopes.iter().map(Permission::as_str).collect();
        if scopes.is_empty() {
            return Err(Refused::NoScope.into());
        }
        let id = ApiKeyId::new(now, chance_for_id(&*self.engine.world));
        let token = token::mint(Use::ApiKey, &self.chance());
        let hash =
            token::hash_of(Use::ApiKey, token.expose()).expect("a token just minted has the form of one");
        let sealed = self.engine.keyring.seal_for(
            organization,
            PURPOSE,
            context(id).as_bytes(),
            &Secret::new(label.as_bytes().to_vec()),
            &self.chance(),
        )?;
        let key = ApiKey {
            id,
            hash: hash.to_vec(),
            organization,
            user: user.id,
            label: sealed,
            scopes: scopes.join(" "),
            made_at: now,
            expires_at: new.expires_at,
            used_at: None,
            revoked_at: None,
        };
        let mut change = self.engine.store.begin().await?;
        change.add_api_key(&key).await?;
        let event = self
            .event(Kind::ApiKeyMade, actor)
            .about(id)
            .about(user.id)
            .count("scopes", scopes.len() as u64)
            .fact("expires", new.expires_at);
        change.commit(organization, &[event]).await?;
        Ok(Made { id, token })
    }

    /// One's own keys, or, for whoever manages keys, all of the organization, oldest first, with those that count no more.
    pub async fn list_api_keys(&self, actor: &Actor, of: Option<UserId>) -> Result<Vec<Listed>, Error> {
        if !of.is_some_and(|user| users::is_self(actor, user)) {
            self.allow(actor, Permission::ManageApiKeys)?;
        }
        let all = self.engine.store.api_keys(self.organization.id).await?;
        all.into_iter()
            .filter(|key| of.is_none_or(|user| key.user == user))
            .map(|key| self.key_listed(&key))
            .collect()
    }

    /// One key: one's own, or, for whoever manages keys, anybody's here.
    pub async fn show_api_key(&self, actor: &Actor, id: ApiKeyId) -> Result<Listed, Error> {
        let key = self.engine.store.api_key(id).await?;
        self.own(key.organization, "API key", &id.to_string())?;
        if !users::is_self(actor, key.user) {
            self.allow(actor, Permission::ManageApiKeys)?;
        }
        self.key_listed(&key)
    }

    fn key_listed(&self, key: &ApiKey) -> Result<Listed, Error> {
        Ok(Listed {
            id: key.id,
            user: key.user,
            label: self.label_of(key)?,
            scopes: scopes_of(key).iter().collect(),
            made_at: key.made_at,
            expires_at: key.expires_at,
            used_at: key.used_at,
            revoked_at: key.revoked_at,
        })
    }

    /// Revokes one of one's own keys, or, for whoever manages keys, anybody's here. Revoking it again changes nothing.
    pub async fn revoke_api_key(&self, actor: &Actor, id: ApiKeyId) -> Result<(), Error> {
        let key = self.engine.store.api_key(id).await?;
        self.own(key.organization, "API key", &id.to_string())?;
        if !users::is_self(actor, key.user) {
            self.allow(actor, Permission::ManageApiKeys)?;
        }
        let mut change = self.engine.store.begin().await?;
        if change.revoke_api_key(id, self.now()).await? {
            let event = self.event(Kind::ApiKeyRevoked, actor).about(id).about(key.user);
            change.commit(self.organization.id, &[event]).await?;
        }
        Ok(())
    }

    /// The program that holds this token, with what its scopes and its user's roles both allow at this moment.
    pub async fn actor_of_api_key(&self, token: &Secret<String>) -> Result<Actor, Error> {
        let hash = token::hash_of(Use::ApiKey, token.expose()).ok_or(Refused::NoApiKey)?;
        let key = self.engine.store.api_key_by_hash(&hash).await?.ok_or(Refused::NoApiKey)?;
        let now = self.now();
        if key.revoked_at.is_some() || key.expires_at <= now {
            return Err(Refused::NoApiKey.into());
        }
        let user = self.engine.store.user(key.user).await?;
        if !user.is_active() {
            return Err(Refused::NoApiKey.into());
        }
        if key.used_at.is_none_or(|used| used.plus_seconds(USED_SECONDS) <= now) {
            let mut change = self.engine.store.begin().await?;
            change.touch_api_key(key.id, now).await?;
            change.commit_bookkeeping().await?;
        }
        Ok(Actor {
            id: Some(key.id.into()),
            organization: key.organization,
            powers: scopes_of(&key).and(users::powers_of(&user)),
        })
    }

    fn label_of(&self, key: &ApiKey) -> Result<Personal, Error> {
        let context = context(key.id);
        let plain =
            self.engine.keyring.open_for(key.organization, PURPOSE, context.as_bytes(), &key.label)?;
        Ok(Personal::new(String::from_utf8_lossy(plain.expose()).into_owned()))
    }

    /// The person who answers for an actor: a program's is its user.
    pub(crate) async fn person_behind(&self, actor: ActorId) -> Result<ActorId, Error> {
        match self.engine.store.api_key(ApiKeyId::from_bytes(actor.to_bytes())).await {
            Ok(key) => Ok(key.user.into()),
            Err(exeunt_store::Error::NotFound { .. }) => Ok(actor),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses an actor that is a program: a key that makes keys would outlive its own end.
    async fn refuse_programs(&self, actor: &Actor) -> Result<(), Error> {
        match actor.id {
            Some(id) if self.person_behind(id).await? != id => Err(Refused::Program.into()),
            _ => Ok(()),
        }
    }
}

fn context(id: ApiKeyId) -> String {
    format!("{id} label")
}
