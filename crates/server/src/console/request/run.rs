//! Carrying a plan out: starting it, watching it, stopping the rest, and deciding on rows that could not be changed.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::Error;
use exeunt_app::access::Permission;
use exeunt_base::{JobId, Name, RequestId};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_store::reviews::Review;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::request::form::{Choice, Field, Form, Kind};
use crate::console::request::progress::{self, Part};
use crate::console::request::{About, AboutPart, Head, Named, around, back, said};
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::moment::Moment;
use crate::console::words::number;

/// Who runs what is asked for on a page.
const OWNER: &str = "console";

/// Most rows in review that are listed.
const MOST: usize = 100;

/// A row that waits for a decision, or got one.
struct Flagged {
    model: String,
    place: String,
    fault: String,
    words: String,
    state: &'static str,
    reason: String,
    at: Moment,
}

#[derive(Template)]
#[template(path = "console/request/run.html")]
struct Page {
    frame: Frame,
    head: Head,
    problem: Option<String>,
    /// What stands in the way of starting, and where it is mended.
    before: Option<(&'static str, &'static str, &'static str)>,
    part: Part,
    start: Option<Form>,
    cancel: Option<Form>,
    /// Forms to pause a source, or to let work at it go on.
    sources: Vec<Form>,
    flagged: Vec<Flagged>,
    more: usize,
    retry: bool,
    leave: Option<Form>,
    /// Whether the window runs, so that what comes next is on another tab.
    hidden: bool,
}

/// Shows it.
pub(crate) async fn show(by: Visitor, Named(id): Named) -> Result<Response, Trouble> {
    Ok(shown(&made(&by, id).await?))
}

/// Starts it, or goes on with it.
pub(crate) async fn start(About(id, sent): About) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    let request = by.office.show_request(&by.actor, id).await?.request;
    let confirmed = match confirmed(&fields) {
        Ok(confirmed) => confirmed,
        Err((field, why)) => {
            let flaw = Some(("start", &fields, Some((field, why.to_owned()))));
            return again(&by, id, Trouble::flaw(why), flaw).await;
        }
    };
    let started = async {
        let job = match (request.job, request.plan) {
            (Some(job), _) => job,
            (None, Some(plan)) => by.office.start_job(&by.actor, plan).await?,
            (None, None) => {
                return Err(Error::Refused(
                    "E0312",
                    String::from("there is no plan yet; make one, and have it approved"),
                ));
            }
        };
        by.office.ask_run_job(&by.actor, job, confirmed, None).await
    };
    match started.await {
        Ok(_) => Ok(back(id, "run", "started", None)),
        Err(Error::Proposed(_)) => Ok(back(id, "run", "proposed", None)),
        Err(error) => again(&by, id, error.into(), Some(("start", &fields, None))).await,
    }
}

fn confirmed(fields: &Fields) -> Result<Confirmed, (&'static str, &'static str)> {
    let number = |name: &'static str| match fields.text(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| (name, "Write a whole number.")),
    };
    let ticked = |word: &str| fields.all("confirm").any(|ticked| ticked == word);
    Ok(Confirmed {
        rows: number("rows")?,
        matches: number("matches")?,
        identity: ticked("identity"),
        nobody: ticked("nobody"),
    })
}

/// Stops the rest.
pub(crate) async fn cancel(About(id, sent): About) -> Result<Response, Trouble> {
    let (by, job) = job_of(sent.by, id).await?;
    match by.office.cancel_job(&by.actor, job).await {
        Ok(()) => Ok(back(id, "run", "cancelled", None)),
        Err(error) => again(&by, id, error.into(), None).await,
    }
}

/// Pauses work at a source.
pub(crate) async fn pause(AboutPart(id, source, sent): AboutPart<String>) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.show_request(&by.actor, id).await?;
    let source = Name::new(&source).map_err(|_| Trouble::not_found())?;
    match by.office.pause_source(&by.actor, &source, fields.text("because")).await {
        Ok(()) => Ok(back(id, "run", "paused", None)),
        Err(error) => again(&by, id, error.into(), None).await,
    }
}

/// Lets work at a source go on.
pub(crate) async fn resume(AboutPart(id, source, sent): AboutPart<String>) -> Result<Response, Trouble> {
    let by = sent.by;
    by.office.show_request(&by.actor, id).await?;
    let source = Name::new(&source).map_err(|_| Trouble::not_found())?;
    match by.office.resume_source(&by.actor, &source).await {
        Ok(()) => Ok(back(id, "run", "resumed", None)),
        Err(error) => again(&by, id, error.into(), None).await,
    }
}

