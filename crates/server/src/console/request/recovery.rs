//! What waits in the vault: until when it can come back, bringing it back whole or in part, and erasing it early.

use askama::Template;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use exeunt_app::Error;
use exeunt_app::access::Permission;
use exeunt_app::requests::vault::Waiting;
use exeunt_base::RequestId;
use exeunt_engine::purge::Options;
use exeunt_engine::restore::Choice as What;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::request::form::{Choice, Field, Form, Kind};
use crate::console::request::ring::Ring;
use crate::console::request::{About, Head, Named, around, back, freshened, keep, progress, said};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number;

/// Rows that wait.
struct Waits {
    model: String,
    rows: String,
    what: String,
}

/// Why rows were asked back.
struct Reason {
    at: Moment,
    because: String,
}

#[derive(Template)]
#[template(path = "console/request/recovery.html")]
struct Page {
    frame: Frame,
    head: Head,
    problem: Option<String>,
    /// Where it stands, in a sentence or two.
    says: &'static str,
    ring: Option<Ring>,
    ends: Option<Moment>,
    total: String,
    waits: Vec<Waits>,
    /// For whom rows wait that were asked back.
    others: Vec<String>,
    /// Why rows were asked back, the latest first.
    reasons: Vec<Reason>,
    /// Why the last try to bring back or erase was given up.
    trouble: Option<String>,
    working: bool,
    whole: Option<Form>,
    some: Option<Form>,
    purge: Option<Form>,
    answer: Option<Form>,
}

/// Shows it.
pub(crate) async fn show(by: Visitor, Named(id): Named) -> Result<Response, Trouble> {
    Ok(shown(&made(&by, id).await?))
}

/// Brings rows back.
pub(crate) async fn restore(About(id, sent): About) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.show_request(&by.actor, id).await?;
    let keys = fields.raw("keys").lines().map(str::trim).filter(|line| !line.is_empty());
    let keys = keys.map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect()).collect();
    let (form, choice) = match fields.text("model") {
        "" => ("whole", What::Whole),
        model => ("some", What::Rows { model: model.to_owned(), keys }),
    };
    match by.office.ask_restore_because(&by.actor, id, &choice, fields.text("because"), None).await {
        Ok(_) => Ok(back(id, "recovery", "restore", None)),
        Err(error) => again(&by, id, error.into(), form, &fields, None, None).await,
    }
}

/// Erases for good before the window ends. It takes two people, with the same reason.
pub(crate) async fn purge(About(id, sent): About) -> Result<Response, Trouble> {
    let options = |fields: &Fields| {
        let because = fields.text("because");
        match because {
            "" => Err(("because", "Write the reason.")),
            because => Ok(Options { now: Some(because.to_owned()), ..Options::default() }),
        }
    };
    erase(id, sent, "purge", options).await
}

/// Erases for good, with what stood in the way decided.
pub(crate) async fn answer(About(id, sent): About) -> Result<Response, Trouble> {
    let options = |fields: &Fields| {
        let because = Some(fields.text("because")).filter(|because| !because.is_empty()).map(str::to_owned);
        let needed = |because: Option<String>| because.ok_or(("because", "Write the reason."));
        match fields.text("decision") {
            "include" => Ok(Options { include_new: true, ..Options::default() }),
            "leave" => Ok(Options { leave_new: Some(needed(because)?), ..Options::default() }),
            "give_up" => Ok(Options { give_up: Some(needed(because)?), ..Options::default() }),
            "again" => Ok(Options::default()),
            _ => Err(("decision", "Choose what is to be done.")),
        }
    };
    erase(id, sent, "answer", options).await
}

type Chosen = Result<Options, (&'static str, &'static str)>;

async fn erase(
    id: RequestId,
    sent: Sent,
    form: &'static str,
    options: impl Fn(&Fields) -> Chosen,
) -> Result<Response, Trouble> {
    let Sent { mut by, fields } = sent;
    by.office.show_request(&by.actor, id).await?;
    let mut chosen = options(&fields);
    if fields.text("typed") != id.to_string() {
        chosen = Err(("typed", "Type the id of this request, as it stands above."));
    }
    let options = match chosen {
        Ok(options) => options,
        Err((field, why)) => {
            return again(&by, id, Trouble::flaw(why), form, &fields, Some((field, why)), None).await;
        }
    };
    let (cookie, fresh) = freshened(&mut by, &fields).await;
    let done = match fresh {
        Ok(()) => by.office.ask_purge(&by.actor, id, options, None).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(back(id, "recovery", "purge", cookie)),
        Err(Error::Proposed(_)) => Ok(back(id, "recovery", "proposed", cookie)),
        Err(error) => again(&by, id, error.into(), form, &fields, None, cookie).await,
    }
}

