//! `exeunt complaint read`.

use exeunt_base::RequestId;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// Which of its complaints, from 1
    number: u64,
    /// Why it is read, in a line
    #[arg(long)]
    because: String,
}

/// Says it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (id, number, because) = (args.request, args.number, &args.because);
    let words = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.read_complaint(&actor, id, number, because).await?,
        Way::There(remote) => remote.read_complaint(id, number, because).await?,
    };
    if door.json {
        out::json(&json!({ "request": id, "number": number, "words": words.expose() }))?;
    } else if words.expose().is_empty() {
        out::text("what it said was destroyed")?;
    } else {
        out::text(words.expose())?;
    }
    Ok(Exit::DONE)
}
