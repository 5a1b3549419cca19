//! Requests over the wire.

use exeunt_app::deadlines::Standing;
use exeunt_app::kept::show::Left;
use exeunt_app::signals::Signal;
use exeunt_base::{Personal, Timestamp};
use exeunt_rights::Right;
use exeunt_store::requests::Request;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::wire::deadlines::DeadlineView;

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
    /// The law that rules it, as `GET /api/v1/regimes` lists them; the organization's usual one when nobody says.
    #[serde(default)]
    #[schema(max_length = 40, example = "uk-gdpr")]
    pub(crate) regime: Option<String>,
    /// The way it came in.
    #[serde(default)]
    #[schema(value_type = Option<ChannelWord>)]
    pub(crate) channel: Option<String>,
    /// How surely it is known who asks. Whoever says nothing vouches for level 1: that the person was met on a proven
    /// channel, signed in or by a confirmed address.
    #[serde(default)]
    pub(crate) identity: Option<IdentityLevel>,
    /// The ground for erasure, `a` to `f` of Article 17(1) GDPR.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[a-f]$")]
    pub(crate) ground: Option<String>,
    /// What the person asked for, in their words. Sealed.
    #[serde(default, deserialize_with = "personal_if_any")]
    #[schema(value_type = Option<String>, max_length = 20000)]
    pub(crate) statement: Option<Personal>,
    /// What was explained to them. Sealed.
    #[serde(default, deserialize_with = "personal_if_any")]
    #[schema(value_type = Option<String>, max_length = 20000)]
    pub(crate) explained: Option<Personal>,
    /// Anything that makes it hard. Sealed.
    #[serde(default, deserialize_with = "personal_if_any")]
    #[schema(value_type = Option<String>, max_length = 20000)]
    pub(crate) complications: Option<Personal>,
    /// Where the person gets letters about it. Without one nobody is written to.
    #[serde(default)]
    pub(crate) contact: Option<SubmitContact>,
}

/// The way a request came in.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum ChannelWord {
    Api,
    Cli,
    Form,
    Agent,
    Staff,
    File,
}

/// How surely it is known who asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityLevel {
    /// 0 not at all, 1 by a proven channel, 2 by data that staff compared besides, 3 by further evidence.
    #[schema(minimum = 0, maximum = 3)]
    pub(crate) level: u8,
    /// How that was established. `vouched`, `login` and `address` give level 1 at most, `compared` and `agent` level 2.
    #[schema(value_type = HowWord)]
    pub(crate) how: String,
    /// Why there is reasonable doubt; level 3 wants it when it is set later. Of it the log holds a commitment only.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) note: Option<String>,
}

/// How it was established who asks.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum HowWord {
    Vouched,
    Login,
    Address,
    Compared,
    Document,
    Agent,
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
    Anonymization,
}

/// By its word.
pub(crate) fn right(word: &str) -> Option<Right> {
    word.parse().ok()
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
    /// Why.
    pub(crate) held_because: Option<String>,
    /// When the hold ends by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) held_until: Option<Timestamp>,
    /// The plan that answers it.
    pub(crate) plan: Option<String>,
    /// The job that carries it out.
    pub(crate) job: Option<String>,
    /// When it must be answered. Requests from before deadlines were kept have none.
    pub(crate) deadline: Option<DeadlineView>,
}

