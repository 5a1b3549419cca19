//! Taking a root key into use that is in a token and never leaves it. Only for whoever runs the machine, and while no process has
//! the home open.

use exeunt_audit::kind::Kind;
use exeunt_engine::World;
use exeunt_engine::world::secret_bytes;
use exeunt_vault::{Keeper, Keyring};

use crate::actor::Actor;
use crate::error::Error;
use crate::home::layout::Layout;
use crate::office::Office;
use crate::root_key::shares::may;

/// Moves the root key of a home from one keeper to another, or finishes doing so.
pub fn move_root_key(
    layout: &Layout,
    from: &dyn Keeper,
    to: &dyn Keeper,
    world: &dyn World,
) -> Result<(), Error> {
    if !layout.root_key().exists() {
        return Err(Error::NoHome(layout.home.clone()));
    }
    Keyring::move_root(&layout.ring(), from, to, world.now(), &secret_bytes(world))?;
    Ok(())
}

impl Office {
    /// Writes down that it was moved.
    pub async fn tell_moved(&self, actor: &Actor) -> Result<(), Error> {
        may(actor)?;
        let version = u64::try_from(self.engine.keyring.root_version()).unwrap_or(u64::MAX);
        let event = self.event(Kind::KeyRotated, actor).fact("purpose", "root").count("version", version);
        let event = if self.root_key_is_in_token() { event.fact("kept", "token") } else { event };
        Ok(self.engine.store.begin().await?.commit(self.organization.id, &[event]).await?)
    }

    /// Whether the root key is in a token.
    pub fn root_key_is_in_token(&self) -> bool {
        self.engine.keyring.token().is_some()
    }
}
