//! Approving a plan: one sentence of what will happen, the request's id typed, the second factor, bound to the digest that was read.

use askama::Template;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use exeunt_app::Error;
use exeunt_app::access::Permission;
use exeunt_base::RequestId;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page, shown};
use crate::console::request::plan::{advice, sentence_of};
use crate::console::request::{About, Head, Named, around, back, freshened, keep};
use crate::console::signals::Signals;
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;

#[derive(Template)]
#[template(path = "console/request/approve.html")]
struct Page {
    frame: Frame,
    head: Head,
    problem: Option<String>,
    advice: Option<&'static str>,
    signals: Signals,
    /// What will happen.
    sentence: String,
    /// When the window would end, if it began now.
    window: Option<Moment>,
    due: Option<Moment>,
    digest: String,
    plan: String,
    /// Why it cannot be approved here.
    stopped: Option<&'static str>,
    /// What was typed for the id, and what is wrong with it.
    typed: String,
    flaw: Option<&'static str>,
}

/// Shows the form.
pub(crate) async fn show(by: Visitor, Named(id): Named) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ApprovePlans)?;
    Ok(shown(&made(&by, id).await?))
}

/// Approves.
pub(crate) async fn approve(About(id, sent): About) -> Result<Response, Trouble> {
    let Sent { mut by, fields } = sent;
    by.office.allow(&by.actor, Permission::ApprovePlans)?;
    let request = by.office.show_request(&by.actor, id).await?.request;
    let plan = request.plan.ok_or_else(Trouble::not_found)?;
    let typed = fields.text("typed");
    if typed != id.to_string() {
        let why = "Type the id of this request, as it stands above.";
        return again(&by, id, Trouble::flaw(why), typed, Some(why), None).await;
    }
    let (cookie, fresh) = freshened(&mut by, &fields).await;
    let done = match fresh {
        Ok(()) => by.office.approve_plan(&by.actor, plan, fields.text("digest")).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(back(id, "run", "approved", cookie)),
        Err(Error::Proposed(_)) => Ok(back(id, "approve", "proposed", cookie)),
        Err(error) => again(&by, id, error.into(), typed, None, cookie).await,
    }
}

async fn again(
    by: &Visitor,
    id: RequestId,
    trouble: Trouble,
    typed: &str,
    flaw: Option<&'static str>,
    cookie: Option<HeaderValue>,
) -> Result<Response, Trouble> {
    if trouble.status().is_server_error() || trouble.status() == StatusCode::NOT_FOUND {
        return Err(trouble);
    }
    let mut made = made(by, id).await?;
    made.problem = Some(trouble.sentence());
    made.advice = advice(trouble.code());
    made.typed = typed.to_owned();
    made.flaw = flaw;
    if flaw.is_some() {
        made.head.at = String::from("typed");
    }
    let mut response = page(trouble.status(), &made);
    keep(&mut response, cookie);
    Ok(response)
}

async fn made(by: &Visitor, id: RequestId) -> Result<Page, Trouble> {
    let (request, frame, head) = around(by, id, "plan").await?;
    let plan = request.request.plan.ok_or_else(Trouble::not_found)?;
    let plan = by.office.show_plan(&by.actor, plan).await?;
    let document = plan.plan.document();
    let clock = by.clock();
    let mine = by.actor.id.is_some() && request.request.entered_by == by.actor.id;
    let stopped = match () {
        () if plan.stored.approved.is_some() => Some("This plan is approved already."),
        () if document.notes.iter().any(exeunt_plan::document::Note::blocks) => {
            Some("Errors stand against this plan. Mend them, make it again, and approve that one.")
        }
        () if mine => Some("You entered this request yourself, so somebody else approves its plan."),
        () => None,
    };
    let mut sentence = sentence_of(document);
    if plan.requests.len() > 1 {
        sentence.push_str(&format!(", for {} requests together", plan.requests.len()));
    }
    if document.right.changes_rows() {
        sentence.push_str(match document.window_days {
            0 => ". There is no window: it cannot be undone.",
            _ => ". The rows are hidden at once, can come back while the window lasts, and are then erased for good.",
        });
    } else {
        sentence.push_str(". It changes nothing.");
    }
    let signals = by.office.signals_of(&by.actor, id).await?;
    let days = i64::from(document.window_days);
    let standing = request.standing.as_ref().filter(|standing| standing.deadline.answered_at.is_none());
    Ok(Page {
        window: (document.right.changes_rows() && days > 0).then(|| clock.at(by.now().plus_days(days))),
        due: standing.and_then(|standing| standing.deadline.answer_by.parse().ok()).map(|day| clock.day(day)),
        signals: Signals::of(by, signals, request.standing.as_ref()),
        digest: plan.stored.digest.clone(),
        plan: plan.stored.id.to_string(),
        sentence,
        stopped,
        typed: String::new(),
        flaw: None,
        frame,
        head,
        problem: None,
        advice: None,
    })
}
