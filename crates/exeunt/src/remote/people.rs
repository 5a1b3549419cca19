//! Users and API keys of a service.

use exeunt_app::access::{Permission, Role};
use exeunt_app::people::api_keys::{self, Made, NewKey};
use exeunt_app::people::create_setup_token::OneTime;
use exeunt_app::people::invite_user::Invited;
use exeunt_app::people::{Person, list_users};
use exeunt_base::{ApiKeyId, Personal, Secret, Timestamp, UserId};
use serde::Deserialize;
use serde_json::json;

use crate::failure::Failure;
use crate::remote::{Error, Remote};

/// A list without pages.
#[derive(Deserialize)]
struct All<T> {
    items: Vec<T>,
}

/// A user as the API tells them.
#[derive(Deserialize)]
struct Told {
    user: UserId,
    name: String,
    email: String,
    roles: Vec<String>,
    state: String,
    made_at: Timestamp,
    joined_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
}

/// A key as the API tells it.
#[derive(Deserialize)]
struct Key {
    key: ApiKeyId,
    user: UserId,
    label: String,
    scopes: Vec<String>,
    made_at: Timestamp,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

/// A token that is shown once.
#[derive(Deserialize)]
struct Once {
    user: UserId,
    token: String,
    expires_at: Timestamp,
}

impl Once {
    fn one_time(self) -> OneTime {
        OneTime { token: Secret::new(self.token), expires_at: self.expires_at }
    }
}

fn words(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}

impl Remote {
    /// Everybody.
    pub(crate) async fn list_users(&self) -> Result<Vec<list_users::Listed>, Failure> {
        let told: All<Told> = self.get("/users").await?;
        let listed = |told: Told| {
            let person = Person::new(&Personal::new(told.name), &Personal::new(told.email));
            Ok(list_users::Listed {
                id: told.user,
                person: person.map_err(exeunt_app::Error::from)?,
                roles: Role::ALL
                    .into_iter()
                    .filter(|role| told.roles.iter().any(|word| word == role.as_str()))
                    .collect(),
                state: told.state,
                made_at: told.made_at,
                joined_at: told.joined_at,
                disabled_at: told.disabled_at,
            })
        };
        told.items.into_iter().map(listed).collect()
    }

    /// Invites somebody.
    pub(crate) async fn invite_user(&self, person: &Person, roles: &[Role]) -> Result<Invited, Error> {
        let body = json!({
            "name": person.name.expose(),
            "email": person.email.expose(),
            "roles": words(roles),
        });
        let once: Once = self.post("/users", &body).await?;
        Ok(Invited { user: once.user, one_time: once.one_time() })
    }

    /// Gives somebody other roles.
    pub(crate) async fn change_roles(&self, id: UserId, roles: &[Role]) -> Result<(), Error> {
        self.put(&format!("/users/{id}/roles"), &json!({ "roles": words(roles) })).await
    }

    /// Starts a reset.
    pub(crate) async fn start_reset(&self, id: UserId) -> Result<OneTime, Error> {
        let once: Once = self.post(&format!("/users/{id}/reset"), &json!({})).await?;
        Ok(once.one_time())
    }

    /// Ends an account.
    pub(crate) async fn disable_user(&self, id: UserId) -> Result<(), Error> {
        self.nod(&format!("/users/{id}/disable")).await
    }

    /// All keys.
    pub(crate) async fn list_api_keys(&self) -> Result<Vec<api_keys::Listed>, Error> {
        let told: All<Key> = self.get("/api-keys").await?;
        let listed = |told: Key| api_keys::Listed {
            id: told.key,
            user: told.user,
            label: Personal::new(told.label),
            scopes: told.scopes.iter().filter_map(|word| Permission::from_word(word)).collect(),
            made_at: told.made_at,
            expires_at: told.expires_at,
            used_at: told.used_at,
            revoked_at: told.revoked_at,
        };
        Ok(told.items.into_iter().map(listed).collect())
    }

    /// Makes a key that counts for so many days.
    pub(crate) async fn make_api_key(&self, new: &NewKey, days: i64) -> Result<Made, Error> {
        #[derive(Deserialize)]
        struct Told {
            key: ApiKeyId,
            token: String,
        }
        let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.as_str()).collect();
        let body = json!({ "user": new.user, "label": new.label.expose(), "scopes": scopes, "days": days });
        let told: Told = self.post("/api-keys", &body).await?;
        Ok(Made { id: told.key, token: Secret::new(told.token) })
    }

    /// Makes a key count no more.
    pub(crate) async fn revoke_api_key(&self, id: ApiKeyId) -> Result<(), Error> {
        self.delete(&format!("/api-keys/{id}")).await
    }
}