/// Tries the rows in review again.
pub(crate) async fn retry(About(id, sent): About) -> Result<Response, Trouble> {
    let (by, job) = job_of(sent.by, id).await?;
    let (office, actor) = (by.office.clone(), by.actor);
    // it goes on to its end even where the browser does not wait
    let tried = tokio::spawn(async move { office.retry_reviews(&actor, job, OWNER).await });
    match tried.await {
        Ok(Ok(_)) => Ok(back(id, "run", "retried", None)),
        Ok(Err(error)) => again(&by, id, error.into(), None).await,
        Err(_) => Err(broken()),
    }
}

/// Leaves the rows in review as they are. It takes two people, and the same reason of both.
pub(crate) async fn leave(About(id, sent): About) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    let (by, job) = job_of(by, id).await?;
    let (office, actor) = (by.office.clone(), by.actor);
    let because = fields.text("because").to_owned();
    let left = tokio::spawn(async move { office.skip_reviews(&actor, job, &because, OWNER).await });
    match left.await {
        Ok(Ok(_)) => Ok(back(id, "run", "left", None)),
        Ok(Err(Error::Proposed(_))) => Ok(back(id, "run", "proposed", None)),
        Ok(Err(error)) => again(&by, id, error.into(), Some(("leave", &fields, None))).await,
        Err(_) => Err(broken()),
    }
}

fn broken() -> Trouble {
    Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "E0907", "the work broke off; look at the request again")
}

async fn job_of(by: Visitor, id: RequestId) -> Result<(Visitor, JobId), Trouble> {
    let request = by.office.show_request(&by.actor, id).await?.request;
    let job = request.job.ok_or_else(Trouble::not_found)?;
    Ok((by, job))
}

type Typed<'a> = (&'a str, &'a Fields, Option<(&'a str, String)>);

async fn again(
    by: &Visitor,
    id: RequestId,
    trouble: Trouble,
    typed: Option<Typed<'_>>,
) -> Result<Response, Trouble> {
    if trouble.status().is_server_error() || trouble.status() == StatusCode::NOT_FOUND {
        return Err(trouble);
    }
    let mut made = made(by, id).await?;
    made.problem = Some(trouble.sentence());
    if let Some((key, fields, flaw)) = typed {
        let forms = [&mut made.start, &mut made.leave];
        if let Some(form) = forms.into_iter().flatten().find(|form| form.key == key) {
            made.head.at = form.refill(fields, flaw.as_ref().map(|(name, why)| (*name, why.clone())));
        }
    }
    Ok(page(trouble.status(), &made))
}

async fn made(by: &Visitor, id: RequestId) -> Result<Page, Trouble> {
    let (request, frame, head) = around(by, id, "run").await?;
    let request = request.request;
    if !said::erases(&request.kind) {
        return Err(Trouble::not_found());
    }
    let part = progress::part(&by.office, &by.actor, &request).await?;
    let status = match request.job {
        Some(job) => Some(by.office.job_status(&by.actor, job).await?),
        None => None,
    };
    let reviews = match request.job {
        Some(job) => by.office.list_reviews(&by.actor, job).await?,
        None => Vec::new(),
    };
    let open = reviews.iter().any(|review| review.state == "open");
    let runs = by.may(Permission::RunJobs);
    let approved = request.state == "approved";
    let state = status.as_ref().map(|status| status.job.state.as_str());
    let runnable = approved && matches!(state, None | Some("queued" | "running" | "failed")) && !part.live;
    let before = match request.state.as_str() {
        "received" => Some(("There is no plan yet.", "plan", "Make the plan")),
        "awaiting_approval" => Some(("The plan is not approved yet.", "plan", "Read and approve the plan")),
        _ => None,
    };
    let cancellable = runs
        && status.as_ref().is_some_and(|status| {
            matches!(status.job.state.as_str(), "queued" | "running" | "failed") && !status.job.cancel_asked
        });
    let halts = by.office.list_halts(&by.actor).await?;
    let mut names: Vec<&Name> =
        status.iter().flat_map(|status| &status.units).map(|unit| &unit.source).collect();
    names.sort();
    names.dedup();
    let busy = matches!(state, Some("queued" | "running" | "failed"));
    let sources = names
        .into_iter()
        .filter(|_| by.may(Permission::PauseWork) && busy)
        .map(|name| source_form(id, name, halts.iter().any(|halt| halt.source.as_ref() == Some(name))));
    let clock = by.clock();
    let more = reviews.len().saturating_sub(MOST);
    Ok(Page {
        sources: sources.collect(),
        cancel: cancellable.then(|| cancel_form(by, id, status.as_ref())),
        start: (runs && runnable).then(|| start_form(id, request.job.is_some(), state == Some("failed"))),
        retry: runs && open,
        leave: (runs && open).then(|| leave_form(id)),
        flagged: reviews.iter().take(MOST).map(|review| flagged(review, clock.at(review.at))).collect(),
        more,
        hidden: ["hidden", "partly_restored"].contains(&request.state.as_str()),
        before,
        part,
        frame,
        head,
        problem: None,
    })
}

