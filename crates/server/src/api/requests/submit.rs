//! Taking a request in.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::requests::details::Details;
use exeunt_app::requests::submit::Submission;
use exeunt_base::Timestamp;
use exeunt_mail::{BadContact, Contact, Language};

use crate::body::Body;
use crate::caller::Caller;
use crate::once::Once;
use crate::problem::Problem;
use crate::wire::requests::{RequestView, SubmitRequest, right};

/// Take a request in
///
/// Identifiers are sealed at once and told by no call.
#[utoipa::path(
    post, path = "/api/v1/requests", tag = "requests",
    params(("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name takes nothing in")),
    request_body = SubmitRequest,
    responses(
        (status = 201, description = "It was taken in", body = RequestView,
            headers(("Location" = String, description = "The request"))),
    )
)]
pub(crate) async fn submit_request(
    mut caller: Caller,
    once: Once,
    body: Body<SubmitRequest>,
) -> Result<Response, Problem> {
    let call = once.call(&mut caller, &body.bytes).await?;
    let sent = body.value;
    let flaw = |pointer, detail| Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, pointer, detail);
    let right =
        right(&sent.right).ok_or_else(|| flaw("/right", "access, portability, erasure or anonymization"))?;
    let received_at = match sent.received_at.as_deref().map(str::parse::<Timestamp>) {
        Some(Err(_)) => {
            return Err(flaw("/received_at", "a time as RFC 3339 writes it: 2026-03-01T09:30:00Z"));
        }
        Some(Ok(at)) => Some(at),
        None => None,
    };
    let identifiers = sent.identifiers.into_iter().map(|one| (one.kind, one.value)).collect();
    let mut letters = sent.ground.as_deref().unwrap_or_default().chars();
    let ground = letters.next();
    if letters.next().is_some() {
        return Err(flaw("/ground", "one letter from a to f"));
    }
    let details = Details {
        channel: sent.channel,
        regime: sent.regime,
        identity: sent.identity.map(|identity| (identity.level, identity.how)),
        ground,
        statement: sent.statement,
        explained: sent.explained,
        complications: sent.complications,
    };
    let contact = match sent.contact {
        Some(given) => {
            let language = match given.language.as_deref() {
                Some(code) => Language::ALL.into_iter().find(|known| known.as_str() == code),
                None => Some(caller.office.usual_language()),
            };
            let language = language.ok_or_else(|| flaw("/contact/language", "en, de, fr or es"))?;
            let checked = Contact::new(&given.email, given.name.as_ref(), language);
            Some(checked.map_err(|wrong| match wrong {
                BadContact::Address => {
                    flaw("/contact/email", "this is not an e-mail address letters could be sent to")
                }
                BadContact::Name => flaw("/contact/name", "a name is one line of at most 200 characters"),
            })?)
        }
        None => None,
    };
    let submission = Submission { right, identifiers, received_at, contact, details };
    let id = caller.office.submit_request(&caller.actor, submission, call.as_ref()).await?;
    let request = caller.office.request(id).await?;
    let standing = caller.office.standing(id).await.ok();
    let mut response =
        (StatusCode::CREATED, Json(RequestView::of(&request, standing.as_ref()))).into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/requests/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}
