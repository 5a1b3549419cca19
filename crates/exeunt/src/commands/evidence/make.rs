//! `exeunt evidence make`.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use exeunt_app::audits::evidence::{Made, verify_pack};
use exeunt_base::RequestId;
use exeunt_evidence::Trust;
use exeunt_rights::Day;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Of what, and where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The pack of a request
    #[arg(
        long, value_name = "REQUEST", value_parser = ids::id::<RequestId>("req"),
        required_unless_present = "from", conflicts_with_all = ["from", "to"]
    )]
    request: Option<RequestId>,
    /// The pack of a period: its first day, 2026-01-01
    #[arg(long, value_name = "DAY", value_parser = day, requires = "to")]
    from: Option<Day>,
    /// Its last day
    #[arg(long, value_name = "DAY", value_parser = day, requires = "from")]
    to: Option<Day>,
    /// The file to write, which must not exist [default: evidence-….zip here]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Makes it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let name = match (args.request, args.from, args.to) {
        (Some(request), ..) => format!("evidence-{request}.zip"),
        (None, Some(from), Some(to)) => format!("evidence-{from}-{to}.zip"),
        _ => return Err(Failure::Usage(String::from("name a request, or a period by --from and --to"))),
    };
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(name));
    // a pack that is made stands in the log: where it cannot be put down, none is
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let file = opened.map_err(|source| Failure::file("make", &path, source))?;
    let made = made(door, args).await;
    if made.is_err() {
        // ours, and empty
        let _ = std::fs::remove_file(&path);
    }
    put_down(door, &path, file, &made?)
}

async fn made(door: &Door, args: &Args) -> Result<Made, Failure> {
    let way = door.way(Needs::Home).await?;
    match (args.request, args.from, args.to) {
        (Some(request), _, _) => match &way {
            Way::Here(office, actor) => Ok(office.make_request_evidence(actor, request).await?),
            Way::There(remote) => checked(remote.make_request_evidence(request).await?),
        },
        (None, Some(from), Some(to)) => match &way {
            Way::Here(office, actor) => Ok(office.make_period_evidence(actor, from, to).await?),
            Way::There(remote) => checked(remote.make_period_evidence(from, to).await?),
        },
        _ => Err(Failure::Usage(String::from("name a request, or a period by --from and --to"))),
    }
}

fn put_down(door: &Door, path: &Path, mut file: File, made: &Made) -> Result<Exit, Failure> {
    file.write_all(&made.bytes)
        .and_then(|()| file.sync_all())
        .map_err(|source| Failure::file("write", path, source))?;
    if door.json {
        let verified = &made.verified;
        out::json(&json!({
            "file": path.display().to_string(),
            "bytes": made.bytes.len(),
            "entries": verified.entries,
            "requests": verified.requests,
            "plans": verified.plans,
            "receipts": verified.receipts,
            "witnesses": verified.judged.signed(),
        }))?;
    } else {
        out::text(&path.display().to_string())?;
        out::remark(&made.verified.sentences().join("\n"));
    }
    Ok(Exit::DONE)
}

/// What a service made: it is not put down unless it holds. Whose log it is has to be known from elsewhere.
fn checked(bytes: Vec<u8>) -> Result<Made, Failure> {
    let verified = verify_pack(&bytes, &Trust::Nobody)?;
    Ok(Made { bytes, verified })
}

fn day(text: &str) -> Result<Day, String> {
    text.parse().map_err(|_| String::from("a day is written 2026-01-31"))
}
