//! The first page of a request: what happened, how it stands, what to do next.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::requests::show::Shown;
use exeunt_base::RequestId;

use crate::console::door::Visitor;
use crate::console::form::Fields;
use crate::console::frame::{Frame, page, shown};
use crate::console::request::form::{Form, Kind};
use crate::console::request::history::{self, Line};
use crate::console::request::journey::Journey;
use crate::console::request::steps::{self, Step};
use crate::console::request::{Head, Named, around, offers};
use crate::console::signals::Signals;
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number;

/// A fact in words, with a time where it has one.
struct Fact {
    name: &'static str,
    words: String,
    at: Option<Moment>,
}

/// Rows that stay by law.
struct Left {
    model: String,
    rows: String,
    ends: Option<Moment>,
    trouble: String,
}

#[derive(Template)]
#[template(path = "console/request/overview.html")]
struct Overview {
    frame: Frame,
    head: Head,
    problem: Option<String>,
    step: Option<Step>,
    signals: Signals,
    journey: Journey,
    lines: Vec<Line>,
    facts: Vec<Fact>,
    /// Other requests: what they are to this one, and where.
    others: Vec<(&'static str, String)>,
    left: Vec<Left>,
    forms: Vec<Form>,
    /// Whether what the person said may be revealed.
    statement: bool,
    /// By when a person gets in touch about it, where it was stopped by a link.
    stopped: Option<Moment>,
    complaints: Vec<Complaint>,
    /// Whether what complaints say may be revealed.
    reads: bool,
}

/// A complaint.
struct Complaint {
    number: u64,
    at: Moment,
    due: Option<Moment>,
    answered: Option<Moment>,
}

/// An act that was refused.
pub(crate) struct Failed<'a> {
    pub(super) act: &'a str,
    pub(super) typed: &'a Fields,
    pub(super) flaw: Option<(&'a str, String)>,
}

/// Shows it.
pub(crate) async fn show(by: Visitor, Named(id): Named) -> Result<Response, Trouble> {
    Ok(shown(&made(&by, id).await?))
}

/// Shows it again after something was refused, with why and what was typed.
pub(crate) async fn again(
    by: &Visitor,
    id: RequestId,
    trouble: Trouble,
    failed: Option<Failed<'_>>,
) -> Result<Response, Trouble> {
    if trouble.status().is_server_error() || trouble.status() == StatusCode::NOT_FOUND {
        return Err(trouble);
    }
    let mut overview = made(by, id).await?;
    overview.problem = Some(trouble.sentence());
    if let Some(Failed { act, typed, flaw }) = failed
        && let Some(form) = overview.forms.iter_mut().find(|form| form.key == act)
    {
        overview.head.at = form.refill(typed, flaw);
    }
    Ok(page(trouble.status(), &overview))
}

async fn made(by: &Visitor, id: RequestId) -> Result<Overview, Trouble> {
    let (shown, frame, head) = around(by, id, "").await?;
    let pack = by.office.law_of_request(&by.actor, id).await?;
    let happened = by.office.request_history(&by.actor, id).await?;
    let clock = by.clock();
    let journey = Journey::of(
        &shown.request,
        shown.standing.as_ref(),
        &happened,
        &by.office.policy.law.zone,
        &clock,
        by.now(),
    );
    let afterwards = &shown.afterwards;
    let mut others = Vec::new();
    others.extend(shown.related.iter().map(|other| ("of the same identifiers", other.to_string())));
    others.extend(afterwards.origin.iter().map(|other| ("left what this one erases", other.to_string())));
    let follow_ups = afterwards.follow_ups.iter();
    others.extend(follow_ups.map(|one| ("erased what this one left", one.request.to_string())));
    let left = afterwards.left.iter().map(|left| Left {
        model: left.model.clone(),
        rows: number::grouped(left.rows),
        ends: left.ends.as_deref().and_then(|day| day.parse().ok()).map(|day| clock.day(day)),
        trouble: left.trouble.clone().unwrap_or_default(),
    });
    let left = left.collect();
    let due = |day: &str| day.parse().ok().map(|day| clock.day(day));
    let complaints = by.office.complaints_about(&by.actor, id).await?;
    let mut forms = offers::of(by, &shown, pack.as_ref());
    let open: Vec<u64> =
        complaints.iter().filter(|one| one.answered_at.is_none()).map(|one| one.number).collect();
    if !open.is_empty() && by.may(Permission::DecideRequests) {
        let mails = by.office.can_mail_person(&by.actor, id).await?;
        forms.insert(0, offers::answer_complaint(id, &open, mails));
    }
    let complaints = complaints.iter().map(|one| Complaint {
        number: one.number,
        at: clock.at(one.at),
        due: due(&one.answer_by),
        answered: one.answered_at.map(|at| clock.at(at)),
    });
    let signals = by.office.signals_of(&by.actor, id).await?;
    let stopped = by.office.stop_of(&by.actor, id).await?.filter(|stop| stop.ended_at.is_none());
    let words = shown.intake.as_ref().is_some_and(|intake| intake.words.is_some());
    Ok(Overview {
        step: steps::next(by, &shown, pack.as_ref()),
        lines: history::lines(by, &happened),
        facts: facts(by, &shown, pack.as_ref()),
        others,
        left,
        forms,
        statement: words && by.may(Permission::ReadStatements),
        stopped: stopped.and_then(|stop| due(&stop.answer_by)),
        complaints: complaints.collect(),
        reads: by.may(Permission::ReadStatements),
        signals: Signals::of(by, signals, shown.standing.as_ref()),
        journey,
        frame,
        head,
        problem: None,
    })
}

fn facts(by: &Visitor, shown: &Shown, pack: Option<&exeunt_rights::Pack>) -> Vec<Fact> {
    let clock = by.clock();
    let request = &shown.request;
    let mut facts = Vec::new();
    let mut add = |name, words: String, at| facts.push(Fact { name, words, at });
    if let Some(standing) = &shown.standing {
        let deadline = &standing.deadline;
        let day = |text: &str| text.parse().ok().map(|day| clock.day(day));
        match (&deadline.answered_at, &deadline.paused_on) {
            (Some(at), _) => add("Answered", String::new(), Some(clock.at(*at))),
            (None, Some(since)) => {
                let ground = history::ground(deadline.pause_ground.as_deref().unwrap_or_default());
                add("Clock", format!("stands still, {ground}, since"), day(since));
                let days = number::counted(standing.days_left.unsigned_abs(), "day", "days");
                let left = if standing.days_left < 0 { "over" } else { "left" };
                add("When it runs on", format!("{days} {left}"), None);
            }
            (None, None) => {
                let days = number::counted(standing.days_left.unsigned_abs(), "day", "days");
                let late = standing.days_left < 0;
                add(
                    "Answer due",
                    if late { format!("{days} late:") } else { String::new() },
                    day(&deadline.answer_by),
                );
            }
        }
        if let (None, None, Some(by)) =
            (deadline.answered_at, deadline.acknowledged_at, &deadline.acknowledge_by)
        {
            add("Acknowledge by", String::new(), day(by));
        }
        if let Some(on) = &deadline.extended_on {
            let why = deadline.extension_reason.as_deref().unwrap_or_default().replace('_', " ");
            add("Extended", format!("for {why}, on"), day(on));
        }
        if deadline.paused_days > 0 {
            add("Stood still before", number::counted(u64::from(deadline.paused_days), "day", "days"), None);
        }
        if !deadline.refusal_grounds.is_empty() {
            let grounds = deadline.refusal_grounds.iter().map(|ground| ground.replace('_', " "));
            add("Refused for", number::listed(&grounds.collect::<Vec<_>>()), None);
        }
    }
    add("Received", String::new(), Some(clock.at(request.received_at)));
    if let Some(pack) = pack {
        let right = request.kind.parse().ok().and_then(|right| pack.citation(right)).unwrap_or_default();
        add("Law", format!("{}, {right}", pack.short), None);
    }
    if let Some(intake) = &shown.intake {
        add("Identity", format!("level {}, {}", intake.level, history::established(&intake.level_how)), None);
        let channel = match intake.channel.as_str() {
            "api" => "another program",
            "cli" => "the command line",
            "form" => "the person's form",
            "agent" => "an agent",
            "staff" => "somebody who works here",
            "file" => "a file",
            _ => "another way",
        };
        add("Came in by", channel.to_owned(), None);
        if let Some(ground) = &intake.ground {
            add("Ground", format!("Article 17(1)({ground}) GDPR"), None);
        }
    }
    if let Some(because) = &request.held_because {
        add(
            "On hold",
            format!("{because}{}", if request.held_until.is_some() { ", until" } else { "" }),
            request.held_until.map(|at| clock.at(at)),
        );
    }
    for (hold, state, because) in &shown.holds {
        let what = if state == "stopped" { "erasing waits for it" } else { "rows it covers are kept" };
        add("Hold beyond it", format!("{because} ({hold}; {what})"), None);
    }
    if shown.sealed_rows > 0 {
        add("In the vault", number::counted(shown.sealed_rows, "row", "rows"), None);
    }
    if let Some(ends) = request.window_ends_at.filter(|_| shown.sealed_rows > 0) {
        add("Can come back until", String::new(), Some(clock.at(ends)));
    }
    for wait in &shown.waits {
        let rows = number::counted(wait.rows, "row", "rows");
        add("Waits", format!("{rows} of {} come back with {}", wait.model, wait.awaited), None);
    }
    facts
}
