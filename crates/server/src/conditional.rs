//! Answers that say which version they are (`ETag`), and calls that want another one, or only this one: reads with
//! `If-None-Match`, changes with `If-Match`.
//!
//! A tag is `"version-digest"`: the version of the thing in the store, and the digest of the answer as it was sent. A read is
//! compared by both, for much that is shown goes with the time; a change by the version alone, within its transaction.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use exeunt_plan::digest;
use exeunt_store::Store;
use exeunt_store::versions::Versioned;

use crate::problem::Problem;
use crate::service::Service;

/// Where things with versions are.
const THINGS: [(&str, Versioned); 5] = [
    ("requests", Versioned::Request),
    ("plans", Versioned::Plan),
    ("users", Versioned::User),
    ("api-keys", Versioned::ApiKey),
    ("subprocessors", Versioned::Subprocessor),
];

/// Characters of a digest in a tag.
const DIGEST: usize = 24;

/// The thing that a path is about, and whether it is the thing itself.
fn thing(path: &str) -> Option<(Versioned, &str, bool)> {
    let mut parts = path.strip_prefix("/api/v1/")?.split('/');
    let noun = parts.next()?;
    let what = THINGS.iter().find(|(known, _)| *known == noun)?.1;
    let id = parts.next().filter(|id| !id.is_empty())?;
    Some((what, id, parts.next().is_none()))
}

/// Tells versions of what is read, and saves who has it already the reading.
pub(crate) async fn read(service: State<Service>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if request.method() != Method::GET || !path.starts_with("/api/v1/") {
        return next.run(request).await;
    }
    // looked up before the answer is made: at worst somebody is told of a change that they have seen
    let version = match thing(path) {
        Some((what, id, true)) => service.house.store.version(what, id).await.ok().flatten(),
        _ => None,
    };
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if response.status() != StatusCode::OK || !json {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut digest = digest::of_text(&String::from_utf8_lossy(&bytes));
    digest.truncate(DIGEST);
    let tag = version.map_or_else(|| format!("\"{digest}\""), |version| format!("\"{version}-{digest}\""));
    let has = known.is_some_and(|known| names(&known, &tag));
    if let Ok(value) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, value);
    }
    if has {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Whether a list of tags names this one; weak tags are as good as strong ones for reading.
fn names(list: &HeaderValue, tag: &str) -> bool {
    list.to_str().is_ok_and(|list| {
        list.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    })
}

/// The store for this call: where `If-Match` names the version that the caller saw, one whose change is refused when it is
/// another by now.
pub(crate) fn store(parts: &Parts, store: &Store) -> Result<Option<Store>, Problem> {
    let Some(tag) = one(&parts.headers)? else { return Ok(None) };
    if parts.method == Method::GET {
        return Ok(None);
    }
    let Some((what, id, _)) = thing(parts.uri.path()) else {
        return Err(flaw("this call changes nothing that has a version"));
    };
    if tag == "*" {
        return Ok(None);
    }
    let version =
        tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).map(|tag| tag.split('-').next());
    match version.flatten() {
        Some(version) if !version.is_empty() => Ok(Some(store.if_still(what, id, version))),
        _ => Err(flaw("one tag, as the header `ETag` of a read has it")),
    }
}

/// The one tag of `If-Match`.
fn one(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut all = headers.get_all(header::IF_MATCH).iter();
    let Some(value) = all.next() else { return Ok(None) };
    match (value.to_str().ok().map(str::trim).filter(|tag| !tag.contains(',')), all.next()) {
        (Some(tag), None) => Ok(Some(tag)),
        _ => Err(flaw("one tag, as the header `ETag` of a read has it")),
    }
}

fn flaw(detail: &str) -> Problem {
    Problem::flaw(StatusCode::BAD_REQUEST, "If-Match", detail)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use exeunt_store::versions::Versioned;

    use super::{names, thing};

    #[test]
    fn paths_tell_what_they_are_about() {
        assert_eq!(thing("/api/v1/requests/req_1"), Some((Versioned::Request, "req_1", true)));
        assert_eq!(thing("/api/v1/requests/req_1/hold"), Some((Versioned::Request, "req_1", false)));
        assert_eq!(thing("/api/v1/requests"), None);
        assert_eq!(thing("/api/v1/requests/"), None);
        assert_eq!(thing("/api/v1/tasks/tsk_1"), None);
    }

    #[test]
    fn a_list_of_tags_is_read_as_the_standard_says() {
        for list in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(names(&HeaderValue::from_static(list), "\"a\""), "{list}");
        }
        for list in ["\"b\"", "a", ""] {
            assert!(!names(&HeaderValue::from_static(list), "\"a\""), "{list}");
        }
    }
}
