//! What is still there and why: rows that stay because a law says so, until which day, and how long everything else is kept.

use askama::Template;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::reports::retention::Retained;
use exeunt_rights::Day;
use exeunt_store::retention::Class;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page, shown};
use crate::console::rooms::{back, done};
use crate::console::stairs::{Stair, Stairs, picture, stairs};
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, grouped, lasting};

/// Rows that stay.
struct Line {
    model: String,
    rows: String,
    requests: String,
    ends: Option<Moment>,
    next: Option<Moment>,
    trouble: String,
    followed: String,
}

/// A class of what this installation keeps.
struct Kept {
    what: &'static str,
    items: String,
    oldest: Option<Moment>,
    limit: String,
    /// Nothing where no time is set.
    state: Option<Badge>,
}

#[derive(Template)]
#[template(path = "console/rooms/retention.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    done: &'static str,
    lines: Vec<Line>,
    total: String,
    says: String,
    stairs: Option<Stairs>,
    kept: Vec<Kept>,
    may_check: bool,
}

/// Shows it.
pub(crate) async fn show(by: Visitor) -> Result<Response, Trouble> {
    Ok(shown(&made(&by).await?))
}

/// Has everything that stays looked at now.
pub(crate) async fn check(sent: Sent) -> Result<Response, Trouble> {
    let by = sent.by;
    match by.office.ask_check_kept(&by.actor).await {
        Ok(_) => Ok(back("/retention", "checking", None)),
        Err(error) => {
            let trouble = Trouble::from(error);
            if !trouble.is_mendable() {
                return Err(trouble);
            }
            let mut made = made(&by).await?;
            made.problem = Some(trouble.sentence());
            Ok(page(trouble.status(), &made))
        }
    }
}

async fn made(by: &Visitor) -> Result<Page, Trouble> {
    let steps = by.office.list_kept(&by.actor).await?;
    let clock = by.clock();
    let day = |text: &str| text.parse::<Day>().ok();
    let total: u64 = steps.iter().map(|step| step.rows).sum();
    let open: u64 = steps.iter().filter(|step| step.ends.is_none()).map(|step| step.rows).sum();
    let ends: Vec<(Option<Day>, u64)> =
        steps.iter().map(|step| (step.ends.as_deref().and_then(day), step.rows)).collect();
    let stairs = stairs(&ends, clock.today());
    let kept = match by.may(Permission::ReadAudit) {
        true => by.office.report_retention(&by.actor).await?,
        false => Vec::new(),
    };
    Ok(Page {
        frame: by.frame("Retention", "retention").await,
        problem: None,
        done: done(by),
        lines: steps
            .iter()
            .map(|step| Line {
                model: step.model.clone(),
                rows: grouped(step.rows),
                requests: grouped(step.requests),
                ends: step.ends.as_deref().and_then(day).map(|day| clock.day(day)),
                next: day(&step.next_check).map(|day| clock.day(day)),
                trouble: step.trouble.as_deref().map(sentence).unwrap_or_default(),
                followed: if step.followed == 0 {
                    String::new()
                } else {
                    format!("{} are being erased now", counted(step.followed, "row", "rows"))
                },
            })
            .collect(),
        total: counted(total, "row", "rows"),
        says: says(total, open, &stairs, by),
        stairs: picture(&stairs, total, open, clock.today()),
        kept: kept.iter().map(|one| class(by, one)).collect(),
        may_check: by.may(Permission::RunJobs) && total > 0,
    })
}

/// The picture in one sentence.
fn says(total: u64, open: u64, stairs: &[Stair], by: &Visitor) -> String {
    let rows = counted(total, "row", "rows");
    let day = |day| by.clock().date_of(by.office.policy.law.zone.start_of(day));
    let last = stairs.last().map(|stair| day(stair.day));
    let known = match last {
        Some(last) => format!(" The last of those whose end is known falls away after {last}."),
        None => String::new(),
    };
    let unknown = match open {
        0 => String::new(),
        open => format!(" Of {} the end is not known yet.", counted(open, "row", "rows")),
    };
    let stay = if total == 1 { "stays" } else { "stay" };
    format!("{rows} {stay} because a law says so.{known}{unknown}")
}

fn class(by: &Visitor, one: &Retained) -> Kept {
    Kept {
        what: match one.kept.class {
            Class::Transit => "Keys of rows that jobs at work will change",
            Class::Temporary => "What is needed for one call or sign-in",
            Class::Outbox => "Letters and table rows that wait to go out",
            Class::Downloads => "Who fetched a package, from where",
            Class::Packages => "Packages that wait to be fetched",
            Class::Vault => "Requests with rows that can come back",
            Class::Identities => "Who asked, of requests that were answered",
            Class::KeptRows => "Keys of rows that stay by law",
            Class::HeldRows => "Rows that holds keep",
            Class::Suppressed => "People who were erased, as keyed digests",
            Class::Objections => "People who objected to marketing, as keyed digests",
            Class::Requests => "Requests, without whose they were",
            Class::Audit => "Entries of the audit log",
        },
        items: grouped(one.kept.items),
        oldest: one.kept.oldest.map(|at| by.clock().at(at)),
        limit: match one.limit {
            Some(seconds) => format!("{} at the most", lasting(seconds as f64)),
            None => String::from("no time is set"),
        },
        state: one.limit.map(|_| if one.overdue { Badge::TOO_LONG } else { Badge::IN_TIME }),
    }
}
