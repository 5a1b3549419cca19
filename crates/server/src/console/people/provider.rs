//! Signing in through an identity provider: to it, and back from it.
//!
//! The attempt stays in this browser, in a cookie of its own. Coming back does nothing by itself: the page asks for the code
//! of our own second factor, and its form finishes.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::people::offered_providers::Offered;
use exeunt_app::people::provider_sign_in::{Returned, went_to};
use exeunt_app::people::{ATTEMPT_SECONDS, Error as Refused};
use exeunt_base::{ProviderId, Secret};
use serde::Deserialize;

use crate::caller::From;
use crate::console::cookie;
use crate::console::door::{form_encoded, way_back};
use crate::console::form::SentByAnybody;
use crate::console::frame::{Frame, page, shown};
use crate::console::people::sign_in::{Wanted, entered};
use crate::console::trouble::Trouble;
use crate::service::Service;

#[derive(Template)]
#[template(path = "console/people/provider.html")]
struct Begin<'a> {
    frame: Frame,
    provider: &'a Offered,
    then: &'a str,
}

/// Leads on: a form may not be sent elsewhere, so a page leads there.
#[derive(Template)]
#[template(path = "console/people/provider_on.html")]
struct On<'a> {
    frame: Frame,
    provider: &'a Offered,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "console/people/provider_back.html")]
struct Back<'a> {
    frame: Frame,
    provider: &'a Offered,
    /// Why there is nothing to finish; then the page leads to the beginning.
    problem: Option<String>,
    state: &'a str,
    provider_code: &'a str,
    issuer: &'a str,
}

/// What the provider adds to the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Answer {
    code: String,
    state: String,
    iss: String,
}

async fn offered(service: &Service, id: &str) -> Result<(ProviderId, Offered), Response> {
    let found = async {
        let id: ProviderId = id.parse().map_err(|_| Trouble::not_found())?;
        let office = service.house.office_of_provider(id).await?;
        Ok::<_, Trouble>((id, office.offered_provider(id).await?))
    };
    found.await.map_err(IntoResponse::into_response)
}

/// A way in of its own, for whoever was given its address.
pub(crate) async fn show(
    service: State<Service>,
    Path(id): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Response> {
    let (_, provider) = offered(&service, &id).await?;
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let frame = Frame::outside("Sign in");
    Ok(shown(&Begin { frame, provider: &provider, then: way_back(&wanted.then) }))
}

/// Begins, and leads to the provider.
pub(crate) async fn begin(
    service: State<Service>,
    Path(id): Path<String>,
    From(source): From,
    SentByAnybody(fields): SentByAnybody,
) -> Result<Response, Response> {
    let (id, provider) = offered(&service, &id).await?;
    let begun = async {
        let office = service.house.office_of_provider(id).await?;
        Ok::<_, Trouble>(office.begin_sign_in(id, &source).await?)
    };
    let begun = begun.await.map_err(IntoResponse::into_response)?;
    let then = form_encoded(way_back(fields.raw("then")));
    let kept = cookie::put_attempt(&begun.attempt, &then, ATTEMPT_SECONDS);
    let frame = Frame::outside("Sign in");
    let mut response = shown(&On { frame, provider: &provider, url: &begun.url });
    response.headers_mut().append(header::SET_COOKIE, kept);
    Ok(response)
}

fn back<'a>(provider: &'a Offered, problem: Option<String>, answer: &'a Answer) -> Back<'a> {
    let frame = Frame::outside("Sign in");
    let Answer { code, state, iss } = answer;
    Back { frame, provider, problem, state, provider_code: code, issuer: iss }
}

/// Somebody is back. Nothing happens by looking.
pub(crate) async fn returned(
    service: State<Service>,
    Path(id): Path<String>,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Result<Response, Response> {
    let (id, provider) = offered(&service, &id).await?;
    let answer = answer.map(|Query(answer)| answer).unwrap_or_default();
    let began = cookie::attempt(&headers).is_some_and(|(attempt, _)| went_to(&attempt, id));
    let problem = if answer.code.is_empty() {
        // whatever it adds as a reason may be anybody's words
        Some(format!("{} did not sign you in.", provider.name))
    } else if !began {
        Some(String::from(
            "This browser has not begun to sign in, or began more than ten minutes ago, or at another address of this service.",
        ))
    } else {
        None
    };
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(page(status, &back(&provider, problem, &answer)))
}

/// Takes the provider at its word, and the code with it.
pub(crate) async fn finish(
    service: State<Service>,
    Path(id): Path<String>,
    From(source): From,
    headers: HeaderMap,
    SentByAnybody(fields): SentByAnybody,
) -> Result<Response, Response> {
    let (id, provider) = offered(&service, &id).await?;
    let text = |name: &str| Secret::new(fields.raw(name).to_owned());
    let finished = async {
        let (attempt, then) = cookie::attempt(&headers).ok_or(Refused::Provider)?;
        if !went_to(&attempt, id) {
            return Err(Refused::Provider.into());
        }
        let office = service.house.office_of_attempt(&attempt).await?;
        let issuer = Some(fields.raw("iss").to_owned()).filter(|issuer| !issuer.is_empty());
        let code = fields.text("code");
        let returned = Returned {
            attempt,
            state: text("state"),
            provider_code: text("provider_code"),
            issuer,
            code: (!code.is_empty()).then(|| Secret::new(code.to_owned())),
            source,
        };
        let session = office.finish_sign_in(&returned).await?;
        Ok::<_, exeunt_app::Error>((session, then.to_owned()))
    };
    let mut response = match finished.await {
        Ok((session, then)) => {
            let then = form_decoded(&then);
            entered(&session, way_back(&then))
        }
        Err(error) => {
            let trouble = Trouble::from(error);
            if trouble.status().is_server_error() {
                return Err(trouble.into_response());
            }
            // an attempt counts once, so there is nothing to mend here
            let nothing = Answer::default();
            page(trouble.status(), &back(&provider, Some(trouble.sentence()), &nothing))
        }
    };
    response.headers_mut().append(header::SET_COOKIE, cookie::remove_attempt());
    Ok(response)
}

/// What [`form_encoded`] made, as it was.
fn form_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (high, low) = (digit(rest.next()), digit(rest.next()));
        let (Some(high), Some(low)) = (high, low) else { return String::new() };
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::console::door::form_encoded;

    #[test]
    fn where_to_go_survives_the_cookie() {
        for path in ["/", "/requests?q=is%3Aopen due:7", "/ä?b=c&d;e=\"f"] {
            assert_eq!(super::form_decoded(&form_encoded(path)), path);
        }
        assert_eq!(super::form_decoded("%zz"), "");
    }
}
