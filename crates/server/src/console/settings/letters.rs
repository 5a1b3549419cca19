//! What letters say: each one with made-up values, in any language there is.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_mail::{Language, Letter, Text, samples};
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, shown};
use crate::console::settings::{Tab, around};
use crate::console::trouble::Trouble;

#[derive(Template)]
#[template(path = "console/settings/letters.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    sends: bool,
    languages: Vec<Choice>,
    language: &'static str,
    letters: Vec<Sample>,
}

/// A language to read them in.
struct Choice {
    code: &'static str,
    name: &'static str,
    current: bool,
}

/// A letter as people get it.
struct Sample {
    word: &'static str,
    /// To whom and when.
    when: &'static str,
    subject: String,
    paragraphs: Vec<Vec<String>>,
}

/// In which language.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    language: String,
}

/// The page.
pub(crate) async fn show(visitor: Visitor, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    if let Err(error) = visitor.office.allow(&visitor.actor, Permission::ReadLetters) {
        return Trouble::from(error).into_response();
    }
    let wanted = asked.map(|Query(asked)| asked.language).unwrap_or_default();
    let language = Language::from_code(&wanted).unwrap_or_default();
    let choice = |one: Language| Choice { code: one.as_str(), name: name(one), current: one == language };
    let organization = &visitor.office.organization.name;
    let service = visitor.office.public_url.as_deref().unwrap_or("https://privacy.example");
    let letters = samples(visitor.now(), service);
    let around = around(&visitor, "Letters", "letters").await;
    let made = Page {
        frame: around.frame,
        tabs: around.tabs,
        problem: None,
        at: "",
        done: "",
        sends: visitor.office.post.is_some(),
        languages: Language::ALL.into_iter().map(choice).collect(),
        language: language.as_str(),
        letters: letters.iter().map(|letter| sample(letter, language, organization)).collect(),
    };
    shown(&made)
}

fn sample(letter: &Letter, language: Language, organization: &str) -> Sample {
    let text = Text::of(letter, language, organization, None);
    let paragraphs = text.plain.split("\n\n").map(|paragraph| paragraph.lines().map(str::to_owned).collect());
    Sample {
        word: letter.word(),
        when: when(letter.word()),
        subject: text.subject,
        paragraphs: paragraphs.collect(),
    }
}

/// A language, in itself.
fn name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::German => "Deutsch",
        Language::French => "Français",
        Language::Spanish => "Español",
    }
}

/// To whom a letter goes, and when.
fn when(word: &str) -> &'static str {
    match word {
        "received" => "To the person, when their request came in",
        "confirm" => "To whoever asks on the public page, to confirm their address",
        "look" => "To the person, when they look how their request stands",
        "stopped" => "To the person, when their request was stopped by a link",
        "complained" => "To the person, when their complaint came in",
        "answered" => "To the person, when their complaint was answered",
        "code" => "To the person, when they open a link",
        "asked" => "To the person's other known addresses, when a request came in",
        "unidentified" => "To the person, when nobody can tell that it is they who ask",
        "extended" => "To the person, when the answer takes longer",
        "ready" => "To the person, when their data can be fetched",
        "ending" => "To the person, two days before their link ends",
        "started" => "To the person, when their data is hidden",
        "finished" => "To the person, when everything is done and was looked for again",
        "refused" => "To the person, when the request is refused, whole or in part",
        "no_data" => "To the person, when nothing was found",
        "due" => "To officers, when answers are due or late",
        "job" => "To whoever started work, when it ended",
        "account" => "To somebody who works here, when something happened with their account",
        "subscribe" => "To somebody who may want to be told of new sub-processors",
        "announced" => "To somebody who does, before one is engaged",
        _ => "A letter",
    }
}
