//! `exeunt witness …`: for whoever wants to watch other people's logs. Needs no home.

mod init;
mod logs;
mod run;
mod watch;

use std::path::PathBuf;

use clap::Subcommand;
use exeunt_audit::note::VerifyingKey;
use exeunt_witness::Error;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// A witness of logs.
#[derive(Debug, Subcommand)]
pub(crate) enum Witness {
    /// Make a witness: a folder with a key of its own
    Init(init::Args),
    /// Watch a log from now on, by its public key
    Watch(watch::Args),
    /// Answer logs that ask for a signature
    Run(run::Args),
    /// The logs that are watched, and how far each was seen
    Logs(logs::Args),
}

/// Which witness.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// The witness's folder
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, witness: &Witness) -> Result<Exit, Failure> {
    match witness {
        Witness::Init(args) => init::run(door, args),
        Witness::Watch(args) => watch::run(door, args),
        Witness::Run(args) => run::run(door, args).await,
        Witness::Logs(args) => logs::run(door, args),
    }
}

/// A public key that was given, or is in the file that was.
pub(crate) fn key_or_file(given: &str) -> Result<VerifyingKey, Failure> {
    let text = std::fs::read_to_string(given).unwrap_or_else(|_| given.to_owned());
    text.trim().parse().map_err(|_| {
        Failure::Usage(String::from("that is neither a public key (`name+id+key`) nor a file that holds one"))
    })
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::File { doing, path, source } => Self::file(doing, &path, source),
            Error::Damaged(path) => Self::App(exeunt_app::Error::Damaged {
                what: format!("`{}`", path.display()),
                why: String::from(
                    "it is not what this witness wrote; a witness that lost its memory must not sign again, so make a new one",
                ),
            }),
            Error::BadKey(why) => Self::Usage(why.to_string()),
            other => Self::App(exeunt_app::Error::Refused("E0981", other.to_string())),
        }
    }
}
