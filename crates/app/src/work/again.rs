//! A task that is taken up after its worker died may be done already: what was left to do was to say so. Its worker can
//! also be alive still, and somebody else was quicker.

use exeunt_base::{JobId, RequestId};
use exeunt_engine::restore::Choice;
use exeunt_engine::states;
use exeunt_store::tasks::Task;
use serde_json::{Value, json};

use crate::error::Error;
use crate::office::Office;
use crate::tasks::Wanted;
use crate::work::carry_out::subject;

impl Office {
    /// What came of a task that an earlier try brought to its end; nothing, where something is left to do.
    pub(super) async fn done_before(&self, task: &Task, wanted: &Wanted) -> Result<Option<Value>, Error> {
        if task.tries <= 1 {
            return Ok(None);
        }
        let store = &self.engine.store;
        Ok(match wanted {
            Wanted::RunJob(_) => {
                let job = store.job(subject::<JobId>(task)?).await?;
                let over = !states::RUNNABLE.contains(&job.state.as_str());
                over.then(|| json!({ "job": job.id, "state": job.state }))
            }
            Wanted::RetryReviews | Wanted::SkipReviews(_) => {
                let job = store.job(subject::<JobId>(task)?).await?;
                (job.state != states::REVIEW).then(|| json!({ "state": job.state }))
            }
            Wanted::Restore(Choice::Whole) => {
                let request = store.request(subject(task)?).await?;
                (request.state == states::RESTORED).then(|| json!({ "whole": true, "refused": 0 }))
            }
            Wanted::Purge(_) => {
                let request = store.request(subject(task)?).await?;
                match is_purged(&request.state) {
                    true => {
                        let receipts = store.receipts_of(request.id).await?;
                        let ids: Vec<_> = receipts.iter().map(|receipt| receipt.id).collect();
                        Some(json!({ "state": request.state, "receipt": ids.last(), "receipts": ids }))
                    }
                    false => None,
                }
            }
            Wanted::MakePackage(_) => {
                let request = store.request(subject(task)?).await?;
                // there is one task of a request at a time, so what was made since is this one's
                let made = store.last_package_of(request.id).await?;
                let made = made.filter(|made| made.made_at >= task.asked_at && made.removed_at.is_none());
                made.filter(|_| ["ready", "delivered"].contains(&request.state.as_str()))
                    .map(|made| json!({ "package": made.id, "bytes": made.bytes }))
            }
            _ => None,
        })
    }

    /// Whether a request is destroyed for ever by now, whoever did it.
    pub(super) async fn is_purged_by_now(&self, request: RequestId) -> Result<bool, Error> {
        Ok(is_purged(&self.engine.store.request(request).await?.state))
    }
}

fn is_purged(state: &str) -> bool {
    states::PURGED.contains(&state)
}
