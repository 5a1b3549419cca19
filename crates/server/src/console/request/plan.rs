//! The plan of a request: what goes, what is made anonymous, what stays and by which law. Counting it reads the sources, so that
//! is a button of its own; what was counted is kept nowhere.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::Error;
use exeunt_app::access::Permission;
use exeunt_app::plans::make::Wishes;
use exeunt_app::plans::show::Shown as ShownPlan;
use exeunt_app::requests::show::Shown;
use exeunt_base::RequestId;
use exeunt_engine::dry_run::Preview;
use exeunt_engine::job::prepare::Confirmed;
use exeunt_plan::document::{Action, Document, Note, Purpose, Severity};
use exeunt_plan::table;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page, shown};
use crate::console::request::form::{Field, Form, Kind};
use crate::console::request::history::who;
use crate::console::request::{About, Head, Named, around, back, said};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number;

/// A table of a source, and what becomes of its rows. Empty where nothing of the kind happens.
struct Row {
    source: String,
    table: String,
    delete: String,
    anonymize: String,
    keep: String,
    detach: String,
}

/// A table of an answer.
struct Read {
    model: String,
    why: &'static str,
    rows: String,
    fields: usize,
}

/// Rows that stay.
struct Stays {
    model: String,
    rows: String,
    because: String,
    until: String,
    then: String,
    minimized: bool,
}

/// A finding.
struct Found {
    tone: &'static str,
    word: &'static str,
    at: String,
    text: String,
    code: String,
}

/// A step of the rehearsal.
struct Rehearsed {
    model: String,
    action: String,
    found: String,
    done: String,
    held: String,
    why: String,
}

/// A plan as the page shows it.
pub(super) struct Told {
    id: String,
    digest: String,
    made: Moment,
    approved: Option<(Moment, String)>,
    requests: usize,
    window_days: u32,
    rows: Vec<Row>,
    reads: Vec<Read>,
    stays: Vec<Stays>,
    steps: Vec<String>,
    found: Vec<Found>,
    blocked: bool,
    /// Rows in all, where they were counted.
    total: Option<String>,
    /// Whether nothing was found when it was counted.
    nothing: bool,
    rehearsed: Vec<Rehearsed>,
    /// What changed since it was made; nothing where that was not looked at.
    drift: Option<Vec<String>>,
}

#[derive(Template)]
#[template(path = "console/request/plan.html")]
struct Page {
    frame: Frame,
    head: Head,
    problem: Option<String>,
    /// What to do about the problem.
    advice: Option<&'static str>,
    plan: Option<Told>,
    make: Option<Form>,
    may_count: bool,
    may_approve: bool,
    erases: bool,
}

/// Shows it.
pub(crate) async fn show(by: Visitor, Named(id): Named) -> Result<Response, Trouble> {
    Ok(shown(&made(&by, id, None).await?))
}

/// Makes one.
pub(crate) async fn make(About(id, sent): About) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.show_request(&by.actor, id).await?;
    let late = Some(fields.text("late")).filter(|late| !late.is_empty()).map(str::to_owned);
    let window = match fields.text("window") {
        "" => Ok(None),
        text => text.parse::<u32>().map(Some),
    };
    let (trouble, flaw) = match window {
        Ok(window_days) => {
            let wishes = Wishes { window_days, late_because: late };
            match by.office.make_plan_with(&by.actor, &[id], &wishes).await {
                Ok(_) => return Ok(back(id, "plan", "planned", None)),
                Err(error) => (Trouble::from(error), None),
            }
        }
        Err(_) => {
            let why = "Write the days as a number from 0 to 90.";
            (Trouble::flaw(why), Some(("window", why.to_owned())))
        }
    };
    if trouble.status().is_server_error() {
        return Err(trouble);
    }
    let mut page_of = made(&by, id, None).await?;
    if let Some(form) = &mut page_of.make {
        page_of.head.at = form.refill(&fields, flaw);
    }
    Ok(refused(page_of, &trouble))
}

/// Counts the rows it would touch now.
pub(crate) async fn count(About(id, sent): About) -> Result<Response, Trouble> {
    counted(&sent.by, id, false).await
}

/// Carries its statements out, and takes them back.
pub(crate) async fn rehearse(About(id, sent): About) -> Result<Response, Trouble> {
    counted(&sent.by, id, true).await
}

