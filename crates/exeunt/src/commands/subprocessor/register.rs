//! `exeunt subprocessor add`, `announce`, `engage`, `end`, `object` and `objections`.

use std::path::PathBuf;

use exeunt_app::subprocessors::add::New;
use exeunt_base::{Personal, SubprocessorId, Timestamp};
use exeunt_rights::Day;
use serde_json::json;

use crate::commands::subprocessor::{At, words};
use crate::door::Way;
use crate::failure::Failure;
use crate::{ids, out};

/// One that is to be written down.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// What it is called
    name: String,
    /// What it is for
    #[arg(long, value_name = "WORDS")]
    purpose: String,
    /// A category of data it gets, such as user.contact.email; may be given several times
    #[arg(long = "category", value_name = "CATEGORY", required = true)]
    categories: Vec<String>,
    /// Where it handles them: eu-de, us, uk
    #[arg(long, value_name = "REGION")]
    region: String,
    /// How to reach it
    #[arg(long, value_name = "WORDS")]
    contact: String,
    /// Since when it has been engaged, where that was before it was written down
    #[arg(long, value_name = "DAY", value_parser = day)]
    engaged_since: Option<Day>,
}

/// Which, and for when.
#[derive(Debug, clap::Args)]
pub(crate) struct Announce {
    /// The sub-processor
    #[arg(value_parser = ids::id::<SubprocessorId>("spr"))]
    id: SubprocessorId,
    /// The day from which it may be engaged [default: the first one after the notice]
    #[arg(long, value_name = "DAY", value_parser = day)]
    effective_on: Option<Day>,
}

/// Which, and over what.
#[derive(Debug, clap::Args)]
pub(crate) struct Engage {
    /// The sub-processor
    #[arg(value_parser = ids::id::<SubprocessorId>("spr"))]
    id: SubprocessorId,
    /// Why it is engaged although there are objections
    #[arg(long, value_name = "REASON")]
    despite_objections: Option<String>,
}

/// Which, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct End {
    /// The sub-processor
    #[arg(value_parser = ids::id::<SubprocessorId>("spr"))]
    id: SubprocessorId,
    /// Why
    #[arg(long, value_name = "REASON")]
    because: String,
}

/// To which, and what.
#[derive(Debug, clap::Args)]
pub(crate) struct Object {
    /// The sub-processor
    #[arg(value_parser = ids::id::<SubprocessorId>("spr"))]
    id: SubprocessorId,
    /// A file that says who has what against it; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    words_file: PathBuf,
}

/// To which.
#[derive(Debug, clap::Args)]
pub(crate) struct Objections {
    /// The sub-processor
    #[arg(value_parser = ids::id::<SubprocessorId>("spr"))]
    id: SubprocessorId,
}

fn day(text: &str) -> Result<Day, String> {
    text.parse().map_err(|_| String::from("a day such as 2026-12-31"))
}

/// Writes one down.
pub(super) async fn add((way, as_json): At<'_>, args: &Add) -> Result<(), Failure> {
    let new = New {
        name: args.name.clone(),
        purpose: args.purpose.clone(),
        categories: args.categories.clone(),
        region: args.region.clone(),
        contact: args.contact.clone(),
        engaged_since: args.engaged_since,
    };
    let id = match way {
        Way::Here(office, actor) => office.add_subprocessor(actor, new).await?,
        Way::There(remote) => remote.add_subprocessor(&new).await?,
    };
    if as_json { out::json(&json!({ "id": id })) } else { out::text(&id.to_string()) }
}

/// Tells everybody.
pub(super) async fn announce((way, as_json): At<'_>, args: &Announce) -> Result<(), Failure> {
    let told = match way {
        Way::Here(office, actor) => office.announce_subprocessor(actor, args.id, args.effective_on).await?,
        Way::There(remote) => remote.announce_subprocessor(args.id, args.effective_on).await?,
    };
    if as_json {
        return out::json(&json!({ "id": args.id, "told": told }));
    }
    out::text(&format!(
        "{}: announced, {} told",
        args.id,
        out::plural(told, "subscriber is", "subscribers are")
    ))
}

/// Engages it.
pub(super) async fn engage((way, as_json): At<'_>, args: &Engage) -> Result<(), Failure> {
    let despite = args.despite_objections.as_deref();
    match way {
        Way::Here(office, actor) => office.engage_subprocessor(actor, args.id, despite).await?,
        Way::There(remote) => remote.engage_subprocessor(args.id, despite).await?,
    }
    stands(as_json, args.id, "engaged")
}

/// Ends it.
pub(super) async fn end((way, as_json): At<'_>, args: &End) -> Result<(), Failure> {
    match way {
        Way::Here(office, actor) => office.end_subprocessor(actor, args.id, &args.because).await?,
        Way::There(remote) => remote.end_subprocessor(args.id, &args.because).await?,
    }
    stands(as_json, args.id, "ended")
}

/// Writes an objection down.
pub(super) async fn object((way, as_json): At<'_>, args: &Object) -> Result<(), Failure> {
    let said = words("read the objection in", &args.words_file)?;
    let number = match way {
        Way::Here(office, actor) => office.object_to_subprocessor(actor, args.id, &said).await?,
        Way::There(remote) => remote.object_to_subprocessor(args.id, &said).await?,
    };
    if as_json {
        return out::json(&json!({ "id": args.id, "number": number }));
    }
    out::text(&format!("{}: objection {number}", args.id))
}

/// Reads the objections.
pub(super) async fn objections((way, as_json): At<'_>, args: &Objections) -> Result<(), Failure> {
    let all = match way {
        Way::Here(office, actor) => office.read_objections(actor, args.id).await?,
        Way::There(remote) => remote.read_objections(args.id).await?,
    };
    if as_json {
        let one = |(at, said): &(Timestamp, Personal)| json!({ "at": at, "words": said.expose() });
        return out::json(&json!({ "objections": all.iter().map(one).collect::<Vec<_>>() }));
    }
    if all.is_empty() {
        return out::text("nobody objected");
    }
    let lines: Vec<String> =
        all.iter().map(|(at, said)| format!("{}: {}", out::time(*at), out::safe(said.expose()))).collect();
    out::text(&lines.join("\n"))
}

fn stands(as_json: bool, id: SubprocessorId, state: &str) -> Result<(), Failure> {
    if as_json {
        out::json(&json!({ "id": id, "state": state }))
    } else {
        out::text(&format!("{id}: {state}"))
    }
}
