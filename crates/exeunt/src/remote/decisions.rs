//! What is done to a request of a service: its clock, who asks, how it ends, its holds.

use exeunt_app::requests::details::Words;
use exeunt_base::{RequestId, Timestamp};
use exeunt_rights::Day;
use serde_json::{Value, json};

use crate::remote::requests::{Clock, Told};
use crate::remote::{Error, Remote};

impl Remote {
    /// Does something to a request that has no answer.
    async fn to(&self, id: RequestId, what: &str, body: Value) -> Result<(), Error> {
        self.tell(&format!("/requests/{id}/{what}"), &body).await
    }

    /// Moves its clock, and says when it is due.
    async fn clock(&self, id: RequestId, what: &str, body: Value) -> Result<String, Error> {
        let clock: Clock = self.post(&format!("/requests/{id}/{what}"), &body).await?;
        Ok(clock.answer_by)
    }

    /// Writes down that the person was told.
    pub(crate) async fn acknowledge_request(&self, id: RequestId) -> Result<(), Error> {
        self.clock(id, "acknowledge", json!({})).await.map(drop)
    }

    /// Stops the clock.
    pub(crate) async fn pause_deadline(
        &self,
        id: RequestId,
        ground: &str,
        because: &str,
    ) -> Result<(), Error> {
        self.clock(id, "pause", json!({ "ground": ground, "because": because })).await.map(drop)
    }

    /// Lets it run on.
    pub(crate) async fn resume_deadline(&self, id: RequestId) -> Result<String, Error> {
        self.clock(id, "resume", json!({})).await
    }

    /// Extends the deadline.
    pub(crate) async fn extend_deadline(
        &self,
        id: RequestId,
        kind: &str,
        because: &str,
    ) -> Result<String, Error> {
        self.clock(id, "extend", json!({ "kind": kind, "because": because })).await
    }

    /// Corrects when a request was received.
    pub(crate) async fn correct_received(
        &self,
        id: RequestId,
        at: Timestamp,
        because: &str,
    ) -> Result<String, Error> {
        self.clock(id, "received", json!({ "received_at": at, "because": because })).await
    }

    /// Writes down who asks.
    pub(crate) async fn identify_request(
        &self,
        id: RequestId,
        level: u8,
        how: &str,
        note: Option<&str>,
    ) -> Result<(), Error> {
        let mut body = json!({ "level": level, "how": how });
        if let Some(note) = note {
            body["note"] = json!(note);
        }
        self.to(id, "identity", body).await
    }

    /// Ends it, since nobody can tell who asks.
    pub(crate) async fn cannot_identify(&self, id: RequestId, wanted: &str) -> Result<(), Error> {
        self.to(id, "cannot-identify", json!({ "wanted": wanted })).await
    }

    /// Takes it up again; says when it is due.
    pub(crate) async fn reopen_request(&self, id: RequestId, because: &str) -> Result<String, Error> {
        self.to(id, "reopen", json!({ "because": because })).await?;
        let told: Told = self.get(&format!("/requests/{id}")).await?;
        Ok(told.deadline.map(|clock| clock.answer_by).unwrap_or_default())
    }

    /// Refuses it.
    pub(crate) async fn refuse_request(
        &self,
        id: RequestId,
        grounds: &[String],
        because: &str,
    ) -> Result<(), Error> {
        self.to(id, "refuse", json!({ "grounds": grounds, "because": because })).await
    }

    /// Writes down that the person took it back.
    pub(crate) async fn withdraw_request(&self, id: RequestId, because: &str) -> Result<(), Error> {
        self.to(id, "withdraw", json!({ "because": because })).await
    }

    /// Puts it on hold.
    pub(crate) async fn hold_request(
        &self,
        id: RequestId,
        because: &str,
        until: Option<Day>,
    ) -> Result<(), Error> {
        let mut body = json!({ "because": because });
        if let Some(until) = until {
            body["until"] = json!(until.to_string());
        }
        self.to(id, "hold", body).await
    }

    /// Releases it.
    pub(crate) async fn release_request(&self, id: RequestId) -> Result<(), Error> {
        self.nod(&format!("/requests/{id}/release")).await
    }

    /// What the person said.
    pub(crate) async fn read_statement(&self, id: RequestId) -> Result<Words, Error> {
        self.get(&format!("/requests/{id}/statement")).await
    }
}
