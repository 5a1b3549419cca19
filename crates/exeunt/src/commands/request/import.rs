//! `exeunt request import`: many requests from a CSV file, all of them or none.

use std::io::Read;
use std::path::{Path, PathBuf};

use exeunt_app::requests::import::{Flaw, Imported, MOST_BYTES};
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::remote::Taken;

/// Which file.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A CSV file: a column `right`, one for each kind of identifier, and any of received_at, regime, identity_level,
    /// identity_how, ground, statement, explained, complications; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only check the file
    #[arg(long)]
    check: bool,
    /// Write what is wrong into this CSV file
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

/// Takes them in.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let file = read(&args.file)?;
    let came = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => match office.import_requests(&actor, &file, args.check).await? {
            Imported::Taken(ids) if args.check => Taken::Checked(ids.len() as u64),
            came => Taken::Came(came),
        },
        Way::There(remote) => remote.import_requests(file, args.check).await?,
    };
    match came {
        Taken::Came(Imported::Flawed(flaws)) => flawed(door, args, &flaws),
        Taken::Checked(count) => {
            let words = format!("{} can be taken in", out::plural(count, "request", "requests"));
            told(door, json!({ "requests": count, "checked": true }), &words)
        }
        Taken::Came(Imported::Taken(ids)) => {
            if door.json {
                out::json(&json!({ "requests": ids }))?;
            } else {
                out::text(&ids.iter().map(|id| format!("{id}\n")).collect::<String>())?;
            }
            Ok(Exit::DONE)
        }
        Taken::Came(Imported::Before(first)) => {
            let words = format!("this file was taken in before, from {first} on; nothing was taken in now");
            told(door, json!({ "before": true, "first": first }), &words)
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = MOST_BYTES as u64 + 1;
    let read = if path == Path::new("-") {
        std::io::stdin().take(most).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|source| Failure::file("read the requests in", path, source))?;
    Ok(bytes)
}

fn flawed(door: &Door, args: &Args, flaws: &[Flaw]) -> Result<Exit, Failure> {
    if let Some(path) = &args.errors {
        let mut text = String::from("line,column,problem\n");
        for flaw in flaws {
            let what = flaw.what.replace('"', "\"\"");
            text.push_str(&format!("{},\"{}\",\"{what}\"\n", flaw.line, flaw.column.replace('"', "\"\"")));
        }
        std::fs::write(path, text).map_err(|source| Failure::file("write", path, source))?;
    }
    if door.json {
        let one = |flaw: &Flaw| json!({ "line": flaw.line, "column": flaw.column, "problem": flaw.what });
        out::json(&json!({ "taken": 0, "errors": flaws.iter().map(one).collect::<Vec<_>>() }))?;
    } else {
        let mut text = String::new();
        for flaw in flaws {
            let column =
                if flaw.column.is_empty() { String::new() } else { format!(" {}:", out::safe(&flaw.column)) };
            text.push_str(&format!("line {}:{column} {}\n", flaw.line, flaw.what));
        }
        text.push_str("nothing was taken in");
        out::text(&text)?;
    }
    Ok(Exit::FINDINGS)
}

fn told(door: &Door, value: serde_json::Value, words: &str) -> Result<Exit, Failure> {
    if door.json {
        out::json(&value)?;
    } else {
        out::text(words)?;
    }
    Ok(Exit::DONE)
}
