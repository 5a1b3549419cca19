//! `exeunt regime key`: a key that signs packs.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use exeunt_audit::note::SigningKey;
use exeunt_engine::world::secret_bytes;
use serde_json::json;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// Whose, and where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Who signs, as a name without spaces: lawyers.example
    #[arg(value_name = "NAME")]
    name: String,
    /// The file for the secret half; it must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Makes it.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let key = SigningKey::new(&args.name, secret_bytes(&*door.world)).map_err(|error| {
        Failure::App(exeunt_app::Error::Usage("E0801", format!("could not make a key of this name: {error}")))
    })?;
    let failed = |source| Failure::file("write the key", &args.file, source);
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&args.file).map_err(failed)?;
    writeln!(file, "{}", key.to_secret().expose()).and_then(|()| file.sync_all()).map_err(failed)?;
    let public = key.public().to_string();
    if door.json {
        out::json(&json!({ "key": public }))?;
    } else {
        out::text(&public)?;
        out::remark("put this line under `law.keys` in the settings of whoever uses packs signed by it");
    }
    Ok(Exit::DONE)
}
