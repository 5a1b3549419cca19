//! Today: what is due, what waits, what runs and what went wrong. Every number leads to the list that it counts.

use askama::Template;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::requests::search::COUNTED;
use exeunt_app::today::{Figure as Counted, Running, Today};
use exeunt_base::Timestamp;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, shown};
use crate::console::requests::calendar::{Cell, week};
use crate::console::requests::list::href;
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::grouped;

/// Days after which the last backup is old.
const BACKUP_DAYS: i64 = 7;

/// A number that leads to what it counts.
struct Figure {
    number: String,
    name: &'static str,
    href: String,
    tone: &'static str,
}

/// A job that is not over.
struct Job {
    id: String,
    state: Badge,
    done: u64,
    total: u64,
    told: String,
    /// Where it is followed; empty where that is not for whoever looks.
    href: String,
    left: String,
    failed: u64,
    trouble: String,
}

/// Somebody who waits for a person of ours: what happened, with which request, and by when they hear of us.
struct Person {
    tone: &'static str,
    word: &'static str,
    request: String,
    by: Option<Moment>,
}

/// What somebody proposed.
struct Proposal {
    what: String,
    /// Where it is confirmed; empty where there is no page for it.
    href: String,
    until: Moment,
}

/// One part of the house.
struct Part {
    name: &'static str,
    tone: &'static str,
    shape: &'static str,
    word: &'static str,
    told: String,
    since: Option<Moment>,
}

#[derive(Template)]
#[template(path = "console/today.html")]
struct Page {
    frame: Frame,
    figures: Vec<Figure>,
    oldest: Option<Moment>,
    /// What is due in the week that begins today.
    week: Vec<Cell>,
    jobs: Vec<Job>,
    shows_jobs: bool,
    proposals: Vec<Proposal>,
    people: Vec<Person>,
    house: Vec<Part>,
    begun: bool,
    may_submit: bool,
    may_manage: bool,
    /// There is no source yet, and whoever looks may connect one.
    may_connect: bool,
    sees_map: bool,
    sees_requests: bool,
}

/// The first page.
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Trouble> {
    let today = visitor.office.see_today(&visitor.actor).await?;
    let clock = visitor.clock();
    let oldest = today.requests.as_ref().and_then(|requests| requests.oldest);
    let work = today.work.as_ref();
    let week = if today.requests.is_some() && today.begun { week(&visitor).await? } else { Vec::new() };
    let proposals = work.map(|work| work.proposals.as_slice()).unwrap_or_default();
    Ok(shown(&Page {
        frame: visitor.frame("Today", "today").await,
        figures: figures(&today),
        oldest: oldest.map(|day| clock.day(day)),
        week,
        jobs: work.map(|work| work.jobs.iter().map(|one| job(&visitor, one)).collect()).unwrap_or_default(),
        shows_jobs: work.is_some(),
        proposals: proposals
            .iter()
            .map(|(one, about)| Proposal {
                what: one.what.clone(),
                href: match about {
                    Some(id) if visitor.may(Permission::ReadRequests) => format!("/requests/{id}"),
                    None if one.subject.starts_with("hld_") && visitor.may(Permission::HoldRequests) => {
                        String::from("/holds")
                    }
                    _ => String::new(),
                },
                until: clock.at(one.expires_at),
            })
            .collect(),
        people: people(&visitor, &today),
        house: house(&visitor, &today),
        begun: today.begun,
        may_submit: visitor.may(Permission::SubmitRequests),
        may_manage: visitor.may(Permission::ManageUsers),
        may_connect: visitor.office.engine.sources.is_empty()
            && visitor.office.connects_sources()
            && visitor.may(Permission::ManageSources),
        sees_map: visitor.may(Permission::ReadMap),
        sees_requests: visitor.may(Permission::ReadRequests),
    }))
}

fn people(visitor: &Visitor, today: &Today) -> Vec<Person> {
    let clock = visitor.clock();
    let by = |day: &str| day.parse().ok().map(|day| clock.day(day));
    let stops = today.stops.iter().map(|stop| Person {
        tone: "bad",
        word: "! stopped by a link",
        request: stop.request.to_string(),
        by: by(&stop.answer_by),
    });
    let complaints = today.complaints.iter().map(|complaint| Person {
        tone: "warn",
        word: "▲ complaint",
        request: complaint.request.to_string(),
        by: by(&complaint.answer_by),
    });
    stops.chain(complaints).collect()
}

fn figures(today: &Today) -> Vec<Figure> {
    let Some(requests) = &today.requests else { return Vec::new() };
    let figure = |counted: &Counted, name, tone| Figure {
        number: if counted.count >= u64::from(COUNTED) {
            format!("{}+", grouped(counted.count))
        } else {
            grouped(counted.count)
        },
        name,
        href: href(&counted.search),
        tone: if counted.count == 0 { "" } else { tone },
    };
    let mut all = vec![
        figure(&requests.overdue, "overdue", "bad"),
        figure(&requests.soon, "due within 7 days", "warn"),
    ];
    all.extend(
        requests.to_approve.as_ref().map(|figure_of| figure(figure_of, "plans waiting for you", "warn")),
    );
    all.push(figure(&requests.ending, "recovery windows ending within 3 days", "info"));
    all.push(figure(&requests.open, "open", ""));
    all
}

