//! `exeunt audit proof`: of one entry, or of a request's receipts.

use exeunt_base::RequestId;
use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Of what.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Args {
    /// An entry of the log, by its place from 0: its proof goes to standard output
    #[arg(long, value_name = "PLACE")]
    entry: Option<u64>,
    /// A request: its receipts and their proofs are written into the home's `receipts`
    #[arg(long, value_name = "REQUEST", value_parser = ids::id::<RequestId>("req"))]
    request: Option<RequestId>,
}

/// Proves.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    if let Some(entry) = args.entry {
        let proof = office.prove_entry(&actor, entry).await?;
        out::raw(proof.to_string().as_bytes())?;
        return Ok(Exit::DONE);
    }
    let Some(request) = args.request else { return Ok(Exit::DONE) };
    let issued = office.write_receipts(&actor, request).await?;
    let files = |issued: &exeunt_app::audits::prove::Issued| {
        json!({
            "receipt": issued.receipt,
            "file": issued.file.display().to_string(),
            "proof": issued.proof.display().to_string(),
        })
    };
    if door.json {
        out::json(&json!({ "receipts": issued.iter().map(files).collect::<Vec<_>>() }))?;
    } else if issued.is_empty() {
        out::text("no receipt yet: one is issued when the request is purged")?;
    } else {
        let line = |issued: &exeunt_app::audits::prove::Issued| {
            format!("{}\n{}\n", issued.file.display(), issued.proof.display())
        };
        out::text(&issued.iter().map(line).collect::<String>())?;
    }
    Ok(Exit::DONE)
}
