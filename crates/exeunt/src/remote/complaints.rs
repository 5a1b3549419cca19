//! Complaints and stops of a service.

use exeunt_app::portal::complain::Answer;
use exeunt_base::{Personal, RequestId, Timestamp};
use exeunt_store::complaints::Complaint;
use exeunt_store::stops::Stop;
use serde::Deserialize;
use serde_json::json;

use crate::remote::{Error, Remote, nobody};

/// A complaint as the API tells it.
#[derive(Deserialize)]
struct Told {
    request: RequestId,
    number: u64,
    made_at: Timestamp,
    answer_by: String,
    answered_at: Option<Timestamp>,
}

/// A stop as the API tells it.
#[derive(Deserialize)]
struct Stopped {
    request: RequestId,
    stopped_at: Timestamp,
    answer_by: String,
    ended_at: Option<Timestamp>,
}

/// All of a list.
#[derive(Deserialize)]
struct All<T> {
    items: Vec<T>,
}

/// What a complaint says.
#[derive(Deserialize)]
struct Words {
    words: String,
}

impl Remote {
    /// Complaints that nobody answered yet.
    pub(crate) async fn open_complaints(&self) -> Result<Vec<Complaint>, Error> {
        let told: All<Told> = self.get("/complaints").await?;
        let one = |told: Told| Complaint {
            request: told.request,
            number: told.number,
            organization: nobody(),
            words: None,
            at: told.made_at,
            answer_by: told.answer_by,
            answered_at: told.answered_at,
        };
        Ok(told.items.into_iter().map(one).collect())
    }

    /// Stops that nobody looked at yet.
    pub(crate) async fn open_stops(&self) -> Result<Vec<Stop>, Error> {
        let told: All<Stopped> = self.get("/stops").await?;
        let one = |told: Stopped| Stop {
            request: told.request,
            organization: nobody(),
            at: told.stopped_at,
            answer_by: told.answer_by,
            ended_at: told.ended_at,
        };
        Ok(told.items.into_iter().map(one).collect())
    }

    /// What a complaint says.
    pub(crate) async fn read_complaint(
        &self,
        id: RequestId,
        number: u64,
        because: &str,
    ) -> Result<Personal, Error> {
        let path = format!("/requests/{id}/complaints/{number}/read");
        let told: Words = self.post(&path, &json!({ "because": because })).await?;
        Ok(Personal::new(told.words))
    }

    /// Answers a complaint.
    pub(crate) async fn answer_complaint(
        &self,
        id: RequestId,
        number: u64,
        answer: Answer<'_>,
    ) -> Result<(), Error> {
        let body = match answer {
            Answer::Letter(words) => json!({ "answer": words }),
            Answer::Given(line) => json!({ "because": line }),
        };
        self.tell(&format!("/requests/{id}/complaints/{number}/answer"), &body).await
    }
}