fn job(visitor: &Visitor, running: &Running) -> Job {
    let job = &running.job;
    let told = match job.rows_total {
        0 => String::from("rows are being counted"),
        total => format!("{} of {} rows", grouped(running.done), grouped(total)),
    };
    Job {
        id: job.id.to_string(),
        state: Badge::job(&job.state),
        done: running.done.min(job.rows_total),
        total: job.rows_total,
        told,
        href: running
            .request
            .filter(|_| visitor.may(Permission::ReadRequests))
            .map(|id| format!("/requests/{id}/run"))
            .unwrap_or_default(),
        left: running.seconds_left.map(duration).unwrap_or_default(),
        failed: running.failed,
        trouble: job.trouble.clone().unwrap_or_default(),
    }
}

/// About how long something takes still.
fn duration(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..90 => return String::from("about a minute left, at the rate so far"),
        90..5_400 => (seconds.div_ceil(60), "minutes"),
        5_400..172_800 => (seconds.div_ceil(3_600), "hours"),
        _ => (seconds.div_ceil(86_400), "days"),
    };
    format!("about {count} {unit} left, at the rate so far")
}

/// Parts of the house, as far as it is known how they are.
fn house(visitor: &Visitor, today: &Today) -> Vec<Part> {
    let clock = visitor.clock();
    let part = |name, good: bool, word, told: String| Part {
        name,
        tone: if good { "ok" } else { "bad" },
        shape: if good { "✓" } else { "!" },
        word,
        told,
        since: None,
    };
    let mut parts = Vec::new();
    if let Some(log) = &today.log {
        parts.push(part("Log", true, "written", format!("{} entries", grouped(log.entries))));
        let failing =
            log.witnesses.iter().filter(|one| one.stands.as_ref().is_some_and(|s| s.trouble.is_some()));
        let failing = failing.count();
        let since = log
            .witnesses
            .iter()
            .filter_map(|one| one.stands.as_ref()?.signed_at)
            .max()
            .map(|at| clock.at(at));
        let many = log.witnesses.len();
        parts.push(match (many, failing) {
            (0, _) => Part {
                tone: "",
                shape: "○",
                ..part("Witnesses", true, "none", String::from("The settings name no witness of the log."))
            },
            (_, 0) => Part { since, ..part("Witnesses", true, "signed", format!("{many} of {many}")) },
            _ => Part {
                since,
                ..part("Witnesses", false, "not all sign", format!("{failing} of {many} did not sign"))
            },
        });
    }
    if let Some(log) = &today.log {
        let stale = log.backup.is_some_and(|at| at < visitor.now().plus_days(-BACKUP_DAYS));
        parts.push(match log.backup {
            None => Part {
                tone: "",
                shape: "○",
                ..part(
                    "Backups",
                    true,
                    "none known",
                    String::from(
                        "“exeunt backup make” makes one of everything, and the log tells of it. Copies made otherwise are not seen from here.",
                    ),
                )
            },
            Some(at) => Part {
                since: Some(clock.at(at)),
                ..part(
                    "Backups",
                    !stale,
                    if stale { "old" } else { "made" },
                    String::from("The last one that this program made:"),
                )
            },
        });
        let keys = |told: &str, since: Option<Timestamp>| Part {
            since: since.map(|at| clock.at(at)),
            ..part("Keys", true, "here", told.to_owned())
        };
        parts.push(match (log.rotated, log.drilled) {
            (_, Some(at)) => keys("It was tried whether shares would bring the root key back:", Some(at)),
            (Some(at), None) => keys("Replaced last:", Some(at)),
            (None, None) => keys(
                "None was replaced yet, and no shares were tried: “exeunt root-key shares” makes shares for the day the key is lost.",
                None,
            ),
        });
    }
    if let Some(work) = &today.work {
        parts.push(match work.nobody_since {
            Some(since) => Part {
                since: Some(clock.at(since)),
                ..part(
                    "Workers",
                    false,
                    "nobody works",
                    format!("{} tasks wait; see whether a worker runs.", grouped(work.waiting)),
                )
            },
            None if work.waiting > 0 => {
                part("Workers", true, "at work", format!("{} tasks wait", grouped(work.waiting)))
            }
            None => part("Workers", true, "nothing waits", String::new()),
        });
    }
    if let Some(letters) = &today.letters {
        parts.push(match (letters.sent_at_all, letters.failed) {
            (false, _) => Part {
                tone: "",
                shape: "○",
                ..part(
                    "Letters",
                    true,
                    "not sent",
                    String::from("The settings name no mail server, so nobody is written to."),
                )
            },
            (true, 0) => part("Letters", true, "going out", format!("{} wait", grouped(letters.waiting))),
            (true, failed) => {
                part("Letters", false, "some failed", format!("{} were given up", grouped(failed)))
            }
        });
    }
    if let Some(webhooks) = &today.webhooks {
        parts.push(match (webhooks.turned_off, webhooks.failing) {
            (0, 0) => part("Webhooks", true, "told", format!("{} on", grouped(webhooks.on))),
            (0, failing) => part(
                "Webhooks",
                false,
                "failing",
                format!("{} do not hear what they are told", grouped(failing)),
            ),
            (off, _) => part(
                "Webhooks",
                false,
                "turned off",
                format!(
                    "{} want no more, or nothing got through for days. The settings tell which.",
                    grouped(off)
                ),
            ),
        });
    }
    if let Some(read) = today.map {
        parts.push(match read {
            true => part("Data map", true, "read", String::new()),
            false => part(
                "Data map",
                false,
                "cannot be read",
                String::from("No plan can be made. The page Data map tells why."),
            ),
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn what_is_left_is_told_roughly_and_never_as_too_little() {
        assert_eq!(duration(20), "about a minute left, at the rate so far");
        assert_eq!(duration(601), "about 11 minutes left, at the rate so far");
        assert_eq!(duration(7_201), "about 3 hours left, at the rate so far");
    }
}
