//! The marked places of letters, at a service.

use exeunt_base::{RequestId, Timestamp};
use exeunt_mail::Remarks;
use serde::Deserialize;
use serde_json::json;

use crate::commands::letter::places::{Marked, Whole};
use crate::remote::{Error, Remote};

/// A letter's places as the API tells them.
#[derive(Deserialize)]
struct Told {
    letter: String,
    opening: String,
    note: String,
    written_at: Option<Timestamp>,
    written_by: Option<String>,
}

/// A whole letter as the API tells it.
#[derive(Deserialize)]
struct Drafted {
    language: String,
    mailed: bool,
    subject: String,
    plain: String,
}

impl Remote {
    /// The letters that may still come, with what was written into them.
    pub(crate) async fn letter_places(&self, id: RequestId) -> Result<Vec<Marked>, Error> {
        #[derive(Deserialize)]
        struct All {
            items: Vec<Told>,
        }
        let all: All = self.get(&format!("/requests/{id}/letters")).await?;
        let marked = |told: Told| Marked {
            letter: told.letter,
            remarks: Remarks { opening: told.opening, note: told.note },
            written_at: told.written_at,
            written_by: told.written_by,
        };
        Ok(all.items.into_iter().map(marked).collect())
    }

    /// Writes into the marked places of a letter.
    pub(crate) async fn set_letter_places(
        &self,
        id: RequestId,
        letter: &str,
        words: &Remarks,
    ) -> Result<(), Error> {
        let sent = json!({ "opening": words.opening, "note": words.note });
        self.put(&format!("/requests/{id}/letters/{letter}"), &sent).await
    }

    /// A whole letter as it will go.
    pub(crate) async fn draft_letter(&self, id: RequestId, letter: &str) -> Result<Whole, Error> {
        let Drafted { language, mailed, subject, plain } =
            self.get(&format!("/requests/{id}/letters/{letter}")).await?;
        Ok(Whole { language, mailed, subject, plain })
    }
}
