//! A new request: what somebody asked for by mail, on the phone or in person, typed in or proposed from a pasted e-mail.
//!
//! Whatever is wrong, the page comes back with all that was typed. It never tells whether the person is known.

mod page;
mod read;
mod taken;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_base::hex;
use exeunt_engine::world::chance_for_id;
use exeunt_rights::pasted;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::shown;
use crate::console::requests::new::page::Page;
use crate::console::requests::new::read::{Flaws, read};
use crate::console::trouble::Trouble;

pub(crate) use crate::console::requests::new::taken::show as show_taken;

/// The empty form.
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Trouble> {
    visitor.office.allow(&visitor.actor, Permission::SubmitRequests)?;
    let once = hex::encode(&chance_for_id(&*visitor.office.engine.world));
    Ok(shown(&Page::new(&visitor, &Fields::default(), &once).await))
}

/// Takes the request in, or fills the form from a pasted e-mail.
pub(crate) async fn send(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::SubmitRequests)?;
    let once = fields.text("once").to_owned();
    if fields.has("read") {
        let mut page = Page::new(&by, &fields, &once).await;
        page.propose(&pasted::read(fields.raw("pasted")));
        page.look_twice(&by).await;
        return Ok(shown(&page));
    }
    let submission = match read(&by, &fields) {
        Ok(submission) => submission,
        Err(flaws) => return Ok(again(&by, &fields, &once, flaws).await),
    };
    if !fields.has("second") {
        let found = by.office.open_duplicate(&by.actor, submission.right, &submission.identifiers).await;
        match found {
            Ok(Some(duplicate)) if !is_repeated(&by, &fields, &once).await? => {
                let mut page = Page::new(&by, &fields, &once).await;
                page.duplicate(&by, &duplicate);
                page.look_twice(&by).await;
                return Ok(crate::console::frame::page(StatusCode::CONFLICT, &page));
            }
            Ok(_) => {}
            Err(error) => return flawed(&by, &fields, &once, error).await,
        }
    }
    let call = by.office.call(&by.actor, &once, "console new request", &bytes(&fields))?;
    match by.office.submit_request(&by.actor, submission, Some(&call)).await {
        Ok(id) => Ok(Redirect::to(&format!("/requests/taken/{id}")).into_response()),
        Err(error) => flawed(&by, &fields, &once, error).await,
    }
}

/// Whether this very form was sent before: its duplicate is itself.
async fn is_repeated(by: &Visitor, fields: &Fields, once: &str) -> Result<bool, Trouble> {
    let call = by.office.call(&by.actor, once, "console new request", &bytes(fields))?;
    Ok(by.office.was_made(&call).await?)
}

/// All that the form says, byte by byte.
fn bytes(fields: &Fields) -> Vec<u8> {
    let said = fields.iter().filter(|(name, _)| !["_form", "second"].contains(name));
    said.flat_map(|(name, value)| format!("{name}\0{value}\0").into_bytes()).collect()
}

async fn again(by: &Visitor, fields: &Fields, once: &str, flaws: Flaws) -> Response {
    let mut page = Page::new(by, fields, once).await;
    page.flaws = flaws.0;
    page.look_twice(by).await;
    crate::console::frame::page(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What the office does not take, at the field it is about.
async fn flawed(
    by: &Visitor,
    fields: &Fields,
    once: &str,
    error: exeunt_app::Error,
) -> Result<Response, Trouble> {
    if error.code() == "E0902" {
        return Err(Trouble::new(
            StatusCode::CONFLICT,
            "E0902",
            "this form was sent before and made a request, and now it says something else; look at the list, and open a new form \
             for another request",
        ));
    }
    let field = match (&error, error.code()) {
        (exeunt_app::Error::Identifier { kind, .. }, _) => format!("id-{kind}"),
        (_, "E0301" | "E0302" | "E0322") => String::from("identifiers"),
        (_, "E0314") => String::from("regime"),
        _ => String::from("right"),
    };
    let trouble = Trouble::from(error);
    if trouble.status() != StatusCode::UNPROCESSABLE_ENTITY {
        return Err(trouble);
    }
    let mut flaws = Flaws::default();
    flaws.add(field, trouble.sentence());
    Ok(again(by, fields, once, flaws).await)
}