async fn again(
    by: &Visitor,
    id: RequestId,
    trouble: Trouble,
    key: &str,
    typed: &Fields,
    flaw: Option<(&str, &str)>,
    cookie: Option<HeaderValue>,
) -> Result<Response, Trouble> {
    if trouble.status().is_server_error() || trouble.status() == StatusCode::NOT_FOUND {
        return Err(trouble);
    }
    let mut made = made(by, id).await?;
    made.problem = Some(trouble.sentence());
    let forms = [&mut made.whole, &mut made.some, &mut made.purge, &mut made.answer];
    if let Some(form) = forms.into_iter().flatten().find(|form| form.key == key) {
        made.head.at = form.refill(typed, flaw.map(|(name, why)| (name, why.to_owned())));
    }
    let mut response = page(trouble.status(), &made);
    keep(&mut response, cookie);
    Ok(response)
}

async fn made(by: &Visitor, id: RequestId) -> Result<Page, Trouble> {
    let (request_shown, frame, head) = around(by, id, "recovery").await?;
    let request = &request_shown.request;
    if !said::erases(&request.kind) {
        return Err(Trouble::not_found());
    }
    let (clock, now) = (by.clock(), by.now());
    let waiting = ["hidden", "partly_restored"].contains(&request.state.as_str());
    let sealed = request_shown.sealed_rows;
    let lines = match (sealed, by.office.waiting_rows(&by.actor, id).await?) {
        (0, _) | (_, Waiting::Many(_)) => Vec::new(),
        (_, Waiting::ByModel(lines)) => lines,
    };
    let tasks = match by.may(Permission::ReadJobs) {
        true => by.office.tasks_of_request(&by.actor, id).await?,
        false => Vec::new(),
    };
    let ours = |kind: &str| ["restore", "purge"].contains(&kind);
    let working =
        tasks.iter().any(|task| ours(&task.kind) && ["waiting", "running"].contains(&task.state.as_str()));
    let last = tasks.iter().find(|task| ours(&task.kind));
    let trouble = last.filter(|_| sealed > 0 || waiting).and_then(progress::trouble_of);
    let ends = request.window_ends_at.filter(|_| sealed > 0 || waiting);
    let over = ends.is_some_and(|ends| ends <= now);
    let restores = by.may(Permission::Restore)
        && sealed > 0
        && (waiting || request.state == "restored")
        && !working
        && !over;
    let purges = by.may(Permission::Purge) && !working && (waiting || request.state == "purging");
    let stuck = purges
        && (last.is_some_and(|task| task.kind == "purge" && task.state == "failed")
            || over
            || request.state == "purging");
    let window = f64::from(by.office.policy.window_days.max(1)) * 86_400.0;
    let ring = ends.filter(|_| waiting).map(|ends| {
        let left = ends.seconds_since(now);
        Ring::of(left, window.max(left))
    });
    let reasons = by.office.reasons_of_request(&by.actor, id).await?;
    let models: Vec<String> = lines.iter().map(|(model, _)| model.clone()).collect();
    // what is not counted by table is told as the vault counts it
    let rows = match lines.iter().flat_map(|(_, acts)| acts).map(|(_, rows)| rows).sum() {
        0 => sealed,
        rows => rows,
    };
    let waits = lines.into_iter().flat_map(|(model, acts)| {
        acts.into_iter().map(move |(act, rows)| Waits {
            model: model.clone(),
            rows: number::grouped(rows),
            what: progress::action(&act).to_owned(),
        })
    });
    let others = request_shown.waits.iter().map(|wait| {
        let rows = number::counted(wait.rows, "row", "rows");
        format!("{rows} of {} come back with request {}", wait.model, wait.awaited)
    });
    Ok(Page {
        says: says(&request.state, over, request.held_because.is_some(), sealed),
        ring,
        ends: ends.map(|ends| clock.at(ends)),
        total: number::counted(rows, "row", "rows"),
        waits: waits.collect(),
        others: others.collect(),
        reasons: reasons
            .into_iter()
            .filter(|one| one.act == exeunt_app::reasons::RESTORE)
            .map(|one| Reason { at: clock.at(one.at), because: one.because })
            .collect(),
        trouble,
        working,
        whole: restores.then(|| whole_form(id, rows)),
        some: (restores && !models.is_empty()).then(|| some_form(id, models)),
        purge: (purges && waiting && !over && request.held_because.is_none()).then(|| purge_form(id, rows)),
        answer: (stuck && request.held_because.is_none()).then(|| answer_form(id)),
        frame,
        head,
        problem: None,
    })
}

