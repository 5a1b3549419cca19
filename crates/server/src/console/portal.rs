//! How the organization shows itself on its public pages, whether they are open, and the link to put into one's own.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_app::portal::color::Color;
use exeunt_app::portal::settings::{Flaw, languages};
use exeunt_base::RequestId;
use exeunt_mail::Language;
use exeunt_store::portals::Portal;
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page};
use crate::console::request::{About, overview};
use crate::console::trouble::Trouble;

/// What was just done, by its word in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

struct Offered {
    code: &'static str,
    name: &'static str,
    chosen: bool,
    usual: bool,
}

#[derive(Template)]
#[template(path = "console/portal.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    /// The field that it is about.
    at: &'static str,
    done: bool,
    portal: Portal,
    languages: Vec<Offered>,
    /// The color as it is used, where the chosen one is too faint.
    mended: Option<String>,
    /// Why it cannot be opened.
    lacks: Option<String>,
    /// Where it is, where anybody outside could come to it.
    link: String,
    /// What is put into one's own pages.
    embed: String,
}

async fn shown(
    visitor: &Visitor,
    status: StatusCode,
    portal: Portal,
    problem: Option<(&'static str, String)>,
    done: bool,
) -> Response {
    let chosen = languages(&portal);
    let known = [
        (Language::English, "English"),
        (Language::German, "Deutsch"),
        (Language::French, "Français"),
        (Language::Spanish, "Español"),
    ];
    let offered = known.map(|(language, name)| Offered {
        code: language.as_str(),
        name,
        chosen: chosen.contains(&language),
        usual: chosen.first() == Some(&language),
    });
    let color: Option<Color> = portal.color.parse().ok();
    let mended = color.filter(|color| color.on_light() != *color).map(|color| color.on_light().to_string());
    let base = visitor.office.public_url.clone().unwrap_or_default();
    let link = format!("{base}/portal/{}", portal.word);
    let (at, problem) = problem.map_or(("", None), |(at, why)| (at, Some(why)));
    page(
        status,
        &Page {
            frame: visitor.frame("Portal", "portal").await,
            problem,
            at,
            done,
            languages: offered.into(),
            mended,
            lacks: visitor.office.portal_lacks().map(|error| Trouble::from(error).sentence()),
            embed: format!("<a href=\"{link}\" rel=\"noopener\">Your data</a>"),
            link,
            portal,
        },
    )
}

/// Shows it.
pub(crate) async fn show(
    visitor: Visitor,
    done: Result<Query<Done>, QueryRejection>,
) -> Result<Response, Trouble> {
    let portal = visitor.office.portal(&visitor.actor).await?;
    let done = done.is_ok_and(|Query(done)| done.done == "saved");
    Ok(shown(&visitor, StatusCode::OK, portal, None, done).await)
}

/// Changes it. What is wrong comes back with what was typed.
pub(crate) async fn change(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    let before = by.office.portal(&by.actor).await?;
    let wanted = read(&fields, before);
    match by.office.set_portal(&by.actor, wanted.clone()).await {
        Ok(Ok(())) => Ok(Redirect::to("/settings/portal?done=saved").into_response()),
        Ok(Err(Flaw { field, why })) => {
            let problem = Some((field, why.to_owned()));
            let answer = shown(&by, StatusCode::UNPROCESSABLE_ENTITY, wanted, problem, false).await;
            Ok(Trouble::flaw(why).marked(answer))
        }
        Err(error) => {
            let trouble = Trouble::from(error);
            if !trouble.is_mendable() {
                return Err(trouble);
            }
            let problem = Some(("opened", trouble.sentence()));
            let answer = shown(&by, trouble.status(), wanted, problem, false).await;
            Ok(trouble.marked(answer))
        }
    }
}

fn read(fields: &Fields, before: Portal) -> Portal {
    let text = |name: &str| fields.text(name).to_owned();
    let usual = fields.text("usual");
    let mut chosen: Vec<&str> = fields.all("languages").collect();
    // the usual one goes first
    chosen.sort_by_key(|code| *code != usual);
    Portal {
        word: text("word"),
        opened: fields.text("opened") == "yes",
        name: text("name"),
        color: text("color").to_lowercase(),
        languages: chosen.join(" "),
        email: text("email"),
        phone: text("phone"),
        post: fields.text("post").replace("\r\n", "\n"),
        notice: text("notice"),
        ..before
    }
}

/// What a complaint says, to whoever may and says why.
#[derive(Template)]
#[template(path = "console/complaint.html")]
struct Complaint {
    frame: Frame,
    id: RequestId,
    number: u64,
    words: String,
}

/// Reveals what a complaint says. The look is written down.
pub(crate) async fn read_complaint(
    Path(path): Path<Vec<(String, String)>>,
    About(id, sent): About,
) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.allow(&by.actor, Permission::ReadStatements)?;
    let number = path.iter().find(|(name, _)| name == "number").and_then(|(_, number)| number.parse().ok());
    let number = number.ok_or_else(Trouble::not_found)?;
    let words = match by.office.read_complaint(&by.actor, id, number, fields.text("because")).await {
        Ok(words) => words,
        Err(error) => return overview::again(&by, id, error.into(), None).await,
    };
    let frame = by.frame(&format!("Complaint about {id}"), "requests").await;
    let words = words.expose().to_owned();
    Ok(page(StatusCode::OK, &Complaint { frame, id, number, words }))
}
