//! `exeunt plan show`: tables by what happens to their rows, findings, and on demand the whole explanation.

use exeunt_app::plans::count::Look;
use exeunt_app::plans::show::Shown;
use exeunt_app::{Actor, Class, Office};
use exeunt_base::PlanId;
use exeunt_engine::dry_run::Preview;
use exeunt_plan::document::{Document, Note, Severity};
use exeunt_plan::{explain, table as lines};
use serde_json::{Value, json};

use crate::commands::job::Guards;
use crate::commands::plan::find;
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::ids::Work;
use crate::out;
use crate::remote::Remote;
use crate::table::table;

/// Which, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The plan, or its job, or a request it answers
    #[arg(value_name = "PLAN|REQUEST|JOB")]
    work: Work,
    /// Every step in sentences, with its reason
    #[arg(long)]
    explain: bool,
    /// Carry the steps out in the sources and roll them back
    #[arg(long)]
    dry_run: bool,
    /// Do not count rows now
    #[arg(long, conflicts_with = "dry_run")]
    no_counts: bool,
    /// Print the document that the digest covers, and nothing else
    #[arg(long, conflicts_with_all = ["explain", "dry_run"])]
    document: bool,
    #[command(flatten)]
    guards: Guards,
}

/// How a plan is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    pub(crate) dry_run: bool,
    pub(crate) counts: bool,
    pub(crate) explain: bool,
    pub(crate) guards: Guards,
}

/// Shows.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let counting = !args.no_counts && !args.document;
    let (office, actor) = match door.way(if counting { Needs::Sources } else { Needs::Home }).await? {
        Way::Here(office, actor) => (office, actor),
        Way::There(remote) => return from_service(door, &remote, args).await,
    };
    let id = find(&office, args.work).await?;
    if args.document {
        let shown = office.show_plan(&actor, id).await?;
        out::raw(format!("{}\n", shown.stored.document).as_bytes())?;
        return Ok(Exit::DONE);
    }
    let how = How { dry_run: args.dry_run, counts: counting, explain: args.explain, guards: args.guards };
    let blocked = print(door, &office, &actor, id, how).await?;
    Ok(if blocked { Exit::FINDINGS } else { Exit::DONE })
}

/// The same of a service's plan.
async fn from_service(door: &Door, remote: &Remote, args: &Args) -> Result<Exit, Failure> {
    let shown = remote.show_plan(remote.find_plan(args.work).await?).await?;
    if args.document {
        out::raw(format!("{}\n", shown.stored.document).as_bytes())?;
        return Ok(Exit::DONE);
    }
    let how =
        How { dry_run: args.dry_run, counts: !args.no_counts, explain: args.explain, guards: args.guards };
    let blocked = print_from(door, remote, &shown, how).await?;
    Ok(if blocked { Exit::FINDINGS } else { Exit::DONE })
}

/// Prints a service's plan, and says whether findings stand against its approval. A worker there counts it, for whoever may
/// have that done; others see it without.
pub(crate) async fn print_from(
    door: &Door,
    remote: &Remote,
    shown: &Shown,
    how: How,
) -> Result<bool, Failure> {
    let begun = shown.requests.is_empty() || shown.job.is_some();
    let look = if how.dry_run { Look::DryRun } else { Look::Count };
    let preview = match how.counts && !begun {
        false => None,
        true => match remote.count_plan(shown, look, how.guards.confirmed()).await {
            Ok(preview) => Some(preview),
            Err(error) if error.class() == Class::Denied && !how.dry_run => {
                out::remark(&format!("rows are not counted: {error}"));
                None
            }
            Err(error) => return Err(error.into()),
        },
    };
    printed(door, shown, preview.as_ref(), how, begun)
}

/// Prints a plan, and says whether findings stand against its approval.
pub(crate) async fn print(
    door: &Door,
    office: &Office,
    actor: &Actor,
    id: PlanId,
    how: How,
) -> Result<bool, Failure> {
    let shown = office.show_plan(actor, id).await?;
    let document = shown.plan.document();
    let begun = shown.requests.is_empty() || is_begun(office, &shown).await?;
    // once rows were struck, counting would tell what is left, not what the plan is about
    let confirmed = how.guards.confirmed();
    let preview = match (how.counts && !begun, how.dry_run) {
        (false, _) => None,
        (true, true) => Some(office.dry_run_plan(actor, document, &shown.requests, confirmed).await?),
        (true, false) => Some(office.count_plan(actor, document, &shown.requests, confirmed).await?),
    };
    printed(door, &shown, preview.as_ref(), how, begun)
}

fn printed(
    door: &Door,
    shown: &Shown,
    preview: Option<&Preview>,
    how: How,
    begun: bool,
) -> Result<bool, Failure> {
    if preview.is_some_and(|preview| preview.sets.iter().all(|rows| *rows == 0)) {
        out::remark(
            "nothing is found for these identifiers; check them before you answer that nothing is held",
        );
    }
    if door.json {
        out::json(&value(shown, preview))?;
    } else {
        out::text(&told(shown, preview, how.explain))?;
        if let Some(preview) = preview.filter(|_| how.dry_run) {
            out::text(&rehearsed(preview))?;
        }
        if how.counts && begun {
            out::remark(
                "rows are not counted again: the job of this plan has begun; see `exeunt job status`",
            );
        }
    }
    Ok(shown.plan.document().notes.iter().any(Note::blocks))
}

