//! Users, sessions and API keys over the wire.

use exeunt_app::people::Person;
use exeunt_app::people::create_setup_token::OneTime;
use exeunt_app::people::sessions::NewSession;
use exeunt_app::people::{api_keys, list_users, sessions};
use exeunt_base::{Personal, Secret, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// A text that must not be heard: it is taken in and never told.
pub(crate) fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Secret<String>, D::Error> {
    String::deserialize(from).map(Secret::new)
}

/// As [`secret`], where nothing need be said.
pub(crate) fn secret_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret<String>>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(Secret::new))
}

fn personal<'de, D: Deserializer<'de>>(from: D) -> Result<Personal, D::Error> {
    String::deserialize(from).map(Personal::new)
}

/// Both factors.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The e-mail address.
    #[serde(deserialize_with = "personal")]
    #[schema(value_type = String)]
    pub(crate) email: Personal,
    /// The password.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password)]
    pub(crate) password: Secret<String>,
    /// The code that the authenticator shows now.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) code: Secret<String>,
}

/// The second factor again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepUp {
    /// The code that the authenticator shows now.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) code: Secret<String>,
}

/// A session that begins. The token is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// For the header `Authorization: Bearer …`.
    pub(crate) token: String,
    /// The session.
    pub(crate) session: String,
    /// Whose.
    pub(crate) user: String,
    /// When it ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) ends_at: Timestamp,
}

impl From<NewSession> for SessionView {
    fn from(session: NewSession) -> Self {
        Self {
            token: session.token.expose().clone(),
            session: session.id.to_string(),
            user: session.user.to_string(),
            ends_at: session.ends_at,
        }
    }
}

/// A live session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionListed {
    /// Its id.
    pub(crate) session: String,
    /// Whose.
    pub(crate) user: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) used_at: Timestamp,
    /// When it ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) ends_at: Timestamp,
}

impl From<&sessions::Listed> for SessionListed {
    fn from(listed: &sessions::Listed) -> Self {
        Self {
            session: listed.id.to_string(),
            user: listed.user.to_string(),
            made_at: listed.made_at,
            used_at: listed.used_at,
            ends_at: listed.ends_at,
        }
    }
}

/// A one-time token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invitation {
    /// The token.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) token: Secret<String>,
}

/// The second factor that a one-time token leads to.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrollmentView {
    /// The secret as people type it into an authenticator.
    pub(crate) secret: String,
    /// The same for a QR code.
    pub(crate) uri: String,
    /// The same sealed: to be sent back with the password.
    pub(crate) enrollment: String,
}

/// What somebody chose who joins.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Join {
    /// The one-time token.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) token: Secret<String>,
    /// The second factor as it was shown, sealed.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) enrollment: Secret<String>,
    /// The password: 12 to 128 characters.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    pub(crate) password: Secret<String>,
    /// The code that the authenticator shows now.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) code: Secret<String>,
}

/// What somebody chose who forgot their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    /// The one-time token.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) token: Secret<String>,
    /// The password: 12 to 128 characters.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    pub(crate) password: Secret<String>,
    /// The code that the authenticator shows now.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) code: Secret<String>,
}

/// What the first administrator chose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetUp {
    /// Their name.
    #[serde(deserialize_with = "personal")]
    #[schema(value_type = String)]
    pub(crate) name: Personal,
    /// The address they sign in by.
    #[serde(deserialize_with = "personal")]
    #[schema(value_type = String)]
    pub(crate) email: Personal,
    /// The setup token.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) token: Secret<String>,
    /// The second factor as it was shown, sealed.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) enrollment: Secret<String>,
    /// The password: 12 to 128 characters.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    pub(crate) password: Secret<String>,
    /// The code that the authenticator shows now.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub(crate) code: Secret<String>,
}

/// Whom to let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteUser {
    /// Their name.
    #[serde(deserialize_with = "personal")]
    #[schema(value_type = String)]
    name: Personal,
    /// The address they sign in by.
    #[serde(deserialize_with = "personal")]
    #[schema(value_type = String)]
    email: Personal,
    /// Their roles.
    #[schema(min_items = 1)]
    pub(crate) roles: Vec<RoleWord>,
}

