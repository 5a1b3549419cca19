//! The register of sub-processors: whom the organization lets handle data for it, who was told, and who objected.

use askama::Template;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_app::subprocessors::add::New;
use exeunt_app::subprocessors::list::{Stands, categories_of};
use exeunt_base::{Personal, SubprocessorId, SubscriberId};
use exeunt_mail::Language;
use exeunt_rights::Day;
use exeunt_store::subprocessors::Subprocessor;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::request::form::{Choice, Field, Form, Kind};
use crate::console::request::history::who;
use crate::console::rooms::{AboutOne, Of, back, done};
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, listed};
use crate::service::Service;

/// One of them, as the register shows it.
struct Row {
    id: String,
    name: String,
    purpose: String,
    categories: String,
    region: String,
    contact: String,
    state: Badge,
    effective: Option<Moment>,
    told: String,
}

/// Somebody who is told.
struct Subscribed {
    id: String,
    language: String,
    asked: Moment,
    confirmed: Option<Moment>,
}

/// An objection, and what it says.
struct Objected {
    at: Moment,
    words: String,
}

/// What was decided, and why.
struct Decided {
    at: Moment,
    by: String,
    what: &'static str,
    because: String,
}

#[derive(Template)]
#[template(path = "console/rooms/subprocessors.html")]
struct Register {
    frame: Frame,
    problem: Option<String>,
    at: String,
    done: &'static str,
    rows: Vec<Row>,
    ended: Vec<Row>,
    /// Whether they keep the register.
    manages: bool,
    confirmed: String,
    asked: String,
    subscribers: Vec<Subscribed>,
    add: Option<Form>,
    subscribe: Option<Form>,
    notice: String,
    public: bool,
}

#[derive(Template)]
#[template(path = "console/rooms/subprocessor.html")]
struct One {
    frame: Frame,
    problem: Option<String>,
    at: String,
    done: &'static str,
    row: Row,
    added: Moment,
    announced: Option<Moment>,
    engaged: Option<Moment>,
    ended: Option<Moment>,
    manages: bool,
    objections: Vec<Objected>,
    decided: Vec<Decided>,
    forms: Vec<Form>,
}

/// The register.
pub(crate) async fn show(by: Visitor) -> Result<Response, Trouble> {
    Ok(shown(&register(&by).await?))
}

/// Writes one down.
pub(crate) async fn add(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ManageSubprocessors)?;
    let since = Some(fields.text("since")).filter(|day| !day.is_empty()).map(str::parse::<Day>).transpose();
    let refused = match since {
        Err(_) => (Trouble::flaw("Write the day like 2026-12-31."), Some("since")),
        Ok(engaged_since) => {
            let words = fields.text("categories").split([',', '\n', ' ']).map(str::trim);
            let new = New {
                name: fields.text("name").to_owned(),
                purpose: fields.text("purpose").to_owned(),
                categories: words.filter(|word| !word.is_empty()).map(str::to_owned).collect(),
                region: fields.text("region").to_owned(),
                contact: fields.text("contact").to_owned(),
                engaged_since,
            };
            match by.office.add_subprocessor(&by.actor, new).await {
                Ok(_) => return Ok(back("/subprocessors", "added", None)),
                Err(error) => (Trouble::from(error), None),
            }
        }
    };
    again(&by, refused, "add", &fields).await
}

/// Asks at an address whether notices are wanted there.
pub(crate) async fn subscribe(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ManageSubprocessors)?;
    let email = Personal::new(fields.text("email").to_owned());
    let language = Language::from_code(fields.text("language"));
    match by.office.add_subscriber(&by.actor, &email, language).await {
        Ok(_) => Ok(back("/subprocessors", "asked", None)),
        Err(error) => again(&by, (error.into(), Some("email")), "subscribe", &fields).await,
    }
}

/// Tells somebody nothing any more.
pub(crate) async fn unsubscribe(AboutOne(id, sent): AboutOne<SubscriberId>) -> Result<Response, Trouble> {
    let by = sent.by;
    by.office.remove_subscriber(&by.actor, id).await?;
    Ok(back("/subprocessors", "forgotten", None))
}

