//! `exeunt complaint stops`.

use exeunt_store::stops::Stop;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Most that are listed.
const MOST: u32 = 200;

/// Lists them.
pub(crate) async fn run(door: &Door) -> Result<Exit, Failure> {
    let stops = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.open_stops(&actor, MOST).await?,
        Way::There(remote) => remote.open_stops().await?,
    };
    if door.json {
        let one = |stop: &Stop| json!({ "request": stop.request, "stopped_at": stop.at, "answer_by": stop.answer_by });
        out::json(&json!({ "stops": stops.iter().map(one).collect::<Vec<_>>() }))?;
    } else if stops.is_empty() {
        out::text("no request was stopped by the link in a letter, or somebody has looked at each")?;
    } else {
        let line = |stop: &Stop| vec![stop.request.to_string(), out::time(stop.at), stop.answer_by.clone()];
        let rows: Vec<Vec<String>> = stops.iter().map(line).collect();
        out::text(&table(&["request", "stopped", "get in touch by"], &rows))?;
        out::remark("to go on, two people release a request from its hold: `exeunt request release REQUEST`");
    }
    Ok(Exit::DONE)
}
