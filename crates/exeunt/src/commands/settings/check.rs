//! `exeunt settings check`: before anybody depends on them.

use std::path::PathBuf;

use exeunt_app::home::Layout;
use serde_json::json;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;
use crate::settings::{self, Finding, Settings};

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A settings file [default: the home's]
    file: Option<PathBuf>,
}

/// Looks.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let read = match &args.file {
        Some(path) => Settings::read(path)?,
        None => door.settings()?,
    };
    let found = settings::check(&read, &Layout::new(&door.home).key_file())?;
    if door.json {
        let one = |finding: &Finding| json!({ "setting": finding.setting, "what": finding.what });
        out::json(&json!({ "findings": found.iter().map(one).collect::<Vec<_>>() }))?;
    } else if found.is_empty() {
        out::text("the settings can be read, and what they name is there")?;
    } else {
        let lines: Vec<String> =
            found.iter().map(|finding| format!("{}: {}", finding.setting, finding.what)).collect();
        out::text(&lines.join("\n"))?;
    }
    Ok(if found.is_empty() { Exit::DONE } else { Exit::FINDINGS })
}
