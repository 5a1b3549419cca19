//! What was handed over or waits to be: every package with its links, newest first.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::packages::exports::{Export, Way};
use exeunt_base::{LinkId, PackageId};
use exeunt_store::links::Link;
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page, shown};
use crate::console::request::{freshened, keep};
use crate::console::rooms::{AboutOne, back, done};
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::{bytes, counted, listed};

/// Packages of a page.
const LIMIT: u32 = 25;

/// Which page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    /// The last package of the page before.
    before: String,
}

/// A link as the page shows it.
struct Line {
    id: String,
    state: Badge,
    ends: Moment,
    left: u64,
    revocable: bool,
}

/// A package as the page shows it.
struct Row {
    id: String,
    request: String,
    made: Moment,
    state: Badge,
    rows: String,
    size: String,
    /// What is in it: `JSON and CSV`.
    formats: String,
    opens: &'static str,
    fetched: u64,
    opened: u64,
    /// Until when it is there, or since when it is not.
    ends: Moment,
    links: Vec<Line>,
    linkable: bool,
    removable: bool,
}

#[derive(Template)]
#[template(path = "console/rooms/exports.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    done: &'static str,
    rows: Vec<Row>,
    next: String,
    first: bool,
    days: u32,
}

/// Shows them.
pub(crate) async fn show(
    by: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let before = wanted.ok().and_then(|Query(wanted)| wanted.before.parse().ok());
    Ok(shown(&made(&by, before).await?))
}

/// Makes a new link and mails it.
pub(crate) async fn link(AboutOne(id, sent): AboutOne<PackageId>) -> Result<Response, Trouble> {
    let Sent { mut by, fields } = sent;
    by.office.allow(&by.actor, Permission::MakeLinks)?;
    by.office.show_package(&by.actor, id).await?;
    let (cookie, fresh) = freshened(&mut by, &fields).await;
    let done = match fresh {
        Ok(()) => by.office.make_link(&by.actor, id, None).await.map(drop),
        Err(error) => Err(error),
    };
    told(&by, done, "link", cookie).await
}

/// Destroys a package: its key first, then its file.
pub(crate) async fn remove(AboutOne(id, sent): AboutOne<PackageId>) -> Result<Response, Trouble> {
    let by = sent.by;
    by.office.allow(&by.actor, Permission::MakePackages)?;
    let done = by.office.remove_package(&by.actor, id).await.map(drop);
    told(&by, done, "removed", None).await
}

/// Revokes a link.
pub(crate) async fn revoke(AboutOne(id, sent): AboutOne<LinkId>) -> Result<Response, Trouble> {
    let by = sent.by;
    let done = by.office.revoke_link(&by.actor, id).await;
    told(&by, done, "unlinked", None).await
}

async fn told(
    by: &Visitor,
    done: Result<(), exeunt_app::Error>,
    word: &str,
    cookie: Option<HeaderValue>,
) -> Result<Response, Trouble> {
    let refused = match done {
        Ok(()) => return Ok(back("/exports", word, cookie)),
        Err(error) => Trouble::from(error),
    };
    // what one may not do is told as such; what stands in the way, on the page
    if !(refused.is_mendable() || refused.status() == StatusCode::UNAUTHORIZED) {
        return Err(refused);
    }
    let mut made = made(by, None).await?;
    made.problem = Some(refused.sentence());
    let mut response = page(refused.status(), &made);
    keep(&mut response, cookie);
    Ok(response)
}

async fn made(by: &Visitor, before: Option<PackageId>) -> Result<Page, Trouble> {
    let found = by.office.list_exports(&by.actor, before, LIMIT).await?;
    Ok(Page {
        frame: by.frame("Exports", "exports").await,
        problem: None,
        done: done(by),
        rows: found.exports.iter().map(|export| row(by, export)).collect(),
        next: found.next.map(|id| format!("/exports?before={id}")).unwrap_or_default(),
        first: before.is_none(),
        days: by.office.engine.settings.package_days,
    })
}

fn row(by: &Visitor, export: &Export) -> Row {
    let (clock, now) = (by.clock(), by.now());
    let package = &export.package;
    let there = export.is_there(now);
    Row {
        id: package.id.to_string(),
        request: package.request.to_string(),
        made: clock.at(package.made_at),
        state: if there { Badge::THERE } else { Badge::DESTROYED },
        rows: counted(package.rows, "row", "rows"),
        size: bytes(package.bytes),
        formats: match export.formats.as_slice() {
            [] => String::from("an archive"),
            formats => listed(&formats.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>()),
        },
        opens: match (there, package.key.is_some()) {
            (false, _) => "nothing any more",
            (true, true) => "a key kept here",
            (true, false) => "what the person or a recipient holds",
        },
        fetched: export.fetched(),
        opened: package.opened,
        ends: clock.at(package.removed_at.unwrap_or(package.expires_at)),
        links: export.links.iter().map(|(link, way)| line(by, link, *way)).collect(),
        linkable: there && by.may(Permission::MakeLinks),
        removable: there && by.may(Permission::MakePackages),
    }
}

fn line(by: &Visitor, link: &Link, way: Way) -> Line {
    Line {
        id: link.id.to_string(),
        state: match way {
            Way::Open => Badge::OPEN,
            Way::Used => Badge::USED_UP,
            Way::Ended => Badge::EXPIRED,
            Way::Revoked => Badge::REVOKED,
        },
        ends: by.clock().at(link.revoked_at.unwrap_or(link.expires_at)),
        left: link.downloads_left,
        revocable: way == Way::Open && by.may(Permission::MakeLinks),
    }
}
