//! The letters about a request: which, when, what became of them. Never to whom, nor what they say.

use askama::Template;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_base::{LetterId, RequestId};
use exeunt_store::letters::{BOUNCED, FAILED, Letter, SENT, WAITING};

use crate::console::door::Visitor;
use crate::console::frame::{Frame, page, shown};
use crate::console::request::{AboutPart, Head, Named, around, back, history};
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;

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
    Ok(Page {
        letters: letters.iter().map(|letter| told(by, letter)).collect(),
        sends: by.office.engine.settings.letters.is_some(),
        frame,
        head,
        problem: None,
    })
}

fn told(by: &Visitor, letter: &Letter) -> Told {
    let clock = by.clock();
    let given_up = [FAILED, BOUNCED].contains(&letter.state.as_str());
    Told {
        id: letter.id.to_string(),
        what: history::letter(&letter.word),
        language: match letter.language.as_str() {
            "en" => "English",
            "de" => "German",
            "fr" => "French",
            "es" => "Spanish",
            _ => "another language",
        },
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
