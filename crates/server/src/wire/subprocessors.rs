//! Sub-processors over the wire.

use exeunt_app::subprocessors::add::New;
use exeunt_app::subprocessors::list::{Stands, categories_of};
use exeunt_base::{Personal, Timestamp};
use exeunt_mail::Language;
use exeunt_rights::Day;
use exeunt_store::subprocessors::{Subprocessor, Subscriber};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One that is to be written down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSubprocessor {
    /// What it is called.
    #[schema(min_length = 1, max_length = 500)]
    name: String,
    /// What it is for.
    #[schema(min_length = 1, max_length = 500)]
    purpose: String,
    /// Which data it gets: categories of the taxonomy.
    #[schema(min_items = 1, max_items = 50, example = json!(["user.contact.email"]))]
    categories: Vec<String>,
    /// Where it handles them.
    #[schema(example = "eu-de")]
    region: String,
    /// How to reach it.
    #[schema(min_length = 1, max_length = 500)]
    contact: String,
    /// Since when it has been engaged, where that was before it was written down.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    engaged_since: Option<Day>,
}

impl From<NewSubprocessor> for New {
    fn from(new: NewSubprocessor) -> Self {
        let NewSubprocessor { name, purpose, categories, region, contact, engaged_since } = new;
        Self { name, purpose, categories, region, contact, engaged_since }
    }
}

/// From which day on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Announce {
    /// The day from which it may be engaged; the first one after the notice when nobody says.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) effective_on: Option<Day>,
}

/// Over what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Engage {
    /// Why it is engaged although there are objections; needed where there are. One line of 1 to 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub(crate) despite_objections: Option<String>,
}

/// An objection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Objecting {
    /// Who has what against it.
    #[schema(min_length = 1, max_length = 5000)]
    words: String,
}

impl Objecting {
    pub(crate) fn words(self) -> Personal {
        Personal::new(self.words)
    }
}

/// The objections to a sub-processor.
#[derive(Serialize, ToSchema)]
pub(crate) struct Objections {
    /// Oldest first.
    pub(crate) items: Vec<ObjectionView>,
}

/// One objection.
#[derive(Serialize, ToSchema)]
pub(crate) struct ObjectionView {
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
    /// Who has what against it.
    pub(crate) words: String,
}

/// How many were told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Told {
    /// Letters to those who confirmed that they want notices.
    pub(crate) told: u64,
}

/// Its number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Objected {
    /// Its number among the objections to the same sub-processor, from 1.
    pub(crate) number: u64,
}

/// The register.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Subprocessors {
    /// Oldest first.
    pub(crate) items: Vec<SubprocessorView>,
}

impl From<Vec<Subprocessor>> for Subprocessors {
    fn from(all: Vec<Subprocessor>) -> Self {
        Self { items: all.iter().map(SubprocessorView::from).collect() }
    }
}

/// A sub-processor.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubprocessorView {
    /// Its id.
    #[schema(example = "spr_01m81cf077eb8npjdnn33sww60")]
    pub(crate) id: String,
    /// What it is called.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) purpose: String,
    /// Which data it gets.
    pub(crate) categories: Vec<String>,
    /// Where it handles them.
    pub(crate) region: String,
    /// How to reach it.
    pub(crate) contact: String,
    /// `planned`, `announced`, `engaged` or `ended`.
    pub(crate) state: String,
    /// When those who want to know were told.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) announced_at: Option<Timestamp>,
    /// How many were.
    pub(crate) told: u64,
    /// From which day on it may be engaged, or since when it was.
    #[schema(format = Date)]
    pub(crate) effective_on: Option<String>,
    /// When it was engaged.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) engaged_at: Option<Timestamp>,
    /// When it was let go.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) ended_at: Option<Timestamp>,
}

impl From<&Subprocessor> for SubprocessorView {
    fn from(one: &Subprocessor) -> Self {
        Self {
            id: one.id.to_string(),
            name: one.name.clone(),
            purpose: one.purpose.clone(),
            categories: categories_of(one),
            region: one.region.clone(),
            contact: one.contact.clone(),
            state: Stands::of(one).as_str().to_owned(),
            announced_at: one.announced_at,
            told: one.told,
            effective_on: one.effective_on.clone(),
            engaged_at: one.engaged_at,
            ended_at: one.ended_at,
        }
    }
}

/// Somebody to be told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSubscriber {
    /// Their address. They are asked there first.
    #[schema(format = Email)]
    email: String,
    /// The language of their letters: `en`, `de`, `fr`, `es`; the organization's when absent.
    #[serde(default)]
    #[schema(example = "en")]
    pub(crate) language: Option<String>,
}

impl NewSubscriber {
    pub(crate) fn email(&self) -> Personal {
        Personal::new(self.email.clone())
    }

    /// Their language; an error where it is none of ours.
    pub(crate) fn language(&self) -> Result<Option<Language>, ()> {
        self.language.as_deref().map(|code| Language::from_code(code).ok_or(())).transpose()
    }
}

/// Who is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Subscribers {
    /// Oldest first.
    pub(crate) items: Vec<SubscriberView>,
}

/// Somebody who is told, or was asked. Never where they get mail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubscriberView {
    /// Their id.
    #[schema(example = "sbs_01m81cf077eb8npjdnn33sww60")]
    pub(crate) id: String,
    /// The language of their letters.
    pub(crate) language: String,
    /// When they were asked.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) asked_at: Timestamp,
    /// When they said yes.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) confirmed_at: Option<Timestamp>,
}

impl From<&Subscriber> for SubscriberView {
    fn from(one: &Subscriber) -> Self {
        Self {
            id: one.id.to_string(),
            language: one.language.clone(),
            asked_at: one.asked_at,
            confirmed_at: one.confirmed_at,
        }
    }
}

/// The id of who was asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Asked {
    /// Their id.
    #[schema(example = "sbs_01m81cf077eb8npjdnn33sww60")]
    pub(crate) subscriber: String,
}
