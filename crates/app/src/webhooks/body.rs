//! What is sent: a CloudEvent (1.0, structured JSON) that holds ids and words.

use exeunt_base::{EventId, OrganizationId, RequestId, Timestamp};
use serde_json::{Value, json};

/// The kind of content.
pub(super) const CONTENT: &str = "application/cloudevents+json";

/// An event.
pub(super) struct Happened<'a> {
    pub(super) id: EventId,
    pub(super) organization: OrganizationId,
    pub(super) kind: &'a str,
    pub(super) at: Timestamp,
}

impl Happened<'_> {
    /// About a request.
    pub(super) fn about(&self, request: RequestId, right: &str, state: &str) -> String {
        let mut event = self.event(json!({ "request": request, "right": right, "state": state }));
        event["subject"] = json!(request);
        event.to_string()
    }

    /// About nothing: somebody tries a webhook.
    pub(super) fn test(&self) -> String {
        self.event(json!({})).to_string()
    }

    fn event(&self, data: Value) -> Value {
        json!({
            "specversion": "1.0",
            "id": self.id,
            "source": format!("urn:exeunt:{}", self.organization),
            "type": self.kind,
            "time": self.at,
            "datacontenttype": "application/json",
            "data": data,
        })
    }
}
