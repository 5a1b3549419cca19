//! What must not be erased for now: single requests, people, tables and rows. Placing it takes one person, lifting it two.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::Error;
use exeunt_app::access::Permission;
use exeunt_app::holds::requests::Held;
use exeunt_app::people::faces::Face;
use exeunt_base::{HoldId, Personal, RequestId};
use exeunt_engine::holds::Scope;
use exeunt_rights::Day;
use exeunt_store::holds::{Hold, Kept};
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::request::form::{Choice, Field, Form, Kind};
use crate::console::request::history::who;
use crate::console::request::said::right;
use crate::console::rooms::{AboutOne, back, done};
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::counted;

/// Requests of a page.
const LIMIT: u32 = 25;
/// Lifted holds that are still told.
const LIFTED: usize = 25;

/// Which page of the requests.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    before: String,
}

/// A hold beyond one request.
struct Wide {
    id: String,
    covers: String,
    because: String,
    by: String,
    placed: Moment,
    ends: Option<Moment>,
    stops: String,
    keeps: String,
    lifted: Option<Moment>,
    /// Why it was lifted.
    why: String,
    lift: Option<Lift>,
}

/// A request on hold.
struct Single {
    id: String,
    right: &'static str,
    state: Badge,
    because: String,
    by: String,
    placed: Option<Moment>,
    ends: Option<Moment>,
    lift: Option<Lift>,
}

/// The form that lifts one.
struct Lift {
    action: String,
    key: String,
    says: String,
    typed: String,
    flaw: Option<String>,
}

#[derive(Template)]
#[template(path = "console/rooms/holds.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    at: String,
    done: &'static str,
    place: Vec<Form>,
    wide: Vec<Wide>,
    lifted: Vec<Wide>,
    singles: Vec<Single>,
    next: String,
    first: bool,
}

/// Shows them.
pub(crate) async fn show(
    by: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let before = wanted.ok().and_then(|Query(wanted)| wanted.before.parse().ok());
    Ok(shown(&made(&by, before).await?))
}

/// Places one.
pub(crate) async fn place(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::HoldRequests)?;
    let refused = match placed(&by, &fields).await {
        Ok(word) => return Ok(back("/holds", word, None)),
        Err(refused) => refused,
    };
    let (trouble, flaw) = match refused {
        Refusal::Flaw(field, why) => (Trouble::flaw(why), Some((field, why.to_owned()))),
        Refusal::Office(error) => (Trouble::from(error), None),
    };
    if trouble.status().is_server_error() {
        return Err(trouble);
    }
    let mut made = made(&by, None).await?;
    made.problem = Some(trouble.sentence());
    if let Some(form) = made.place.iter_mut().find(|form| form.key == what(&by)) {
        made.at = form.refill(&fields, flaw);
    }
    // an id that leads nowhere is a field that is wrong
    let status = match trouble.status() {
        StatusCode::NOT_FOUND => StatusCode::UNPROCESSABLE_ENTITY,
        status => status,
    };
    Ok(page(status, &made))
}

/// Lifts one beyond a request.
pub(crate) async fn lift(AboutOne(id, sent): AboutOne<HoldId>) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.allow(&by.actor, Permission::HoldRequests)?;
    by.office.faces_of_holds(&by.actor, &[id]).await?;
    let done = by.office.lift_hold_because(&by.actor, id, fields.text("because")).await.map(drop);
    told(&by, done, "lifted", &id.to_string(), &fields).await
}

/// Releases a request.
pub(crate) async fn release(AboutOne(id, sent): AboutOne<RequestId>) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.allow(&by.actor, Permission::HoldRequests)?;
    by.office.show_request(&by.actor, id).await?;
    let done = by.office.release_request_because(&by.actor, id, fields.text("because")).await;
    told(&by, done, "released", &id.to_string(), &fields).await
}

