//! Around every call: the id it is known by, its line in the log and in the security log, and its count.
//!
//! The id is drawn here, for each call anew: what a caller sends as one is not believed, and not repeated. Only a caller's
//! trace is gone on with, where the settings say so.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use exeunt_base::hex;
use exeunt_engine::world::chance_for_id;
use serde::{Serialize, Serializer};
use tracing::field::Empty;
use tracing::{Instrument, Span, error_span, info, warn};

use crate::service::Service;
use crate::trace_parent;

/// The header that tells the id.
pub(crate) const HEADER: &str = "x-request-id";

/// Where what concerns who was let in and who was not is logged.
const SECURITY: &str = "exeunt::security";

/// What changes who is let in, whether it succeeds or not.
const DOORS: [&str; 11] = [
    "/sign-in",
    "/sign-out",
    "/join",
    "/reset",
    "/me",
    "/api/v1/sessions",
    "/api/v1/sign-ins",
    "/api/v1/enrollments",
    "/api/v1/users",
    "/api/v1/api-keys",
    "/api/v1/identity-providers",
];

tokio::task_local! {
    static ID: String;
}

/// The id of the call that is being answered where this is written down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Current;

impl Current {
    /// Whether no call is being answered here.
    pub(crate) fn is_none(&self) -> bool {
        ID.try_with(|_| ()).is_err()
    }
}

impl Serialize for Current {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match ID.try_with(Clone::clone) {
            Ok(id) => to.serialize_str(&id),
            Err(_) => to.serialize_none(),
        }
    }
}

/// Writes down who calls, once that is known. Their id, never their name.
pub(crate) fn known(actor: impl std::fmt::Display) {
    Span::current().record("call.actor", tracing::field::display(actor));
}

/// The code of a problem, for whoever writes the call down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code(pub(crate) &'static str);

/// Answers a call and tells about it.
pub(crate) async fn told(service: State<Service>, request: Request, next: Next) -> Response {
    let world = &service.house.world;
    let id = hex::encode(&chance_for_id(&**world));
    // the route and not the path: somebody may have written anything there
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = word(request.method());
    let begun = world.now();
    let parent = service.watch.follows_callers.then(|| trace_parent::of(request.headers())).flatten();
    // of the highest level, so that every line that is logged at all tells its call
    let span = error_span!(
        "call",
        request_id = %id, call.method = method, call.route = %route, call.actor = Empty,
        call.parent = parent, call.status = Empty, call.code = Empty
    );
    let answered = ID.scope(id.clone(), next.run(request)).instrument(span.clone());
    let mut response = answered.await;
    let micros = world.now().as_micros().saturating_sub(begun.as_micros()).max(0).unsigned_abs();
    let status = response.status();
    service.watch.calls.count(method, &route, status.as_u16(), micros);
    let code = response.extensions().get::<Code>().map_or("", |code| code.0);
    span.in_scope(|| {
        info!(call.status = status.as_u16(), call.micros = micros, call.code = code, "answered a call");
        tell_security(method, &route, status, code);
    });
    // for traces: the lines above have them already
    span.record("call.status", status.as_u16()).record("call.code", code);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static(HEADER), value);
    }
    response
}

fn tell_security(method: &str, route: &str, status: StatusCode, code: &str) {
    let refused =
        [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    if refused {
        let status = status.as_u16();
        warn!(target: SECURITY, { call.status = status, call.code = code }, "refused a call");
    } else if method != "GET" && DOORS.iter().any(|door| route.starts_with(door)) {
        let status = status.as_u16();
        info!(target: SECURITY, { call.status = status, call.code = code }, "changed who is let in, or tried to");
    }
}

fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
