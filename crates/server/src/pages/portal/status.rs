//! The page of one request, as its person reads it: where it is, what comes, by when, and at its end the record.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::Error;
use exeunt_app::portal::pages::Link;
use exeunt_app::portal::view::{State, View};
use exeunt_base::Timestamp;
use exeunt_mail::{Kept, Letter};

use crate::pages::html::size;
use crate::pages::portal::around::{Around, Say, page};
use crate::pages::portal::follow::Followed;

/// Something said apart.
struct Note {
    tone: &'static str,
    texts: Vec<String>,
}

/// A step, and how it stands.
struct Step {
    name: &'static str,
    class: &'static str,
    shape: &'static str,
    word: &'static str,
}

/// What was done.
struct Record {
    deleted: Vec<(String, u64)>,
    anonymized: Vec<(String, u64)>,
    kept: Vec<Kept>,
    told: String,
    backups: String,
    /// What is kept so that no import brings them back.
    listed: Option<String>,
    receipt: String,
    file: Option<String>,
    closing: String,
}

#[derive(Template)]
#[template(path = "portal/status.html")]
struct Status {
    around: Around,
    made: bool,
    notes: Vec<Note>,
    reference: String,
    facts: Vec<(&'static str, String)>,
    /// How to open what is ready.
    open: &'static str,
    stop: Option<String>,
    record: Option<Record>,
    steps: Vec<Step>,
    complaints: Vec<String>,
    /// What somebody answered to the last one.
    answer: String,
    /// What somebody wrote with a letter: what stands over it, and the texts.
    wrote: (String, Vec<String>),
    complain: String,
    leave: String,
    leaves: bool,
}

/// The page. `made` where the request was made just now, `leaves` where the browser holds something that it can let go of.
pub(super) async fn shown(followed: &Followed, made: bool, leaves: bool) -> Result<Response, Error> {
    let come = &followed.come;
    let say = come.say();
    let view = come.found.view(followed.request.clone()).await?;
    let place = followed.place();
    let title = match view.state {
        State::Finished | State::FinishedPart => "p_finished_title",
        _ => "p_status_title",
    };
    let around = come.around(title, Some(&place));
    let stop = match view.stoppable {
        true => {
            let token = come.found.office.portal_token(Link::Stop, view.request.id)?;
            Some(around.at(&format!("/stop/{token}")))
        }
        false => None,
    };
    let file = view.receipt.map(|_| around.at(&format!("{place}/receipt")));
    let status = Status {
        made,
        notes: notes(say, &view),
        reference: view.request.id.to_string(),
        facts: facts(say, &view),
        open: match &view.state {
            State::Ready { passphrase: true, .. } => say.w("p_ready_age"),
            State::Ready { .. } => say.w("p_ready_zip"),
            _ => "",
        },
        stop,
        record: record(say, &view, &around.name, file),
        steps: steps(say, &view),
        complaints: complaints(say, &view),
        answer: match told(&view, "answered") {
            Some(Letter::Answered { answer, .. }) => answer.clone(),
            _ => String::new(),
        },
        wrote: (say.f("p_wrote", &[("organization", &around.name)]), written(&view)),
        complain: around.at(&format!("{place}/complaint")),
        leave: around.at(&format!("{place}/leave")),
        leaves: leaves && view.request.identities.is_some(),
        around,
    };
    Ok(page(StatusCode::OK, &status))
}

fn moment(say: Say, at: Timestamp) -> String {
    say.0.day(at)
}

fn facts(say: Say, view: &View) -> Vec<(&'static str, String)> {
    let right = exeunt_mail::Right::from_word(view.right.as_str()).map(|right| right.told(say.0));
    let mut facts =
        vec![(say.w("p_asked"), right.unwrap_or_default()), (say.w("p_received"), say.day(view.received))];
    facts.extend(view.due.map(|due| (say.w("p_due"), say.day(due))));
    facts.extend(view.answered.map(|day| (say.w("p_answered"), say.day(day))));
    facts
}

/// What the letter of a word told.
fn told<'a>(view: &'a View, word: &str) -> Option<&'a Letter> {
    view.told.iter().find(|letter| letter.word() == word)
}