async fn told(
    by: &Visitor,
    done: Result<(), Error>,
    word: &str,
    id: &str,
    fields: &Fields,
) -> Result<Response, Trouble> {
    let trouble = match done {
        Ok(()) => return Ok(back("/holds", word, None)),
        Err(Error::Proposed(_)) => return Ok(back("/holds", "proposed", None)),
        Err(error) => Trouble::from(error),
    };
    if trouble.status().is_server_error() {
        return Err(trouble);
    }
    let mut made = made(by, None).await?;
    made.problem = Some(trouble.sentence());
    let lifts = made.wide.iter_mut().filter_map(|one| one.lift.as_mut());
    let lifts = lifts.chain(made.singles.iter_mut().filter_map(|one| one.lift.as_mut()));
    for lift in lifts.filter(|lift| lift.key == id) {
        lift.typed = fields.raw("because").to_owned();
        let empty = fields.text("because").is_empty();
        lift.flaw = Some(if empty { String::from("Write the reason.") } else { trouble.sentence() });
        made.at = format!("lift-{id}");
    }
    Ok(page(trouble.status(), &made))
}

/// Why a hold was not placed.
enum Refusal {
    Flaw(&'static str, &'static str),
    Office(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Office(error)
    }
}

/// Which of the forms was sent.
fn what(by: &Visitor) -> &str {
    by.path.split_once("what=").map_or("", |(_, what)| what)
}

async fn placed(by: &Visitor, fields: &Fields) -> Result<&'static str, Refusal> {
    let because = fields.text("because");
    let until = Some(fields.text("until")).filter(|day| !day.is_empty()).map(str::parse::<Day>).transpose();
    let until = until.map_err(|_| Refusal::Flaw("until", "Write the day like 2026-12-31."))?;
    if until.is_some_and(|day| day < by.clock().today()) {
        return Err(Refusal::Flaw("until", "A hold cannot end on a day that is over."));
    }
    let needed = |field: &'static str, why: &'static str| match fields.text(field) {
        "" => Err(Refusal::Flaw(field, why)),
        text => Ok(text),
    };
    let scope = match what(by) {
        "request" => {
            let id = needed("request", "Write the id of the request.")?;
            let id = id.parse().map_err(|_| {
                Refusal::Flaw(
                    "request",
                    "Write the id of a request as its page has it: req_ and letters after it.",
                )
            })?;
            needed("because", "Write the reason.")?;
            by.office.hold_request(&by.actor, id, because, until).await?;
            return Ok("held");
        }
        "person" => {
            let value = needed("value", "Write what the person is known by.")?;
            Scope::Person(vec![(fields.text("kind").to_owned(), Personal::new(value.to_owned()))])
        }
        "rows" => {
            let model = needed("model", "Choose the table.")?.to_owned();
            let keys = fields.raw("keys").lines().map(str::trim).filter(|line| !line.is_empty());
            let keys: Vec<Vec<String>> =
                keys.map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect()).collect();
            if keys.is_empty() { Scope::Model(model) } else { Scope::Rows { model, keys } }
        }
        _ => return Err(Refusal::Flaw("because", "Choose what is to be held, and send it from there.")),
    };
    needed("because", "Write the reason.")?;
    by.office.place_hold(&by.actor, scope, because, until).await?;
    Ok("placed")
}

async fn made(by: &Visitor, before: Option<RequestId>) -> Result<Page, Trouble> {
    let found = by.office.list_held_requests(&by.actor, before, LIMIT).await?;
    let (mut wide, mut lifted) = (Vec::new(), Vec::new());
    let (stand, mut all): (Vec<_>, Vec<_>) =
        by.office.list_holds(&by.actor).await?.into_iter().partition(|(hold, _)| hold.lifted_at.is_none());
    all.truncate(LIFTED);
    all.extend(stand);
    let ids: Vec<HoldId> = all.iter().map(|(hold, _)| hold.id).collect();
    let faces = by.office.faces_of_holds(&by.actor, &ids).await?;
    for ((hold, kept), placed) in all.into_iter().zip(faces) {
        let over = hold.lifted_at.is_some();
        let one = wide_one(by, hold, kept, placed);
        if over { lifted.push(one) } else { wide.push(one) }
    }
    Ok(Page {
        frame: by.frame("Holds", "holds").await,
        problem: None,
        at: String::new(),
        done: done(by),
        place: if by.may(Permission::HoldRequests) { forms(by) } else { Vec::new() },
        wide,
        lifted,
        singles: found.requests.iter().map(|held| single(by, held)).collect(),
        next: found.next.map(|id| format!("/holds?before={id}")).unwrap_or_default(),
        first: before.is_none(),
    })
}

