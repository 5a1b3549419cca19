//! `exeunt audit verify`: the log against its signature, offline when a file is given.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use exeunt_app::audits::verify::{verify_file, verify_head, verify_receipt_by_policy, verify_receipt_text};
use exeunt_app::home::Layout;
use exeunt_audit::export::Signed;
use exeunt_audit::note::VerifyingKey;
use exeunt_audit::policy::{Judged, Policy};
use exeunt_base::Timestamp;
use serde_json::{Value, json};

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// What to verify.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// An export, offline [default: the log of this home]
    #[arg(value_name = "EXPORT")]
    file: Option<PathBuf>,
    /// A receipt, offline, with its proof
    #[arg(long, value_name = "FILE", requires = "proof", conflicts_with = "file")]
    receipt: Option<PathBuf>,
    /// The receipt's proof
    #[arg(long, value_name = "FILE", requires = "receipt")]
    proof: Option<PathBuf>,
    /// The log's public key, as text or as the file that holds it [default: this home's, if there is one]
    #[arg(long, value_name = "KEY|FILE")]
    key: Option<String>,
    /// A trust policy: the logs and witnesses to believe, and how many of them must have signed
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    policy: Option<PathBuf>,
}

/// Verifies.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    if let (Some(receipt), Some(proof)) = (&args.receipt, &args.proof) {
        return of_receipt(door, args, receipt, proof);
    }
    if let Some(path) = &args.file {
        return of_export(door, args, path);
    }
    if args.policy.is_some() {
        return Err(Failure::Usage(String::from(
            "--policy is for an export, or a receipt with its proof; name one",
        )));
    }
    let (office, actor) = door.office(Needs::Home).await?;
    let whole = office.verify_audit(&actor).await?;
    if door.json {
        out::json(&json!({ "verified": true, "entries": whole.entries, "root": whole.root }))?;
    } else {
        let entries = out::plural(whole.entries, "entry", "entries");
        out::text(&format!("the log is whole: {entries}, root {}", whole.root))?;
    }
    Ok(Exit::DONE)
}

fn of_export(door: &Door, args: &Args, path: &Path) -> Result<Exit, Failure> {
    let policy = policy(args)?;
    let key = if policy.is_some() { None } else { key(door, args)? };
    let file = File::open(path).map_err(|source| Failure::file("open", path, source))?;
    let report = verify_file(BufReader::new(file), path, key.as_ref())?;
    let judged = match (&policy, &report.checkpoint) {
        (Some(policy), Some(note)) => Some(verify_head(note, policy)?),
        _ => None,
    };
    let by_trusted = report.signed == Signed::ByTrustedKey || judged.is_some();
    if door.json {
        out::json(&json!({
            "verified": true,
            "by_trusted_key": by_trusted,
            "origin": report.origin,
            "entries": report.entries,
            "pruned": report.pruned,
            "root": report.root.to_string(),
            "witnesses": judged.as_ref().map(witnesses),
        }))?;
    } else {
        let entries = out::plural(report.entries, "entry", "entries");
        let signed = judged.as_ref().map(told).unwrap_or_default();
        out::text(&format!("the export is whole: {entries} of {}{signed}", report.origin))?;
        if !by_trusted {
            out::remark(
                "it was checked with the key it carries itself, so anyone could have made it; give --key",
            );
        }
    }
    Ok(Exit::DONE)
}

fn of_receipt(door: &Door, args: &Args, receipt: &Path, proof: &Path) -> Result<Exit, Failure> {
    let read =
        |path: &Path| std::fs::read_to_string(path).map_err(|source| Failure::file("read", path, source));
    let (receipt, proof) = (read(receipt)?, read(proof)?);
    let (verified, judged) = match policy(args)? {
        Some(policy) => {
            let (verified, judged) = verify_receipt_by_policy(&receipt, &proof, &policy)?;
            (verified, Some(judged))
        }
        None => {
            let key = key(door, args)?.ok_or_else(|| {
                Failure::Usage(String::from(
                    "a receipt is checked with the log's public key; give --key or --policy",
                ))
            })?;
            (verify_receipt_text(&receipt, &proof, &key)?, None)
        }
    };
    let times = &verified.receipt.times;
    if door.json {
        out::json(&json!({
            "verified": true,
            "receipt": verified.receipt.receipt,
            "request": verified.receipt.request,
            "right": verified.receipt.right,
            "entry": verified.index,
            "log_size": verified.checkpoint.size,
            "issued_at": times.issued,
            "purged_at": times.purged,
            "witnesses": judged.as_ref().map(witnesses),
        }))?;
    } else {
        out::text(&format!(
            "the receipt holds: {} for {}, issued {}, entry {} of a log of {}{}",
            verified.receipt.right,
            verified.receipt.request,
            out::time(times.issued),
            verified.index,
            verified.checkpoint.size,
            judged.as_ref().map(told).unwrap_or_default()
        ))?;
    }
    Ok(Exit::DONE)
}

/// The policy to trust, if one was given.
fn policy(args: &Args) -> Result<Option<Policy>, Failure> {
    let Some(path) = &args.policy else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|source| Failure::file("read", path, source))?;
    let bad = |error| Failure::Usage(format!("`{}` is no trust policy: {error}", path.display()));
    text.parse().map(Some).map_err(bad)
}

fn told(judged: &Judged) -> String {
    match judged.witnesses.len() {
        0 => String::new(),
        all => format!("; {} of {all} witnesses signed", judged.signed()),
    }
}

fn witnesses(judged: &Judged) -> Value {
    let one = |(name, at): &(String, Option<Timestamp>)| json!({ "name": name, "signed_at": at });
    judged.witnesses.iter().map(one).collect()
}

/// The key to trust: the one given, else the home's own.
fn key(door: &Door, args: &Args) -> Result<Option<VerifyingKey>, Failure> {
    let bad =
        || Failure::Usage(String::from("--key is neither a log's public key nor a file that holds one"));
    if let Some(given) = &args.key {
        let text = match std::fs::read_to_string(given) {
            Ok(text) => text,
            Err(_) => given.clone(),
        };
        return text.trim().parse().map(Some).map_err(|_| bad());
    }
    let checkpoints = match door.settings_if_any()? {
        Some(settings) => door.layout(&settings).checkpoints,
        None => Layout::new(&door.home).checkpoints,
    };
    let Ok(folders) = std::fs::read_dir(&checkpoints) else { return Ok(None) };
    for folder in folders.flatten() {
        if let Ok(text) = std::fs::read_to_string(folder.path().join("log.vkey")) {
            return text.trim().parse().map(Some).map_err(|_| bad());
        }
    }
    Ok(None)
}
