//! Identity providers, and which user each of them knows by which word. The word comes as a keyed digest, secrets sealed.

use exeunt_base::{OrganizationId, ProviderId, Timestamp, UserId};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Row, query};
use crate::error::Error;
use crate::rows::Reading;

/// An identity provider as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// Whose users it vouches for.
    pub organization: OrganizationId,
    /// What people read on the way there.
    pub name: String,
    /// Its own name for itself.
    pub issuer: String,
    /// What it knows us by.
    pub client: String,
    /// What we show it, sealed.
    pub secret: Option<Vec<u8>>,
    /// What it may say in place of our own second factor, parted by spaces: `amr:otp acr:high`.
    pub factors: String,
    /// Since when.
    pub made_at: Timestamp,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provider({}, {})", self.id, self.issuer)
    }
}

fn read(row: &Row) -> Result<Provider, Error> {
    let reading = Reading { row, what: "identity provider" };
    Ok(Provider {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        name: reading.get("name")?,
        issuer: reading.get("issuer")?,
        client: reading.get("client")?,
        secret: reading.get("secret")?,
        factors: reading.get("factors")?,
        made_at: reading.time("made_at")?,
    })
}

async fn one(connection: &mut Connection, id: ProviderId) -> Result<Provider, Error> {
    query(
        "SELECT id, organization, name, issuer, client, secret, factors, made_at FROM identity_providers WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(connection)
    .await
    .map_err(Error::while_doing("read an identity provider"))?
    .as_ref()
    .map(read)
    .ok_or_else(|| Error::NotFound { what: "identity provider", id: id.to_string() })?
}

impl Change<'_> {
    /// Adds a provider.
    pub async fn add_provider(&mut self, provider: &Provider) -> Result<(), Error> {
        query(
            "INSERT INTO identity_providers (id, organization, name, issuer, client, secret, factors, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(provider.id.to_string())
        .bind(provider.organization.to_string())
        .bind(&provider.name)
        .bind(&provider.issuer)
        .bind(&provider.client)
        .bind(&provider.secret)
        .bind(&provider.factors)
        .bind(provider.made_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add an identity provider"))?;
        Ok(())
    }

    /// One provider, as it is within this change.
    pub async fn provider(&mut self, id: ProviderId) -> Result<Provider, Error> {
        one(&mut self.connection, id).await
    }

    /// Gives a provider's client, secret and factors other values.
    pub async fn change_provider(&mut self, provider: &Provider) -> Result<(), Error> {
        query("UPDATE identity_providers SET client = $2, secret = $3, factors = $4 WHERE id = $1")
            .bind(provider.id.to_string())
            .bind(&provider.client)
            .bind(&provider.secret)
            .bind(&provider.factors)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("change an identity provider"))?;
        Ok(())
    }

    /// Removes a provider with whom it knew; says how many.
    pub async fn remove_provider(&mut self, id: ProviderId) -> Result<u64, Error> {
        let doing = "remove an identity provider";
        let known = query("DELETE FROM identities WHERE provider = $1")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        query("DELETE FROM identity_providers WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        Ok(known)
    }

    /// Whom a provider knows by this digest.
    pub async fn bound_user(
        &mut self,
        provider: ProviderId,
        subject: &[u8],
    ) -> Result<Option<UserId>, Error> {
        query("SELECT account FROM identities WHERE provider = $1 AND subject = $2")
            .bind(provider.to_string())
            .bind(subject)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing("read whom an identity provider knows"))?
            .as_ref()
            .map(|row| Reading { row, what: "identity" }.id("account"))
            .transpose()
    }

    /// Writes down whom a provider knows by a digest; false when it knows that user, or somebody by that digest, already.
    pub async fn bind_user(
        &mut self,
        provider: ProviderId,
        subject: &[u8],
        user: UserId,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let done = query(
            "INSERT INTO identities (provider, subject, account, bound_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )
        .bind(provider.to_string())
        .bind(subject)
        .bind(user.to_string())
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("write down whom an identity provider knows"))?;
        Ok(done == 1)
    }

    /// Forgets by what providers know a user: one of them, or all. Says how many did.
    pub async fn unbind_user(&mut self, user: UserId, provider: Option<ProviderId>) -> Result<u64, Error> {
        query("DELETE FROM identities WHERE account = $1 AND ($2 = '' OR provider = $2)")
            .bind(user.to_string())
            .bind(provider.map(|id| id.to_string()).unwrap_or_default())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget by what an identity provider knows a user"))
    }

    /// Writes down that an attempt came back; false when it had before.
    pub async fn return_sign_in(&mut self, hash: &[u8], expires_at: Timestamp) -> Result<bool, Error> {
        let done = query(
            "INSERT INTO returned_sign_ins (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
        )
        .bind(hash)
        .bind(expires_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("write down a sign-in that came back"))?;
        Ok(done == 1)
    }

    /// Forgets attempts that could not come back any more. Says how many.
    pub async fn forget_returned_sign_ins(&mut self, now: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM returned_sign_ins WHERE expires_at <= $1")
            .bind(now.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget sign-ins that came back"))
    }
}

impl Store {
    /// One provider.
    pub async fn provider(&self, id: ProviderId) -> Result<Provider, Error> {
        one(&mut *self.reader().await, id).await
    }

    /// An organization's providers, oldest first.
    pub async fn providers(&self, organization: OrganizationId) -> Result<Vec<Provider>, Error> {
        let rows = query(
            "SELECT id, organization, name, issuer, client, secret, factors, made_at FROM identity_providers
             WHERE organization = $1 ORDER BY id",
        )
        .bind(organization.to_string())
        .fetch_all(&mut *self.reader().await)
        .await;
        rows.map_err(Error::while_doing("read identity providers"))?.iter().map(read).collect()
    }
}
