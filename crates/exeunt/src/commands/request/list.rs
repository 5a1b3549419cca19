//! `exeunt request list`.

use exeunt_store::requests::Request;
use serde_json::{Value, json};

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// How many.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

/// Lists.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let requests = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.list_requests(&actor, args.limit).await?,
        Way::There(remote) => remote.list_requests(args.limit).await?,
    };
    if door.json {
        out::json(&json!({ "requests": requests.iter().map(value).collect::<Vec<_>>() }))?;
    } else if requests.is_empty() {
        out::text("no requests yet; take one in with `exeunt request submit`")?;
    } else {
        let rows: Vec<Vec<String>> = requests
            .iter()
            .map(|request| {
                vec![
                    request.id.to_string(),
                    request.kind.clone(),
                    state(request),
                    out::time(request.received_at),
                    request.window_ends_at.map(out::time).unwrap_or_default(),
                ]
            })
            .collect();
        out::text(&table(&["request", "right", "state", "received", "window ends"], &rows))?;
    }
    Ok(Exit::DONE)
}

/// The state, and that it is on hold.
pub(crate) fn state(request: &Request) -> String {
    if request.held_because.is_some() {
        format!("{} (on hold)", request.state)
    } else {
        request.state.clone()
    }
}

/// A request for programs. Nothing of the person.
pub(crate) fn value(request: &Request) -> Value {
    json!({
        "request": request.id,
        "right": request.kind,
        "state": request.state,
        "received_at": request.received_at,
        "entered_at": request.entered_at,
        "window_ends_at": request.window_ends_at,
        "held_because": request.held_because,
        "plan": request.plan,
        "job": request.job,
    })
}
