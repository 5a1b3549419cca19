//! `exeunt evidence verify`: on any machine, with nothing but the pack and the keys to trust.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use exeunt_app::audits::evidence::verify_pack;
use exeunt_evidence::{MOST_BYTES, Scope, Trust, Verified};
use serde_json::{Value, json};

use crate::commands::witness::key_or_file;
use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// Which pack, and whom to trust.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The pack
    #[arg(value_name = "PACK")]
    pack: PathBuf,
    /// The log's public key, from elsewhere than the pack, as text or as the file that holds it
    #[arg(long, value_name = "KEY|FILE", conflicts_with = "policy")]
    key: Option<String>,
    /// A trust policy, from elsewhere than the pack: enough of its witnesses must have signed
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// Checks it.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let trust = match (&args.key, &args.policy) {
        (Some(key), _) => Trust::Key(Box::new(key_or_file(key)?)),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).map_err(|source| Failure::file("read", path, source))?;
            let bad = |error| Failure::Usage(format!("`{}` is no trust policy: {error}", path.display()));
            Trust::Policy(Box::new(text.parse().map_err(bad)?))
        }
        (None, None) => Trust::Nobody,
    };
    let verified = verify_pack(&read(&args.pack)?, &trust)?;
    if door.json {
        out::json(&value(&verified))?;
    } else {
        out::text(&verified.sentences().join("\n"))?;
    }
    Ok(Exit::DONE)
}

/// At most as much as a pack may have, whatever the file says of itself.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = MOST_BYTES as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|source| Failure::file("read", path, source))?;
    Ok(bytes)
}

fn value(verified: &Verified) -> Value {
    let head = &verified.judged.checkpoint;
    let witness =
        |(name, at): &(String, Option<exeunt_base::Timestamp>)| json!({ "name": name, "signed_at": at });
    json!({
        "verified": true,
        "trusted": verified.trusted,
        "log": head.origin,
        "log_size": head.size,
        "made_at": verified.manifest.made_at,
        "request": match verified.manifest.scope {
            Scope::Request(request) => Some(request),
            Scope::Period { .. } => None,
        },
        "from": match verified.manifest.scope {
            Scope::Period { from, .. } => Some(from),
            Scope::Request(_) => None,
        },
        "to": match verified.manifest.scope {
            Scope::Period { to, .. } => Some(to),
            Scope::Request(_) => None,
        },
        "entries": verified.entries,
        "within": verified.within,
        "requests": verified.requests,
        "plans": verified.plans,
        "receipts": verified.receipts,
        "witnesses": verified.judged.witnesses.iter().map(witness).collect::<Vec<_>>(),
        "found": verified.sentences(),
    })
}
