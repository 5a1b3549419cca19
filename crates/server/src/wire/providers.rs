//! Identity providers, and signing in by them, over the wire.

use axum::http::StatusCode;
use exeunt_app::people::provider_sign_in::{Begun, Returned};
use exeunt_app::people::providers::{Changed, Listed, NewProvider};
use exeunt_base::{Personal, ProviderId, Secret, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::wire::people::{secret, secret_if_any};

/// A provider that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddProvider {
    /// What people read on the way there.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) name: String,
    /// Its own name for itself, as its description has it: `https://login.example.com`.
    pub(crate) issuer: String,
    /// What it knows us by.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) client_id: String,
    /// What we show it. It is told by no call.
    #[serde(default, deserialize_with = "secret_if_any")]
    #[schema(value_type = Option<String>, format = Password)]
    pub(crate) client_secret: Option<Secret<String>>,
    /// What it may say in place of our own second factor: `amr:otp`, `acr:…`. None: the code of ours is always wanted.
    #[serde(default)]
    pub(crate) second_factor: Vec<String>,
}

impl From<AddProvider> for NewProvider {
    fn from(add: AddProvider) -> Self {
        Self {
            name: add.name,
            issuer: add.issuer,
            client: add.client_id,
            secret: add.client_secret,
            factors: add.second_factor,
        }
    }
}

/// What is to be otherwise with a provider; what is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeProvider {
    /// What it knows us by.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) client_id: Option<String>,
    /// What we show it.
    #[serde(default, deserialize_with = "secret_if_any")]
    #[schema(value_type = Option<String>, format = Password)]
    pub(crate) client_secret: Option<Secret<String>>,
    /// What it may say in place of our own second factor.
    #[serde(default)]
    pub(crate) second_factor: Option<Vec<String>>,
}

impl From<ChangeProvider> for Changed {
    fn from(change: ChangeProvider) -> Self {
        Self { client: change.client_id, secret: change.client_secret, factors: change.second_factor }
    }
}

/// A provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderView {
    /// Its id.
    pub(crate) provider: String,
    /// What people read on the way there.
    pub(crate) name: String,
    /// Its own name for itself.
    pub(crate) issuer: String,
    /// What it knows us by.
    pub(crate) client_id: String,
    /// What it may say in place of our own second factor.
    pub(crate) second_factor: Vec<String>,
    /// Where it sends people back: to be written down there, letter by letter.
    pub(crate) redirect: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
}

impl From<&Listed> for ProviderView {
    fn from(listed: &Listed) -> Self {
        Self {
            provider: listed.id.to_string(),
            name: listed.name.clone(),
            issuer: listed.issuer.clone(),
            client_id: listed.client.clone(),
            second_factor: listed.factors.clone(),
            redirect: listed.redirect.clone(),
            made_at: listed.made_at,
        }
    }
}

/// Whom a provider is to know no more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnbindUser {
    /// Their id.
    pub(crate) user: String,
}

impl UnbindUser {
    pub(crate) fn user(&self) -> Result<UserId, Problem> {
        self.user.parse().map_err(|_| no_id("/user", "usr_…"))
    }
}

/// By which provider.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginSignIn {
    /// Its id.
    pub(crate) provider: String,
}

impl BeginSignIn {
    pub(crate) fn provider(&self) -> Result<ProviderId, Problem> {
        self.provider.parse().map_err(|_| no_id("/provider", "idp_…"))
    }
}

fn no_id(pointer: &str, form: &str) -> Problem {
    Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, pointer, format!("an id such as `{form}`"))
}

/// A sign-in that was begun.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInBegun {
    /// Where the person goes.
    pub(crate) url: String,
    /// What the caller keeps, and shows to nobody but us when the person is back.
    pub(crate) attempt: String,
    /// Until when to be back.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
}

impl From<Begun> for SignInBegun {
    fn from(begun: Begun) -> Self {
        Self { url: begun.url, attempt: begun.attempt.expose().clone(), expires_at: begun.expires_at }
    }
}

/// What came back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FinishSignIn {
    /// What was kept.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password)]
    pub(crate) attempt: Secret<String>,
    /// `state` of the address that the provider sent the person back to.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) state: Secret<String>,
    /// Its `code`.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) provider_code: Secret<String>,
    /// Its `iss`, where there is one.
    #[serde(default)]
    pub(crate) issuer: Option<String>,
    /// The code that the authenticator shows now. Only a provider that was trusted for it makes it dispensable, and not at
    /// the first time.
    #[serde(default, deserialize_with = "secret_if_any")]
    #[schema(value_type = Option<String>)]
    pub(crate) code: Option<Secret<String>>,
}

impl FinishSignIn {
    pub(crate) fn from(self, source: Personal) -> Returned {
        let Self { attempt, state, provider_code, issuer, code } = self;
        Returned { attempt, state, provider_code, issuer, code, source }
    }
}
