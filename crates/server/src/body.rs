//! What is sent with a call: JSON bodies, ids in paths, queries. What is wrong is said by its place, never by its value:
//! somebody may have put an identifier where none belongs.

use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// Most bytes of a body.
pub(crate) const MOST_BYTES: usize = 64 * 1024;

/// A JSON body, and its bytes as they were sent.
pub(crate) struct Body<T, const MOST: usize = MOST_BYTES> {
    /// What it says.
    pub(crate) value: T,
    /// How.
    pub(crate) bytes: Bytes,
}

impl<S: Send + Sync, T: DeserializeOwned, const MOST: usize> FromRequest<S> for Body<T, MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_json = kind.is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json")
        });
        if !is_json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "E0906",
                "the body is JSON; say so with the header `Content-Type: application/json`",
            ));
        }
        let bytes = axum::body::to_bytes(request.into_body(), MOST).await.map_err(|_| {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "E0906",
                format!("the body is cut short, or has more than {MOST} bytes"),
            )
        })?;
        Ok(Self { value: read(&bytes)?, bytes })
    }
}

/// Reads a body.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut from).map_err(|error| {
        let mut pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.to_string().starts_with("unknown field") {
            // its name is the caller's
            pointer.truncate(pointer.rfind('/').unwrap_or(0));
            pointer.push_str("/…");
        }
        let status = if inner.is_data() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_REQUEST };
        Problem::flaw(status, pointer, without_values(&inner))
    })?;
    from.end().map_err(|_| {
        Problem::flaw(StatusCode::BAD_REQUEST, "", "there is more after the end of the JSON value")
    })?;
    Ok(value)
}

/// Where, as a JSON Pointer; names that no call of ours has are left out.
fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        use serde_path_to_error::Segment;
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } if is_word(key) => key.clone(),
            _ => String::from("…"),
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

fn is_word(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// The parser's words without what it found: what it expected is ours, what it found is the caller's.
fn without_values(error: &serde_json::Error) -> String {
    let words = error.to_string();
    // the last one: whatever was sent may hold the same words
    let expected = words.rfind(", expected ").map(|at| {
        let end = words.rfind(" at line ").filter(|end| *end > at).unwrap_or(words.len());
        words[at + 2..end].to_owned()
    });
    // a field that is missing is one of ours
    let missing = words.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let place = format!("line {}, column {}", error.line(), error.column());
    match (missing, expected) {
        (Some(field), _) => format!("the field `{field}` is missing ({place})"),
        (None, Some(expected)) if words.starts_with("unknown field") => {
            format!("there is a field of another name here; {expected} ({place})")
        }
        (None, Some(expected)) => format!("{expected} ({place})"),
        (None, None) if error.is_data() => format!("this value does not fit here ({place})"),
        (None, None) => format!("this is not JSON ({place})"),
    }
}

/// An id in a path. What is no id of the kind names nothing.
pub(crate) struct Id<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        let axum::extract::Path(text) = text.map_err(|_| Problem::not_found())?;
        text.parse().map(Self).map_err(|_| Problem::not_found())
    }
}

/// An id in a path, and the name of something of it after that.
pub(crate) struct Part<T>(pub(crate) T, pub(crate) String);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Part<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let texts = axum::extract::Path::<(String, String)>::from_request_parts(parts, state).await;
        let axum::extract::Path((id, name)) = texts.map_err(|_| Problem::not_found())?;
        Ok(Self(id.parse().map_err(|_| Problem::not_found())?, name))
    }
}

/// What stands behind the question mark.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        let axum::extract::Query(value) = read.map_err(|_| {
            Problem::flaw(
                StatusCode::UNPROCESSABLE_ENTITY,
                "",
                "a parameter of the query is unknown, given twice, or not of the form that the document tells",
            )
        })?;
        Ok(Self(value))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::read;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sent {
        #[serde(rename = "people")]
        _people: Vec<Person>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Person {
        #[serde(rename = "email")]
        _email: String,
        #[serde(rename = "age", default)]
        _age: Option<u8>,
    }

    #[test]
    fn what_is_wrong_is_told_by_its_place_and_never_quoted() {
        for (sent, pointer, words) in [
            (r#"{"people":[{"email":"canary","age":"canary"}]}"#, "/people/0/age", "expected u8"),
            (r#"{"people":[{"email":{"canary":1}}]}"#, "/people/0/email", "expected a string"),
            (r#"{"people":[{"canary@x.test":"canary"}]}"#, "/people/0/…", "expected `email` or `age`"),
            (r#"{"people":[{}]}"#, "/people/0", "`email` is missing"),
            (r#"{"people":"canary, expected canary"}"#, "/people", "expected a sequence"),
            (r#"{"people":[canary]}"#, "/people/0", "not JSON"),
            (r#"{"people":[]} canary"#, "", "more after"),
            ("", "", "not JSON"),
            ("\u{feff}canary", "", "not JSON"),
        ] {
            let problem = read::<Sent>(sent.as_bytes()).expect_err(sent);
            let told = serde_json::to_string(&problem).expect("JSON");
            assert!(!told.contains("canary"), "{told}");
            assert_eq!(problem.errors[0].pointer, pointer, "{sent}: {told}");
            assert!(problem.errors[0].detail.contains(words), "{sent}: {told}");
        }
    }
}
