//! `exeunt request hold` and `release`.

use exeunt_base::RequestId;
use serde_json::json;

use crate::door::{Door, Needs};
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
    let (office, actor) = door.office(Needs::Home).await?;
    office.hold_request(&actor, args.request, &args.because).await?;
    told(door, args.request, true)
}

/// Lifts a hold.
pub(crate) async fn release(door: &Door, args: &Release) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    office.release_request(&actor, args.request).await?;
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
