//! Many requests from a CSV file: all of it is checked and shown before any of it is taken in. The text stands in the form, so
//! that what is wrong can be mended on the spot, and nothing of it is kept anywhere in between.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_app::requests::import::{Flaw, Imported};

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page, shown};
use crate::console::trouble::Trouble;
use crate::console::words::number::grouped;

#[derive(Template)]
#[template(path = "console/requests/import.html")]
struct Page<'a> {
    frame: Frame,
    problem: Option<String>,
    text: &'a str,
    flaws: Vec<Flaw>,
    /// How many would be taken in, once it was checked.
    checked: Option<String>,
    before: String,
    most: usize,
    kinds: String,
}

impl<'a> Page<'a> {
    async fn of(visitor: &Visitor, text: &'a str) -> Self {
        let kinds = visitor.office.kinds_of_identifiers();
        Self {
            frame: visitor.frame("Import requests", "requests").await,
            problem: None,
            text,
            flaws: Vec::new(),
            checked: None,
            before: String::new(),
            most: exeunt_app::requests::import::MOST_LINES,
            kinds: kinds.join(", "),
        }
    }
}

/// Asks for the file.
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Trouble> {
    visitor.office.allow(&visitor.actor, Permission::SubmitRequests)?;
    Ok(shown(&Page::of(&visitor, "").await))
}

/// Checks the file, and takes it in when that was asked for.
pub(crate) async fn send(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::SubmitRequests)?;
    let text = fields.raw("file");
    let mut asked = Page::of(&by, text).await;
    if text.trim().is_empty() {
        asked.problem = Some(String::from("There is no text; paste the contents of a CSV file."));
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &asked));
    }
    // browsers send line ends of their own; the file is the same whoever sends it
    let file = text.replace("\r\n", "\n");
    let dry = !fields.has("take");
    match by.office.import_requests(&by.actor, file.as_bytes(), dry).await {
        Ok(Imported::Taken(ids)) if dry => {
            let requests = if ids.len() == 1 { "request" } else { "requests" };
            asked.checked = Some(format!("{} {requests}", grouped(ids.len() as u64)));
            Ok(shown(&asked))
        }
        // those entered last come first
        Ok(Imported::Taken(_)) => Ok(Redirect::to("/requests?q=is%3Amine&done=imported").into_response()),
        Ok(Imported::Before(first)) => {
            asked.before = first.to_string();
            Ok(shown(&asked))
        }
        Ok(Imported::Flawed(flaws)) => {
            asked.problem =
                Some(String::from("Nothing was taken in. Mend the lines below, and check again."));
            asked.flaws = flaws;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &asked))
        }
        Err(error) => {
            let trouble = Trouble::from(error);
            if trouble.status() != StatusCode::UNPROCESSABLE_ENTITY {
                return Err(trouble);
            }
            asked.problem = Some(trouble.sentence());
            Ok(page(trouble.status(), &asked))
        }
    }
}
