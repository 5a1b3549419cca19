//! Who works here, and letting somebody in.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Role;
use exeunt_app::people::Person;
use exeunt_app::people::create_setup_token::OneTime;
use exeunt_app::people::list_users::Listed;
use exeunt_base::Personal;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::settings::{Done, Tab, around, freshened, kept, said};
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;

#[derive(Template)]
#[template(path = "console/settings/people.html")]
struct Page<'a> {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    people: Vec<Row>,
    name: &'a str,
    email: &'a str,
    roles: Vec<Choice>,
}

/// A token for somebody, shown this once.
#[derive(Template)]
#[template(path = "console/settings/token.html")]
struct Token {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    /// What it lets them do.
    what: &'static str,
    name: String,
    token: String,
    until: Moment,
    /// Where they type it.
    address: String,
}

/// Somebody, as they are listed.
struct Row {
    id: String,
    name: String,
    email: String,
    roles: String,
    state: Badge,
    since: Moment,
}

/// A role that may be chosen.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) what: &'static str,
    pub(super) chosen: bool,
}

pub(super) fn choices(chosen: impl Fn(Role) -> bool) -> Vec<Choice> {
    let choice = |role: Role| Choice { word: role.as_str(), what: does(role), chosen: chosen(role) };
    Role::ALL.into_iter().map(choice).collect()
}

/// What somebody of a role does, in a sentence.
fn does(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Sees where requests stand.",
        Role::Agent => "Takes requests in and tells people about them.",
        Role::Officer => "Decides: approves, runs, restores, purges, opens packages.",
        Role::Engineer => "Keeps the data map and the sources. Never sees anybody's data.",
        Role::Auditor => "Reads the log and the proofs.",
        Role::Admin => "Lets people and programs in. Decides on no request.",
    }
}

/// The roles that a form names.
pub(super) fn roles_of(fields: &Fields) -> Vec<Role> {
    fields.all("role").filter_map(Role::from_word).collect()
}

/// The page.
pub(crate) async fn show(visitor: Visitor, done: Result<Query<Done>, QueryRejection>) -> Response {
    asked(&visitor, StatusCode::OK, None, "", said(done), &Fields::default()).await
}

async fn asked(
    visitor: &Visitor,
    status: StatusCode,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    typed: &Fields,
) -> Response {
    let people = match visitor.office.list_users(&visitor.actor).await {
        Ok(people) => people,
        Err(error) => return Trouble::from(error).into_response(),
    };
    let around = around(visitor, "People and roles", "people").await;
    let clock = visitor.clock();
    let row = |listed: &Listed| Row {
        id: listed.id.to_string(),
        name: listed.person.name.expose().to_owned(),
        email: listed.person.email.expose().to_owned(),
        roles: listed.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", "),
        state: Badge::user(&listed.state),
        since: clock.at(listed.disabled_at.or(listed.joined_at).unwrap_or(listed.made_at)),
    };
    let wanted = roles_of(typed);
    let made = Page {
        people: people.iter().map(row).collect(),
        frame: around.frame,
        tabs: around.tabs,
        problem,
        at,
        done,
        name: typed.text("name"),
        email: typed.text("email"),
        roles: choices(|role| wanted.contains(&role)),
    };
    page(status, &made)
}

/// Lets somebody in: a token for them alone.
pub(crate) async fn invite(Sent { mut by, fields }: Sent) -> Response {
    let invited = async {
        let cookie = freshened(&mut by, &fields).await?;
        let name = Personal::new(fields.text("name").to_owned());
        let person = Person::new(&name, &Personal::new(fields.text("email").to_owned()))?;
        let invited = by.office.invite_user(&by.actor, &person, &roles_of(&fields)).await?;
        Ok::<_, Trouble>((invited, cookie))
    };
    match invited.await {
        Ok((invited, cookie)) => token(&by, "join", fields.text("name"), &invited.one_time, cookie).await,
        Err(trouble) if trouble.status().is_server_error() => trouble.into_response(),
        Err(trouble) => {
            let at = flawed(trouble.code());
            trouble.marked(asked(&by, trouble.status(), Some(trouble.sentence()), at, "", &fields).await)
        }
    }
}

/// Shows a one-time token to whoever gives it to its owner.
pub(super) async fn token(
    by: &Visitor,
    what: &'static str,
    name: &str,
    one_time: &OneTime,
    cookie: Option<HeaderValue>,
) -> Response {
    let around = around(by, "A token for one person", "people").await;
    let made = Token {
        frame: around.frame,
        tabs: around.tabs,
        problem: None,
        at: "",
        done: "",
        what,
        name: name.to_owned(),
        token: one_time.token.expose().clone(),
        until: by.clock().at(one_time.expires_at),
        address: format!("{}/{what}", by.office.public_url.as_deref().unwrap_or_default()),
    };
    kept(shown(&made), cookie)
}

/// The field that a refusal is about, where it is about one.
pub(super) fn flawed(code: &str) -> &'static str {
    match code {
        "E0913" | "E0916" => "code",
        "E0918" => "email",
        "E0919" => "name",
        "E0923" => "roles",
        _ => "",
    }
}
