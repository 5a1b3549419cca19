//! `exeunt package make`: everything about the person, encrypted from its first byte.

use std::collections::BTreeSet;
use std::path::PathBuf;

use exeunt_app::packages::make::{Answered, Wanted};
use exeunt_base::RequestId;
use exeunt_engine::export::To;
use exeunt_package::{Format, Recipient};
use serde_json::json;

use crate::commands::job::Guards;
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::progress::Shown;
use crate::remote::{Asked, Remote};
use crate::table::table;
use crate::{ids, out, passphrase};

/// Which, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// Forms of the data
    #[arg(long, value_delimiter = ',', default_value = "json,csv,html", value_parser = format)]
    formats: Vec<Format>,
    /// Let these keys open it too: age1…
    #[arg(long = "to", value_name = "AGE-KEY", value_parser = recipient)]
    recipients: Vec<Recipient>,
    /// Only the passphrase in this file opens it
    #[arg(long, value_name = "FILE", conflicts_with = "recipients")]
    passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    guards: Guards,
}

/// Makes it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let to = match &args.passphrase_file {
        Some(path) => To::Passphrase(passphrase::from_file(path)?),
        None if args.recipients.is_empty() => To::House,
        None => To::Recipients(args.recipients.clone()),
    };
    let (office, actor) = match door.way(Needs::Sources).await? {
        Way::Here(office, actor) => (office, actor),
        Way::There(remote) => return by_service(door, &remote, args, &to).await,
    };
    let wanted = Wanted {
        formats: args.formats.iter().copied().collect::<BTreeSet<_>>(),
        to,
        confirmed: args.guards.confirmed(),
        deliver: false,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let shown = Shown::new("collecting", door.json);
    let made = office.make_package(&actor, args.request, wanted, &shown).await;
    shown.end();
    let answered = made?;
    if !answered.silent.is_empty() {
        out::remark(&format!(
            "the map says nothing about {}, and the package says so too; add them under `processing:`",
            answered.silent.join(", ")
        ));
    }
    let made = &answered.made;
    if made.complete && made.rows.iter().all(|(_, rows)| *rows == 0) {
        out::remark(
            "nothing is found for these identifiers; check them before you answer that nothing is held",
        );
    }
    if door.json {
        out::json(&json!({
            "package": made.package,
            "file": made.file,
            "bytes": made.bytes,
            "complete": made.complete,
            "rows": made.rows.iter().map(|(model, rows)| json!({ "model": model, "rows": rows })).collect::<Vec<_>>(),
            "silent": answered.silent,
        }))?;
    } else {
        out::text(&told(&answered))?;
        out::remark(&format!("next: exeunt package open {} --to FOLDER", made.package));
    }
    Ok(if made.complete { Exit::DONE } else { Exit::REVIEW })
}

/// A worker of the service makes it; what is in it, its manifest tells.
async fn by_service(door: &Door, remote: &Remote, args: &Args, to: &To) -> Result<Exit, Failure> {
    let asked =
        Asked { request: args.request, formats: &args.formats, to, confirmed: args.guards.confirmed() };
    let made = remote.make_package(&asked).await?;
    if door.json {
        out::json(&json!({ "package": made.package, "bytes": made.bytes, "complete": made.complete }))?;
    } else {
        let complete = if made.complete {
            ""
        } else {
            "\nNot complete: a source could not be read; the package says which."
        };
        out::text(&format!("{}  {} bytes{complete}\n", made.package, out::grouped(made.bytes)))?;
    }
    Ok(if made.complete { Exit::DONE } else { Exit::REVIEW })
}

/// A package that was made, for people.
pub(crate) fn told(answered: &Answered) -> String {
    let made = &answered.made;
    let rows: Vec<Vec<String>> =
        made.rows.iter().map(|(model, rows)| vec![model.clone(), out::grouped(*rows)]).collect();
    let complete = if made.complete {
        ""
    } else {
        "\nNot complete: a source could not be read; the package says which."
    };
    format!(
        "{}\n{}  {}, {} bytes{complete}\n",
        table(&["model", "rows"], &rows),
        made.package,
        made.file,
        out::grouped(made.bytes)
    )
}

fn format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|_| String::from("known formats are json, csv, xml, docx and html"))
}

fn recipient(text: &str) -> Result<Recipient, String> {
    text.parse().map_err(|error: exeunt_package::BadKey| error.to_string())
}
