//! `exeunt request bulk commit`.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::commands::request::bulk::{Done, Line, Record};
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Most bytes of a preview.
const MOST: u64 = 4 << 20;

/// What was seen.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The preview: what `request bulk preview --to FILE` or `--json` wrote; `-` for standard input
    #[arg(value_name = "FILE")]
    preview: PathBuf,
}

/// Does it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let record = read(&args.preview)?;
    let deed = record.said.deed()?;
    if record.seen().is_empty() {
        return Err(Failure::Usage(String::from("this preview has nothing that would be done")));
    }
    let done = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => {
            let items = office.commit_bulk(&actor, &deed, &record.previewed()).await?;
            Done { items: items.iter().map(Line::of).collect() }
        }
        Way::There(remote) => remote.commit_bulk(&record).await?,
    };
    if door.json {
        out::json(&json!(done))?;
    } else {
        let rows: Vec<Vec<String>> = done.items.iter().map(Line::cells).collect();
        out::text(&table(&["request", record.said.act.as_str(), "about"], &rows))?;
    }
    let whole = done.items.iter().all(|line| line.verdict == "done");
    Ok(if whole { Exit::DONE } else { Exit::REVIEW })
}

fn read(path: &Path) -> Result<Record, Failure> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(MOST).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MOST).read_to_end(&mut bytes))
    };
    read.map_err(|source| Failure::file("read the preview in", path, source))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        // the parser's words could quote a reason
        let line = error.line();
        Failure::Usage(format!(
            "line {line} of the preview is not what `exeunt request bulk preview` writes; make it again"
        ))
    })
}
