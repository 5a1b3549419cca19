//! Identity providers of a service.

use exeunt_app::people::providers::{Changed, Listed, NewProvider};
use exeunt_base::{ProviderId, Timestamp, UserId};
use serde::Deserialize;
use serde_json::json;

use crate::remote::{Error, Remote};

/// A provider as the API tells it.
#[derive(Deserialize)]
struct Told {
    provider: ProviderId,
    name: String,
    issuer: String,
    client_id: String,
    second_factor: Vec<String>,
    redirect: String,
    made_at: Timestamp,
}

impl Told {
    fn listed(self) -> Listed {
        Listed {
            id: self.provider,
            name: self.name,
            issuer: self.issuer,
            client: self.client_id,
            factors: self.second_factor,
            redirect: self.redirect,
            made_at: self.made_at,
        }
    }
}

impl Remote {
    /// Adds one.
    pub(crate) async fn add_provider(&self, new: &NewProvider) -> Result<Listed, Error> {
        let mut body = json!({
            "name": new.name,
            "issuer": new.issuer,
            "client_id": new.client,
            "second_factor": new.factors,
        });
        if let Some(secret) = &new.secret {
            body["client_secret"] = json!(secret.expose());
        }
        Ok(self.post::<Told>("/identity-providers", &body).await?.listed())
    }

    /// All of them.
    pub(crate) async fn list_providers(&self) -> Result<Vec<Listed>, Error> {
        #[derive(Deserialize)]
        struct All {
            items: Vec<Told>,
        }
        let all: All = self.get("/identity-providers").await?;
        Ok(all.items.into_iter().map(Told::listed).collect())
    }

    /// Changes one.
    pub(crate) async fn change_provider(&self, id: ProviderId, changed: &Changed) -> Result<Listed, Error> {
        let mut body = json!({});
        if let Some(client) = &changed.client {
            body["client_id"] = json!(client);
        }
        if let Some(secret) = &changed.secret {
            body["client_secret"] = json!(secret.expose());
        }
        if let Some(factors) = &changed.factors {
            body["second_factor"] = json!(factors);
        }
        Ok(self.patch::<Told>(&format!("/identity-providers/{id}"), &body).await?.listed())
    }

    /// Has one know a user no more.
    pub(crate) async fn unbind_user(&self, id: ProviderId, user: UserId) -> Result<(), Error> {
        self.tell(&format!("/identity-providers/{id}/unbind"), &json!({ "user": user })).await
    }

    /// Removes one.
    pub(crate) async fn remove_provider(&self, id: ProviderId) -> Result<(), Error> {
        self.delete(&format!("/identity-providers/{id}")).await
    }
}