fn wide_one(by: &Visitor, hold: Hold, kept: Kept, (face, why): (Face, Option<String>)) -> Wide {
    let clock = by.clock();
    let (id, rows) = (hold.id.to_string(), counted(kept.rows, "row", "rows"));
    let stands = hold.lifted_at.is_none() && by.may(Permission::HoldRequests);
    Wide {
        covers: match (hold.scope.as_str(), hold.model) {
            ("person", _) => String::from("one person, sealed"),
            ("model", Some(model)) => format!("all rows of {model}"),
            (_, Some(model)) => format!("some rows of {model}"),
            (other, None) => other.to_owned(),
        },
        by: who(by, face.by, &face.roles),
        placed: clock.at(hold.placed_at),
        ends: hold.ends_at.map(|at| clock.at(at)),
        stops: counted(kept.stopped, "request", "requests"),
        keeps: rows.clone(),
        lifted: hold.lifted_at.map(|at| clock.at(at)),
        why: why.unwrap_or_default(),
        because: hold.because,
        lift: stands.then(|| Lift {
            action: format!("/holds/{id}/lift"),
            key: id.clone(),
            says: format!(
                "What it stops goes on by itself. The {rows} it kept are destroyed, and nobody can bring them back. It takes two people."
            ),
            typed: String::new(),
            flaw: None,
        }),
        id,
    }
}

fn single(by: &Visitor, held: &Held) -> Single {
    let clock = by.clock();
    let (request, id) = (&held.request, held.request.id.to_string());
    Single {
        right: right(&request.kind),
        state: Badge::request(&request.state),
        because: request.held_because.clone().unwrap_or_default(),
        by: held.placed.as_ref().map(|(face, _)| who(by, face.by, &face.roles)).unwrap_or_default(),
        placed: held.placed.as_ref().map(|(_, at)| clock.at(*at)),
        ends: request.held_until.map(|at| clock.at(at)),
        lift: by.may(Permission::HoldRequests).then(|| Lift {
            action: format!("/holds/requests/{id}/release"),
            key: id.clone(),
            says: String::from(
                "It goes on where it stood: if its window is over, its rows are erased for good. It takes two people.",
            ),
            typed: String::new(),
            flaw: None,
        }),
        id,
    }
}

fn forms(by: &Visitor) -> Vec<Form> {
    let form = |key: &str, heading, says: &str, button: &str| {
        Form::new(format!("/holds?what={key}"), key, heading, says, button)
    };
    let ends = |form: Form| {
        form.with(Field::because(
            "One line. Everybody who sees requests reads it; the log keeps a seal of it.",
        ))
        .with(
            Field::day(
                "until",
                "Ends after",
                "The last day of the hold. Then what was held goes on by itself.",
            )
            .optional(),
        )
    };
    let request = form(
        "request",
        "Hold one request",
        "Nothing of it is erased for good while the hold stands. Its deadline runs on.",
        "Put this request on hold",
    )
    .with(Field::line("request", "Request", "Its id, such as req_01m81cf077eb8npjdnn33sww60."));
    let kinds = by.office.kinds_of_identifiers();
    let kinds = kinds.into_iter().map(|kind| Choice::new(kind.clone(), kind)).collect();
    let person = form(
        "person",
        "Hold everything of a person",
        "Whichever request asks, now or later: no purge of theirs begins while the hold stands. Who it is, is kept sealed.",
        "Hold this person’s rows",
    )
    .with(Field::choice("kind", "Identifier", "", kinds))
    .with(Field::line("value", "Its value", "It goes into no address and no log."));
    let models = by.office.names_of_models();
    let models = models.into_iter().map(|model| Choice::new(model.clone(), model)).collect();
    let rows = form(
        "rows",
        "Hold a table or rows of it",
        "A hold on a whole table stops every purge that would touch it. One on some rows keeps these, sealed, and the others go.",
        "Hold these rows",
    )
    .with(Field::choice("model", "Table", "", models))
    .with(
        Field::text("keys", "Keys", "One row a line; parts of a key with a comma between. Empty for the whole table.")
            .optional(),
    );
    vec![ends(request), ends(person), ends(rows)]
}
