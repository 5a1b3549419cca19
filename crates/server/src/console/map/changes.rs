//! The draft against the map in force: what differs, what is wrong with it, and publishing it.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_app::maps::diff::{self, Sort};
use exeunt_app::maps::draft::{Drafted, MOST_BYTES, spelled};
use exeunt_app::maps::see::Held;
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, shown};
use crate::console::map::words::Found;
use crate::console::map::{Tab, tabs};
use crate::console::trouble::{Trouble, quoted};
use crate::console::words::moment::Moment;
use crate::console::words::number::grouped;

/// Lines of a difference on the page; the whole is in the text.
const LINES: usize = 1_000;

/// What an address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    done: String,
}

struct Line {
    class: &'static str,
    sign: &'static str,
    word: &'static str,
    number: usize,
    text: String,
}

/// Something wrong with the text.
struct Flaw {
    line: u32,
    path: String,
    what: String,
    fix: String,
}

struct Version {
    number: i64,
    digest: String,
    at: Moment,
}

#[derive(Template)]
#[template(path = "console/map/changes.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    done: &'static str,
    /// The text in the field: the draft, what was sent, or the map in force.
    text: String,
    revision: i64,
    has_draft: bool,
    changed: Option<Moment>,
    flaws: Vec<Flaw>,
    more_flaws: usize,
    /// Whether the draft can be read.
    reads: bool,
    stretches: Vec<Vec<Line>>,
    cut: bool,
    same: bool,
    findings: Vec<Found>,
    more: usize,
    errors: usize,
    /// Why the databases could not be asked.
    unasked: String,
    files: String,
    next: i64,
    two: bool,
    may_draft: bool,
    may_publish: bool,
    versions: Vec<Version>,
    most: usize,
}

/// The draft.
pub(crate) async fn show(
    visitor: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let mut page = of(&visitor).await?;
    page.done = match wanted.done.as_str() {
        "accepted" => "What you accepted is in the draft. Read what differs, then publish it.",
        "saved" => "The draft is saved.",
        "discarded" => "The draft is thrown away. The map in force is as it was.",
        _ => "",
    };
    Ok(shown(&page))
}

/// Keeps a text as the draft, whether it can be read or not.
pub(crate) async fn save(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    // browsers send line ends of their own
    let text = fields.raw("text").replace("\r\n", "\n");
    let revision = fields.text("revision").parse().unwrap_or(-1);
    match by.office.save_map_draft(&by.actor, &text, revision).await {
        Ok(_) => Ok(Redirect::to("/map/changes?done=saved").into_response()),
        Err(error) => {
            let trouble = Trouble::from(error);
            if !trouble.is_mendable() {
                return Err(trouble);
            }
            let mut again = of(&by).await?;
            // what was typed stays in the field; the revision is the one that is there now, which whoever sends it again has seen
            again.text = text;
            again.problem = Some(trouble.sentence());
            Ok(trouble.on(&again))
        }
    }
}

/// Throws the draft away.
pub(crate) async fn discard(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    let revision = fields.text("revision").parse().unwrap_or(-1);
    match by.office.discard_map_draft(&by.actor, revision).await {
        Ok(()) => Ok(Redirect::to("/map/changes?done=discarded").into_response()),
        Err(error) => refused(&by, error, None).await,
    }
}

/// Publishes the draft.
pub(crate) async fn publish(Sent { mut by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::PublishMap)?;
    let renewed = match by.freshen(fields.text("code")).await {
        Ok(renewed) => renewed,
        Err(error) => return refused(&by, error, None).await,
    };
    let revision = fields.text("revision").parse().unwrap_or(-1);
    match by.office.publish_map(&by.actor, revision).await {
        Ok(_) => Ok(with(Redirect::to("/map?done=published").into_response(), renewed)),
        Err(error) => refused(&by, error, renewed).await,
    }
}

async fn refused(
    by: &Visitor,
    error: exeunt_app::Error,
    renewed: Option<HeaderValue>,
) -> Result<Response, Trouble> {
    let trouble = Trouble::from(error);
    let mut again = of(by).await?;
    again.problem = Some(trouble.sentence());
    Ok(with(trouble.on(&again), renewed))
}