fn says(state: &str, over: bool, held: bool, sealed: u64) -> &'static str {
    match state {
        "hidden" | "partly_restored" if held => {
            "The rows are hidden from everybody. They are on hold: nothing is erased for good until two people release it."
        }
        "hidden" | "partly_restored" if over => {
            "The window is over. A worker erases the rows for good; they cannot be brought back any more."
        }
        "hidden" => {
            "The rows are hidden from everybody. Until the window ends they can come back; then they are erased for good, by themselves."
        }
        "partly_restored" => {
            "Some rows came back. The others wait still, and are erased for good when the window ends."
        }
        "purging" => "The rows are being erased for good. Nothing can be brought back any more.",
        "completed" | "completed_with_exceptions" | "no_data" => {
            "The window is over. The rows were erased for good, and were looked for again. Nothing can be brought back."
        }
        "restored" if sealed > 0 => "Everything that could come back is back. What is left waits for others.",
        "restored" => "Everything is back. Nothing waits here.",
        _ => "Nothing was hidden yet, so nothing waits here.",
    }
}

/// What is said beside the reason for bringing rows back.
const WHY: &str = "One line. It is kept with the request; the log keeps a seal of it.";

fn whole_form(id: RequestId, rows: u64) -> Form {
    let says = "Rows come back as they were. A row that lived on meanwhile is never overwritten; each that cannot come says why.";
    let button = format!("Bring all {} back", number::counted(rows, "row", "rows"));
    Form::new(format!("/requests/{id}/recovery/restore"), "whole", "Bring everything back", says, &button)
        .with(Field::because(WHY))
}

fn some_form(id: RequestId, models: Vec<String>) -> Form {
    let says = "What you do not choose waits on, until the window ends.";
    let models = models.into_iter().map(|model| Choice::new(model.clone(), model)).collect();
    Form::new(
        format!("/requests/{id}/recovery/restore"),
        "some",
        "Bring some rows back",
        says,
        "Bring these rows back",
    )
    .with(Field::choice("model", "Table", "", models))
    .with(
        Field::text(
            "keys",
            "Keys",
            "One row a line; parts of a key with a comma between. Empty for all rows of the table.",
        )
        .optional(),
    )
    .with(Field::because(WHY))
}

fn typed(id: RequestId) -> Field {
    Field::line("typed", "Type the id of this request", &id.to_string())
}

fn purge_form(id: RequestId, rows: u64) -> Form {
    let says = format!(
        "{} are erased for good before the window ends. Afterwards nobody, including us, can bring them back. It takes two people, with the same reason.",
        number::counted(rows, "row", "rows")
    );
    Form::new(format!("/requests/{id}/recovery/purge"), "purge", "Erase early", &says, "Erase for good now")
        .with(Field::because("One line. The second person gives the same one."))
        .with(typed(id))
        .dangerous()
        .asks_code()
}

fn answer_form(id: RequestId) -> Form {
    let says = "Erasing for good stopped, or has not begun. Say what is to be done with what stood in the way. It cannot be undone.";
    let choices = vec![
        Choice::new("again", "Try again as it is"),
        Choice::new("include", "Erase rows that appeared since, too"),
        Choice::new("leave", "Leave rows that appeared since (two people)"),
        Choice::new("give_up", "Give up what was asked back and is not back (two people)"),
    ];
    Form::new(
        format!("/requests/{id}/recovery/answer"),
        "answer",
        "Decide what stood in the way",
        says,
        "Erase for good",
    )
    .with(Field::choice("decision", "What is to be done", "", choices))
    .with(Field::because("One line, for what is left or given up.").optional())
    .with(typed(id))
    .dangerous()
    .asks_code()
}
