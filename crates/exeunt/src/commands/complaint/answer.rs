//! `exeunt complaint answer`.

use std::io::Read;
use std::path::{Path, PathBuf};

use exeunt_app::portal::complain::Answer;
use exeunt_base::RequestId;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// Which of its complaints, from 1
    number: u64,
    /// A file with the answer as it is mailed to the person; `-` for standard input
    #[arg(long, value_name = "FILE", required_unless_present = "because", conflicts_with = "because")]
    answer_file: Option<PathBuf>,
    /// What was answered in another way, in a line
    #[arg(long)]
    because: Option<String>,
}

/// Most bytes of the file.
const MOST: u64 = 64 * 1024;

/// Answers it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (id, number) = (args.request, args.number);
    let mailed = args.answer_file.as_deref().map(text_of).transpose()?;
    let answer = match (&mailed, &args.because) {
        (Some(words), _) => Answer::Letter(words),
        (None, because) => Answer::Given(because.as_deref().unwrap_or_default()),
    };
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.answer_complaint(&actor, id, number, answer).await?,
        Way::There(remote) => remote.answer_complaint(id, number, answer).await?,
    }
    if door.json {
        out::json(&json!({ "request": id, "number": number, "mailed": mailed.is_some() }))?;
    } else if mailed.is_some() {
        out::text(&format!("complaint {number} about {id} is answered; the letter waits to be sent"))?;
    } else {
        out::text(&format!("it is written down that complaint {number} about {id} was answered"))?;
    }
    Ok(Exit::DONE)
}

/// The answer out of a file: it stays out of the shell's history.
fn text_of(path: &Path) -> Result<String, Failure> {
    let failed = |source| Failure::file("read the answer in", path, source);
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().take(MOST).read_to_string(&mut text).map_err(failed)?;
    } else {
        std::fs::File::open(path)
            .and_then(|file| file.take(MOST).read_to_string(&mut text))
            .map_err(failed)?;
    }
    Ok(text)
}
