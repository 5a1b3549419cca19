//! Joining: with the setup token that the machine printed, or with an invitation. The token is typed, never part of an address.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exeunt_app::people::Person;
use exeunt_app::people::enrollment::{Enrollment, Joining};
use exeunt_base::{Personal, Secret};

use crate::console::form::{Fields, SentByAnybody};
use crate::console::frame::{Frame, page, shown};
use crate::console::people::flawed;
use crate::console::people::sign_in::entered;
use crate::console::qr::Qr;
use crate::console::trouble::Trouble;
use crate::service::Service;

#[derive(Template)]
#[template(path = "console/people/join.html")]
struct Join<'a> {
    frame: Frame,
    problem: Option<String>,
    /// The field that it is about.
    at: &'static str,
    token: &'a str,
}

#[derive(Template)]
#[template(path = "console/people/join_finish.html")]
struct Finish<'a> {
    frame: Frame,
    problem: Option<String>,
    /// The field that it is about.
    at: &'static str,
    token: &'a str,
    /// The second factor, sealed, to be given back.
    enrollment: &'a str,
    /// The same as people type it.
    secret: &'a str,
    /// The same as authenticators take it.
    uri: &'a str,
    /// The same for a camera.
    qr: Option<Qr>,
    /// The first administrator says who they are; whoever was invited is known.
    first: bool,
    name: &'a str,
    email: &'a str,
}

/// Asks for the token.
pub(crate) async fn show() -> Response {
    shown(&Join { frame: Frame::outside("Join"), problem: None, at: "", token: "" })
}

/// Shows the second factor for the holder of a token.
pub(crate) async fn begin(service: State<Service>, SentByAnybody(fields): SentByAnybody) -> Response {
    let token = Secret::new(fields.text("token").to_owned());
    match service.house.own().show_enrollment(&token).await {
        Ok(enrollment) => asked(&enrollment, &fields),
        Err(error) => {
            let trouble = Trouble::from(error);
            if trouble.status().is_server_error() {
                return trouble.into_response();
            }
            let join = Join {
                frame: Frame::outside("Join"),
                problem: Some(trouble.sentence()),
                at: flawed(trouble.code()),
                token: fields.text("token"),
            };
            page(trouble.status(), &join)
        }
    }
}

fn asked(enrollment: &Enrollment, fields: &Fields) -> Response {
    let finish = Finish {
        frame: Frame::outside("Join"),
        problem: None,
        at: "",
        token: fields.text("token"),
        enrollment: enrollment.sealed.expose(),
        secret: enrollment.secret.expose(),
        uri: enrollment.uri.expose(),
        qr: Qr::of(enrollment.uri.expose()),
        first: enrollment.person.is_none(),
        name: "",
        email: "",
    };
    page(StatusCode::OK, &finish)
}

/// Takes the password and a code of the second factor, and signs them in.
pub(crate) async fn finish(service: State<Service>, SentByAnybody(fields): SentByAnybody) -> Response {
    let office = service.house.own();
    let chosen = Joining {
        token: Secret::new(fields.text("token").to_owned()),
        enrollment: Secret::new(fields.raw("enrollment").to_owned()),
        password: Secret::new(fields.raw("password").to_owned()),
        code: Secret::new(fields.text("code").to_owned()),
    };
    let joined = if fields.has("first") {
        let (name, email) =
            (Personal::new(fields.text("name").to_owned()), Personal::new(fields.text("email").to_owned()));
        match Person::new(&name, &email) {
            Ok(person) => office.set_up_first_admin(&person, &chosen).await,
            Err(error) => Err(error.into()),
        }
    } else {
        office.accept_invitation(&chosen).await
    };
    let error = match joined {
        Ok(session) => return entered(&session, "/"),
        Err(error) => error,
    };
    let trouble = Trouble::from(error);
    if trouble.status().is_server_error() {
        return trouble.into_response();
    }
    // the second factor stays the one they have put into their authenticator
    page(
        trouble.status(),
        &Finish {
            frame: Frame::outside("Join"),
            problem: Some(trouble.sentence()),
            at: flawed(trouble.code()),
            token: fields.text("token"),
            enrollment: fields.raw("enrollment"),
            secret: fields.raw("secret"),
            uri: fields.raw("uri"),
            qr: Qr::of(fields.raw("uri")),
            first: fields.has("first"),
            name: fields.text("name"),
            email: fields.text("email"),
        },
    )
}
