//! What a form sends: taken only from our own pages, and only with the token they were made with (SEC-69).

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_plan::digest;

use crate::console::door::Visitor;
use crate::console::trouble::Trouble;
use crate::service::Service;

/// The fields of a form, in the order they were sent.
#[derive(Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field's text, trimmed; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// A field's text as it was typed.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every text of a field that may be chosen more than once.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All of them, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a box is ticked or a button was pressed.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

/// A form of somebody signed in.
pub(crate) struct Sent {
    /// Who sent it.
    pub(crate) by: Visitor,
    /// What.
    pub(crate) fields: Fields,
}

/// A form of somebody who is not signed in yet.
pub(crate) struct SentByAnybody(pub(crate) Fields);

impl FromRequest<Service> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        ours(&parts.headers).map_err(|refused| *refused)?;
        let by = Visitor::from_request_parts(&mut parts, service).await?;
        let fields = fields(Request::from_parts(parts, body), service).await?;
        // compared by digests, so that the time it takes tells nothing
        let same = digest::of_text(fields.raw("_form")) == digest::of_text(&by.form_token());
        if !same {
            return Err(Trouble::foreign().into_response());
        }
        Ok(Self { by, fields })
    }
}

impl FromRequest<Service> for SentByAnybody {
    type Rejection = Response;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Response> {
        ours(request.headers()).map_err(|refused| *refused)?;
        Ok(Self(fields(request, service).await?))
    }
}

async fn fields(request: Request, service: &Service) -> Result<Fields, Response> {
    let read: Result<Form<Vec<(String, String)>>, FormRejection> = Form::from_request(request, service).await;
    match read {
        Ok(Form(fields)) => Ok(Fields(fields)),
        Err(FormRejection::BytesRejection(_)) => Err(Trouble::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "E0906",
            "what was sent is longer than any form here takes; nothing was changed",
        )
        .into_response()),
        Err(_) => Err(Trouble::new(
            StatusCode::BAD_REQUEST,
            "E0906",
            "what was sent is not a form of this page; nothing was changed",
        )
        .into_response()),
    }
}

/// Refuses what does not come from a page of this very host.
fn ours(headers: &HeaderMap) -> Result<(), Box<Response>> {
    if comes_from_here(headers) { Ok(()) } else { Err(Box::new(Trouble::foreign().into_response())) }
}

fn comes_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    // browsers that do not say it say where the page was
    let (Some(origin), Some(host)) = (text("origin"), text(header::HOST.as_str())) else { return false };
    origin.split_once("://").is_some_and(|(_, from)| from == host)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::comes_from_here;

    fn from(headers: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        comes_from_here(&headers)
    }

    #[test]
    fn only_our_own_pages_send_forms() {
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        assert!(from(&[("origin", "https://privacy.test:8080"), ("host", "privacy.test:8080")]));
        for foreign in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://privacy.test"), ("host", "privacy.test")],
            &[("origin", "https://evil.test"), ("host", "privacy.test")],
            &[("origin", "null"), ("host", "privacy.test")],
            &[("host", "privacy.test")],
            &[],
        ] {
            assert!(!from(foreign), "{foreign:?}");
        }
    }
}
