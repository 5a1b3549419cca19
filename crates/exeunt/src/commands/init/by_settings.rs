//! `exeunt init --settings FILE`: a home as settings that were written before it want it, for machines that are set up by
//! programs.

use std::path::Path;

use exeunt_app::home::{Layout, create};
use exeunt_engine::world::secret_bytes;
use exeunt_vault::{Keeper, KeyFile, Passphrase};
use serde_json::json;

use crate::commands::init::Args;
use crate::door::{self, Door};
use crate::failure::{Exit, Failure};
use crate::settings::Settings;
use crate::{out, passphrase};

/// Makes the home.
pub(super) async fn run(door: &Door, args: &Args, path: &Path) -> Result<Exit, Failure> {
    let said = args.organization.is_some()
        || !args.sources.is_empty()
        || args.store.is_some()
        || args.store_env.is_some()
        || args.passphrase_file.is_some()
        || args.passphrase_env.is_some()
        || args.passphrase;
    if said {
        return Err(Failure::Usage(String::from(
            "with --settings, organization, store, sources and passphrase are what the settings say; leave the options away",
        )));
    }
    let settings = Settings::read(path)?;
    let layout = door.layout(&settings);
    let store = settings.place(&layout.store())?;
    create::prepare(&layout, &store).await?;
    let keeper = new_keeper(door, &settings, &layout)?;
    let operator = door::operator();
    let name = &settings.organization;
    let created = create::create(&layout, &store, &*keeper, name, &operator, &*door.world).await?;
    if door.json {
        out::json(&json!({
            "home": layout.home.display().to_string(),
            "organization": created.organization,
            "settings": path.display().to_string(),
            "log_key": created.log_key.to_string(),
        }))?;
    } else {
        out::text(&format!(
            "made a home for {name} in {}\nthe public key of its log: {}",
            layout.home.display(),
            created.log_key
        ))?;
    }
    Ok(Exit::DONE)
}

/// Who keeps the unseal secret, made anew as the settings say; a key file that somebody put there is used.
pub(crate) fn new_keeper(
    door: &Door,
    settings: &Settings,
    layout: &Layout,
) -> Result<Box<dyn Keeper>, Failure> {
    if settings.unseal.token.is_some() {
        return door.keeper(settings);
    }
    if let Some(phrase) = passphrase::of(settings)? {
        let chance = secret_bytes(&*door.world);
        return Ok(Box::new(Passphrase::create(&layout.passphrase_salt(), &phrase, &chance)?));
    }
    let own = settings.unseal.key_file.as_ref().map(|path| settings.path(path));
    let path = own.unwrap_or_else(|| layout.key_file());
    if path.exists() {
        return Ok(Box::new(KeyFile::open(&path)?));
    }
    Ok(Box::new(KeyFile::create(&path, &secret_bytes(&*door.world))?))
}
