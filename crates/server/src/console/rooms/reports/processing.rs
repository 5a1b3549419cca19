//! The record of processing (GDPR Article 30), put together from the data map.

use askama::Template;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::reports::processing::Activity;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, shown};
use crate::console::rooms::reports::csv;
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::listed;

/// One line of the record.
struct Line {
    model: String,
    controller: String,
    purposes: String,
    grounds: String,
    people: String,
    categories: String,
    special: bool,
    recipients: String,
    transfers: String,
    limits: String,
    region: String,
}

#[derive(Template)]
#[template(path = "console/rooms/reports/processing.html")]
struct Page {
    frame: Frame,
    /// Why there is no record.
    problem: Option<String>,
    organization: String,
    as_of: Moment,
    digest: String,
    regions: String,
    subprocessors: Vec<(String, String)>,
    lines: Vec<Line>,
    gaps: Vec<(String, &'static str)>,
}

/// The record.
pub(crate) async fn show(by: Visitor) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ReadMap)?;
    let mut made = Page {
        frame: by.frame("Record of processing", "reports").await,
        problem: None,
        organization: by.office.organization.name.clone(),
        as_of: by.clock().day(by.clock().today()),
        digest: String::new(),
        regions: String::new(),
        subprocessors: Vec::new(),
        lines: Vec::new(),
        gaps: Vec::new(),
    };
    match by.office.record_of_processing(&by.actor).await {
        Ok(record) => {
            made.digest = record.map_digest;
            made.regions = listed(&record.regions);
            made.subprocessors =
                record.subprocessors.into_iter().map(|one| (one.name, one.purpose)).collect();
            made.lines = record.activities.into_iter().map(line).collect();
            made.gaps = record.gaps.into_iter().map(|(model, what)| (model, said(what))).collect();
        }
        Err(error) => {
            let trouble = Trouble::from(error);
            if trouble.status().is_server_error() {
                return Err(trouble);
            }
            made.problem = Some(trouble.sentence());
        }
    }
    Ok(shown(&made))
}

fn said(what: &str) -> &'static str {
    match what {
        "purposes" => "purposes",
        "legal_basis" => "legal basis",
        "recipients" => "recipients",
        "contact" => "contact of the data protection officer",
        _ => "something",
    }
}

fn line(activity: Activity) -> Line {
    Line {
        model: activity.model,
        controller: match activity.contact.as_str() {
            "" => activity.controller,
            contact => format!("{}; {contact}", activity.controller),
        },
        purposes: listed(&activity.purposes),
        grounds: listed(&activity.legal_basis),
        people: activity.people,
        categories: listed(&activity.categories),
        special: activity.special,
        recipients: listed(&activity.recipients),
        transfers: activity.transfers,
        limits: activity.time_limits.join("; "),
        region: activity.region,
    }
}

/// The same as a file.
pub(crate) async fn download(by: Visitor) -> Result<Response, Trouble> {
    let record = by.office.record_of_processing(&by.actor).await?;
    let heading = [
        "model",
        "table",
        "controller",
        "contact",
        "purposes",
        "legal_basis",
        "people",
        "categories",
        "special",
        "recipients",
        "transfers",
        "time_limits",
        "region",
    ];
    let mut table = vec![heading.map(str::to_owned).to_vec()];
    for one in record.activities {
        table.push(vec![
            one.model,
            one.table,
            one.controller,
            one.contact,
            one.purposes.join("; "),
            one.legal_basis.join("; "),
            one.people,
            one.categories.join("; "),
            String::from(if one.special { "yes" } else { "no" }),
            one.recipients.join("; "),
            one.transfers,
            one.time_limits.join("; "),
            one.region,
        ]);
    }
    Ok(csv(&table, "record-of-processing.csv"))
}
