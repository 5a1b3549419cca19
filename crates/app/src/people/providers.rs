//! Identity providers: added, listed and removed by whoever may; and users whom they are to know no more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use exeunt_audit::kind::Kind;
use exeunt_base::{ProviderId, Secret, Timestamp, UserId};
use exeunt_engine::world::chance_for_id;
use exeunt_oidc::{Client, Known, Provider as Oidc};
use exeunt_outbound::{Address, BadAddress};
use exeunt_store::identities::Provider;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::person::PURPOSE;

/// Most characters of a name, a client's id, or all factors together.
const MOST: usize = 200;
/// Longest secret.
const SECRET: usize = 1_000;

/// What providers said of themselves lately: one for the whole process.
#[derive(Debug, Default)]
pub struct KnownProviders(Mutex<BTreeMap<ProviderId, Arc<Known>>>);

impl KnownProviders {
    pub(crate) fn of(&self, id: ProviderId) -> Arc<Known> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default())
    }

    fn forget(&self, id: ProviderId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// A provider that is to be added.
#[derive(Debug)]
pub struct NewProvider {
    /// What people read on the way there.
    pub name: String,
    /// Its own name for itself: `https://login.example.com`.
    pub issuer: String,
    /// What it knows us by.
    pub client: String,
    /// What we show it; none where PKCE is enough for it.
    pub secret: Option<Secret<String>>,
    /// What it may say in place of our own second factor: `amr:otp`, `acr:high`.
    pub factors: Vec<String>,
}

/// What is to be otherwise with a provider; what is not said stays.
#[derive(Debug, Default)]
pub struct Changed {
    /// What it knows us by.
    pub client: Option<String>,
    /// What we show it.
    pub secret: Option<Secret<String>>,
    /// What it may say in place of our own second factor.
    pub factors: Option<Vec<String>>,
}

/// A provider as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: ProviderId,
    /// What people read on the way there.
    pub name: String,
    /// Its own name for itself.
    pub issuer: String,
    /// What it knows us by.
    pub client: String,
    /// What it may say in place of our own second factor.
    pub factors: Vec<String>,
    /// Where it sends people back: to be written down there, letter by letter.
    pub redirect: String,
    /// Since when.
    pub made_at: Timestamp,
}

impl Office {
    /// Adds a provider that vouches for this organization's users. It is asked about itself first.
    pub async fn add_provider(&self, actor: &Actor, new: &NewProvider) -> Result<Listed, Error> {
        self.allow(actor, Permission::ManageProviders)?;
        let id = ProviderId::new(self.now(), chance_for_id(&*self.engine.world));
        let factors = checked(new)?;
        let issuer = Address::parse(&new.issuer).map_err(bad_issuer)?;
        if issuer.path_and_query().contains('?') {
            return Err(wrong("an issuer has no `?`"));
        }
        self.outbound.check(&issuer).map_err(|why| wrong(&why.to_string()))?;
        let redirect = self.redirect_of(id)?;
        let client = Client { id: &new.client, secret: new.secret.as_ref(), redirect: &redirect };
        let known = self.known_providers.of(id);
        let asked = Oidc { issuer: &new.issuer, client, known: &known, outbound: &self.outbound };
        if let Err(trouble) = asked.directory(self.now()).await {
            self.known_providers.forget(id);
            return Err(trouble.into());
        }
        let secret = new.secret.as_ref().map(|secret| self.seal_secret(id, secret));
        let provider = Provider {
            id,
            organization: self.organization.id,
            name: new.name.trim().to_owned(),
            issuer: new.issuer.clone(),
            client: new.client.clone(),
            secret: secret.transpose()?,
            factors,
            made_at: self.now(),
        };
        let event = self
            .event(Kind::ProviderAdded, actor)
            .about(id)
            .fact("second-factor", if provider.factors.is_empty() { "ours" } else { "theirs-or-ours" });
        let mut change = self.engine.store.begin().await?;
        change.add_provider(&provider).await?;
        change.commit(self.organization.id, &[event]).await?;
        self.provider_listed(provider)
    }

    /// The organization's providers, oldest first. Their secrets are told by nobody.
    pub async fn list_providers(&self, actor: &Actor) -> Result<Vec<Listed>, Error> {
        self.allow(actor, Permission::ManageProviders)?;
        let all = self.engine.store.providers(self.organization.id).await?;
        all.into_iter().map(|provider| self.provider_listed(provider)).collect()
    }

    /// Gives a provider's client another id, secret or trust: registered anew there, or its secret was rotated.
    pub async fn change_provider(
        &self,
        actor: &Actor,
        id: ProviderId,
        changed: Changed,
    ) -> Result<Listed, Error> {
        self.allow(actor, Permission::ManageProviders)?;
        let mut provider = self.provider(id).await?;
        let new = NewProvider {
            name: provider.name.clone(),
            issuer: provider.issuer.clone(),
            client: changed.client.unwrap_or(provider.client),
            secret: changed.secret,
            factors: changed
                .factors
                .unwrap_or_else(|| provider.factors.split_whitespace().map(str::to_owned).collect()),
        };
        provider.factors = checked(&new)?;
        provider.client = new.client;
        if let Some(secret) = &new.secret {
            provider.secret = Some(self.seal_secret(id, secret)?);
        }
        let event = self
            .event(Kind::ProviderChanged, actor)
            .about(id)
            .fact("second-factor", if provider.factors.is_empty() { "ours" } else { "theirs-or-ours" });
        let mut change = self.engine.store.begin().await?;
        change.provider(id).await?;
        change.change_provider(&provider).await?;
        change.commit(self.organization.id, &[event]).await?;
        self.provider_listed(provider)
    }

