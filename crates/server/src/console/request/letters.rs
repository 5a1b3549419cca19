//! The letters about a request: which, when, what became of them. Never to whom, nor what they say.

use askama::Template;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::letters::checklist::{Item, Point};
use exeunt_base::{LetterId, RequestId};
use exeunt_store::letters::{BOUNCED, FAILED, Letter, SENT, WAITING};

use crate::console::door::Visitor;
use crate::console::frame::{Frame, page, shown};
use crate::console::request::places::{self, ToCome};
use crate::console::request::{AboutPart, Head, Named, around, back, history};
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::counted;

/// A letter as the page shows it.
struct Told {
    id: String,
    what: &'static str,
    language: &'static str,
    written: Moment,
    state: Badge,
    ended: Option<Moment>,
    trouble: String,
    resendable: bool,
}

#[derive(Template)]
#[template(path = "console/request/letters.html")]
struct Page {
    frame: Frame,
    head: Head,
    problem: Option<String>,
    letters: Vec<Told>,
    /// Whether letters are sent here at all.
    sends: bool,
    /// Letters that may still come, and are written into.
    to_come: Vec<ToCome>,
    checklist: Vec<Checked>,
    /// How many points are missing, in words; empty where none is.
    missing: String,
    /// Whether the data map could be read.
    mapped: bool,
}

/// A point of what the answer must tell.
struct Checked {
    what: &'static str,
    state: Badge,
    told: Vec<String>,
    /// What to do where it is missing.
    todo: &'static str,
}

/// Shows them.
pub(crate) async fn show(by: Visitor, Named(id): Named) -> Result<Response, Trouble> {
    Ok(shown(&made(&by, id).await?))
}

/// Lets one be sent again that was given up.
pub(crate) async fn resend(AboutPart(id, letter, sent): AboutPart<LetterId>) -> Result<Response, Trouble> {
    let by = sent.by;
    let letters = by.office.letters_about(&by.actor, id).await?;
    if !letters.iter().any(|known| known.id == letter) {
        return Err(Trouble::not_found());
    }
    match by.office.resend_letter(&by.actor, letter).await {
        Ok(_) => Ok(back(id, "letters", "resent", None)),
        Err(error) => {
            let trouble = Trouble::from(error);
            if trouble.status().is_server_error() {
                return Err(trouble);
            }
            let mut made = made(&by, id).await?;
            made.problem = Some(trouble.sentence());
            Ok(page(trouble.status(), &made))
        }
    }
}

async fn made(by: &Visitor, id: RequestId) -> Result<Page, Trouble> {
    let (_, frame, head) = around(by, id, "letters").await?;
    let letters = by.office.letters_about(&by.actor, id).await?;
    let (items, mapped) = by.office.check_answer(&by.actor, id).await?;
    let missing = items.iter().filter(|item| item.is_missing()).count() as u64;
    Ok(Page {
        missing: match missing {
            0 => String::new(),
            many => counted(many, "point is missing", "points are missing"),
        },
        checklist: items.iter().map(checked).collect(),
        mapped,
        letters: letters.iter().map(|letter| told(by, letter)).collect(),
        to_come: places::to_come(by, id).await?,
        sends: by.office.engine.settings.letters.is_some(),
        frame,
        head,
        problem: None,
    })
}

fn checked(item: &Item) -> Checked {
    let (what, todo) = match item.point {
        Point::Law => ("The law and the right", "Set when the request was received: it decides the regime."),
        Point::Controller => {
            ("Who decides about the data", "Write “controller” and “contact” into the data map.")
        }
        Point::Purposes => (
            "What it is used for, and why that is allowed",
            "Write “purposes” and “legal_basis” into the data map.",
        ),
        Point::Recipients => (
            "Who gets it, and has to be told",
            "Write “recipients” into the data map; “none” is an answer, too.",
        ),
        Point::Retention => ("How long it is kept", "Write “retention” into the data map."),
        Point::KeptByLaw => ("What stays, by which law, until when", ""),
        Point::Source => ("Where it came from", ""),
        Point::Automated => ("Whether machines decide alone", ""),
        Point::Transfers => ("Transfers to other countries", ""),
        Point::Authority => (
            "That the person may complain, and where",
            "Write “authority” into the data map. Without it the letter names the authority where the person lives or works.",
        ),
        Point::Court => ("That they may go to court", ""),
    };
    Checked {
        what,
        state: match (item.is_missing(), item.told.is_empty()) {
            (true, _) => Badge::MISSING,
            (false, true) => Badge::NOTHING_TO_SAY,
            (false, false) => Badge::TOLD,
        },
        told: item.told.clone(),
        todo: if item.is_missing() { todo } else { "" },
    }
}

fn told(by: &Visitor, letter: &Letter) -> Told {
    let clock = by.clock();
    let given_up = [FAILED, BOUNCED].contains(&letter.state.as_str());
    Told {
        id: letter.id.to_string(),
        what: history::letter(&letter.word),
        language: language_name(&letter.language),
        written: clock.at(letter.made_at),
        state: match letter.state.as_str() {
            SENT => Badge::SENT,
            WAITING => Badge::TO_BE_SENT,
            BOUNCED => Badge::BOUNCED,
            _ => Badge::GIVEN_UP,
        },
        ended: letter.ended_at.map(|at| clock.at(at)),
        trouble: letter.trouble.as_deref().map(sentence).unwrap_or_default(),
        resendable: given_up && letter.content.is_some() && by.may(Permission::SendLetters),
    }
}

/// A language, as the console names it.
pub(super) fn language_name(code: &str) -> &'static str {
    match code {
        "en" => "English",
        "de" => "German",
        "fr" => "French",
        "es" => "Spanish",
        _ => "another language",
    }
}
