//! Letters over the wire.

use exeunt_base::Timestamp;
use exeunt_store::letters::Letter;
use serde::Serialize;
use utoipa::ToSchema;

/// Where a letter stands.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum LetterState {
    /// Not sent yet, or to be tried again.
    Waiting,
    /// A mail server took it.
    Sent,
    /// Given up.
    Failed,
    /// The mail server takes nothing for the address.
    Bounced,
}

/// A letter. Never to whom, nor what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LetterView {
    /// Its id.
    #[schema(example = "ltr_01m81cf077eb8npjdnn33sww60")]
    pub(crate) id: String,
    /// Which letter: `received`, `started`, `finished`.
    #[schema(example = "received")]
    pub(crate) letter: String,
    /// Its language.
    #[schema(example = "en")]
    pub(crate) language: String,
    /// The request it is about.
    pub(crate) request: Option<String>,
    /// Where it stands.
    #[schema(value_type = LetterState)]
    pub(crate) state: String,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) written_at: Timestamp,
    /// When it is tried next, where it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) next_try_at: Option<Timestamp>,
    /// How often it was tried.
    pub(crate) tries: u64,
    /// When it was sent or given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) ended_at: Option<Timestamp>,
    /// Why it was not handed over the last time.
    pub(crate) trouble: Option<String>,
    /// Whether it can be sent again.
    pub(crate) resendable: bool,
}

impl From<&Letter> for LetterView {
    fn from(letter: &Letter) -> Self {
        let waiting = letter.state == exeunt_store::letters::WAITING;
        Self {
            id: letter.id.to_string(),
            letter: letter.word.clone(),
            language: letter.language.clone(),
            request: letter.request.map(|request| request.to_string()),
            state: letter.state.clone(),
            written_at: letter.made_at,
            next_try_at: Some(letter.not_before).filter(|_| waiting),
            tries: letter.tries,
            ended_at: letter.ended_at,
            trouble: letter.trouble.clone(),
            resendable: !waiting && letter.content.is_some(),
        }
    }
}
