//! `exeunt audit acknowledge-rollback`: accepts a store that is older than the checkpoint kept outside it.

use exeunt_app::audits::acknowledge::acknowledge;
use serde_json::json;

use crate::door::{self, Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// Why.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Why the store is older, such as a backup that was restored on purpose
    #[arg(long, value_name = "REASON")]
    reason: String,
}

/// Accepts.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let settings = door.settings()?;
    let keeper = door.keeper(&settings)?;
    let operator = door::operator();
    let opening = door.opening(&settings, &*keeper, Needs::Home, &operator).await?;
    let accepted = acknowledge(opening, &args.reason).await?;
    if door.json {
        out::json(&json!({ "accepted": true, "found": accepted.found, "kept": accepted.kept }))?;
    } else {
        let kept = accepted.kept.map_or_else(|| String::from("none"), |kept| kept.to_string());
        out::text(&format!(
            "accepted a store whose log has {} entries; the checkpoint kept outside had {kept}.\n\
             Requests that were closed in between may be open again: `exeunt request list`, and look for whoever was \
             erased: `exeunt ledger check`",
            accepted.found
        ))?;
    }
    Ok(Exit::DONE)
}
