//! `exeunt letter resend`.

use exeunt_base::LetterId;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The letter
    #[arg(value_parser = ids::id::<LetterId>("ltr"))]
    letter: LetterId,
}

/// Lets it wait again.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let letter = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.resend_letter(&actor, args.letter).await?,
        Way::There(remote) => remote.resend_letter(args.letter).await?,
    };
    if door.json {
        out::json(&json!({ "id": letter.id, "state": letter.state }))?;
    } else {
        out::text(&format!("{}: the service sends it again", letter.id))?;
    }
    Ok(Exit::DONE)
}
