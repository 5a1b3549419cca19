//! The documents of a pack. What is said of a request is what an auditor needs, and nothing of the person: no identifier, no contact,
//! no statement, and no reason in somebody's own words, for those may name anybody.

use std::collections::BTreeSet;

use exeunt_base::{PlanId, ReceiptId, RequestId, canonical};
use exeunt_evidence::Found;
use exeunt_store::deadlines::Deadline;
use exeunt_store::requests::Request;
use serde_json::{Value, json};

use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Where these requests stand.
    pub(super) async fn request_records(&self, ids: &BTreeSet<RequestId>) -> Result<Vec<Found>, Error> {
        let ids: Vec<RequestId> = ids.iter().copied().collect();
        let mut records = Vec::with_capacity(ids.len());
        let deadlines = self.engine.store.deadlines(&ids).await?;
        for request in self.engine.store.requests_named(&ids).await? {
            let deadline = deadlines.iter().find(|deadline| deadline.request == request.id);
            let text = canonical::to_string(&record(&request, deadline));
            records.push(Found { id: request.id.to_string(), text });
        }
        Ok(records)
    }

    /// The documents of plans, as they were approved.
    pub(super) async fn approved_plans(&self, ids: &[PlanId]) -> Result<Vec<Found>, Error> {
        let mut plans = Vec::new();
        for id in ids {
            let text = self.engine.store.plan(*id).await?.document;
            plans.push(Found { id: id.to_string(), text });
        }
        Ok(plans)
    }

    /// Receipts, as they were issued.
    pub(super) async fn issued_receipts(&self, ids: &[(RequestId, ReceiptId)]) -> Result<Vec<Found>, Error> {
        let mut receipts = Vec::new();
        for (request, id) in ids {
            let all = self.engine.store.receipts_of(*request).await?;
            let one = all.into_iter().find(|one| one.id == *id);
            receipts.extend(one.map(|one| Found { id: id.to_string(), text: one.body }));
        }
        Ok(receipts)
    }
}

fn record(request: &Request, deadline: Option<&Deadline>) -> Value {
    json!({
        "v": 1,
        "request": request.id,
        "right": request.kind,
        "state": request.state,
        "received_at": request.received_at,
        "entered_at": request.entered_at,
        "entered_by": request.entered_by,
        "window_ends_at": request.window_ends_at,
        "held": request.held_because.is_some(),
        "plan": request.plan,
        "job": request.job,
        "deadline": deadline.map(|deadline| json!({
            "regime": deadline.regime,
            "pack_version": deadline.pack_version,
            "received_on": deadline.received_on,
            "acknowledge_by": deadline.acknowledge_by,
            "acknowledged_at": deadline.acknowledged_at,
            "answer_by": deadline.answer_by,
            "paused_days": deadline.paused_days,
            "paused_on": deadline.paused_on,
            "pause_ground": deadline.pause_ground,
            "extended_on": deadline.extended_on,
            "extension_reason": deadline.extension_reason,
            "refusal_grounds": deadline.refusal_grounds,
            "answered_at": deadline.answered_at,
        })),
    })
}
