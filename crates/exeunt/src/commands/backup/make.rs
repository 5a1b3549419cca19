//! `exeunt backup make`.

use std::fs::OpenOptions;
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use exeunt_package::{Encryption, Recipient};

use crate::commands::backup::{told, value};
use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::{out, passphrase};

/// Where to, and for whom.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("opens").required(true))]
pub(crate) struct Args {
    /// The file, which must not exist
    file: PathBuf,
    /// Whoever has the secret half of this key can open it: age1…
    #[arg(long = "to", value_name = "AGE-KEY", value_parser = recipient, group = "opens")]
    recipients: Vec<Recipient>,
    /// Whoever knows the passphrase in this file can open it
    #[arg(long, value_name = "FILE", group = "opens", conflicts_with = "recipients")]
    passphrase_file: Option<PathBuf>,
    /// Whoever knows the passphrase in this variable can open it
    #[arg(long, value_name = "NAME", group = "opens", conflicts_with_all = ["recipients", "passphrase_file"])]
    passphrase_env: Option<String>,
}

/// Makes it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let to = match (&args.passphrase_file, &args.passphrase_env) {
        (Some(path), _) => Encryption::passphrase(passphrase::from_file(path)?),
        (_, Some(name)) => Encryption::passphrase(passphrase::from_variable(name)?),
        _ => Encryption::to(args.recipients.clone()),
    };
    let to = to.map_err(exeunt_app::Error::from)?;
    let (office, actor) = door.office(Needs::Home).await?;
    let refused = |source| Failure::file("write the backup", &args.file, source);
    let file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&args.file).map_err(refused)?;
    let made = office.make_backup(&actor, &to, BufWriter::with_capacity(1 << 16, &file)).await;
    let made = match made {
        Ok(made) => durable(&file, &args.file).map(|()| made).map_err(refused),
        Err(error) => Err(error.into()),
    };
    if made.is_err() {
        // half a backup is none
        let _ = std::fs::remove_file(&args.file);
    }
    let (head, end) = made?;
    if door.json {
        let mut told = value(&head, &end);
        told["file"] = args.file.display().to_string().into();
        out::json(&told)?;
    } else {
        out::text(&format!("a backup in {} {}", args.file.display(), told(&head, &end)))?;
        out::remark(
            "it holds neither the unseal secret, which must be kept elsewhere, nor the keys of epochs: what waits to be restored \
             cannot be restored from it",
        );
    }
    Ok(Exit::DONE)
}

fn durable(file: &std::fs::File, path: &Path) -> std::io::Result<()> {
    file.sync_all()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

fn recipient(text: &str) -> Result<Recipient, String> {
    text.parse().map_err(|error: exeunt_package::BadKey| error.to_string())
}
