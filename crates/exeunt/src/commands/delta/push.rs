//! `exeunt delta push`.

use exeunt_base::Name;
use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// Where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The sources [default: all that have a delta table]
    #[arg(value_parser = |text: &str| Name::new(text).map_err(|error| error.to_string()))]
    sources: Vec<Name>,
}

/// Pushes. One table's trouble does not stop the others; the first trouble is what the command ends with.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Sources).await?;
    let (mut answers, mut text, mut trouble) = (Vec::new(), String::new(), None);
    for (source, done) in office.push_deltas(&actor, &args.sources).await? {
        match done {
            Ok(pushed) => {
                let rows = out::plural(pushed.rows, "row", "rows");
                text.push_str(&format!("{source}: pushed {rows}"));
                if pushed.swept > 0 {
                    text.push_str(&format!(", swept {} old ones", pushed.swept));
                }
                text.push('\n');
                answers.push(json!({ "source": source, "pushed": pushed.rows, "swept": pushed.swept }));
            }
            Err(error) => {
                text.push_str(&format!("{source}: {error}\n"));
                answers.push(json!({ "source": source, "error": error.to_string(), "code": error.code() }));
                trouble = trouble.or(Some(error));
            }
        }
    }
    if door.json {
        out::json(&json!({ "deltas": answers }))?;
    } else {
        out::text(&text)?;
    }
    trouble.map_or(Ok(Exit::DONE), |error| Err(error.into()))
}