fn flagged(review: &Review, at: Moment) -> Flagged {
    Flagged {
        model: review.model.clone(),
        place: number::grouped(review.place + 1),
        fault: review.fault.replace('_', " "),
        words: review.words.clone(),
        state: match review.state.as_str() {
            "open" => "waits",
            "done" => "done",
            _ => "left as it is",
        },
        reason: review.reason.clone().map(|reason| sentence(&reason)).unwrap_or_default(),
        at,
    }
}

fn start_form(id: RequestId, again: bool, failed: bool) -> Form {
    let (heading, says, button) = match again {
        false => (
            "Start it",
            "The rows are sealed in the vault and then taken out of the sources, batch by batch. Until the window ends they can come back.",
            "Hide the rows now",
        ),
        true => {
            ("Go on with it", "It goes on from where it stands. Nothing is done twice.", "Go on with the job")
        }
    };
    let form = Form::new(format!("/requests/{id}/run"), "start", heading, says, button).dangerous();
    if !failed {
        return form;
    }
    let ticks = vec![
        Choice::new("identity", "Identifiers that disagree really are one person"),
        Choice::new("nobody", "Nothing is held of some of these people, and that is the answer"),
    ];
    form.with(
        Field::number(
            "rows",
            "One person really has this many rows",
            "Only where a guard stopped the job for it. It takes two people.",
            0,
            u32::MAX,
        )
        .optional(),
    )
    .with(
        Field::number(
            "matches",
            "These identifiers really match this many rows",
            "Only where a guard stopped the job for it. It takes two people.",
            0,
            u32::MAX,
        )
        .optional(),
    )
    .with(Field::ticks("confirm", "What you confirm", "Only what a guard asked for.", ticks).optional())
}

fn cancel_form(by: &Visitor, id: RequestId, status: Option<&exeunt_app::jobs::status::Status>) -> Form {
    let mut says = String::from("Stop the rest after the batch in hand.");
    if let Some(status) = status {
        let all = status.units.len() as u64;
        let done = status.units.iter().filter(|unit| unit.position >= unit.total && all > 0).count() as u64;
        let rows = status.done();
        if rows > 0 {
            says.push_str(&format!(
                " {} of {} are already done, {}. Stopping does not bring them back; you can restore them until the window ends, {} after it stopped.",
                number::grouped(done),
                number::counted(all, "step", "steps"),
                number::counted(rows, "row", "rows"),
                number::counted(u64::from(by.office.policy.window_days), "day", "days"),
            ));
        } else {
            says.push_str(" Nothing is done yet, so nothing is to be brought back.");
        }
    }
    Form::new(format!("/requests/{id}/run/cancel"), "cancel", "Stop the rest", &says, "Stop the rest")
        .dangerous()
}

fn source_form(id: RequestId, source: &Name, paused: bool) -> Form {
    let place = format!("/requests/{id}/run/sources/{source}");
    if paused {
        let says = format!("Work at {source} is paused.");
        return Form::new(
            format!("{place}/resume"),
            &format!("resume-{source}"),
            "",
            &says,
            &format!("Let work at {source} go on"),
        );
    }
    let says = format!(
        "Nothing is taken out, brought back or erased at {source}, for no request, until somebody lets it go on."
    );
    Form::new(
        format!("{place}/pause"),
        &format!("pause-{source}"),
        "",
        &says,
        &format!("Pause work at {source}"),
    )
    .with(Field::because("One line. Whoever works here sees it."))
}

fn leave_form(id: RequestId) -> Form {
    let says = "All rows below that wait stay as they are, and the job is settled. The person's answer says so. It takes two people, with the same reason.";
    Form::new(
        format!("/requests/{id}/run/leave"),
        "leave",
        "Leave these rows",
        says,
        "Leave these rows as they are",
    )
    .with(Field::because("One line, kept with the rows."))
    .dangerous()
}
