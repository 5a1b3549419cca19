//! The entries of the log, the latest first, and how the log itself stands.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::audits::check::Checked;
use exeunt_app::audits::list::{By, Entry, Filter, Found};
use exeunt_audit::event::Object;
use exeunt_audit::kind::Kind;
use exeunt_base::UserId;
use exeunt_rights::Day;
use serde::Deserialize;

use crate::console::door::{Visitor, form_encoded};
use crate::console::form::Fields;
use crate::console::frame::{Frame, page};
use crate::console::request::history::who;
use crate::console::rooms::audit::check::{Told, told};
use crate::console::rooms::audit::strip::{self, Head, Strip};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, grouped};

/// Entries of a page.
const LIMIT: usize = 50;
/// Heads that the strip shows.
const HEADS: u32 = 60;

/// The filter and the page, as the address has them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    kind: String,
    request: String,
    actor: String,
    from: String,
    to: String,
    before: String,
}

/// What an entry is about, and where that is.
pub(super) struct About {
    pub(super) id: String,
    pub(super) href: String,
}

/// An entry as pages show it.
pub(super) struct Line {
    pub(super) index: u64,
    pub(super) at: Moment,
    pub(super) kind: &'static str,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) about: Vec<About>,
    pub(super) details: String,
}

/// A form's field that was typed wrong.
struct Flaw {
    field: &'static str,
    why: &'static str,
}

/// How one witness stands.
struct Witness {
    name: String,
    url: String,
    size: String,
    signed: Option<Moment>,
    trouble: String,
}

/// An older store that somebody accepted.
struct Accepted {
    at: Option<Moment>,
    by: String,
    found: String,
    kept: String,
    reason: String,
}

/// A kind to choose.
struct Choice {
    value: &'static str,
    label: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "console/rooms/audit/list.html")]
pub(super) struct Page {
    frame: Frame,
    pub(super) problem: Option<String>,
    pub(super) at: String,
    flaw: Option<Flaw>,
    wanted: Wanted,
    kinds: Vec<Choice>,
    lines: Vec<Line>,
    filtered: bool,
    first: bool,
    older: String,
    /// What was looked through, where that was not everything.
    looked: String,
    size: String,
    witnesses: Vec<Witness>,
    quorum: String,
    strip: Option<Strip>,
    heads: Vec<Head>,
    accepted: Vec<Accepted>,
    pub(super) checked: Option<Told>,
    pub(super) evidence: (String, String),
}

/// The log.
pub(crate) async fn show(
    by: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ReadAudit)?;
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let made = made(&by, wanted, None).await?;
    let status = match made.problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    Ok(page(status, &made))
}

/// The page with what a form of it came to.
pub(super) async fn again(
    by: &Visitor,
    fields: &Fields,
    trouble: Option<(&Trouble, &str)>,
    checked: Option<&Checked>,
) -> Result<Page, Trouble> {
    let mut made = made(by, Wanted::default(), checked).await?;
    if let Some((trouble, at)) = trouble {
        made.problem = Some(trouble.sentence());
        at.clone_into(&mut made.at);
        made.evidence = (fields.raw("from").to_owned(), fields.raw("to").to_owned());
    }
    Ok(made)
}

/// The filter in the words of the office, or the field that is wrong.
fn filter(by: &Visitor, wanted: &Wanted) -> Result<Filter, Flaw> {
    let zone = &by.office.policy.law.zone;
    let day = |field: &'static str, text: &str| match text {
        "" => Ok(None),
        text => {
            text.parse::<Day>().map(Some).map_err(|_| Flaw { field, why: "Write the day like 2026-12-31." })
        }
    };
    let known = |word: &str| {
        Kind::ALL.iter().any(|kind| kind.as_str().split('.').next() == Some(word) || kind.as_str() == word)
    };
    Ok(Filter {
        kind: match wanted.kind.trim() {
            "" => None,
            word if known(word) => Some(word.to_owned()),
            _ => return Err(Flaw { field: "kind", why: "Choose a kind of entry from the list." }),
        },
        request: match wanted.request.trim() {
            "" => None,
            id => Some(id.parse().map_err(|_| Flaw {
                field: "request",
                why: "Write the id of a request: req_ and letters after it.",
            })?),
        },
        by: match wanted.actor.trim() {
            "" => None,
            "exeunt" => Some(By::Service),
            "me" => by.actor.id.map(By::Somebody),
            id => {
                let actor = id.parse().or_else(|_| id.parse::<UserId>().map(Into::into));
                Some(By::Somebody(actor.map_err(|_| Flaw {
                    field: "actor",
                    why: "Write me, exeunt, or an id: act_ or usr_ and letters after it.",
                })?))
            }
        },
        from: day("from", wanted.from.trim())?.map(|day| zone.start_of(day)),
        to: day("to", wanted.to.trim())?.map(|day| zone.start_of(day.plus_days(1))),
    })
}

fn link(wanted: &Wanted, before: Option<u64>) -> String {
    let mut parts = Vec::new();
    let fields = [
        ("kind", &wanted.kind),
        ("request", &wanted.request),
        ("actor", &wanted.actor),
        ("from", &wanted.from),
        ("to", &wanted.to),
    ];
    for (name, value) in fields {
        if !value.trim().is_empty() {
            parts.push(format!("{name}={}", form_encoded(value.trim())));
        }
    }
    parts.extend(before.map(|before| format!("before={before}")));
    if parts.is_empty() { String::from("/audit") } else { format!("/audit?{}", parts.join("&")) }
}

