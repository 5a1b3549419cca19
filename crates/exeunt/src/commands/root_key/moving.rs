//! `exeunt root-key move`: into the token that the settings name.

use std::path::PathBuf;

use exeunt_app::root_key::moving::move_root_key;
use exeunt_vault::{Keeper, KeyFile, Passphrase};
use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::{out, passphrase};

/// From where.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The key file that opened this home until now [default: keys/unseal.key of the home]
    #[arg(long, value_name = "FILE", group = "from")]
    from_key_file: Option<PathBuf>,
    /// The file with the passphrase that did
    #[arg(long, value_name = "FILE", group = "from")]
    from_passphrase_file: Option<PathBuf>,
    /// The variable with the passphrase that did
    #[arg(long, value_name = "NAME", group = "from")]
    from_passphrase_env: Option<String>,
}

/// Moves it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let settings = door.settings()?;
    if settings.unseal.token.is_none() {
        return Err(Failure::Usage(String::from(
            "the settings name no token to move the root key into: say which under `unseal: token:`; out of a token there is \
             one way, `exeunt root-key recover` with shares",
        )));
    }
    let layout = door.layout(&settings);
    let phrase = match (&args.from_passphrase_file, &args.from_passphrase_env) {
        (Some(path), _) => Some(passphrase::from_file(path)?),
        (_, Some(name)) => Some(passphrase::from_variable(name)?),
        _ => None,
    };
    let from: Box<dyn Keeper> = match phrase {
        Some(phrase) => Box::new(Passphrase::open(&layout.passphrase_salt(), &phrase)?),
        None => Box::new(KeyFile::open(&args.from_key_file.clone().unwrap_or_else(|| layout.key_file()))?),
    };
    let to = door.keeper(&settings)?;
    move_root_key(&layout, &*from, &*to, &*door.world)?;
    drop(to);
    let (office, actor) = door.office(Needs::Home).await?;
    office.tell_moved(&actor).await?;
    if door.json {
        out::json(&json!({ "version": office.engine.keyring.root_version().to_string(), "token": true }))?;
    } else {
        out::text("the root key is one of the token now, and never leaves it")?;
        out::remark(
            "what opened this home before opens only copies from before: destroy it with them. Should the token be lost, shares \
             are the one way back: exeunt root-key shares",
        );
    }
    Ok(Exit::DONE)
}
