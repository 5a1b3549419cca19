//! Requests over the wire.

use exeunt_base::{Personal, Timestamp};
use exeunt_rights::Right;
use exeunt_store::requests::Request;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// What somebody asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmitRequest {
    /// The right.
    #[schema(value_type = RightWord)]
    pub(crate) right: String,
    /// What the person is known by.
    #[schema(min_items = 1, max_items = 64)]
    pub(crate) identifiers: Vec<Identifier>,
    /// When the person asked, where that was earlier than now: by mail or phone.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) received_at: Option<String>,
    /// Where the person gets letters about it. Without one nobody is written to.
    #[serde(default)]
    pub(crate) contact: Option<SubmitContact>,
}

/// Where a person gets letters. Sealed at once and told by no call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmitContact {
    /// Their e-mail address.
    #[serde(deserialize_with = "personal")]
    #[schema(value_type = String, format = Email, min_length = 3, max_length = 254, example = "ada@example.test")]
    pub(crate) email: Personal,
    /// How they are called, where they said it.
    #[serde(default, deserialize_with = "personal_if_any")]
    #[schema(value_type = Option<String>, max_length = 200, example = "Ada Lovelace")]
    pub(crate) name: Option<Personal>,
    /// Their language; the organization's usual one where nobody said.
    #[serde(default)]
    #[schema(value_type = Option<LanguageCode>)]
    pub(crate) language: Option<String>,
}

/// A language letters are written in.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum LanguageCode {
    En,
    De,
    Fr,
    Es,
}

fn personal_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Personal>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(Personal::new))
}

/// A right of a person.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum RightWord {
    Access,
    Portability,
    Erasure,
}

/// By its word. A right that nothing can be planned for yet is not taken in.
pub(crate) fn right(word: &str) -> Option<Right> {
    word.parse().ok().filter(|right| matches!(right, Right::Access | Right::Portability | Right::Erasure))
}

/// Something a person is known by.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identifier {
    /// Its kind, as the data map has it: `email`, `phone`, `customer_id`.
    #[schema(pattern = "^[a-z][a-z0-9_]*$", max_length = 63, example = "email")]
    pub(crate) kind: String,
    /// The value.
    #[serde(deserialize_with = "personal")]
    #[schema(value_type = String, min_length = 1, max_length = 1000, example = "ada@example.test")]
    pub(crate) value: Personal,
}

fn personal<'de, D: Deserializer<'de>>(from: D) -> Result<Personal, D::Error> {
    String::deserialize(from).map(Personal::new)
}

/// A request. Never whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestView {
    /// Its id.
    #[schema(example = "req_01m81cf077eb8npjdnn33sww60")]
    pub(crate) id: String,
    /// The right asked for.
    #[schema(value_type = RightWord)]
    pub(crate) right: String,
    /// Where it stands.
    pub(crate) state: String,
    /// When the person asked.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) received_at: Timestamp,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) entered_at: Timestamp,
    /// Until when erased rows can be brought back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) window_ends_at: Option<Timestamp>,
    /// Whether a hold keeps it from being purged.
    pub(crate) held: bool,
    /// The plan that answers it.
    pub(crate) plan: Option<String>,
    /// The job that carries it out.
    pub(crate) job: Option<String>,
}

impl From<&Request> for RequestView {
    fn from(request: &Request) -> Self {
        Self {
            id: request.id.to_string(),
            right: request.kind.clone(),
            state: request.state.clone(),
            received_at: request.received_at,
            entered_at: request.entered_at,
            window_ends_at: request.window_ends_at,
            held: request.held_because.is_some(),
            plan: request.plan.map(|id| id.to_string()),
            job: request.job.map(|id| id.to_string()),
        }
    }
}

/// A request with what hangs on it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestDetail {
    /// The request.
    #[serde(flatten)]
    pub(crate) request: RequestView,
    /// Rows that wait in the vault.
    pub(crate) sealed_rows: u64,
    /// Its receipts.
    pub(crate) receipts: Vec<String>,
}

/// Why something is done or left.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Because {
    /// The reason, one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: String,
}

/// What to bring back; all of it when nothing is named.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RestoreRequest {
    /// Only rows of this model: `shop.orders`.
    pub(crate) model: Option<String>,
    /// Only the rows with these keys, each the text of its columns.
    pub(crate) keys: Vec<Vec<String>>,
}

/// How a purge is to go.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PurgeRequest {
    /// Ends the window early, for this reason.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) now_because: Option<String>,
    /// Rows that appeared since are erased too.
    pub(crate) include_new: bool,
    /// Rows that appeared since are left, for this reason.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) leave_new_because: Option<String>,
    /// What was asked back and is not back is given up, for this reason.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) give_up_because: Option<String>,
}
