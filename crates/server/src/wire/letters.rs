//! Letters over the wire.

use exeunt_app::letters::places::{Draft, Places};
use exeunt_base::Timestamp;
use exeunt_store::letters::Letter;
use serde::{Deserialize, Serialize};
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

/// A letter that may still come, and what stands in its marked places.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlacesView {
    /// Which letter.
    #[schema(example = "refused")]
    pub(crate) letter: String,
    /// After the greeting; empty where nothing was written.
    pub(crate) opening: String,
    /// At the end.
    pub(crate) note: String,
    /// When it was written.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) written_at: Option<Timestamp>,
    /// By whom; nobody where whoever runs the machine did.
    pub(crate) written_by: Option<String>,
}

impl From<&Places> for PlacesView {
    fn from(places: &Places) -> Self {
        Self {
            letter: places.letter.to_owned(),
            opening: places.remarks.opening.clone(),
            note: places.remarks.note.clone(),
            written_at: places.written.map(|(_, at)| at),
            written_by: places.written.and_then(|(by, _)| by).map(|by| by.to_string()),
        }
    }
}

/// Letters that may still come.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterPlaces {
    /// In the order in which they come.
    pub(crate) items: Vec<PlacesView>,
}

/// A whole letter as it will go.
#[derive(Serialize, ToSchema)]
pub(crate) struct LetterDraft {
    /// What was written into it.
    pub(crate) places: PlacesView,
    /// Its language.
    #[schema(example = "en")]
    pub(crate) language: String,
    /// Whether it will be mailed: the person gave an address, and letters are sent here.
    pub(crate) mailed: bool,
    /// The subject.
    pub(crate) subject: String,
    /// Plain text.
    pub(crate) plain: String,
    /// The same as HTML.
    pub(crate) html: String,
}

impl LetterDraft {
    pub(crate) fn new(places: &Places, draft: Draft) -> Self {
        Self {
            places: places.into(),
            language: draft.language.as_str().to_owned(),
            mailed: draft.mailed,
            subject: draft.text.subject,
            plain: draft.text.plain,
            html: draft.text.html,
        }
    }
}

/// What is written into the marked places of a letter: plain text in lines and paragraphs, without web or mail addresses. Of it the
/// log holds a commitment only.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WritePlaces {
    /// After the greeting, at most 500 characters.
    #[schema(max_length = 2000)]
    pub(crate) opening: String,
    /// At the end, at most 2,000 characters.
    #[schema(max_length = 8000)]
    pub(crate) note: String,
}
