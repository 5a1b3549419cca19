//! `exeunt root-key recover`: the unseal secret is lost; shares give the home a new one.

use std::path::PathBuf;

use exeunt_app::root_key::shares::recover;
use exeunt_engine::World;
use serde_json::json;

use crate::commands::init::new_keeper;
use crate::commands::root_key::read;
use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::settings::Settings;

/// With which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file with shares, one a line; - is standard input
    #[arg(long, value_name = "FILE")]
    shares: PathBuf,
}

/// Recovers: the keeper that the settings name is made anew, where there is none.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let shares = read(&args.shares)?;
    let settings = door.settings()?;
    let layout = door.layout(&settings);
    let keeper = || {
        let salt = layout.passphrase_salt();
        if passphrase_opens(&settings) && salt.exists() {
            // it belongs to the passphrase that is lost; should that be found again, it opens older backups
            let aside = salt.with_extension(format!("salt.{}", door.world.now().as_micros()));
            std::fs::rename(&salt, &aside).map_err(|source| Failure::file("set aside", &salt, source))?;
        }
        new_keeper(door, &settings, &layout)
    };
    recover::<Failure>(&layout, &shares, &*door.world, keeper)?;
    let (office, actor) = door.office(Needs::Home).await?;
    office.tell_recovered(&actor).await?;
    if door.json {
        out::json(&json!({ "recovered": true }))?;
    } else {
        out::text("this home has a new unseal secret; what the old one was opens nothing any more")?;
        out::remark(
            "keep a copy of it where the backups are not, and make new shares: exeunt root-key shares",
        );
    }
    Ok(Exit::DONE)
}

fn passphrase_opens(settings: &Settings) -> bool {
    let unseal = &settings.unseal;
    unseal.passphrase_env.is_some() || unseal.passphrase_file.is_some() || unseal.passphrase_prompt
}
