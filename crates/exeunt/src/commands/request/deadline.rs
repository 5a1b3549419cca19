//! `exeunt request acknowledge`, `pause`, `resume`, `extend` and `received`: the clock of a request.

use exeunt_base::{RequestId, Timestamp};
use serde_json::json;

use crate::door::{Door, Needs, Way};
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

/// Which, when, and why it was wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Received {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// When it was received: 2026-11-20T09:00:00Z
    #[arg(long, value_name = "TIME")]
    at: Timestamp,
    /// Why what was written down was wrong
    #[arg(long, value_name = "REASON")]
    because: String,
}

/// Writes down that the person was told.
pub(crate) async fn acknowledge(door: &Door, args: &Acknowledge) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.acknowledge_request(&actor, args.request).await?,
        Way::There(remote) => remote.acknowledge_request(args.request).await?,
    };
    told(door, args.request, json!({ "acknowledged": true }), "is acknowledged")
}

/// Stops the clock.
pub(crate) async fn pause(door: &Door, args: &Pause) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => {
            office.pause_deadline(&actor, args.request, &args.ground, &args.because).await?
        }
        Way::There(remote) => remote.pause_deadline(args.request, &args.ground, &args.because).await?,
    };
    let words = format!("waits: its clock stands still until `exeunt request resume {}`", args.request);
    told(door, args.request, json!({ "paused": true }), &words)
}

/// Lets it run on.
pub(crate) async fn resume(door: &Door, args: &Resume) -> Result<Exit, Failure> {
    let due = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.resume_deadline(&actor, args.request).await?.to_string(),
        Way::There(remote) => remote.resume_deadline(args.request).await?,
    };
    told(door, args.request, json!({ "paused": false, "answer_by": due }), &format!("is due {due}"))
}

/// Moves the deadline, once.
pub(crate) async fn extend(door: &Door, args: &Extend) -> Result<Exit, Failure> {
    let (id, kind, because) = (args.request, &args.kind, &args.because);
    let due = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.extend_deadline(&actor, id, kind, because).await?.to_string(),
        Way::There(remote) => remote.extend_deadline(id, kind, because).await?,
    };
    let words = format!("is due {due}; tell the person so, and why, before the first deadline");
    told(door, args.request, json!({ "answer_by": due }), &words)
}

/// Corrects the day from which everything counts.
pub(crate) async fn received(door: &Door, args: &Received) -> Result<Exit, Failure> {
    let (id, at, because) = (args.request, args.at, &args.because);
    let due = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.correct_received(&actor, id, at, because).await?.to_string(),
        Way::There(remote) => remote.correct_received(id, at, because).await?,
    };
    let words = format!("was received at {}; it is due {due}", args.at);
    told(door, args.request, json!({ "received_at": args.at, "answer_by": due }), &words)
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
