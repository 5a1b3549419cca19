//! Who looks at a page: whoever holds the session of the cookie. Anybody else is led to the sign-in.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_app::people::sessions::SignedIn;
use exeunt_app::{Actor, Office};
use exeunt_base::{Secret, Timestamp};
use exeunt_plan::digest;

use crate::caller::Caller;
use crate::console::cookie;
use crate::console::frame::Frame;
use crate::console::trouble::Trouble;
use crate::console::words::moment::Clock;
use crate::service::Service;

/// Somebody signed in, and the office of their organization.
pub(crate) struct Visitor {
    /// Who.
    pub(crate) actor: Actor,
    /// Where.
    pub(crate) office: Office,
    /// Their session.
    pub(crate) session: SignedIn,
    /// Its token.
    pub(crate) token: Secret<String>,
    /// The page they are on, for the way back.
    pub(crate) path: String,
    /// Whether single keys do something in their browser.
    pub(crate) keys: bool,
}

impl Visitor {
    /// Whether they may.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.actor.powers.has(permission)
    }

    /// The time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.office.engine.world.now()
    }

    /// How times are told here: in the organization's zone.
    pub(crate) fn clock(&self) -> Clock {
        Clock::new(self.office.policy.law.zone.clone(), self.now())
    }

    /// What every form of theirs carries: a token that only pages made for this session know (SEC-69).
    pub(crate) fn form_token(&self) -> String {
        form_token(&self.token)
    }

    /// Whether a dangerous act asks for their second factor again (SEC-08).
    pub(crate) fn is_stale(&self) -> bool {
        self.session.require_fresh(self.now()).is_err()
    }

    /// Makes the session fresh by the code that came with a form, where it has to be. The session goes on under another token,
    /// which the answer must put into the browser.
    pub(crate) async fn freshen(&mut self, code: &str) -> Result<Option<HeaderValue>, exeunt_app::Error> {
        if !self.is_stale() {
            return Ok(None);
        }
        if code.trim().is_empty() {
            return Err(exeunt_app::people::Error::Stale.into());
        }
        let renewed = self.office.step_up(&self.token, &Secret::new(code.trim().to_owned())).await?;
        self.token = renewed.token;
        self.session.fresh_at = self.now();
        Ok(Some(cookie::put(&self.token)))
    }

    /// The page around something.
    pub(crate) async fn frame(&self, title: &str, place: &'static str) -> Frame {
        Frame::of(self, title, place).await
    }
}

/// What forms of a session carry.
pub(crate) fn form_token(session: &Secret<String>) -> String {
    digest::of_text(&format!("exeunt console form\n{}", session.expose()))
}

impl FromRequestParts<Service> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Response> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let looks = [Method::GET, Method::HEAD].contains(&parts.method);
        let Some(token) = cookie::of(&parts.headers) else { return Err(led_in(looks, &path)) };
        match Caller::of(service, token).await {
            Ok(Caller { actor, office, session: Some(session), token }) => {
                let keys = cookie::keys(&parts.headers);
                Ok(Self { actor, office, session, token, path, keys })
            }
            Ok(_) => Err(led_in(looks, &path)),
            Err(problem) if problem.status == 401 => Err(led_in(looks, &path)),
            Err(problem) => Err(Trouble::from(problem).into_response()),
        }
    }
}

/// That the session is over, for whoever was just sending something.
#[derive(Template)]
#[template(path = "console/people/session_ended.html")]
struct SessionEnded {
    frame: Frame,
}

/// Leads whoever looks to the sign-in and from there back. Whoever sends a form is told, so that nothing they wrote is lost.
fn led_in(looks: bool, path: &str) -> Response {
    if looks {
        return Redirect::to(&way_in(path)).into_response();
    }
    let frame = Frame::outside("Your session has ended");
    crate::console::frame::page(axum::http::StatusCode::UNAUTHORIZED, &SessionEnded { frame })
}

/// The sign-in that leads back to a page.
fn way_in(path: &str) -> String {
    if path == "/" {
        return String::from("/sign-in");
    }
    let then: String = form_encoded(path);
    format!("/sign-in?then={then}")
}

/// A text as a query carries it.
pub(crate) fn form_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A way back that stays on this host: anything else leads to the first page.
pub(crate) fn way_back(then: &str) -> &str {
    let inside = then.starts_with('/')
        && !then.starts_with("//")
        && !then.contains(['\\', '\r', '\n', '\t'])
        && !then.chars().any(char::is_control);
    if inside { then } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::{way_back, way_in};

    #[test]
    fn the_way_back_never_leads_elsewhere() {
        assert_eq!(way_back("/requests?q=is%3Aopen"), "/requests?q=is%3Aopen");
        for evil in
            ["//evil.test", "https://evil.test", "/\\evil.test", "/a\r\nb", "", "evil", "/\t/evil.test"]
        {
            assert_eq!(way_back(evil), "/", "{evil:?}");
        }
        assert_eq!(way_in("/requests?q=a&b"), "/sign-in?then=/requests%3Fq%3Da%26b");
    }
}
