//! Webhooks over the wire.

use exeunt_app::webhooks::{Changed, Listed, Made, NewWebhook};
use exeunt_base::Timestamp;
use exeunt_store::deliveries::{Delivery, WAITING};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A webhook that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddWebhook {
    /// Where it is: https, in one spelling.
    #[schema(example = "https://hooks.example.com/exeunt", max_length = 2048)]
    pub(crate) address: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub(crate) note: String,
    /// Kinds of events it is told; none for all.
    #[serde(default)]
    #[schema(example = json!(["exeunt.request.completed"]))]
    pub(crate) events: Vec<String>,
}

impl From<AddWebhook> for NewWebhook {
    fn from(add: AddWebhook) -> Self {
        Self { address: add.address, note: add.note, kinds: add.events }
    }
}

/// What is to be otherwise with a webhook; what is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeWebhook {
    /// Where it is.
    #[serde(default)]
    #[schema(max_length = 2048)]
    pub(crate) address: Option<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub(crate) note: Option<String>,
    /// Kinds of events it is told; none for all.
    #[serde(default)]
    pub(crate) events: Option<Vec<String>>,
    /// Whether it is told anything.
    #[serde(default)]
    pub(crate) on: Option<bool>,
}

impl From<ChangeWebhook> for Changed {
    fn from(change: ChangeWebhook) -> Self {
        Self { address: change.address, note: change.note, kinds: change.events, on: change.on }
    }
}

/// Why a webhook is off.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum WhyOff {
    /// Somebody turned it off.
    ByHand,
    /// It answered 410: it wants no more.
    Gone,
    /// Nothing got through for five days.
    Failing,
}

/// A webhook.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookView {
    /// Its id.
    #[schema(example = "whk_01m81cf077eb8npjdnn33sww60")]
    pub(crate) webhook: String,
    /// Where it is.
    pub(crate) address: String,
    /// What it is for.
    pub(crate) note: String,
    /// Kinds of events it is told; none for all.
    pub(crate) events: Vec<String>,
    /// Whether it is told anything.
    pub(crate) on: bool,
    /// Why not.
    #[schema(value_type = Option<WhyOff>)]
    pub(crate) why_off: Option<String>,
    /// Since when nothing got through.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) failing_since: Option<Timestamp>,
    /// Until when the secret before signs too.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) two_signatures_until: Option<Timestamp>,
    /// Since when it is known.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
}

impl From<&Listed> for WebhookView {
    fn from(listed: &Listed) -> Self {
        Self {
            webhook: listed.id.to_string(),
            address: listed.address.clone(),
            note: listed.note.clone(),
            events: listed.kinds.clone(),
            on: listed.on,
            why_off: listed.why_off.clone(),
            failing_since: listed.failing_since,
            two_signatures_until: listed.both_until,
            made_at: listed.made_at,
        }
    }
}

/// A webhook with its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookMade {
    /// It.
    #[serde(flatten)]
    pub(crate) webhook: WebhookView,
    /// What its calls are signed with.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub(crate) secret: String,
}

impl From<&Made> for WebhookMade {
    fn from(made: &Made) -> Self {
        Self { webhook: (&made.webhook).into(), secret: made.secret.expose().clone() }
    }
}

/// Where a delivery stands.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum DeliveryState {
    /// Not sent yet, or to be tried again.
    Waiting,
    /// The webhook took it.
    Delivered,
    /// Given up.
    Failed,
}

/// An event, and what came of telling a webhook of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    /// The event's id, which is the header `webhook-id` too.
    #[schema(example = "evt_01m81cf077eb8npjdnn33sww60")]
    pub(crate) event: String,
    /// Its kind.
    #[serde(rename = "type")]
    #[schema(example = "exeunt.request.completed")]
    pub(crate) kind: String,
    /// The request it is about.
    pub(crate) request: Option<String>,
    /// Where it stands.
    #[schema(value_type = DeliveryState)]
    pub(crate) state: String,
    /// How often it was tried.
    pub(crate) tries: u64,
    /// When last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) tried_at: Option<Timestamp>,
    /// The HTTP status of the last answer.
    pub(crate) status: Option<u16>,
    /// Why the last try failed.
    pub(crate) trouble: Option<String>,
    /// When it is tried next, where it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) next_try_at: Option<Timestamp>,
    /// When it was delivered or given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) ended_at: Option<Timestamp>,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
}

impl From<&Delivery> for DeliveryView {
    fn from(delivery: &Delivery) -> Self {
        Self {
            event: delivery.event.to_string(),
            kind: delivery.kind.clone(),
            request: delivery.request.map(|request| request.to_string()),
            state: delivery.state.clone(),
            tries: delivery.tries,
            tried_at: delivery.tried_at,
            status: delivery.status,
            trouble: delivery.trouble.clone(),
            next_try_at: Some(delivery.not_before).filter(|_| delivery.state == WAITING),
            ended_at: delivery.ended_at,
            made_at: delivery.made_at,
        }
    }
}
