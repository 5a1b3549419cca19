//! Somebody signed in to the console: a browser with their cookie, that sends forms as our own pages do.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use axum::http::{Request, header};
use exeunt_app::Actor;
use exeunt_app::access::{Powers, Role};
use exeunt_app::people::enrollment::Joining;
use exeunt_app::people::{Person, totp};
use exeunt_base::{Personal, Secret, UserId};
use exeunt_engine::World;
use exeunt_plan::digest;

use crate::home::{Answer, Home, Tenant, base32};

/// What everybody here chose.
pub(crate) const PASSWORD: &str = "a quite unlikely phrase 7";

/// A browser of somebody signed in.
pub(crate) struct Visitor<'a> {
    home: &'a Home,
    /// Who.
    pub(crate) user: UserId,
    /// By what they sign in.
    pub(crate) email: String,
    factor: Vec<u8>,
    session: Mutex<String>,
}

impl Home {
    /// A new user of a role of the first organization, signed in.
    pub(crate) async fn visitor(&self, role: Role) -> Visitor<'_> {
        self.visitor_of(&self.acme, &[role]).await
    }

    /// The same with the roles one likes, at either organization.
    pub(crate) async fn visitor_of(&self, tenant: &Tenant, roles: &[Role]) -> Visitor<'_> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let office = self.house.office(tenant.id).unwrap();
        let operator = Actor { id: None, organization: tenant.id, powers: Powers::all() };
        let email = format!("visitor-{number}@{}.test", office.organization.name.to_lowercase());
        let person =
            Person::new(&Personal::new(format!("Visitor {number}")), &Personal::new(email.clone())).unwrap();
        let invited = office.invite_user(&operator, &person, roles).await.unwrap();
        let shown = office.show_enrollment(&invited.one_time.token).await.unwrap();
        let factor = base32(shown.secret.expose());
        let chosen = Joining {
            enrollment: shown.sealed,
            token: invited.one_time.token,
            password: Secret::new(PASSWORD.to_owned()),
            code: totp::code(&factor, totp::step_of(self.world.now())),
        };
        let session = office.accept_invitation(&chosen).await.unwrap();
        let session = Mutex::new(session.token.expose().clone());
        Visitor { home: self, user: invited.user, email, factor, session }
    }
}

impl Visitor<'_> {
    /// The session's token.
    pub(crate) fn session(&self) -> String {
        self.session.lock().unwrap().clone()
    }

    /// What forms of this session carry.
    pub(crate) fn form_token(&self) -> String {
        digest::of_text(&format!("exeunt console form\n{}", self.session()))
    }

    /// What their authenticator shows now. It is taken once: skip a minute to get another.
    pub(crate) fn code(&self) -> String {
        totp::code(&self.factor, totp::step_of(self.home.world.now())).expose().clone()
    }

    /// Looks at a page.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap()).await
    }

    /// Sends a form of a page of this session.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.form_token();
        let with_token: Vec<(&str, &str)> =
            [("_form", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.send(form(path, &with_token)).await
    }

    /// Sends anything with the cookie, and keeps the cookie that comes back.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        let cookie = format!("__Host-exeunt={}", self.session());
        request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        let answer = self.home.call(request).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            if let Some(rest) = set.strip_prefix("__Host-exeunt=") {
                *self.session.lock().unwrap() = rest.split(';').next().unwrap().to_owned();
            }
        }
        answer
    }
}

/// A form as a browser sends it from a page of ours.
pub(crate) fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    Request::post(path)
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body.collect::<Vec<_>>().join("&")))
        .unwrap()
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
