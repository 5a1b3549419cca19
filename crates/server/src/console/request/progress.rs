//! How far the work for a request is, as one part of a page: made once for the page and again for each event, by the same template.

use askama::Template;
use askama::filters::HtmlSafe;
use async_trait::async_trait;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_app::jobs::status::Status;
use exeunt_app::{Actor, Office};
use exeunt_base::RequestId;
use exeunt_engine::progress::Progress;
use exeunt_store::requests::Request;
use exeunt_store::tasks::{self, Task};

use crate::api::jobs::events::{self, ENDS};
use crate::caller::Caller;
use crate::console::door::Visitor;
use crate::console::request::Named;
use crate::console::request::spark::Spark;
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::badge::Badge;
use crate::console::words::moment::{Clock, Moment};
use crate::console::words::number::{counted, grouped, lasting};
use crate::follow::{Followed, Seen, follow};
use crate::service::Service;

/// The part.
#[derive(Template)]
#[template(path = "console/request/parts/progress.html")]
pub(super) struct Part {
    /// Where it stands, in a sentence; told to whoever cannot see.
    pub(super) said: String,
    /// Whether that is trouble.
    pub(super) failed: bool,
    state: Option<Badge>,
    /// Rows that had their turn, in percent.
    percent: Option<u64>,
    rows: String,
    rate: Option<String>,
    /// How fast the last batches went, while it runs.
    spark: Option<Spark>,
    left: Option<String>,
    trouble: Option<String>,
    sources: Vec<Source>,
    works: Vec<Work>,
    /// What it is called by; it changes with every step.
    pub(super) name: String,
    /// Whether something still happens by itself.
    pub(super) live: bool,
}

/// A source, and its units.
struct Source {
    name: String,
    state: Badge,
    paused: bool,
    units: Vec<Unit>,
}

/// A unit.
struct Unit {
    model: String,
    action: &'static str,
    state: Badge,
    done: String,
    gone: String,
    failed: String,
    left: String,
    percent: u64,
}

/// Work that was asked for.
struct Work {
    what: &'static str,
    state: Badge,
    at: Moment,
    tries: u64,
    trouble: Option<String>,
}

impl Part {
    /// Whether there is anything to show.
    pub(super) fn is_any(&self) -> bool {
        self.state.is_some() || !self.works.is_empty()
    }
}

// it is a template that escapes what others wrote
impl HtmlSafe for Part {}

/// How far the work for a request is, for somebody.
pub(super) async fn part(
    office: &Office,
    actor: &Actor,
    request: &Request,
) -> Result<Part, exeunt_app::Error> {
    let now = office.engine.world.now();
    let clock = Clock::new(office.policy.law.zone.clone(), now);
    let mut asked = office.tasks_of_request(actor, request.id).await?;
    // what ended long ago is in the time line
    asked.truncate(4);
    let paused: Vec<String> = office
        .list_halts(actor)
        .await?
        .iter()
        .map(|halt| halt.source.as_ref().map(ToString::to_string).unwrap_or_default())
        .collect();
    let status = match request.job {
        Some(job) => Some(office.job_status(actor, job).await?),
        None => None,
    };
    let open = |task: &Task| [tasks::WAITING, tasks::RUNNING].contains(&task.state.as_str());
    let working = asked.iter().any(open);
    let mut name = status.as_ref().map(events::name).unwrap_or_default();
    for task in &asked {
        name.push_str(&format!(".{}{}", task.state, task.tries));
    }
    name.push_str(&format!(
        ".{}{}",
        paused.len(),
        status.as_ref().is_some_and(|status| status.job.cancel_asked)
    ));
    let works = asked.iter().map(|task| Work {
        what: what(&task.kind),
        state: task_badge(&task.state),
        at: clock.at(task.ended_at.unwrap_or(task.asked_at)),
        tries: task.tries,
        trouble: trouble_of(task),
    });
    let works: Vec<Work> = works.collect();
    let mut part = Part {
        said: String::new(),
        failed: false,
        state: None,
        percent: None,
        rows: String::new(),
        rate: None,
        spark: None,
        left: None,
        trouble: None,
        sources: Vec::new(),
        works,
        name,
        live: working,
    };
    let Some(status) = status else {
        let last = part.works.first();
        part.failed = asked.first().is_some_and(|task| task.state == tasks::FAILED);
        part.said = match last {
            Some(work) => format!("{}: {}", work.what, word_of(&asked[0].state)),
            None => String::from("Nothing was started yet"),
        };
        return Ok(part);
    };
    tell(&mut part, &status, now, &paused);
    if status.job.state == "running" {
        part.spark = Spark::of(&office.job_pace(actor, status.job.id).await?);
    }
    part.live |= !ENDS.contains(&status.job.state.as_str()) && working;
    Ok(part)
}