impl RequestView {
    /// A request as it stands to its deadline.
    pub(crate) fn of(request: &Request, standing: Option<&Standing>) -> Self {
        Self {
            deadline: standing.map(DeadlineView::from),
            id: request.id.to_string(),
            right: request.kind.clone(),
            state: request.state.clone(),
            received_at: request.received_at,
            entered_at: request.entered_at,
            window_ends_at: request.window_ends_at,
            held: request.held_because.is_some(),
            held_because: request.held_because.clone(),
            held_until: request.held_until,
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
    /// For whom rows of it wait that were asked back.
    pub(crate) waits: Vec<WaitView>,
    /// Its receipts.
    pub(crate) receipts: Vec<String>,
    /// The way it came in.
    pub(crate) channel: Option<String>,
    /// How surely it is known who asks, 0 to 3.
    pub(crate) identity_level: Option<u8>,
    /// How that was established.
    pub(crate) identity_how: Option<String>,
    /// The ground for erasure, `a` to `f` of Article 17(1) GDPR.
    pub(crate) ground: Option<String>,
    /// The latest other requests that gave one of its identifiers. Each has a clock of its own, and none keeps another
    /// from being answered.
    pub(crate) related: Vec<String>,
    /// Rows that it left by law, by model, while they are remembered.
    pub(crate) kept: Vec<KeptView>,
    /// The requests that erased such rows when their time was over.
    pub(crate) follow_ups: Vec<String>,
    /// The request that left what this one erases, where nobody asked for it: the time of those rows was over.
    pub(crate) follows_up: Option<String>,
    /// The holds beyond it that it was held against.
    pub(crate) holds: Vec<HeldBy>,
    /// What to look at twice before it goes on. Hints: none of them stops it, and there is no score. None once it is over.
    pub(crate) signals: Vec<SignalView>,
}

/// Something to look at twice. It tells nothing about the person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignalView {
    /// What.
    #[schema(value_type = SignalWord)]
    pub(crate) word: &'static str,
    /// Why it stands there.
    pub(crate) because: String,
    /// What to do.
    pub(crate) advice: &'static str,
}

impl From<&Signal> for SignalView {
    fn from(signal: &Signal) -> Self {
        Self { word: signal.word, because: signal.because.clone(), advice: signal.advice }
    }
}

/// What to look at twice.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum SignalWord {
    Stopped,
    Pressure,
    OtherAddress,
    NewAddress,
    ManyPeople,
    ManyRequests,
    AgentWithoutProof,
    ManyRows,
}

/// A hold that a request was held against.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldBy {
    /// Which.
    #[schema(example = "hld_01m81cf077eb8npjdnn33sww60")]
    pub(crate) hold: String,
    /// `stopped`: the purge waits for it; `set_aside`: rows it covers are kept, the others went.
    pub(crate) state: String,
    /// Why it stands.
    pub(crate) because: String,
}

/// Rows of one model that come back when another request does.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitView {
    /// The model.
    #[schema(example = "shop.orders")]
    pub(crate) model: String,
    /// How many rows.
    pub(crate) rows: u64,
    /// For which request.
    #[serde(rename = "for")]
    pub(crate) awaited: String,
    /// Where that one stands.
    pub(crate) state: String,
}

/// Rows of one model that stay by law for now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeptView {
    /// The model.
    #[schema(example = "shop.orders")]
    pub(crate) model: String,
    /// How many rows.
    pub(crate) rows: u64,
    /// The last day of the first of them; not known until they were looked at.
    #[schema(format = Date)]
    pub(crate) ends: Option<String>,
    /// Of how many a follow-up is at work.
    pub(crate) followed: u64,
    /// Why some of them are not followed.
    pub(crate) trouble: Option<String>,
}

impl KeptView {
    /// Of one model.
    pub(crate) fn of(left: &Left) -> Self {
        Self {
            model: left.model.clone(),
            rows: left.rows,
            ends: left.ends.clone(),
            followed: left.followed,
            trouble: left.trouble.clone(),
        }
    }
}

/// Why something is done or left.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Because {
    /// The reason, one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: String,
}

/// Why a request is on hold, and until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hold {
    /// The reason, one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: String,
    /// The last day of the hold, in the organization's zone; then what was held goes on by itself.
    #[serde(default)]
    #[schema(format = Date)]
    pub(crate) until: Option<String>,
}

/// When a request was received, and why that was written down wrongly.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Received {
    /// When. Not later than it was entered.
    #[schema(format = DateTime)]
    pub(crate) received_at: String,
    /// The reason, one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: String,
}

/// What would tell who asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// What the person can add, as they are told: one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) wanted: String,
}

/// What to bring back; all of it when nothing is named.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RestoreRequest {
    /// Only rows of this model: `shop.orders`.
    pub(crate) model: Option<String>,
    /// Only the rows with these keys, each the text of its columns.
    pub(crate) keys: Vec<Vec<String>>,
    /// Why, in one line of 1 to 500 characters. It is kept with the request; the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: Option<String>,
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
