//! Bringing back and purging at a service: a worker does it, here it is waited for.

use exeunt_base::{ReceiptId, RequestId, TaskId};
use exeunt_engine::purge::Options;
use exeunt_engine::restore::Choice;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::remote::{Error, Remote};

/// What came back. Why something did not is in the service's answer to nobody: the request shows what it waits for.
#[derive(Deserialize)]
pub(crate) struct Back {
    /// Rows brought back.
    pub(crate) rows: u64,
    /// Rows that were back already.
    pub(crate) already: u64,
    /// Whether the whole request is back.
    pub(crate) whole: bool,
    /// Rows that did not come back.
    pub(crate) refused: u64,
}

/// What was purged.
#[derive(Deserialize)]
pub(crate) struct Gone {
    /// Where the request stands.
    pub(crate) state: String,
    /// Its receipt, where it has one now.
    pub(crate) receipt: Option<ReceiptId>,
}

impl Remote {
    /// Has rows brought back.
    pub(crate) async fn restore(&self, id: RequestId, choice: &Choice) -> Result<Back, Error> {
        let body = match choice {
            Choice::Whole => json!({}),
            Choice::Rows { model, keys } => json!({ "model": model, "keys": keys }),
        };
        self.worked(&format!("/requests/{id}/restore"), body).await
    }

    /// Has a request purged.
    pub(crate) async fn purge(&self, id: RequestId, options: &Options) -> Result<Gone, Error> {
        let mut body = json!({ "include_new": options.include_new });
        for (name, reason) in [
            ("now_because", &options.now),
            ("leave_new_because", &options.leave_new),
            ("give_up_because", &options.give_up),
        ] {
            if let Some(reason) = reason {
                body[name] = json!(reason);
            }
        }
        self.worked(&format!("/requests/{id}/purge"), body).await
    }

    /// Asks for work, and waits until it has ended.
    pub(super) async fn worked<T: DeserializeOwned>(&self, path: &str, body: Value) -> Result<T, Error> {
        #[derive(Deserialize)]
        struct Waiting {
            task: TaskId,
        }
        let waiting: Waiting = self.make(path, &body).await?;
        let outcome = self.ended(waiting.task).await?;
        serde_json::from_value(outcome)
            .map_err(|_| Error::Unreadable { host: self.host().to_owned(), status: 200 })
    }
}