    /// Removes a provider, and forgets whom it knew. Sessions that began by it go on.
    pub async fn remove_provider(&self, actor: &Actor, id: ProviderId) -> Result<(), Error> {
        self.allow(actor, Permission::ManageProviders)?;
        self.provider(id).await?;
        let mut change = self.engine.store.begin().await?;
        let known = change.remove_provider(id).await?;
        let event = self.event(Kind::ProviderRemoved, actor).about(id).count("users-unbound", known);
        change.commit(self.organization.id, &[event]).await?;
        self.known_providers.forget(id);
        Ok(())
    }

    /// Has a provider know a user no more, so that it can get to know them anew: by their address, and with their code.
    pub async fn unbind_user(&self, actor: &Actor, id: ProviderId, user: UserId) -> Result<(), Error> {
        self.allow(actor, Permission::ManageProviders)?;
        self.provider(id).await?;
        let known = self.engine.store.user(user).await?;
        self.own(known.organization, "user", &user.to_string())?;
        let mut change = self.engine.store.begin().await?;
        if change.unbind_user(user, Some(id)).await? == 0 {
            change.rollback().await?;
            return Err(
                exeunt_store::Error::NotFound { what: "user of the provider", id: user.to_string() }.into()
            );
        }
        let event = self.event(Kind::UserUnbound, actor).about(user).about(id);
        Ok(change.commit(self.organization.id, &[event]).await?)
    }

    /// A provider of this organization. Another's answers *not found*.
    pub(crate) async fn provider(&self, id: ProviderId) -> Result<Provider, Error> {
        let provider = self.engine.store.provider(id).await?;
        self.own(provider.organization, "identity provider", &id.to_string())?;
        Ok(provider)
    }

    fn seal_secret(&self, id: ProviderId, secret: &Secret<String>) -> Result<Vec<u8>, Error> {
        let plain = Secret::new(secret.expose().clone().into_bytes());
        let (organization, context) = (self.organization.id, context(id));
        let keyring = &self.engine.keyring;
        Ok(keyring.seal_for(organization, PURPOSE, context.as_bytes(), &plain, &self.chance())?)
    }

    /// What we show a provider.
    pub(crate) fn secret_of(&self, provider: &Provider) -> Result<Option<Secret<String>>, Error> {
        let Some(sealed) = &provider.secret else { return Ok(None) };
        let (organization, context) = (provider.organization, context(provider.id));
        let plain = self.engine.keyring.open_for(organization, PURPOSE, context.as_bytes(), sealed)?;
        Ok(Some(Secret::new(String::from_utf8_lossy(plain.expose()).into_owned())))
    }

    /// Where a provider sends people back. Each has its own, so that no other one's answer can be taken for its.
    pub(crate) fn redirect_of(&self, id: ProviderId) -> Result<String, Error> {
        match &self.public_url {
            Some(url) => Ok(format!("{url}/sign-in/{id}/back")),
            None => Err(Error::Refused(
                "E0942",
                String::from(
                    "nobody could come back from an identity provider: the settings do not say where people find this \
                     service; put `public_url` under `serve:`",
                ),
            )),
        }
    }

    fn provider_listed(&self, provider: Provider) -> Result<Listed, Error> {
        Ok(Listed {
            id: provider.id,
            redirect: self.redirect_of(provider.id)?,
            name: provider.name,
            issuer: provider.issuer,
            client: provider.client,
            factors: provider.factors.split_whitespace().map(str::to_owned).collect(),
            made_at: provider.made_at,
        })
    }
}

fn context(id: ProviderId) -> String {
    format!("{id} client secret")
}

fn wrong(why: &str) -> Error {
    Error::Usage("E0972", format!("this identity provider cannot be added: {why}"))
}

fn bad_issuer(why: BadAddress) -> Error {
    wrong(&format!("its issuer is no address that could be called: {why}"))
}

/// What was given, if it can be used; the factors as they are kept.
fn checked(new: &NewProvider) -> Result<String, Error> {
    let line = |text: &str| {
        let text = text.trim();
        !text.is_empty() && text.chars().count() <= MOST && !text.chars().any(char::is_control)
    };
    if !line(&new.name) {
        return Err(wrong("its name is one line of 1 to 200 characters"));
    }
    if !line(&new.client) || new.client.trim() != new.client {
        return Err(wrong("the client's id is one line of 1 to 200 characters"));
    }
    let secret = new.secret.as_ref().map(|secret| secret.expose().as_str());
    if secret.is_some_and(|secret| {
        secret.is_empty() || secret.len() > SECRET || secret.chars().any(char::is_control)
    }) {
        return Err(wrong("the client's secret is one line of 1 to 1000 characters"));
    }
    let is_factor = |word: &String| {
        let value = word.strip_prefix("amr:").or_else(|| word.strip_prefix("acr:"));
        value.is_some_and(|value| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic()))
    };
    let factors = new.factors.join(" ");
    if !new.factors.iter().all(is_factor) || factors.len() > MOST {
        return Err(wrong(
            "what it may say in place of our own second factor is `amr:…` or `acr:…`, such as `amr:otp` or `amr:hwk`",
        ));
    }
    Ok(factors)
}