async fn counted(by: &Visitor, id: RequestId, rehearse: bool) -> Result<Response, Trouble> {
    let request = by.office.show_request(&by.actor, id).await?.request;
    let plan = request.plan.ok_or_else(Trouble::not_found)?;
    let told = by.office.show_plan(&by.actor, plan).await?;
    let document = told.plan.document();
    let confirmed = Confirmed::default();
    let looked = async {
        if request.job.is_some() {
            let why = "the job of this plan has begun, so counting would tell what is left, not what the plan is about";
            return Err(Error::Refused("E0312", String::from(why)));
        }
        let preview = match rehearse {
            true => by.office.dry_run_plan(&by.actor, document, &told.requests, confirmed).await?,
            false => by.office.count_plan(&by.actor, document, &told.requests, confirmed).await?,
        };
        Ok((preview, by.office.plan_drift(&by.actor, plan).await?))
    };
    match looked.await {
        Ok(looked) => Ok(shown(&made(by, id, Some((looked, rehearse))).await?)),
        Err(error) => {
            let trouble = Trouble::from(error);
            match trouble.status() {
                StatusCode::INTERNAL_SERVER_ERROR => Err(trouble),
                _ => Ok(refused(made(by, id, None).await?, &trouble)),
            }
        }
    }
}

fn refused(mut page_of: Page, trouble: &Trouble) -> Response {
    page_of.problem = Some(trouble.sentence());
    page_of.advice = advice(trouble.code());
    page(trouble.status(), &page_of)
}

/// What to do about trouble with plans, on this page.
pub(super) fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "E0102" => "An engineer mends the data map or the schema; then make the plan again.",
        "E0306" => "An engineer decides this in the data map; then make the plan again.",
        "E0307" => "Errors stand against this plan. They are listed below; mend them, and make it again.",
        "E0308" => "The plan is not the one you read. Read it again, and approve what you read.",
        "E0316" => "Establish who asks on the overview, then come back.",
        "E0317" => "Make the plan again with a shorter window, or say why the answer will be late.",
        "E0903" => "Somebody else who may approve plans has to do it.",
        "E0975" => "Ask somebody else who may; this page shows them what you proposed.",
        "E0209" => "This source cannot undo a transaction. Count the rows instead.",
        _ => return None,
    })
}

async fn made(
    by: &Visitor,
    id: RequestId,
    looked: Option<((Preview, Vec<String>), bool)>,
) -> Result<Page, Trouble> {
    let (request, frame, head) = around(by, id, "plan").await?;
    let plan = match request.request.plan {
        Some(plan) => Some(by.office.show_plan(&by.actor, plan).await?),
        None => None,
    };
    let begun = request.request.job.is_some();
    let plannable = ["received", "awaiting_approval", "approved"].contains(&request.request.state.as_str());
    let may_make = by.may(Permission::MakePlans) && plannable && !begun;
    let approved = plan.as_ref().is_some_and(|plan| plan.stored.approved.is_some());
    let told = plan.as_ref().map(|plan| told(by, plan, looked));
    Ok(Page {
        may_count: by.may(Permission::MakePlans) && plan.is_some() && !begun,
        may_approve: by.may(Permission::ApprovePlans)
            && plan.is_some()
            && !approved
            && told.as_ref().is_some_and(|told| !told.blocked)
            && said::erases(&request.request.kind),
        erases: said::erases(&request.request.kind),
        make: may_make.then(|| make_form(by, &request, plan.is_some())),
        plan: told,
        frame,
        head,
        problem: None,
        advice: None,
    })
}

fn make_form(by: &Visitor, request: &Shown, again: bool) -> Form {
    let (heading, button) =
        if again { ("Make it again", "Make the plan again") } else { ("Make a plan", "Make the plan") };
    let says = "From the data map and the schemas as they are now. It changes nothing in any source.";
    let action = format!("/requests/{}/plan", request.request.id);
    let mut form = Form::new(action, "make", heading, says, button);
    form.open = !again;
    if !said::erases(&request.request.kind) {
        return form;
    }
    let usual = by.office.policy.window_days;
    let hint = format!("0 to 90 days in which erased rows can come back. Usually {usual} here.");
    form.with(Field::number("window", "Window in days", &hint, 0, 90).optional()).with(
        Field::line(
            "late",
            "Why the answer will be late",
            "Only where the window cannot end before the deadline.",
        )
        .optional(),
    )
}