async fn again(
    by: &Visitor,
    (trouble, field): (Trouble, Option<&'static str>),
    key: &str,
    fields: &Fields,
) -> Result<Response, Trouble> {
    if !trouble.is_mendable() {
        return Err(trouble);
    }
    let mut made = register(by).await?;
    made.problem = Some(trouble.sentence());
    let forms = [&mut made.add, &mut made.subscribe];
    if let Some(form) = forms.into_iter().flatten().find(|form| form.key == key) {
        made.at = form.refill(fields, field.map(|field| (field, trouble.sentence())));
    }
    Ok(page(trouble.status(), &made))
}

/// One of them.
pub(crate) async fn one(by: Visitor, Of(id): Of<SubprocessorId>) -> Result<Response, Trouble> {
    Ok(shown(&made(&by, id).await?))
}

/// What is to be done with one of them.
pub(crate) struct Doing(SubprocessorId, String, Sent);

impl FromRequest<Service> for Doing {
    type Rejection = Response;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let path = Path::<(String, String)>::from_request_parts(&mut parts, service).await;
        let sent = Sent::from_request(Request::from_parts(parts, body), service).await?;
        let nowhere = || Trouble::not_found().into_response();
        let Path((id, act)) = path.map_err(|_| nowhere())?;
        Ok(Self(id.parse().map_err(|_| nowhere())?, act, sent))
    }
}

/// Announces, engages, ends one, or writes an objection down.
pub(crate) async fn act(Doing(id, act, sent): Doing) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.allow(&by.actor, Permission::ManageSubprocessors)?;
    by.office.show_subprocessor(&by.actor, id).await?;
    let (office, actor) = (&by.office, &by.actor);
    let because = fields.text("because");
    let day = Some(fields.text("day")).filter(|day| !day.is_empty()).map(str::parse::<Day>).transpose();
    let done = match (act.as_str(), day) {
        (_, Err(_)) => Err(Trouble::flaw("Write the day like 2026-12-31.")),
        ("announce", Ok(day)) => {
            office.announce_subprocessor(actor, id, day).await.map(|_| "announced").map_err(Trouble::from)
        }
        ("engage", _) => {
            let despite = Some(because).filter(|because| !because.is_empty());
            office.engage_subprocessor(actor, id, despite).await.map(|()| "engaged").map_err(Trouble::from)
        }
        ("end", _) => {
            office.end_subprocessor(actor, id, because).await.map(|()| "ended").map_err(Trouble::from)
        }
        ("object", _) => {
            let words = Personal::new(fields.raw("words").to_owned());
            let done = office.object_to_subprocessor(actor, id, &words).await;
            done.map(|_| "objected").map_err(Trouble::from)
        }
        _ => return Err(Trouble::not_found()),
    };
    match done {
        Ok(word) => Ok(back(&format!("/subprocessors/{id}"), word, None)),
        Err(trouble) if trouble.is_mendable() => {
            let mut made = made(&by, id).await?;
            made.problem = Some(trouble.sentence());
            if let Some(form) = made.forms.iter_mut().find(|form| form.key == act) {
                made.at = form.refill(&fields, None);
            }
            Ok(page(trouble.status(), &made))
        }
        Err(trouble) => Err(trouble),
    }
}

fn row(by: &Visitor, one: &Subprocessor) -> Row {
    let effective = one.effective_on.as_deref().and_then(|day| day.parse::<Day>().ok());
    Row {
        id: one.id.to_string(),
        name: one.name.clone(),
        purpose: one.purpose.clone(),
        categories: listed(&categories_of(one)),
        region: one.region.clone(),
        contact: one.contact.clone(),
        state: match Stands::of(one) {
            Stands::Planned => Badge::PLANNED,
            Stands::Announced => Badge::ANNOUNCED,
            Stands::Engaged => Badge::ENGAGED,
            Stands::Ended => Badge::ENDED,
        },
        effective: effective.map(|day| by.clock().day(day)),
        told: match one.announced_at {
            Some(_) => counted(one.told, "subscriber", "subscribers"),
            None => String::from("nobody yet"),
        },
    }
}

async fn register(by: &Visitor) -> Result<Register, Trouble> {
    let all = by.office.list_subprocessors(&by.actor).await?;
    let manages = by.may(Permission::ManageSubprocessors);
    let subscribers = match manages {
        true => by.office.list_subscribers(&by.actor).await?,
        false => Vec::new(),
    };
    let clock = by.clock();
    let confirmed = subscribers.iter().filter(|one| one.confirmed_at.is_some()).count() as u64;
    let of = |ended: bool| {
        all.iter()
            .filter(move |one| (Stands::of(one) == Stands::Ended) == ended)
            .map(|one| row(by, one))
            .collect()
    };
    let rules = &by.office.policy.subprocessors;
    Ok(Register {
        frame: by.frame("Sub-processors", "subprocessors").await,
        problem: None,
        at: String::new(),
        done: done(by),
        rows: of(false),
        ended: of(true),
        manages,
        confirmed: counted(confirmed, "subscriber", "subscribers"),
        asked: counted(subscribers.len() as u64 - confirmed, "address", "addresses"),
        subscribers: subscribers
            .iter()
            .map(|one| Subscribed {
                id: one.id.to_string(),
                language: one.language.clone(),
                asked: clock.at(one.asked_at),
                confirmed: one.confirmed_at.map(|at| clock.at(at)),
            })
            .collect(),
        add: manages.then(add_form),
        subscribe: manages.then(subscribe_form),
        notice: counted(u64::from(rules.notice_days), "day", "days"),
        public: rules.is_public,
    })
}

