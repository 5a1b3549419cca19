//! One harmless act on many requests: chosen in the list, looked at, and done exactly as it was seen.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_app::requests::bulk::choose::Choice;
use exeunt_app::requests::bulk::commit::Previewed;
use exeunt_app::requests::bulk::deed::Deed;
use exeunt_app::requests::bulk::preview::Seen;
use exeunt_app::requests::bulk::said::{BadDeed, Said};
use exeunt_app::requests::bulk::{Item, MOST};
use exeunt_base::RequestId;
use exeunt_rights::search::Search;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::requests::list::href;
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::number::grouped;

/// An act that is done to many here: what can be taken back, and destroys nothing.
struct Act {
    word: &'static str,
    /// As buttons have it, before the number of requests.
    verb: &'static str,
    after: &'static str,
    /// What it means, and whether it can be undone.
    means: &'static str,
}

const ACTS: [Act; 5] = [
    Act {
        word: "acknowledge",
        verb: "Acknowledge",
        after: "",
        means: "It is written down that each person was told that their request is here. No letter is sent by this. It cannot \
                be undone.",
    },
    Act {
        word: "pause",
        verb: "Pause the clock of",
        after: "",
        means: "The deadline stands still until you let the clock run on. The law allows it for some reasons only.",
    },
    Act {
        word: "resume",
        verb: "Let the clock run on for",
        after: "",
        means: "The deadline moves by the days for which the clock stood still.",
    },
    Act {
        word: "extend",
        verb: "Extend the deadline of",
        after: "",
        means: "The law allows it once for each request, and the person must be told why. It cannot be undone.",
    },
    Act {
        word: "hold",
        verb: "Put",
        after: " on hold",
        means: "Nothing of them is destroyed while the hold stands. It is lifted request by request.",
    },
];

/// What one act needs to be told before it can be looked at.
#[derive(Template)]
#[template(path = "console/requests/bulk_details.html")]
struct Details<'a> {
    frame: Frame,
    problem: Option<String>,
    field: &'static str,
    heading: String,
    means: &'static str,
    act: &'a str,
    chosen: Vec<&'a str>,
    all: bool,
    search: &'a str,
    back: String,
    because: &'a str,
    kind: &'a str,
    ground: &'a str,
    until: &'a str,
    kinds: Vec<String>,
}

/// What would happen to one request, or happened.
struct Line {
    request: String,
    word: &'static str,
    tone: &'static str,
    why: String,
}

#[derive(Template)]
#[template(path = "console/requests/bulk_preview.html")]
struct Preview<'a> {
    frame: Frame,
    heading: String,
    means: &'static str,
    button: String,
    doable: usize,
    left: usize,
    lines: Vec<Line>,
    act: &'a str,
    because: &'a str,
    kind: &'a str,
    ground: &'a str,
    until: &'a str,
    at: String,
    digest: String,
    seen: Vec<Seen>,
    back: String,
    search: &'a str,
}

#[derive(Template)]
#[template(path = "console/requests/bulk_done.html")]
struct Done {
    frame: Frame,
    done: usize,
    left: usize,
    lines: Vec<Line>,
    back: String,
}

fn act(fields: &Fields) -> Result<&'static Act, Trouble> {
    let found = ACTS.iter().find(|act| act.word == fields.text("act"));
    found.ok_or_else(|| bad("this cannot be done to many requests here; choose another act in the list"))
}

fn bad(why: &str) -> Trouble {
    Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, "E0906", why)
}

/// The act as the form says it, with what it takes and nothing else.
fn said(act: &Act, fields: &Fields) -> Said {
    let text = |name: &str| Some(fields.text(name).to_owned());
    let takes = |words: &[&str]| words.contains(&act.word);
    Said {
        act: act.word.to_owned(),
        because: takes(&["pause", "extend", "hold"]).then(|| text("because")).flatten(),
        kind: takes(&["extend"]).then(|| text("kind")).flatten(),
        ground: takes(&["pause"]).then(|| text("ground")).flatten(),
        grounds: None,
        until: takes(&["hold"]).then(|| text("until")).flatten().filter(|text| !text.is_empty()),
    }
}

fn many(count: usize) -> String {
    let requests = if count == 1 { "request" } else { "requests" };
    format!("{} {requests}", grouped(count as u64))
}

fn choice(fields: &Fields) -> Result<Choice, Trouble> {
    if fields.has("all") {
        let (search, flaws) = Search::parse(fields.text("search"));
        if !flaws.is_empty() {
            return Err(bad("the search has a word that is not known; go back, and search again"));
        }
        return Ok(Choice::Searched(search));
    }
    let ids: Result<Vec<RequestId>, _> = fields.all("request").map(str::parse).collect();
    match ids {
        Ok(ids) if ids.is_empty() => {
            Err(bad("no request was chosen; tick some in the list, or all that match"))
        }
        Ok(ids) if ids.len() > MOST => Err(bad("these are too many at a time; choose fewer")),
        Ok(ids) => Ok(Choice::Named(ids)),
        Err(_) => Err(bad("one of the chosen requests has no id of a request; choose them in the list")),
    }
}

