//! `exeunt request bulk preview`.

use std::io::Read;
use std::path::{Path, PathBuf};

use exeunt_app::requests::bulk::choose::Choice;
use exeunt_app::requests::bulk::deed::Deed;
use exeunt_base::RequestId;
use exeunt_rights::{Day, Right};
use exeunt_store::requests::Filter;
use serde_json::json;

use crate::commands::request::bulk::{Record, Said};
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::table::table;
use crate::{ids, out};

/// Most bytes of a file of ids.
const MOST: u64 = 1 << 20;

/// What, and to which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What is to be done to each of them
    #[arg(value_name = "ACT", value_parser = clap::builder::PossibleValuesParser::new(Deed::WORDS))]
    act: String,
    /// These requests
    #[arg(value_name = "REQUEST", value_parser = ids::id::<RequestId>("req"))]
    requests: Vec<RequestId>,
    /// The requests in this file, one id a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    requests_file: Option<PathBuf>,
    /// All requests in this state, instead
    #[arg(long, value_name = "STATE", conflicts_with_all = ["requests", "requests_file"])]
    state: Option<String>,
    /// All requests for this right, instead: access, portability, erasure, anonymization
    #[arg(long, value_name = "RIGHT", conflicts_with_all = ["requests", "requests_file"], value_parser = right)]
    right: Option<String>,
    /// All requests that must be answered by this day, instead
    #[arg(long, value_name = "DAY", conflicts_with_all = ["requests", "requests_file"])]
    due_by: Option<Day>,
    /// Why; for extend, hold, pause, refuse and withdraw
    #[arg(long, value_name = "REASON")]
    because: Option<String>,
    /// The kind of reason, as the law takes it; for extend
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// For refuse, a ground that the requests' law knows, may be given several times; for pause, what is waited for
    #[arg(long, value_name = "ID")]
    ground: Vec<String>,
    /// The last day; for hold
    #[arg(long, value_name = "DAY")]
    until: Option<Day>,
    /// Write the preview into this file, for `exeunt request bulk commit FILE`
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Looks.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let said = said(args);
    let deed = said.deed()?;
    let choice = choice(args)?;
    let record = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => Record::of(&said, &office.preview_bulk(&actor, &deed, &choice).await?),
        Way::There(remote) => remote.preview_bulk(&said, &choice).await?,
    };
    if let Some(path) = &args.to {
        write(path, &record)?;
    }
    if door.json {
        out::json(&json!(record))?;
        return Ok(Exit::DONE);
    }
    let rows: Vec<Vec<String>> = record.items.iter().map(|line| line.cells()).collect();
    out::text(&table(&["request", said.act.as_str(), "about"], &rows))?;
    let count = record.seen().len() as u64;
    out::remark(&match (&args.to, count) {
        (_, 0) => String::from("nothing would be done"),
        (Some(path), _) => format!("next: exeunt request bulk commit {}", path.display()),
        (None, _) => String::from("nothing is done; with --to FILE this can be done as it stands here"),
    });
    Ok(Exit::DONE)
}

fn said(args: &Args) -> Said {
    // one option for both: what a law refuses on and what it waits for are grounds
    let pause = args.act == "pause";
    let first = args.ground.first().filter(|_| pause && args.ground.len() == 1);
    Said {
        act: args.act.clone(),
        because: args.because.clone(),
        kind: args.kind.clone(),
        ground: first.cloned(),
        grounds: Some(args.ground.clone()).filter(|grounds| !grounds.is_empty() && first.is_none()),
        until: args.until.map(|day| day.to_string()),
    }
}

fn choice(args: &Args) -> Result<Choice, Failure> {
    let mut named = args.requests.clone();
    if let Some(path) = &args.requests_file {
        named.extend(read(path)?);
    }
    let filter = Filter {
        state: args.state.clone(),
        kind: args.right.clone(),
        due_by: args.due_by.map(|day| day.to_string()),
    };
    match (named.is_empty(), filter == Filter::default()) {
        (true, true) if args.requests_file.is_none() => Err(Failure::Usage(String::from(
            "say which: requests by their ids, --requests-file, or --state, --right or --due-by",
        ))),
        (true, false) => Ok(Choice::Filtered(filter)),
        _ => Ok(Choice::Named(named)),
    }
}

/// Ids, one a line.
fn read(path: &Path) -> Result<Vec<RequestId>, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(MOST).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MOST).read_to_string(&mut text))
    };
    read.map_err(|source| Failure::file("read the requests in", path, source))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let one = |(place, line): (usize, &str)| {
        let wrong = |_| Failure::Usage(format!("line {} is not an id such as req_…", place + 1));
        line.trim().parse().map_err(wrong)
    };
    lines.map(one).collect()
}

fn write(path: &Path, record: &Record) -> Result<(), Failure> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let failed = |source| Failure::file("write", path, source);
    let text = serde_json::to_vec_pretty(record).map_err(|error| failed(error.into()))?;
    // the reasons in it are people's words
    let opened = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    opened.and_then(|mut file| file.write_all(&text)).map_err(failed)
}

fn right(text: &str) -> Result<String, String> {
    let known = text.parse::<Right>().map(|right| right.as_str().to_owned());
    known.map_err(|_| String::from("a right is access, portability, erasure or anonymization"))
}
