//! `exeunt letter places`: what somebody writes into a letter before it goes.

use std::io::Read;
use std::path::{Path, PathBuf};

use exeunt_base::{RequestId, Timestamp};
use exeunt_mail::Remarks;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::table::table;
use crate::{ids, out};

/// Most bytes of a file; the places take far less.
const MOST: u64 = 64 * 1024;

/// Of what, and what goes in.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// One letter, whole, as it will go: extended, unidentified, refused, ready, finished, no_data
    #[arg(long, value_name = "LETTER")]
    letter: Option<String>,
    /// Write what is in this file after the greeting; `-` for standard input
    #[arg(long, value_name = "FILE", requires = "letter")]
    opening_file: Option<PathBuf>,
    /// Write what is in this file at the end; `-` for standard input
    #[arg(long, value_name = "FILE", requires = "letter")]
    note_file: Option<PathBuf>,
    /// Take out what was written
    #[arg(long, requires = "letter", conflicts_with_all = ["opening_file", "note_file"])]
    clear: bool,
}

/// A letter that may come, and what stands in its marked places.
pub(crate) struct Marked {
    pub(crate) letter: String,
    pub(crate) remarks: Remarks,
    pub(crate) written_at: Option<Timestamp>,
    pub(crate) written_by: Option<String>,
}

/// A whole letter as it will go.
pub(crate) struct Whole {
    pub(crate) language: String,
    pub(crate) mailed: bool,
    pub(crate) subject: String,
    pub(crate) plain: String,
}

/// Shows, or writes and then shows.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let way = door.way(Needs::Home).await?;
    let id = args.request;
    let Some(letter) = &args.letter else { return list(door, &way, id).await };
    if args.clear || args.opening_file.is_some() || args.note_file.is_some() {
        let words = written(&way, args, letter).await?;
        match &way {
            Way::Here(office, actor) => office.set_letter_places(actor, id, letter, &words).await?,
            Way::There(remote) => remote.set_letter_places(id, letter, &words).await?,
        }
    }
    let known = places(&way, id).await?.into_iter().find(|known| known.letter == *letter);
    let remarks = known.map(|known| known.remarks).unwrap_or_default();
    let whole = match &way {
        Way::Here(office, actor) => {
            let draft = office.draft_letter(actor, id, letter, &remarks).await?;
            Whole {
                language: draft.language.as_str().to_owned(),
                mailed: draft.mailed,
                subject: draft.text.subject,
                plain: draft.text.plain,
            }
        }
        Way::There(remote) => remote.draft_letter(id, letter).await?,
    };
    if door.json {
        out::json(&json!({
            "request": id,
            "letter": letter,
            "opening": remarks.opening,
            "note": remarks.note,
            "language": whole.language,
            "mailed": whole.mailed,
            "subject": whole.subject,
            "plain": whole.plain,
        }))?;
    } else {
        out::text(&format!("{}\n\n{}", whole.subject, whole.plain))?;
        if !whole.mailed {
            out::remark("it is not mailed: the person gave no address, or no letters are sent here");
        }
    }
    Ok(Exit::DONE)
}

async fn list(door: &Door, way: &Way, id: RequestId) -> Result<Exit, Failure> {
    let all = places(way, id).await?;
    if door.json {
        let one = |one: &Marked| {
            json!({
                "letter": one.letter,
                "opening": one.remarks.opening,
                "note": one.remarks.note,
                "written_at": one.written_at,
                "written_by": one.written_by,
            })
        };
        out::json(&json!({ "request": id, "letters": all.iter().map(one).collect::<Vec<_>>() }))?;
    } else if all.is_empty() {
        out::text("no letter with marked places comes any more")?;
    } else {
        let line = |one: &Marked| {
            let places = one.remarks.places().join(", ");
            let at = one.written_at.map(|at| at.to_string()).unwrap_or_default();
            vec![one.letter.clone(), places, at, one.written_by.clone().unwrap_or_default()]
        };
        let rows: Vec<Vec<String>> = all.iter().map(line).collect();
        out::text(&table(&["letter", "written", "at", "by"], &rows))?;
    }
    Ok(Exit::DONE)
}

async fn places(way: &Way, id: RequestId) -> Result<Vec<Marked>, Failure> {
    Ok(match way {
        Way::Here(office, actor) => {
            let all = office.letter_places(actor, id).await?;
            let one = |one: exeunt_app::letters::places::Places| Marked {
                letter: one.letter.to_owned(),
                remarks: one.remarks,
                written_at: one.written.map(|(_, at)| at),
                written_by: one.written.and_then(|(by, _)| by).map(|by| by.to_string()),
            };
            all.into_iter().map(one).collect()
        }
        Way::There(remote) => remote.letter_places(id).await?,
    })
}

/// What stands there from now on; a place for which no file is named stays as it is.
async fn written(way: &Way, args: &Args, letter: &str) -> Result<Remarks, Failure> {
    if args.clear {
        return Ok(Remarks::default());
    }
    let known = places(way, args.request).await?.into_iter().find(|known| known.letter == letter);
    let known = known.map(|known| known.remarks).unwrap_or_default();
    let text = |file: &Option<PathBuf>, known: String| file.as_deref().map_or(Ok(known), text_of);
    let (opening, note) = (text(&args.opening_file, known.opening)?, text(&args.note_file, known.note)?);
    Remarks::new(&opening, &note).map_err(|bad| {
        Failure::App(exeunt_app::Error::Usage("E0801", format!("the {}: {}", bad.place, bad.why)))
    })
}

/// Words out of a file: they stay out of the shell's history.
fn text_of(path: &Path) -> Result<String, Failure> {
    let failed = |source| Failure::file("read what goes into the letter in", path, source);
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(MOST + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MOST + 1).read_to_string(&mut text))
    };
    if read.map_err(failed)? as u64 > MOST {
        let text = String::from("what goes into the letter is longer than any letter; nothing was written");
        return Err(Failure::App(exeunt_app::Error::Usage("E0801", text)));
    }
    Ok(text)
}
