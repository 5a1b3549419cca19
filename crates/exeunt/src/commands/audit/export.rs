//! `exeunt audit export`.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use exeunt_app::Error;
use exeunt_app::audits::export::Form;
use exeunt_audit::export;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;

/// Which form, and where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The form
    #[arg(long, value_enum, default_value = "jsonl")]
    form: Kind,
    /// Write to this file, which must not exist, instead of standard output
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// JSON Lines with the signed checkpoint: can be verified
    Jsonl,
    /// CSV, for reading
    Csv,
}

/// Exports.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let way = door.way(Needs::Home).await?;
    let form = match args.form {
        Kind::Jsonl => Form::JsonLines,
        Kind::Csv => Form::Csv,
    };
    let come = match &way {
        Way::Here(..) => Vec::new(),
        Way::There(remote) => remote.export_audit(form).await?,
    };
    let mut to: Box<dyn Write + Send> = match &args.to {
        None => Box::new(BufWriter::new(std::io::stdout())),
        Some(path) => {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            Box::new(BufWriter::new(file.map_err(|source| Failure::file("make", path, source))?))
        }
    };
    let written = match &way {
        Way::Here(office, actor) => office.export_audit(actor, form, &mut *to).await,
        Way::There(_) => handed_over(&come, form, &mut *to),
    };
    let entries = match (written, &args.to) {
        (Err(Error::Export(export::Error::Io(source))), Some(path)) => {
            return Err(Failure::file("write", path, source));
        }
        // a pipe that was closed is no failure of ours
        (Err(Error::Export(export::Error::Io(source))), None) => return Err(Failure::Out(source)),
        (entries, _) => entries?,
    };
    to.flush()?;
    out::remark(&out::plural(entries, "entry", "entries"));
    Ok(Exit::DONE)
}

/// Writes down what a service told, and says how many entries that are. Whether they are the log is what `audit verify` tells.
fn handed_over(come: &[u8], form: Form, to: &mut (dyn Write + Send)) -> Result<u64, Error> {
    to.write_all(come).and_then(|()| to.flush()).map_err(export::Error::Io)?;
    let lines = come.iter().filter(|byte| **byte == b'\n').count() as u64;
    // the header, and the checkpoint at the end; the names of the columns
    Ok(lines.saturating_sub(if form == Form::JsonLines { 2 } else { 1 }))
}
