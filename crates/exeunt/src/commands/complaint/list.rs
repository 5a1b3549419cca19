//! `exeunt complaint list`.

use exeunt_store::complaints::Complaint;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Most that are listed: more than anybody looks at in a day.
const MOST: u32 = 200;

/// Lists them.
pub(crate) async fn run(door: &Door) -> Result<Exit, Failure> {
    let complaints = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.open_complaints(&actor, MOST).await?,
        Way::There(remote) => remote.open_complaints().await?,
    };
    if door.json {
        let one = |complaint: &Complaint| {
            json!({
                "request": complaint.request,
                "number": complaint.number,
                "made_at": complaint.at,
                "answer_by": complaint.answer_by,
            })
        };
        out::json(&json!({ "complaints": complaints.iter().map(one).collect::<Vec<_>>() }))?;
    } else if complaints.is_empty() {
        out::text("no complaint waits for an answer")?;
    } else {
        let line = |complaint: &Complaint| {
            vec![
                complaint.request.to_string(),
                complaint.number.to_string(),
                out::time(complaint.at),
                complaint.answer_by.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = complaints.iter().map(line).collect();
        out::text(&table(&["request", "number", "made", "answer by"], &rows))?;
    }
    Ok(Exit::DONE)
}
