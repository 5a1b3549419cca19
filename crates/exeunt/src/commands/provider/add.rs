//! `exeunt provider add`.

use std::path::PathBuf;

use exeunt_app::people::providers::NewProvider;

use crate::commands::provider::{secret, told};
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;

/// Which, and who we are for it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What people read on the way there
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Its own name for itself, as its description has it
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// What it knows us by
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// A file with what we show it [default: nothing; PKCE is enough for it]
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// What it may say in place of our own second factor, `amr:otp` or `acr:…`; may be given several times
    /// [default: nothing; the code of ours is always wanted]
    #[arg(long = "second-factor", value_name = "WORD")]
    factors: Vec<String>,
}

/// Adds.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let secret = args.client_secret_file.as_deref().map(secret).transpose()?;
    let new = NewProvider {
        name: args.name.clone(),
        issuer: args.issuer.clone(),
        client: args.client_id.clone(),
        secret,
        factors: args.factors.clone(),
    };
    let added = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.add_provider(&actor, &new).await?,
        Way::There(remote) => remote.add_provider(&new).await?,
    };
    if door.json {
        out::json(&told(&added))?;
    } else {
        out::text(&added.redirect)?;
        out::remark(&format!(
            "{} is added. It must be told, letter by letter, to send people back to the address above",
            added.id
        ));
    }
    Ok(Exit::DONE)
}
