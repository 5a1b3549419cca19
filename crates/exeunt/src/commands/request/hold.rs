//! `exeunt request hold` and `release`.

use exeunt_base::RequestId;
use exeunt_rights::Day;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// Why nothing of it may be purged for now
    #[arg(long, value_name = "REASON")]
    because: String,
    /// The last day of the hold; then what was held goes on by itself
    #[arg(long, value_name = "DAY")]
    until: Option<Day>,
}

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Release {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
}

/// Places a hold.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (id, because) = (args.request, &args.because);
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.hold_request(&actor, id, because, args.until).await?,
        Way::There(remote) => remote.hold_request(id, because, args.until).await?,
    };
    told(door, args.request, true)
}

/// Lifts a hold.
pub(crate) async fn release(door: &Door, args: &Release) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.release_request(&actor, args.request).await?,
        Way::There(remote) => remote.release_request(args.request).await?,
    };
    told(door, args.request, false)
}

fn told(door: &Door, request: RequestId, held: bool) -> Result<Exit, Failure> {
    if door.json {
        out::json(&json!({ "request": request, "held": held }))?;
    } else if held {
        out::text(&format!(
            "{request} is on hold: nothing of it is purged until `exeunt request release {request}`"
        ))?;
    } else {
        out::text(&format!("{request} is no longer on hold"))?;
    }
    Ok(Exit::DONE)
}