/// Asks for what the act needs, or shows what would happen to each request.
pub(crate) async fn look(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ReadRequests)?;
    let act = act(&fields)?;
    let choice = choice(&fields)?;
    let deed = match said(act, &fields).deed() {
        Ok(deed) => deed,
        Err(flaw) => {
            // whoever comes from the list was not asked yet
            let flaw = fields.has("asked").then_some(flaw);
            return Ok(ask(&by, act, &fields, &choice, flaw).await);
        }
    };
    by.office.allow(&by.actor, deed.permission())?;
    let preview = match by.office.preview_bulk(&by.actor, &deed, &choice).await {
        Ok(preview) => preview,
        Err(error) => {
            let trouble = Trouble::from(error);
            if trouble.status() == StatusCode::UNPROCESSABLE_ENTITY && fields.has("asked") {
                let flaw = BadDeed { field: "because", words: trouble.sentence() };
                return Ok(ask(&by, act, &fields, &choice, Some(flaw)).await);
            }
            return Err(trouble);
        }
    };
    let seen = preview.seen();
    Ok(shown(&Preview {
        frame: by.frame("What would happen", "requests").await,
        heading: format!("{} {}{}?", act.verb, many(seen.len()), act.after),
        means: act.means,
        button: format!("{} {}{}", act.verb, many(seen.len()), act.after),
        doable: seen.len(),
        left: preview.items.len() - seen.len(),
        lines: preview.items.iter().map(line).collect(),
        act: act.word,
        because: fields.text("because"),
        kind: fields.text("kind"),
        ground: fields.text("ground"),
        until: fields.text("until"),
        at: preview.at.to_string(),
        digest: preview.digest,
        seen,
        back: back(&fields),
        search: fields.text("search"),
    }))
}

/// Does what was looked at. The answer to this form tells what came of each: sent again, it does nothing twice and tells the
/// same, so that reloading it is harmless.
pub(crate) async fn commit(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ReadRequests)?;
    let act = act(&fields)?;
    let deed: Deed = said(act, &fields).deed().map_err(|flaw| bad(&flaw.words))?;
    let stale = || bad("this is not what you were shown; choose the requests again, and look again");
    let seen = fields.all("seen").map(|text| {
        let (request, version) = text.split_once(' ')?;
        Some(Seen { request: request.parse().ok()?, version: version.to_owned() })
    });
    let seen: Vec<Seen> = seen.collect::<Option<_>>().ok_or_else(stale)?;
    if seen.is_empty() || seen.len() > MOST {
        return Err(stale());
    }
    let at = fields.text("at").parse().map_err(|_| stale())?;
    let previewed = Previewed { at, seen, digest: fields.text("digest").to_owned() };
    let items = by.office.commit_bulk(&by.actor, &deed, &previewed).await?;
    let done = items.iter().filter(|item| item.verdict.why().is_none()).count();
    Ok(shown(&Done {
        frame: by.frame("What was done", "requests").await,
        done,
        left: items.len() - done,
        lines: items.iter().map(line).collect(),
        back: back(&fields),
    }))
}

fn back(fields: &Fields) -> String {
    href(&Search::parse(fields.text("search")).0)
}

fn line(item: &Item) -> Line {
    let (word, tone) = match item.verdict.as_str() {
        "allowed" => ("will be done", "info"),
        "two_people" => ("will be proposed to a second person", "info"),
        "done" => ("done", "ok"),
        "proposed" => ("proposed to a second person", "info"),
        "changed" => ("changed meanwhile; left alone", "warn"),
        "failed" => ("failed", "bad"),
        _ => ("will be left alone", "warn"),
    };
    let why = item.verdict.why().map(|(code, why)| format!("{} ({code})", sentence(why)));
    Line { request: item.request.to_string(), word, tone, why: why.unwrap_or_default() }
}

async fn ask(by: &Visitor, act: &Act, fields: &Fields, choice: &Choice, flaw: Option<BadDeed>) -> Response {
    let chosen: Vec<&str> = fields.all("request").collect();
    let number = match choice {
        Choice::Named(ids) => many(ids.iter().collect::<BTreeSet<_>>().len()),
        _ => format!("all that match, {MOST} at most"),
    };
    let status = if flaw.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    // the kinds of reason of every regime here; what the law of one request does not take is told of that one
    let packs = by.office.policy.law.packs();
    let kinds: BTreeSet<String> =
        packs.flat_map(|kept| kept.pack.extension_reasons.iter().cloned()).collect();
    let details = Details {
        frame: by.frame("Say why", "requests").await,
        field: flaw.as_ref().map_or("", |flaw| flaw.field),
        problem: flaw.map(|flaw| sentence(&flaw.words)),
        heading: format!("{} {number}{}", act.verb, act.after),
        means: act.means,
        act: act.word,
        chosen,
        all: fields.has("all"),
        search: fields.text("search"),
        back: back(fields),
        because: fields.text("because"),
        kind: fields.text("kind"),
        ground: fields.text("ground"),
        until: fields.text("until"),
        kinds: kinds.into_iter().collect(),
    };
    page(status, &details).into_response()
}
