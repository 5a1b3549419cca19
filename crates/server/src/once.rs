//! Calls that must happen once: the header `Idempotency-Key` names one, and a second of the name gets what the first made.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use exeunt_app::calls::Call;

use crate::caller::Caller;
use crate::problem::Problem;

/// The header's word.
const HEADER: &str = "idempotency-key";
/// Longest key.
const LONGEST: usize = 255;

/// The caller's name for this call, if they gave one, and what is called.
pub(crate) struct Once {
    name: Option<String>,
    path: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Once {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let path = format!("{} {}", parts.method, parts.uri.path());
        let mut all = parts.headers.get_all(HEADER).iter();
        let Some(value) = all.next() else { return Ok(Self { name: None, path }) };
        let name = value.to_str().ok().map(str::trim).filter(|name| {
            (1..=LONGEST).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
        });
        match (name, all.next()) {
            (Some(name), None) => Ok(Self { name: Some(name.to_owned()), path }),
            _ => Err(Problem::flaw(
                StatusCode::BAD_REQUEST,
                "Idempotency-Key",
                "one key of 1 to 255 printable ASCII characters without a space",
            )),
        }
    }
}

impl Once {
    /// The call, bound to what it asks: the path and every byte sent. One that was answered before is answered again whatever the
    /// thing has become since: it was that call that changed it.
    pub(crate) async fn call(&self, caller: &mut Caller, sent: &[u8]) -> Result<Option<Call>, Problem> {
        let Some(name) = &self.name else { return Ok(None) };
        let call = caller.office.call(&caller.actor, name, &self.path, sent)?;
        let store = &caller.office.engine.store;
        if store.is_conditional() && caller.office.was_made(&call).await? {
            caller.office.engine.store = store.unconditional();
        }
        Ok(Some(call))
    }
}
