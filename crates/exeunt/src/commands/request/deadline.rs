//! `exeunt request acknowledge`, `pause`, `resume` and `extend`: the clock of a request.

use exeunt_base::RequestId;
use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Acknowledge {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
}

/// Which, on what ground, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Pause {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// What is waited for, where the law lets the clock stop for it
    #[arg(long, value_name = "GROUND", value_parser = ["identity", "clarification", "fee"])]
    ground: String,
    /// Why
    #[arg(long, value_name = "REASON")]
    because: String,
}

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Resume {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
}

/// Which, for what kind of reason, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Extend {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// The kind of reason, as the law takes it: complexity, number
    #[arg(long, value_name = "KIND")]
    kind: String,
    /// Why, as the person is told
    #[arg(long, value_name = "REASON")]
    because: String,
}

/// Writes down that the person was told.
pub(crate) async fn acknowledge(door: &Door, args: &Acknowledge) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    office.acknowledge_request(&actor, args.request).await?;
    told(door, args.request, json!({ "acknowledged": true }), "is acknowledged")
}

/// Stops the clock.
pub(crate) async fn pause(door: &Door, args: &Pause) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    office.pause_deadline(&actor, args.request, &args.ground, &args.because).await?;
    let words = format!("waits: its clock stands still until `exeunt request resume {}`", args.request);
    told(door, args.request, json!({ "paused": true }), &words)
}

/// Lets it run on.
pub(crate) async fn resume(door: &Door, args: &Resume) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let due = office.resume_deadline(&actor, args.request).await?;
    told(door, args.request, json!({ "paused": false, "answer_by": due }), &format!("is due {due}"))
}

/// Moves the deadline, once.
pub(crate) async fn extend(door: &Door, args: &Extend) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let due = office.extend_deadline(&actor, args.request, &args.kind, &args.because).await?;
    let words = format!("is due {due}; tell the person so, and why, before the first deadline");
    told(door, args.request, json!({ "answer_by": due }), &words)
}

fn told(door: &Door, request: RequestId, mut value: serde_json::Value, words: &str) -> Result<Exit, Failure> {
    if door.json {
        value["request"] = json!(request);
        out::json(&value)?;
    } else {
        out::text(&format!("{request} {words}"))?;
    }
    Ok(Exit::DONE)
}