async fn is_begun(office: &Office, shown: &Shown) -> Result<bool, Failure> {
    for request in &shown.requests {
        if office.request(*request).await?.job.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A plan for people.
pub(crate) fn told(shown: &Shown, preview: Option<&Preview>, explained: bool) -> String {
    let document = shown.plan.document();
    let rows = |set: usize| preview.and_then(|preview| preview.sets.get(set).copied());
    let mut text = String::new();
    if explained {
        text.push_str(&explain::text(document));
        text.push('\n');
    }
    if document.right.changes_rows() {
        text.push_str(&lines::text(document, preview.map(|preview| &preview.once)));
    } else {
        let shown: Vec<Vec<String>> = document
            .reads
            .iter()
            .map(|read| {
                let set = &document.sets[read.set];
                vec![
                    set.model.to_string(),
                    String::from(if read.accessed { "has access to" } else { "the person's own" }),
                    rows(read.set).map(out::grouped).unwrap_or_default(),
                    read.fields.len().to_string(),
                ]
            })
            .collect();
        text.push_str(&table(&["model", "why", "rows", "fields"], &shown));
    }
    for kept in document.kept.iter().filter(|_| !explained) {
        let until = if kept.until.is_empty() { String::new() } else { format!(", until {}", kept.until) };
        text.push_str(&format!("\nkept: {}: {}{until}", document.sets[kept.set].model, kept.because));
    }
    if !document.kept.is_empty() && !explained {
        text.push('\n');
    }
    for note in document.notes.iter().filter(|_| !explained) {
        text.push_str(&format!("\n{}: {}: {}", word(note.severity), note.at, note.text));
    }
    if !document.notes.is_empty() && !explained {
        text.push('\n');
    }
    let people = out::plural(shown.requests.len() as u64, "request", "requests");
    let approved = match shown.stored.approved {
        Some((_, at)) => format!("approved {}", out::time(at)),
        None if document.notes.iter().any(Note::blocks) => {
            String::from("cannot be approved: mend the errors first")
        }
        None => String::from("not approved"),
    };
    text.push_str(&format!(
        "\nplan    {} for {people}, {approved}\ndigest  {}\n",
        shown.stored.id, shown.stored.digest
    ));
    text
}

/// What the dry run did and undid, for people.
pub(crate) fn rehearsed(preview: &Preview) -> String {
    let rows: Vec<Vec<String>> = preview
        .lines
        .iter()
        .map(|line| {
            let held = if line.held_back > 0 { out::grouped(line.held_back) } else { String::new() };
            let struck = line.struck.map(out::grouped).unwrap_or_default();
            vec![line.model.clone(), line.action.clone(), out::grouped(line.found), struck, held]
        })
        .collect();
    let headings = ["model", "what", "found", "done and undone", "held back"];
    let mut text =
        format!("\nDry run: every statement was executed and rolled back.\n\n{}", table(&headings, &rows));
    for line in &preview.lines {
        for why in &line.why {
            text.push_str(&format!("\nheld back: {}: {why}", line.model));
        }
    }
    if preview.lines.iter().any(|line| !line.why.is_empty()) {
        text.push('\n');
    }
    text
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn value(shown: &Shown, preview: Option<&Preview>) -> Value {
    let document: &Document = shown.plan.document();
    let counts = preview.map(|preview| &preview.once);
    let rows = |set: usize| preview.and_then(|preview| preview.sets.get(set).copied());
    let model = |line: &lines::Line| {
        json!({
            "model": line.model.to_string(),
            "delete": counts.and(line.delete),
            "anonymize": counts.and(line.anonymize),
            "keep": counts.and(line.keep),
            "detach": counts.and(line.detach),
        })
    };
    json!({
        "plan": shown.stored.id,
        "right": shown.stored.right,
        "digest": shown.stored.digest,
        "made_at": shown.stored.made_at,
        "approved_at": shown.stored.approved.map(|(_, at)| at),
        "requests": shown.requests,
        "counted": counts.is_some(),
        "models": lines::lines(document, counts).iter().map(model).collect::<Vec<_>>(),
        "reads": document.reads.iter().map(|read| json!({
            "model": document.sets[read.set].model.to_string(),
            "accessed": read.accessed,
            "rows": rows(read.set),
        })).collect::<Vec<_>>(),
        "kept": document.kept.iter().map(|kept| json!({
            "model": document.sets[kept.set].model.to_string(),
            "because": kept.because,
            "until": kept.until,
            "rows": rows(kept.set),
        })).collect::<Vec<_>>(),
        "steps": preview.map(|preview| preview.lines.iter().map(|line| json!({
            "model": line.model,
            "action": line.action,
            "found": line.found,
            "struck": line.struck,
            "held_back": line.held_back,
            "why": line.why,
        })).collect::<Vec<_>>()),
        "notes": document.notes.iter().map(|note| json!({
            "severity": word(note.severity),
            "code": note.code,
            "at": note.at,
            "text": note.text,
        })).collect::<Vec<_>>(),
    })
}