fn told(by: &Visitor, plan: &ShownPlan, looked: Option<((Preview, Vec<String>), bool)>) -> Told {
    let document = plan.plan.document();
    let clock = by.clock();
    let (looked, rehearsed) = looked.map_or((None, false), |(looked, rehearsed)| (Some(looked), rehearsed));
    let (preview, drift) = looked.map_or((None, None), |(preview, drift)| (Some(preview), Some(drift)));
    let rows = |set: usize| {
        let preview = preview.as_ref()?;
        preview.sets.get(set).copied().map(number::grouped)
    };
    let counts = preview.as_ref().map(|preview| &preview.once);
    let cell = |count: Option<u64>| match (count, counts) {
        (None, _) => String::new(),
        (Some(count), Some(_)) => number::grouped(count),
        (Some(_), None) => String::from("yes"),
    };
    let lines = table::lines(document, counts);
    let total = counts.map(|_| {
        let gone = lines.iter().flat_map(|line| [line.delete, line.anonymize, line.detach]).flatten();
        number::grouped(gone.sum())
    });
    let table_rows = lines
        .iter()
        .map(|line| Row {
            source: line.model.source.to_string(),
            table: line.model.to_string(),
            delete: cell(line.delete),
            anonymize: cell(line.anonymize),
            keep: cell(line.keep),
            detach: cell(line.detach),
        })
        .collect();
    let reads = document.reads.iter().map(|read| Read {
        model: document.sets[read.set].model.to_string(),
        why: if read.accessed { "the person has access to it" } else { "the person's own" },
        rows: rows(read.set).unwrap_or_default(),
        fields: read.fields.len(),
    });
    let stays = document.kept.iter().enumerate().map(|(place, kept)| Stays {
        model: document.sets[kept.set].model.to_string(),
        rows: preview
            .as_ref()
            .and_then(|preview| preview.kept.get(place))
            .copied()
            .map(number::grouped)
            .unwrap_or_default(),
        because: kept.because.clone(),
        until: kept.until.clone(),
        then: kept.then.clone(),
        minimized: kept.minimized,
    });
    let found = document.notes.iter().map(|note| {
        let (tone, word) = match note.severity {
            Severity::Error => ("bad", "Error"),
            Severity::Warning => ("warn", "Warning"),
            Severity::Info => ("info", "Note"),
        };
        Found {
            tone,
            word,
            at: note.at.clone(),
            text: crate::console::trouble::sentence(&note.text),
            code: note.code.clone(),
        }
    });
    let steps = document.steps.iter().map(|step| {
        let model = &document.sets[step.set].model;
        let what = match &step.action {
            Action::Delete { .. } => format!("Delete rows of {model}"),
            Action::Update { purpose: Purpose::Anonymize, .. } => format!("Make rows of {model} anonymous"),
            Action::Update { purpose: Purpose::Detach, .. } => {
                format!("Cut the link from rows of {model} to the person")
            }
            Action::Update { purpose: Purpose::Clear, .. } => {
                format!("Clear references in {model} to rows that go")
            }
            Action::Update { purpose: Purpose::Repoint, .. } => {
                format!("Point references in {model} to a row of nobody")
            }
        };
        match step.because.as_slice() {
            [] => format!("{what}."),
            why => format!("{what}: {}.", why.join("; ")),
        }
    });
    let rehearsal =
        preview.iter().filter(|_| rehearsed).flat_map(|preview| &preview.lines).map(|line| Rehearsed {
            model: line.model.clone(),
            action: line.action.clone(),
            found: number::grouped(line.found),
            done: line.struck.map(number::grouped).unwrap_or_default(),
            held: if line.held_back > 0 { number::grouped(line.held_back) } else { String::new() },
            why: line.why.join("; "),
        });
    Told {
        id: plan.stored.id.to_string(),
        digest: plan.stored.digest.clone(),
        made: clock.at(plan.stored.made_at),
        approved: plan.stored.approved.map(|(actor, at)| (clock.at(at), who(by, Some(actor), &[]))),
        requests: plan.requests.len(),
        window_days: document.window_days,
        rows: table_rows,
        reads: reads.collect(),
        stays: stays.collect(),
        steps: steps.collect(),
        found: found.collect(),
        blocked: document.notes.iter().any(Note::blocks),
        nothing: preview.as_ref().is_some_and(|preview| preview.sets.iter().all(|rows| *rows == 0)),
        total,
        rehearsed: rehearsal.collect(),
        drift,
    }
}

/// What a plan does to rows, in one sentence: for whoever approves it.
pub(super) fn sentence_of(document: &Document) -> String {
    let lines = table::lines(document, None);
    let many = |field: fn(&table::Line) -> bool| lines.iter().filter(|line| field(line)).count() as u64;
    let tables = |count: u64| number::counted(count, "table", "tables");
    let parts = [
        (many(|line| line.delete.is_some()), "deletes rows of"),
        (many(|line| line.anonymize.is_some()), "makes rows anonymous in"),
        (many(|line| line.detach.is_some()), "cuts links in"),
        (many(|line| line.keep.is_some()), "keeps rows by law in"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{what} {}", tables(*count)))
        .collect();
    match said.as_slice() {
        [] => String::from("This plan changes no table"),
        said => format!("This plan {}", number::listed(said)),
    }
}