async fn of(visitor: &Visitor) -> Result<Page, Trouble> {
    let seen = visitor.office.see_map(&visitor.actor).await?;
    let drafted = visitor.office.map_draft(&visitor.actor).await?;
    let clock = visitor.clock();
    let versions = visitor.office.map_versions(&visitor.actor).await?;
    let in_force = seen.map.as_ref().map(|map| spelled(&map.map)).unwrap_or_default();
    let newest = versions.first().map_or(0, |version| version.version);
    let mut page = Page {
        frame: visitor.frame("Draft of the data map", "map").await,
        tabs: tabs(visitor, "/map/changes"),
        problem: None,
        done: "",
        text: match &drafted {
            Some(drafted) => drafted.draft.text.clone(),
            None => visitor.office.map_text(&visitor.actor).await.unwrap_or_default(),
        },
        revision: drafted.as_ref().map_or(0, |drafted| drafted.draft.revision),
        has_draft: drafted.is_some(),
        changed: drafted.as_ref().map(|drafted| clock.at(drafted.draft.changed_at)),
        flaws: Vec::new(),
        more_flaws: 0,
        reads: false,
        stretches: Vec::new(),
        cut: false,
        same: false,
        findings: Vec::new(),
        more: 0,
        errors: 0,
        unasked: String::new(),
        files: match &seen.held {
            Held::Files(paths) => {
                paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
            }
            Held::Store(_) => String::new(),
        },
        next: newest + 1,
        two: visitor.office.policy.two_people && newest > 0,
        may_draft: visitor.may(Permission::DraftMap),
        may_publish: visitor.may(Permission::PublishMap),
        versions: versions
            .iter()
            .map(|version| Version {
                number: version.version,
                digest: version.digest.get(..12).unwrap_or(&version.digest).to_owned(),
                at: clock.at(version.published_at),
            })
            .collect(),
        most: MOST_BYTES >> 20,
    };
    if let Some(drafted) = drafted {
        page.read(visitor, &drafted, &in_force).await;
    }
    Ok(page)
}

/// Flaws and findings on one page.
const SHOWN: usize = 100;

impl Page {
    async fn read(&mut self, visitor: &Visitor, drafted: &Drafted, in_force: &str) {
        let map = match &drafted.read {
            Ok(map) => map,
            Err(problems) => {
                let flaw = |problem: &exeunt_datamap::parse::Problem| Flaw {
                    line: problem.span.line,
                    path: problem.path.clone(),
                    what: quoted(&problem.what),
                    fix: problem.fix.as_deref().map(quoted).unwrap_or_default(),
                };
                self.flaws = problems.0.iter().take(SHOWN).map(flaw).collect();
                self.more_flaws = problems.0.len().saturating_sub(SHOWN);
                return;
            }
        };
        self.reads = true;
        let new = spelled(&map.map);
        self.same = new == in_force;
        let mut left = LINES;
        for stretch in diff::between(in_force, &new) {
            self.cut |= stretch.len() > left;
            let lines: Vec<Line> = stretch.iter().take(left).map(line).collect();
            left -= lines.len();
            if !lines.is_empty() {
                self.stretches.push(lines);
            }
        }
        match visitor.office.check_draft_lately(&visitor.actor, &map.map).await {
            Ok(findings) => {
                self.errors =
                    findings.iter().filter(|one| one.severity == exeunt_plan::map::Severity::Error).count();
                self.findings =
                    findings.iter().take(SHOWN).map(|one| Found::of(one, String::new())).collect();
                self.more = findings.len().saturating_sub(SHOWN);
            }
            Err(error) => self.unasked = Trouble::told(&error),
        }
    }

    fn lines(&self) -> String {
        grouped(self.text.lines().count() as u64)
    }
}

fn line(line: &diff::Line<'_>) -> Line {
    let (class, sign, word) = match line.sort {
        Sort::Same => ("", " ", ""),
        Sort::Gone => ("del", "−", "taken out: "),
        Sort::New => ("new", "+", "put in: "),
    };
    Line { class, sign, word, number: line.number, text: line.text.to_owned() }
}

/// An answer that puts a renewed session into the browser.
fn with(mut answer: Response, renewed: Option<HeaderValue>) -> Response {
    if let Some(cookie) = renewed {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}