async fn made(by: &Visitor, id: SubprocessorId) -> Result<One, Trouble> {
    let one = by.office.show_subprocessor(&by.actor, id).await?;
    let manages = by.may(Permission::ManageSubprocessors);
    let clock = by.clock();
    let objections = match manages {
        true => by.office.read_objections(&by.actor, id).await?,
        false => Vec::new(),
    };
    let mut decided = Vec::new();
    for (reason, face) in by.office.reasons_of_subprocessor(&by.actor, id).await? {
        decided.push(Decided {
            at: clock.at(reason.at),
            by: who(by, face.by, &face.roles),
            what: if reason.act == "end" { "Ended" } else { "Engaged in spite of objections" },
            because: reason.because,
        });
    }
    Ok(One {
        frame: by.frame("Sub-processor", "subprocessors").await,
        problem: None,
        at: String::new(),
        done: done(by),
        row: row(by, &one),
        added: clock.at(one.added_at),
        announced: one.announced_at.map(|at| clock.at(at)),
        engaged: one.engaged_at.map(|at| clock.at(at)),
        ended: one.ended_at.map(|at| clock.at(at)),
        manages,
        forms: if manages { forms(by, &one, objections.len()) } else { Vec::new() },
        objections: objections
            .into_iter()
            .map(|(at, words)| Objected { at: clock.at(at), words: words.expose().to_owned() })
            .collect(),
        decided,
    })
}

fn forms(by: &Visitor, one: &Subprocessor, objections: usize) -> Vec<Form> {
    let form = |act: &str, heading, says: &str, button: &str| {
        Form::new(format!("/subprocessors/{}/acts/{act}", one.id), act, heading, says, button)
    };
    let mut forms = Vec::new();
    let stands = Stands::of(one);
    let notice = counted(u64::from(by.office.policy.subprocessors.notice_days), "day", "days");
    if stands == Stands::Planned {
        let says = format!(
            "Everybody who confirmed that they want notices gets a letter. It may be engaged {notice} later, or on a later day that you name."
        );
        forms.push(
            form("announce", "Announce it", &says, "Announce this sub-processor").with(
                Field::day("day", "To be engaged on", "Empty for the first day on which the notice is over.")
                    .optional(),
            ),
        );
    }
    if stands == Stands::Announced {
        let mut engage = form(
            "engage",
            "Engage it",
            "From now on it counts as engaged. Refused before its day.",
            "Engage this sub-processor",
        );
        if objections > 0 {
            engage = engage.with(Field::because(
                "Your answer to the objections: why it is engaged all the same. It is kept.",
            ));
        }
        forms.push(engage);
    }
    if stands != Stands::Ended {
        forms.push(
            form(
                "object",
                "Write an objection down",
                "What a customer has against it, in their words. It is kept sealed.",
                "Write the objection down",
            )
            .with(Field::text(
                "words",
                "Objection",
                "Who objects, and why; up to 5,000 characters.",
            )),
        );
        forms.push(
            form(
                "end",
                "End it",
                "It is let go, or never engaged. It stays in the register as ended.",
                "End this sub-processor",
            )
            .with(Field::because("One line. It is kept; the log keeps a seal of it."))
            .dangerous(),
        );
    }
    forms
}

fn add_form() -> Form {
    let says = "Nobody is told yet. You announce it from its own page.";
    Form::new(String::from("/subprocessors"), "add", "Add a sub-processor", says, "Add this sub-processor")
        .with(Field::line("name", "Name", "The company, as it is registered."))
        .with(Field::line("purpose", "Purpose", "What it is for, in one line."))
        .with(Field::line(
            "categories",
            "Categories of data",
            "As the data map has them, with a comma between: user.contact.email, user.name.",
        ))
        .with(Field::line("region", "Region", "Where it handles them, such as eu or us."))
        .with(Field::line("contact", "Contact", "How to reach it."))
        .with(
            Field::day("since", "Engaged since", "Only for one that was engaged before it stood here.")
                .optional(),
        )
}

fn subscribe_form() -> Form {
    let says = "A letter asks there whether notices are wanted. Without a yes nobody is told anything.";
    let languages = [("en", "English"), ("de", "German"), ("fr", "French"), ("es", "Spanish")];
    Form::new(
        String::from("/subprocessors/subscribers"),
        "subscribe",
        "Add a subscriber",
        says,
        "Ask at this address",
    )
    .with(Field::line("email", "E-mail address", "It is kept sealed and shown to nobody."))
    .with(Field::choice(
        "language",
        "Language",
        "",
        languages.into_iter().map(|(code, name)| Choice::new(code, name)).collect(),
    ))
}
