//! `exeunt delta push`.

use exeunt_app::{Actor, Office};
use exeunt_base::Name;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::remote::Remote;

/// Where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The sources [default: all that have a delta table]
    #[arg(value_parser = |text: &str| Name::new(text).map_err(|error| error.to_string()))]
    sources: Vec<Name>,
}

/// What came of one table.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pushed {
    source: String,
    pushed: u64,
    swept: u64,
}

impl Pushed {
    fn line(&self) -> String {
        let swept = if self.swept > 0 { format!(", swept {} old ones", self.swept) } else { String::new() };
        format!("{}: pushed {}{swept}\n", self.source, out::plural(self.pushed, "row", "rows"))
    }
}

/// Pushes. One table's trouble does not stop the others; the first trouble is what the command ends with.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    match door.way(Needs::Sources).await? {
        Way::Here(office, actor) => here(door, &office, &actor, &args.sources).await,
        Way::There(remote) => there(door, &remote, &args.sources).await,
    }
}

async fn here(door: &Door, office: &Office, actor: &Actor, sources: &[Name]) -> Result<Exit, Failure> {
    let (mut answers, mut text, mut trouble) = (Vec::new(), String::new(), None);
    for (source, done) in office.push_deltas(actor, sources).await? {
        match done {
            Ok(done) => {
                let pushed = Pushed { source: source.to_string(), pushed: done.rows, swept: done.swept };
                text.push_str(&pushed.line());
                answers.push(json!(pushed));
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

/// A worker of the service pushes to all of them; here it is waited for.
async fn there(door: &Door, remote: &Remote, sources: &[Name]) -> Result<Exit, Failure> {
    if !sources.is_empty() {
        return Err(Failure::Usage(String::from("a service pushes to all of its delta tables: name none")));
    }
    let pushed = remote.push_deltas().await?;
    if door.json {
        out::json(&json!({ "deltas": pushed }))?;
    } else {
        out::text(&pushed.iter().map(Pushed::line).collect::<String>())?;
    }
    Ok(Exit::DONE)
}