async fn made(by: &Visitor, wanted: Wanted, checked: Option<&Checked>) -> Result<Page, Trouble> {
    let (clock, office) = (by.clock(), &by.office);
    let before = wanted.before.parse().ok();
    let (found, flaw) = match filter(by, &wanted) {
        Ok(filter) => match office.list_entries(&by.actor, &filter, before, LIMIT).await {
            Ok(found) => (found, None),
            Err(error) => {
                let trouble = Trouble::from(error);
                if trouble.status() != StatusCode::NOT_FOUND {
                    return Err(trouble);
                }
                let flaw = Flaw { field: "request", why: "There is no request of this id." };
                (Found { entries: Vec::new(), before: None, looked_at: 0, size: 0 }, Some(flaw))
            }
        },
        Err(flaw) => (Found { entries: Vec::new(), before: None, looked_at: 0, size: 0 }, Some(flaw)),
    };
    let (size, first) = office.log_reaches(&by.actor).await?;
    let standings = office.witness_standings(&by.actor).await?;
    let heads = office.list_heads(&by.actor, HEADS).await?;
    let heads = strip::heads(&clock, &heads, standings.len());
    let accepted = office.list_accepted(&by.actor)?;
    let filtered = link(&wanted, None) != "/audit";
    let months = clock.today().plus_months(-1);
    Ok(Page {
        frame: by.frame("Audit log", "audit").await,
        problem: flaw.as_ref().map(|flaw| flaw.why.to_owned()),
        at: flaw.as_ref().map(|flaw| flaw.field.to_owned()).unwrap_or_default(),
        flaw,
        kinds: kinds(&wanted.kind),
        lines: found.entries.iter().map(|entry| line(by, entry)).collect(),
        older: found.before.map(|before| link(&wanted, Some(before))).unwrap_or_default(),
        looked: match found.before {
            Some(_) if found.entries.len() < LIMIT => {
                format!("{} were looked through for this page.", counted(found.looked_at, "entry", "entries"))
            }
            _ => String::new(),
        },
        filtered,
        first: before.is_none(),
        size: grouped(size),
        quorum: match standings.len() {
            0 => String::from(
                "The settings name no witness. Nobody outside can tell whether everybody is shown the same log; an export kept elsewhere does instead.",
            ),
            many => format!(
                "The settings name {}. Once enough of them signed a head, nobody can be shown another log before it.",
                counted(many as u64, "witness", "witnesses")
            ),
        },
        witnesses: standings
            .iter()
            .map(|one| Witness {
                name: one.key.split('+').next().unwrap_or_default().to_owned(),
                url: one.url.clone(),
                size: one.stands.as_ref().map(|stands| grouped(stands.size)).unwrap_or_default(),
                signed: one.stands.as_ref().and_then(|stands| stands.signed_at).map(|at| clock.at(at)),
                trouble: one.stands.as_ref().and_then(|stands| stands.trouble.clone()).unwrap_or_default(),
            })
            .collect(),
        strip: strip::picture(&heads, first, by.now()),
        heads,
        accepted: accepted
            .into_iter()
            .map(|one| Accepted {
                at: one.at.parse().ok().map(|at| clock.at(at)),
                by: one.by,
                found: grouped(one.found),
                kept: one.kept.map(grouped).unwrap_or_else(|| String::from("an unknown number of")),
                reason: one.reason,
            })
            .collect(),
        checked: checked.map(told),
        evidence: (months.to_string(), clock.today().to_string()),
        wanted,
    })
}

/// Kinds to choose: each group as a whole, and each kind.
fn kinds(chosen: &str) -> Vec<Choice> {
    let mut all: Vec<&'static str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    all.sort_unstable();
    let mut groups: Vec<&'static str> = all.iter().filter_map(|word| word.split('.').next()).collect();
    groups.dedup();
    let group = groups.iter().map(|word| (*word, format!("{}: everything", word.replace('_', " "))));
    let one = all.iter().map(|word| (*word, word.replace(['.', '_'], " ")));
    let mut choices: Vec<Choice> =
        group.chain(one).map(|(value, label)| Choice { value, label, chosen: value == chosen }).collect();
    choices.sort_by(|one, other| one.value.cmp(other.value));
    choices
}

/// An entry in words.
pub(super) fn line(by: &Visitor, entry: &Entry) -> Line {
    let mut details: Vec<String> = Vec::new();
    let plain = |label: &str| label.replace(['_', '-', '.'], " ");
    details.extend(entry.facts.iter().map(|(label, fact)| format!("{}: {fact}", plain(label))));
    details
        .extend(entry.counts.iter().map(|(label, count)| format!("{}: {}", plain(label), grouped(*count))));
    details.extend(entry.sealed.iter().map(|label| format!("{}: sealed", plain(label))));
    Line {
        index: entry.index,
        at: by.clock().at(entry.at),
        kind: entry.kind.as_str(),
        what: entry.kind.words().to_owned(),
        who: who(by, entry.by.by, &entry.by.roles),
        about: entry.objects.iter().map(|object| about(by, object)).collect(),
        details: details.join("; "),
    }
}

fn about(by: &Visitor, object: &Object) -> About {
    let id = object.to_string();
    let href = match object {
        Object::Request(_) if by.may(Permission::ReadRequests) => format!("/requests/{id}"),
        Object::Subprocessor(_) if by.may(Permission::ReadSubprocessors) => format!("/subprocessors/{id}"),
        Object::Hold(_) if by.may(Permission::ReadRequests) => String::from("/holds"),
        Object::Package(_) if by.may(Permission::ReadPackages) => String::from("/exports"),
        _ => String::new(),
    };
    About { id, href }
}
