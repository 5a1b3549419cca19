//! `exeunt root-key shares`.

use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// How many.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many of them are needed
    #[arg(long, value_name = "N", default_value_t = 2)]
    needed: u8,
    /// How many there are
    #[arg(long, value_name = "N", default_value_t = 3)]
    of: u8,
}

/// Makes them.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let made = office.make_shares(&actor, args.needed, args.of).await?;
    let texts: Vec<_> = made.iter().map(|share| share.reveal()).collect();
    let lines: Vec<&str> = texts.iter().map(|text| text.expose().as_str()).collect();
    if door.json {
        out::json(&json!({ "needed": args.needed, "shares": lines }))?;
    } else {
        out::text(&lines.join("\n"))?;
        out::remark(&format!(
            "Shown this once; those made before count no more. Give each to another person, on paper: any {} of them open this \
             home without the unseal secret, fewer open nothing. Try them: exeunt root-key drill --shares -",
            args.needed
        ));
    }
    Ok(Exit::DONE)
}
