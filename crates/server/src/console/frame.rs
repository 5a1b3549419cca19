//! What stands around every page: the organization, where one is, where one may go, and what concerns everybody.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use exeunt_app::access::{Permission, Role};

use crate::console::assets::{SCRIPT, STYLE};
use crate::console::door::Visitor;
use crate::console::words::moment::Clock;

/// What a page may load and where it may send forms: ours alone, nothing inline (SEC-68).
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// A place that the navigation leads to.
struct Place {
    key: &'static str,
    name: &'static str,
    href: &'static str,
    /// What one needs for it; nothing for what everybody sees.
    needs: Option<Permission>,
}

/// Every place, in the order they stand.
const PLACES: &[Place] = &[
    Place { key: "today", name: "Today", href: "/", needs: None },
    Place { key: "requests", name: "Requests", href: "/requests", needs: Some(Permission::ReadRequests) },
    Place { key: "customers", name: "Customers", href: "/customers", needs: Some(Permission::FindCustomers) },
    Place { key: "map", name: "Data map", href: "/map", needs: Some(Permission::ReadMap) },
    Place { key: "sources", name: "Sources", href: "/sources", needs: Some(Permission::CheckSources) },
    Place { key: "recovery", name: "Recovery", href: "/recovery", needs: Some(Permission::ReadRequests) },
    Place { key: "exports", name: "Exports", href: "/exports", needs: Some(Permission::ReadPackages) },
    Place { key: "holds", name: "Holds", href: "/holds", needs: Some(Permission::ReadRequests) },
    Place { key: "retention", name: "Retention", href: "/retention", needs: Some(Permission::ReadRequests) },
    Place {
        key: "suppression",
        name: "Suppression",
        href: "/suppression",
        needs: Some(Permission::ReadSuppression),
    },
    Place { key: "audit", name: "Audit log", href: "/audit", needs: Some(Permission::ReadAudit) },
    Place { key: "reports", name: "Reports", href: "/reports", needs: Some(Permission::ReadRequests) },
    Place {
        key: "subprocessors",
        name: "Sub-processors",
        href: "/subprocessors",
        needs: Some(Permission::ReadSubprocessors),
    },
    Place { key: "settings", name: "Settings", href: "/settings", needs: None },
];

/// A place as one visitor sees it.
pub(crate) struct Item {
    pub(crate) name: &'static str,
    pub(crate) href: &'static str,
    pub(crate) current: bool,
}

/// Something that concerns everybody.
pub(crate) struct Banner {
    /// `bad`, `warn` or `info`.
    pub(crate) tone: &'static str,
    pub(crate) text: String,
    pub(crate) href: &'static str,
    pub(crate) link: &'static str,
}

/// What stands around a page.
pub(crate) struct Frame {
    /// What the page is called. Never holds personal data: browsers keep it.
    pub(crate) title: String,
    /// Whose office it is; empty before somebody signed in.
    pub(crate) organization: String,
    /// Their roles.
    pub(crate) roles: String,
    /// Where they may go.
    pub(crate) places: Vec<Item>,
    /// What concerns everybody.
    pub(crate) banners: Vec<Banner>,
    /// What forms carry.
    pub(crate) form: String,
    /// Whether a dangerous act on this page asks for a code.
    pub(crate) stale: bool,
    /// How times are told.
    pub(crate) clock: Clock,
    /// Whether single keys do something.
    pub(crate) keys: bool,
    /// Whether this is the page about oneself.
    pub(crate) me: bool,
    pub(crate) style: &'static str,
    pub(crate) script: &'static str,
}

impl Frame {
    /// Around a page of somebody signed in. `place` is the key of where it stands in the navigation.
    pub(crate) async fn of(visitor: &Visitor, title: &str, place: &'static str) -> Self {
        let mut frame = Self::outside(title);
        frame.organization = visitor.office.organization.name.clone();
        frame.form = visitor.form_token();
        frame.stale = visitor.is_stale();
        frame.clock = visitor.clock();
        frame.keys = visitor.keys;
        frame.me = place == "me";
        frame.roles = roles(visitor);
        frame.places = PLACES
            .iter()
            .filter(|known| known.needs.is_none_or(|needs| visitor.may(needs)))
            .map(|known| Item { name: known.name, href: known.href, current: known.key == place })
            .collect();
        frame.banners = banners(visitor).await;
        frame
    }

    /// Around a page of nobody yet.
    pub(crate) fn outside(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            organization: String::new(),
            roles: String::new(),
            places: Vec::new(),
            banners: Vec::new(),
            form: String::new(),
            stale: false,
            clock: Clock::default(),
            keys: true,
            me: false,
            style: &STYLE.href,
            script: &SCRIPT.href,
        }
    }
}

/// The roles whose powers somebody has all of, in words; none that another of them has all of, too.
fn roles(visitor: &Visitor) -> String {
    let powers = visitor.actor.powers;
    let has = |role: &Role| role.permissions().iter().all(|permission| powers.has(*permission));
    let all: Vec<Role> = Role::ALL.into_iter().filter(has).collect();
    let within = |role: Role, other: Role| {
        role != other && role.permissions().iter().all(|one| other.permissions().contains(one))
    };
    let own = all.iter().filter(|role| !all.iter().any(|other| within(**role, *other)));
    own.map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}

async fn banners(visitor: &Visitor) -> Vec<Banner> {
    let Ok(halts) = visitor.office.list_halts(&visitor.actor).await else { return Vec::new() };
    let mut banners = Vec::new();
    if halts.iter().any(|halt| halt.source.is_none()) {
        banners.push(Banner {
            tone: "bad",
            text: String::from("Everything that destroys is stopped. Two people let it go on."),
            href: "/",
            link: "See why",
        });
    }
    let paused: Vec<String> =
        halts.iter().filter_map(|halt| halt.source.as_ref()).map(ToString::to_string).collect();
    if !paused.is_empty() {
        banners.push(Banner {
            tone: "warn",
            text: format!("Work is paused at {}.", paused.join(", ")),
            href: "/",
            link: "See why",
        });
    }
    banners
}

/// A page as an answer.
pub(crate) fn page(status: StatusCode, page: &impl Template) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!("could not render a page: {error}");
            return (StatusCode::INTERNAL_SERVER_ERROR, "the page could not be made\n").into_response();
        }
    };
    let mut response = (status, Html(html)).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// The same, well.
pub(crate) fn shown(template: &impl Template) -> Response {
    page(StatusCode::OK, template)
}