impl InviteUser {
    pub(crate) fn person(&self) -> Result<Person, Problem> {
        Ok(Person::new(&self.name, &self.email)?)
    }
}

/// A role.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RoleWord {
    Viewer,
    Agent,
    Officer,
    Engineer,
    Auditor,
    Admin,
}

impl From<RoleWord> for exeunt_app::access::Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Viewer => Self::Viewer,
            RoleWord::Agent => Self::Agent,
            RoleWord::Officer => Self::Officer,
            RoleWord::Engineer => Self::Engineer,
            RoleWord::Auditor => Self::Auditor,
            RoleWord::Admin => Self::Admin,
        }
    }
}

/// Roles.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeRoles {
    /// All the roles they have from now on.
    #[schema(min_items = 1)]
    pub(crate) roles: Vec<RoleWord>,
}

/// A one-time token for somebody. It is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct OneTimeView {
    /// For whom.
    pub(crate) user: String,
    /// The token, for them alone.
    pub(crate) token: String,
    /// Until when it counts.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
}

impl OneTimeView {
    pub(crate) fn of(user: impl ToString, one_time: &OneTime) -> Self {
        Self {
            user: user.to_string(),
            token: one_time.token.expose().clone(),
            expires_at: one_time.expires_at,
        }
    }
}

/// Somebody who works here.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserView {
    /// Their id.
    pub(crate) user: String,
    /// Their name.
    pub(crate) name: String,
    /// Their address.
    pub(crate) email: String,
    /// Their roles.
    pub(crate) roles: Vec<&'static str>,
    /// `invited`, `active` or `disabled`.
    pub(crate) state: String,
    /// Since when they are known.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
    /// Since when they can sign in.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) joined_at: Option<Timestamp>,
    /// Since when they no longer can.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) disabled_at: Option<Timestamp>,
}

impl From<&list_users::Listed> for UserView {
    fn from(listed: &list_users::Listed) -> Self {
        Self {
            user: listed.id.to_string(),
            name: listed.person.name.expose().to_owned(),
            email: listed.person.email.expose().to_owned(),
            roles: listed.roles.iter().map(|role| role.as_str()).collect(),
            state: listed.state.clone(),
            made_at: listed.made_at,
            joined_at: listed.joined_at,
            disabled_at: listed.disabled_at,
        }
    }
}

/// A key that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakeApiKey {
    /// Whose powers it has a part of; one's own when nobody is named.
    #[serde(default)]
    pub(crate) user: Option<String>,
    /// What it is for.
    #[serde(deserialize_with = "personal")]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub(crate) label: Personal,
    /// Its permissions, such as `requests:submit`.
    #[schema(min_items = 1)]
    pub(crate) scopes: Vec<String>,
    /// Days it lives, 1 to 400.
    #[schema(minimum = 1, maximum = 400)]
    pub(crate) days: u16,
}

/// A key that was made. The token is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApiKeyMade {
    /// Its id.
    pub(crate) key: String,
    /// For the header `Authorization: Bearer …`.
    pub(crate) token: String,
}

/// A key.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApiKeyView {
    /// Its id.
    pub(crate) key: String,
    /// Whose powers it has a part of.
    pub(crate) user: String,
    /// What it is for.
    pub(crate) label: String,
    /// Its permissions.
    pub(crate) scopes: Vec<&'static str>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) used_at: Option<Timestamp>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) revoked_at: Option<Timestamp>,
}

impl From<&api_keys::Listed> for ApiKeyView {
    fn from(listed: &api_keys::Listed) -> Self {
        Self {
            key: listed.id.to_string(),
            user: listed.user.to_string(),
            label: listed.label.expose().to_owned(),
            scopes: listed.scopes.iter().map(|scope| scope.as_str()).collect(),
            made_at: listed.made_at,
            expires_at: listed.expires_at,
            used_at: listed.used_at,
            revoked_at: listed.revoked_at,
        }
    }
}
