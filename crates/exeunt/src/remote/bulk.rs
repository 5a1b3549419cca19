//! One act on many requests of a service.

use exeunt_app::requests::bulk::choose::Choice;
use exeunt_base::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::commands::request::bulk::{Done, Line, Record, Said};
use crate::remote::{Error, Remote};

impl Remote {
    /// What it would come to.
    pub(crate) async fn preview_bulk(&self, said: &Said, choice: &Choice) -> Result<Record, Error> {
        #[derive(Deserialize)]
        struct Told {
            previewed_at: Timestamp,
            items: Vec<Line>,
            digest: String,
        }
        let mut body = json!({ "do": said });
        match choice {
            Choice::Named(ids) => body["requests"] = json!(ids),
            Choice::Filtered(filter) => {
                let mut told = json!({});
                for (name, value) in
                    [("state", &filter.state), ("right", &filter.kind), ("due_by", &filter.due_by)]
                {
                    if let Some(value) = value {
                        told[name] = json!(value);
                    }
                }
                body["filter"] = told;
            }
            // the console's own way to choose; no command has it
            Choice::Searched(_) => return Err(Error::NoForm),
        }
        let Told { previewed_at, items, digest } = self.post_again("/bulk/preview", &body).await?;
        Ok(Record { previewed_at, said: said.clone(), items, digest })
    }

    /// Does it.
    pub(crate) async fn commit_bulk(&self, record: &Record) -> Result<Done, Error> {
        let seen = record.seen();
        let one = |(request, version): &(_, String)| json!({ "request": request, "version": version });
        let body = json!({
            "do": record.said,
            "previewed_at": record.previewed_at,
            "requests": seen.iter().map(one).collect::<Vec<_>>(),
            "digest": record.digest,
        });
        self.post_again("/bulk/commit", &body).await
    }
}
