//! What is there of a customer, and what can be done for them.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_app::customers::find::Customer;
use exeunt_app::customers::remains::{Remains, Sort, Until};
use exeunt_app::suppression::Purpose;
use exeunt_rights::Day;
use exeunt_store::requests::Request;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, page};
use crate::console::stairs::{Stairs, picture, stairs};
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, grouped};

/// A request of theirs.
pub(super) struct Line {
    id: String,
    right: String,
    badge: Badge,
    asked: Moment,
    /// Until when what was erased can be brought back.
    until: Option<Moment>,
    held: bool,
}

/// Their place in the suppression list.
pub(super) struct Listed {
    /// What for.
    what: &'static str,
    since: Moment,
    until: Moment,
    /// The request it came of.
    request: Option<String>,
}

/// What is still there because of a request.
pub(super) struct Remaining {
    what: String,
    request: String,
    rows: String,
    until: Option<Moment>,
    held: bool,
}

/// All of that, and when it falls away.
pub(super) struct Remainders {
    lines: Vec<Remaining>,
    says: String,
    stairs: Option<Stairs>,
}

/// A model of which they have rows.
pub(super) struct Part {
    read: usize,
    model: String,
    rows: u64,
    /// The person's own rows, rows that hang on them, or others' rows that they may see.
    how: &'static str,
}

#[derive(Template)]
#[template(path = "console/customers/profile.html")]
struct Profile<'a> {
    frame: Frame,
    problem: Option<String>,
    handle: &'a str,
    kinds: String,
    parts: Vec<Part>,
    rows: u64,
    requests: Vec<Line>,
    erased_by: Option<String>,
    suppressed: Vec<Listed>,
    remains: Remainders,
    may_reveal: bool,
    may_ask: bool,
    because: &'a str,
}

/// The page.
pub(crate) async fn show(visitor: Visitor, Path(handle): Path<String>) -> Response {
    again(&visitor, &handle, None, "").await
}

/// The page, after something on it went wrong; what was typed stays.
pub(super) async fn again(
    visitor: &Visitor,
    handle: &str,
    trouble: Option<Trouble>,
    because: &str,
) -> Response {
    let customer = match visitor.office.find_customer(&visitor.actor, handle).await {
        Ok(customer) => customer,
        Err(error) => return Trouble::from(error).into_response(),
    };
    let status = trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    let problem = trouble.map(|trouble| trouble.sentence());
    let frame = visitor.frame("Customer", "customers").await;
    let Customer { kinds, models, requests, erased_by, suppressed, remains } = customer;
    let clock = visitor.clock();
    let line = |request: &Request| Line {
        id: request.id.to_string(),
        right: request.kind.clone(),
        badge: Badge::request(&request.state),
        asked: clock.at(request.received_at),
        until: request.window_ends_at.map(|ends| clock.at(ends)),
        held: request.held_because.is_some(),
    };
    let parts: Vec<Part> = models
        .iter()
        .map(|model| Part {
            read: model.read,
            model: model.model.clone(),
            rows: model.rows,
            how: match (model.subject, model.accessed) {
                (true, _) => "the customer",
                (_, true) => "others', which they may see",
                _ => "theirs",
            },
        })
        .collect();
    let shown = Profile {
        frame,
        problem,
        handle,
        kinds: kinds.join(", "),
        rows: parts.iter().map(|part| part.rows).sum(),
        parts,
        requests: requests.iter().map(line).collect(),
        erased_by: erased_by.map(|request| request.to_string()),
        suppressed: suppressed
            .into_iter()
            .map(|standing| Listed {
                what: match standing.purpose {
                    Purpose::Erased => "so that no import brings them back",
                    Purpose::Marketing => "because they objected to marketing",
                },
                since: clock.at(standing.since),
                until: clock.at(standing.until),
                request: standing.request.map(|request| request.to_string()),
            })
            .collect(),
        remains: remainders(visitor, &remains),
        may_reveal: visitor.may(Permission::OpenPackages),
        may_ask: visitor.may(Permission::SubmitRequests),
        because,
    };
    page(status, &shown)
}

fn remainders(visitor: &Visitor, remains: &[Remains]) -> Remainders {
    let clock = visitor.clock();
    let line = |one: &Remains| Remaining {
        what: match &one.sort {
            Sort::Hidden => String::from("Erased rows that can come back"),
            Sort::Kept(model) => format!("Rows of {model} that stay because a law says so"),
            Sort::Package(_) => String::from("Rows in a package that can be fetched"),
        },
        request: one.request.to_string(),
        rows: grouped(one.rows),
        until: match one.until {
            Until::At(at) => Some(clock.at(at)),
            Until::Over(day) => Some(clock.day(day)),
            Until::Unknown => None,
        },
        held: one.held,
    };
    let steps: Vec<(Option<Day>, u64)> =
        remains.iter().map(|one| (one.last_day(&visitor.office), one.rows)).collect();
    let total = steps.iter().map(|(_, rows)| rows).sum();
    let open = steps.iter().filter(|(day, _)| day.is_none()).map(|(_, rows)| rows).sum();
    let stairs = stairs(&steps, clock.today());
    let mut says = format!("{} still there because of requests.", is_or_are(total));
    if let Some(last) = stairs.last() {
        let day = clock.date_of(visitor.office.policy.law.zone.start_of(last.day));
        says.push_str(&format!(" The last of those whose end is known falls away after {day}."));
    }
    if open > 0 {
        says.push_str(&format!(" Of {} the end is not known yet.", counted(open, "row", "rows")));
    }
    Remainders {
        lines: remains.iter().map(line).collect(),
        says,
        stairs: picture(&stairs, total, open, clock.today()),
    }
}

fn is_or_are(rows: u64) -> String {
    format!("{} {}", counted(rows, "row", "rows"), if rows == 1 { "is" } else { "are" })
}
