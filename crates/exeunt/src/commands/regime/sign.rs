//! `exeunt regime sign`: a pack becomes usable by who trusts the signer.

use std::path::{Path, PathBuf};

use exeunt_app::law::sign_pack;
use exeunt_audit::note::SigningKey;
use exeunt_base::Secret;
use serde_json::json;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// What, with what, and where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The pack, a JSON file as `exeunt regime show --pack` gives one
    #[arg(value_name = "FILE")]
    pack: PathBuf,
    /// The file of the key, made with `exeunt regime key`
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where the signed pack goes: a file that ends with .pack, in the folder `law.packs` of the settings
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Checks and signs it.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let body = read("read the pack", &args.pack)?;
    let secret = Secret::new(read("read the key", &args.key)?.trim().to_owned());
    let key = SigningKey::from_secret(&secret).map_err(|_| {
        let text = format!("`{}` holds no key as `exeunt regime key` writes it", args.key.display());
        Failure::App(exeunt_app::Error::Usage("E0801", text))
    })?;
    let signed = sign_pack(&body, &key)?;
    std::fs::write(&args.to, signed).map_err(|source| Failure::file("write the pack", &args.to, source))?;
    if door.json {
        out::json(&json!({ "signed": args.to, "by": key.public().name() }))?;
    } else {
        out::text(&format!(
            "`{}` comes to its test vectors and is signed: {}",
            args.pack.display(),
            args.to.display()
        ))?;
    }
    Ok(Exit::DONE)
}

fn read(doing: &'static str, path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|source| Failure::file(doing, path, source))
}
