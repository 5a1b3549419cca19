//! The organization: what its settings say, and its key.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_datamap::region::Regions;
use exeunt_plan::residency::Server;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page};
use crate::console::settings::{Done, Tab, around, back, freshened, said};
use crate::console::trouble::Trouble;
use crate::console::words::number::grouped;

#[derive(Template)]
#[template(path = "console/settings/organization.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    name: String,
    id: String,
    facts: Vec<Group>,
    may_rotate: bool,
}

/// Facts under one heading.
struct Group {
    heading: &'static str,
    facts: Vec<Fact>,
}

/// One of them.
struct Fact {
    what: &'static str,
    told: String,
    /// Where the settings file says it.
    setting: &'static str,
}

/// The page.
pub(crate) async fn show(visitor: Visitor, done: Result<Query<Done>, QueryRejection>) -> Response {
    shown(&visitor, StatusCode::OK, None, "", said(done)).await
}

async fn shown(
    visitor: &Visitor,
    status: StatusCode,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
) -> Response {
    let around = around(visitor, "Settings", "organization").await;
    let made = Page {
        frame: around.frame,
        tabs: around.tabs,
        problem,
        at,
        done,
        name: visitor.office.organization.name.clone(),
        id: visitor.office.organization.id.to_string(),
        facts: facts(visitor),
        may_rotate: visitor.may(Permission::RotateKeys),
    };
    page(status, &made)
}

fn facts(visitor: &Visitor) -> Vec<Group> {
    let office = &visitor.office;
    let policy = &office.policy;
    let days = |count: u32| if count == 1 { String::from("1 day") } else { format!("{count} days") };
    let yes = |on: bool| String::from(if on { "yes" } else { "no" });
    let or = |text: String, none: &str| if text.is_empty() { none.to_owned() } else { text };
    let residency = &*policy.residency;
    let store = match &residency.store {
        Server::None => String::from("a file beside the program"),
        Server::Somewhere => String::from("a server whose region nobody said"),
        Server::In(region) => format!("a server in {region}"),
    };
    let fact = |what, setting, told| Fact { what, told, setting };
    let language = office.senders.get(&office.organization.id);
    let mut groups = vec![
        Group {
            heading: "Windows and safety",
            facts: vec![
                fact("Erased rows can be restored for", "window_days", days(policy.window_days)),
                fact("Purging may take, after that", "purge_days", days(policy.purge_days)),
                fact("Whose a request was is known for", "identities_days", days(policy.identities_days)),
                fact(
                    "Imports are kept from bringing somebody back for",
                    "suppression_days",
                    days(office.engine.settings.suppression_days),
                ),
                fact("An objection to marketing stands for", "objection_days", days(policy.objection_days)),
                fact("Most rows of one person without a question", "row_cap", grouped(policy.row_cap)),
                fact("The most dangerous acts take two people", "two_people", yes(policy.two_people)),
            ],
        },
        Group {
            heading: "Where data may be",
            facts: vec![
                fact("Regions the organization allows", "region", or(plain(&residency.allowed), "any")),
                fact("Vault and packages are in", "residency.storage", region(residency.storage.as_ref())),
                fact("The control store is", "residency.store", store),
                fact("Workers are in", "residency.workers", or(plain(&residency.workers), UNSAID)),
            ],
        },
        Group {
            heading: "Mail and links",
            facts: vec![
                fact("Letters are sent", "mail", yes(office.post.is_some())),
                fact(
                    "Usual language",
                    "mail.language",
                    language.map_or("none", |language| language.as_str()).to_owned(),
                ),
                fact(
                    "People find this service at",
                    "serve.public_url",
                    office
                        .public_url
                        .clone()
                        .unwrap_or_else(|| String::from("no address was said, so letters hold no links")),
                ),
            ],
        },
        Group {
            heading: "Sub-processors",
            facts: vec![
                fact(
                    "Announced beforehand by",
                    "subprocessors.notice_days",
                    days(policy.subprocessors.notice_days),
                ),
                fact(
                    "Anybody may read the list",
                    "subprocessors.public",
                    yes(policy.subprocessors.is_public),
                ),
            ],
        },
        Group {
            heading: "Keys",
            facts: vec![fact(
                "The root key is kept in",
                "unseal",
                String::from(match office.root_key_is_in_token() {
                    true => "a token, which it never leaves",
                    false => "a file, wrapped by the unseal secret",
                }),
            )],
        },
    ];
    // paths and buckets are no business of those who only decide
    if visitor.may(Permission::CheckSources) {
        groups.push(Group {
            heading: "Storage",
            facts: vec![
                fact("Vault", "storage", office.engine.shelf.storage().place("")),
                fact("Packages", "storage", office.engine.packages.place("")),
            ],
        });
    }
    groups
}

/// What is told of a place that the settings do not name.
const UNSAID: &str = "a region nobody said";

/// Regions without the marks that messages put around names.
fn plain(regions: &Regions) -> String {
    regions.to_string().replace('`', "")
}

fn region(region: Option<&impl ToString>) -> String {
    region.map_or_else(|| UNSAID.to_owned(), ToString::to_string)
}

/// Takes another key of the organization into use.
pub(crate) async fn rotate_key(Sent { mut by, fields }: Sent) -> Response {
    let rotated = async {
        let cookie = freshened(&mut by, &fields).await?;
        by.office.rotate_organization_key(&by.actor).await?;
        Ok::<_, Trouble>(cookie)
    };
    match rotated.await {
        Ok(cookie) => back("/settings", "key", cookie),
        Err(trouble) if trouble.code() == "E0911" || trouble.code() == "E0916" => {
            trouble.marked(shown(&by, trouble.status(), Some(trouble.sentence()), "code", "").await)
        }
        Err(trouble) => trouble.into_response(),
    }
}