fn notes(say: Say, view: &View) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |tone, texts: Vec<String>| notes.push(Note { tone, texts });
    let plain = |name: &str| vec![say.w(name).to_owned()];
    let ended = view.answered.map(|day| say.day(day)).unwrap_or_default();
    match &view.state {
        State::Working => note("", plain("p_work")),
        State::Identity => note("", plain("p_who")),
        State::Hidden(until) => {
            let until = moment(say, *until);
            let mut texts = vec![say.f("p_hidden", &[("until", &until)])];
            if view.stoppable {
                texts.push(say.w("p_hidden_how").to_owned());
            }
            note("hold", texts);
        }
        State::Held => note("hold", plain("p_held")),
        State::Purging => note("hold", plain("p_purging")),
        State::Stopped(by) => note("warn", vec![say.f("p_stopped", &[("until", &say.day(*by))])]),
        State::Ready { until, downloads, bytes, .. } => {
            let until = moment(say, *until);
            let left = match downloads {
                1 => say.w("page_left_one").to_owned(),
                left => say.f("page_left", &[("downloads", &left.to_string())]),
            };
            let size = say.f("page_size", &[("size", &size(*bytes))]);
            let how = say.w("p_ready_how").to_owned();
            note("ok", vec![say.f("p_ready", &[("until", &until)]), how, left, size]);
        }
        State::ReadyEnded => note("warn", plain("p_ready_none")),
        State::Delivered => note("ok", plain("p_delivered")),
        State::Refused => {
            let mut texts = plain("p_refused");
            if let Some(Letter::Refused { reason, law, .. }) = told(view, "refused") {
                texts.push(format!("{}: {reason}", say.w("p_reason")));
                texts.push(format!("{}: {law}", say.w("p_law")));
            }
            note("warn", texts);
        }
        State::Unidentified => {
            let mut texts = plain("p_unidentified");
            if let Some(Letter::Unidentified { wanted, .. }) = told(view, "unidentified") {
                texts.push(format!("{}: {wanted}", say.w("p_wanted")));
            }
            note("warn", texts);
        }
        State::Withdrawn => note("", plain("p_withdrawn")),
        State::Restored => note("", plain("p_restored")),
        State::NoData => {
            let (systems, listed) = match told(view, "no_data") {
                Some(Letter::NoData { systems, listed_until, .. }) => (systems.to_string(), *listed_until),
                _ => (String::from("0"), None),
            };
            let mut texts = vec![
                say.f("p_finished_plain", &[("day", &ended)]),
                say.f("p_no_data", &[("systems", &systems)]),
            ];
            texts.extend(listed.map(|until| say.f("p_listed", &[("day", &moment(say, until))])));
            note("ok", texts);
        }
        State::Finished => {
            let word = if told(view, "finished").is_some() { "p_finished" } else { "p_finished_plain" };
            note("ok", vec![say.f(word, &[("day", &ended)])]);
        }
        State::FinishedPart => note("warn", vec![say.f("p_finished_part", &[("day", &ended)])]),
    }
    if let Some((since, ground)) = &view.paused {
        let why = format!("p_paused_{ground}");
        note("warn", vec![say.f("p_paused", &[("day", &say.day(*since))]), say.w(&why).to_owned()]);
    }
    if let Some(Letter::Extended { reason, .. }) = told(view, "extended")
        && view.answered.is_none()
    {
        note("warn", vec![say.w("p_extended").to_owned(), format!("{}: {reason}", say.w("p_reason"))]);
    }
    if view.late {
        note("warn", plain("p_late"));
    }
    notes
}

/// What somebody wrote into the last letter that decided something, in lines and paragraphs.
fn written(view: &View) -> Vec<String> {
    let last = view.remarks.iter().find(|(word, remarks)| *word != "answered" && !remarks.is_empty());
    let texts = last.map(|(_, remarks)| [remarks.opening.clone(), remarks.note.clone()]);
    texts.into_iter().flatten().filter(|text| !text.is_empty()).collect()
}

fn steps(say: Say, view: &View) -> Vec<Step> {
    // once all is done, the record says more
    let Some((all, at)) = view.steps.filter(|(all, at)| *at < all.len()) else { return Vec::new() };
    let step = |(place, name): (usize, &&str)| {
        let (class, shape, word) = match place.cmp(&at) {
            std::cmp::Ordering::Less => ("done", "✓", "p_done"),
            std::cmp::Ordering::Equal => ("now", "●", "p_now"),
            std::cmp::Ordering::Greater => ("later", "○", "p_still"),
        };
        Step { name: say.w(name), class, shape, word: say.w(word) }
    };
    all.iter().enumerate().map(step).collect()
}

fn record(say: Say, view: &View, organization: &str, file: Option<String>) -> Option<Record> {
    let Letter::Finished {
        deleted,
        anonymized,
        kept,
        copies_until,
        copies_undated,
        listed_until,
        receipt,
        ..
    } = told(view, "finished")?
    else {
        return None;
    };
    let backups = match copies_until {
        Some(until) => say.f("p_copies", &[("day", &moment(say, *until))]),
        None if *copies_undated => say.w("copies_undated").to_owned(),
        None => say.w("p_copies_none").to_owned(),
    };
    let told = match view.deltas.is_empty() {
        true => say.w("p_told_none").to_owned(),
        false => say.f("p_told", &[("sources", &view.deltas.join(", "))]),
    };
    Some(Record {
        deleted: deleted.clone(),
        anonymized: anonymized.clone(),
        kept: kept.clone(),
        told,
        backups,
        listed: listed_until.map(|until| say.f("p_listed", &[("day", &moment(say, until))])),
        receipt: say.f("p_receipt", &[("receipt", &receipt.to_string())]),
        file,
        closing: say.f("closing", &[("organization", organization)]),
    })
}

fn complaints(say: Say, view: &View) -> Vec<String> {
    let said = |complaint: &exeunt_store::complaints::Complaint| {
        let day = moment(say, complaint.at);
        match complaint.answered_at {
            Some(_) => say.f("p_complain_answered", &[("day", &day)]),
            None => {
                let until = complaint.answer_by.parse().map(|until| say.day(until)).unwrap_or_default();
                say.f("p_complain_done", &[("day", &day), ("until", &until)])
            }
        }
    };
    view.complaints.iter().map(said).collect()
}
