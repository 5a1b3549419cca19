//! `exeunt request show`.

use exeunt_base::RequestId;
use serde_json::json;

use crate::commands::request::list;
use crate::commands::restore;
use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
}

/// Shows one request.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let shown = office.show_request(&actor, args.request).await?;
    let request = &shown.request;
    if door.json {
        let mut value = list::value(request);
        value["sealed_rows"] = json!(shown.sealed_rows);
        value["waits"] = json!(shown.waits.iter().map(restore::wait_value).collect::<Vec<_>>());
        value["receipts"] = json!(shown.receipts.iter().map(|receipt| receipt.id).collect::<Vec<_>>());
        value["next"] = json!(shown.next);
        out::json(&value)?;
        return Ok(Exit::DONE);
    }
    let mut lines = vec![
        ("request", request.id.to_string()),
        ("right", request.kind.clone()),
        ("state", list::state(request)),
        ("received", out::time(request.received_at)),
    ];
    let mut add = |label, value: Option<String>| lines.extend(value.map(|value| (label, value)));
    add("plan", request.plan.map(|id| id.to_string()));
    add("job", request.job.map(|id| id.to_string()));
    add("window ends", request.window_ends_at.map(out::time));
    add("on hold", request.held_because.clone());
    add("in the vault", (shown.sealed_rows > 0).then(|| out::plural(shown.sealed_rows, "row", "rows")));
    for wait in &shown.waits {
        add("waits", Some(restore::told_wait(wait)));
    }
    for receipt in &shown.receipts {
        add("receipt", Some(receipt.id.to_string()));
    }
    add("next", shown.next.clone());
    out::text(&lines.iter().map(|(label, value)| format!("{label:<13} {value}\n")).collect::<String>())?;
    Ok(Exit::DONE)
}