fn tell(part: &mut Part, status: &Status, now: exeunt_base::Timestamp, paused: &[String]) {
    let job = &status.job;
    let (done, total, failed) = (status.done(), job.rows_total, status.failed());
    let known = job.census_digest.is_some() || total > 0;
    let running = job.state == "running";
    let started = job.started_at.unwrap_or(job.made_at);
    let progress = Progress::new(done, total, failed, done, started, now);
    part.state = Some(Badge::job(&job.state));
    part.percent = known.then(|| percent(done, total));
    part.rows = match known {
        true => format!("{} of {}", grouped(done), counted(total, "row", "rows")),
        false => String::from("what is to be done is being found"),
    };
    if running {
        part.rate =
            progress.rate.map(|rate| format!("{} a second", counted(rate.round() as u64, "row", "rows")));
        // what nobody knows yet is not guessed
        part.left = progress.left.filter(|_| known && done < total).map(lasting);
    }
    part.trouble = job.trouble.as_deref().map(sentence);
    part.failed = job.state == "failed" || failed > 0;
    part.said = match job.state.as_str() {
        "queued" => String::from("Queued: a worker takes it soon"),
        "running" if job.cancel_asked => format!("Stopping after the batch in hand: {} done", part.rows),
        "running" => format!("Running: {} done", part.rows),
        "review" => {
            format!("{} could not be changed and wait for a decision", counted(failed, "row", "rows"))
        }
        "settled" => format!("Done: {} had their turn", counted(total, "row", "rows")),
        "cancelled" => format!("Stopped: {} done", part.rows),
        "failed" => String::from("Failed: the job could not go on"),
        _ => part.rows.clone(),
    };
    for unit in &status.units {
        let source = unit.source.to_string();
        if part.sources.last().is_none_or(|last| last.name != source)
            && !part.sources.iter().any(|known| known.name == source)
        {
            let paused = paused.contains(&source) || paused.iter().any(String::is_empty);
            part.sources.push(Source {
                name: source.clone(),
                state: Badge::job("queued"),
                paused,
                units: Vec::new(),
            });
        }
        let Some(of) = part.sources.iter_mut().find(|known| known.name == source) else { continue };
        of.units.push(Unit {
            model: unit.model.clone(),
            action: action(&unit.action),
            state: Badge::job(unit_state(unit, &job.state)),
            done: grouped(unit.done),
            gone: grouped(unit.gone),
            failed: grouped(unit.failed),
            left: grouped(unit.total.saturating_sub(unit.position)),
            percent: percent(unit.position, unit.total),
        });
    }
    for source in &mut part.sources {
        let of: Vec<&str> = status
            .units
            .iter()
            .filter(|unit| unit.source.as_str() == source.name)
            .map(|unit| unit_state(unit, &job.state))
            .collect();
        let state = match () {
            () if of.contains(&"failed") => "failed",
            () if of.iter().all(|state| *state == "settled") => "settled",
            () if of.contains(&"running") => "running",
            () if job.state == "cancelled" => "cancelled",
            () if of.contains(&"settled") && running => "running",
            () => "queued",
        };
        source.state = Badge::job(state);
    }
}

fn unit_state(unit: &exeunt_store::jobs::Unit, job: &str) -> &'static str {
    match () {
        () if unit.failed > 0 => "failed",
        () if unit.position >= unit.total && job != "queued" => "settled",
        () if unit.position > 0 && job == "running" => "running",
        () if job == "cancelled" => "cancelled",
        () => "queued",
    }
}

fn percent(done: u64, total: u64) -> u64 {
    (done.min(total) * 100).checked_div(total).unwrap_or(100)
}

/// What a step does, in words.
pub(super) fn action(word: &str) -> &'static str {
    match word {
        "delete" => "delete",
        "anonymize" => "make anonymous",
        "detach" => "cut the link",
        "clear" => "clear references",
        "repoint" => "point references to nobody's row",
        "veil" => "hide at once",
        _ => "change",
    }
}

fn what(kind: &str) -> &'static str {
    match kind {
        "run_job" => "Carry the plan out",
        "restore" => "Bring rows back",
        "purge" | "purge_due" => "Erase for good",
        "make_package" => "Make the package",
        _ => "Other work",
    }
}

fn word_of(state: &str) -> &'static str {
    match state {
        tasks::WAITING => "waits for a worker",
        tasks::RUNNING => "at work",
        tasks::DONE => "done",
        tasks::FAILED => "failed",
        _ => "in another state",
    }
}

fn task_badge(state: &str) -> Badge {
    Badge::job(match state {
        tasks::RUNNING => "running",
        tasks::DONE => "settled",
        tasks::FAILED => "failed",
        _ => "queued",
    })
}

/// Why a task failed, or waits to be tried again. Ours never holds personal data.
pub(super) fn trouble_of(task: &Task) -> Option<String> {
    if task.state == tasks::DONE {
        return None;
    }
    let outcome: serde_json::Value = serde_json::from_str(task.outcome.as_deref()?).ok()?;
    let (code, message) = (outcome["code"].as_str().unwrap_or_default(), outcome["message"].as_str()?);
    Some(format!("{} {code}", sentence(message)).trim_end().to_owned())
}

/// Follows the work for a request, for as long as the session lasts and may see it.
pub(crate) async fn follow_work(
    service: State<Service>,
    by: Visitor,
    Named(id): Named,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    // what cannot be seen is refused before the stream begins
    let request = by.office.show_request(&by.actor, id).await?.request;
    part(&by.office, &by.actor, &request).await?;
    Ok(follow(service.0, by.token, &headers, OfRequest(id)).into_response())
}

struct OfRequest(RequestId);

#[async_trait]
impl Followed for OfRequest {
    async fn look(&self, caller: &Caller) -> Option<Seen> {
        caller.office.allow(&caller.actor, Permission::ReadRequests).ok()?;
        let request = caller.office.request(self.0).await.ok()?;
        let part = part(&caller.office, &caller.actor, &request).await.ok()?;
        // such a sign would end a line of the stream
        let html = part.render().ok()?.replace('\r', "");
        Some(Seen { event: Event::default().event("part").data(html), ended: !part.live, name: part.name })
    }

    fn end(&self) -> Option<Event> {
        Some(Event::default().event("over").data("over"))
    }
}
