//! Shares of a recovery key: made, tried once a year, and used when the unseal secret is lost. Only for whoever runs the machine.

use exeunt_audit::kind::Kind;
use exeunt_base::Timestamp;
use exeunt_engine::World;
use exeunt_engine::world::secret_bytes;
use exeunt_vault::{Keeper, Keyring, Recovery, Share};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::home::layout::Layout;
use crate::office::Office;
use crate::proposals::Act;
use crate::proposals::two::{Wish, spend};

/// Days after which shares should be tried again.
pub const DRILL_DAYS: i64 = 365;

impl Office {
    /// Makes shares; those made before count no more.
    pub async fn make_shares(&self, actor: &Actor, needed: u8, count: u8) -> Result<Vec<Share>, Error> {
        may(actor)?;
        let wish = Wish {
            act: Act::ExportKey,
            subject: None,
            what: format!("make {count} shares of a recovery key, {needed} of which open this home"),
            bound: &[needed, count],
        };
        let proposal = self.two_people(actor, &wish).await?;
        let now = self.engine.world.now();
        // the entry first: shares that nobody knows of would be worse than an entry about some that failed
        let event = self.event(Kind::KeyCreated, actor).fact("purpose", "recovery");
        let event = event.count("needed", needed.into()).count("shares", count.into());
        let mut change = self.engine.store.begin().await?;
        spend(&mut change, proposal).await?;
        let made = self.engine.keyring.make_shares(needed, count, now, &self.chance())?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(made)
    }

    /// Tries whether shares would open this home. Nothing of any key is shown.
    pub async fn drill_shares(&self, actor: &Actor, shares: &[Share]) -> Result<(), Error> {
        may(actor)?;
        let now = self.engine.world.now();
        let change = self.engine.store.begin().await?;
        self.engine.keyring.drill(shares, now, &self.chance())?;
        let event = self.event(Kind::KeyDrilled, actor).fact("purpose", "recovery");
        Ok(change.commit(self.organization.id, &[event]).await?)
    }

    /// What is known of the shares, and when they should be tried next; none when there are none.
    pub fn shares(&self, actor: &Actor) -> Result<Option<(Recovery, Timestamp)>, Error> {
        may(actor)?;
        let known = self.engine.keyring.recovery()?;
        Ok(known.map(|known| (known, known.drilled_at.unwrap_or(known.made_at).plus_days(DRILL_DAYS))))
    }

    /// Writes down that shares gave this home a new unseal secret.
    pub async fn tell_recovered(&self, actor: &Actor) -> Result<(), Error> {
        may(actor)?;
        let event = self.event(Kind::KeyRotated, actor).fact("purpose", "unseal");
        Ok(self.engine.store.begin().await?.commit(self.organization.id, &[event]).await?)
    }
}

/// Gives a home whose unseal secret is lost to a new keeper, which is made once the shares were found to be the right ones.
pub fn recover<E: From<Error>>(
    layout: &Layout,
    shares: &[Share],
    world: &dyn World,
    keeper: impl FnOnce() -> Result<Box<dyn Keeper>, E>,
) -> Result<(), E> {
    let recovered = Keyring::recover(&layout.ring(), shares).map_err(Error::from)?;
    let keeper = keeper()?;
    Ok(recovered.hand_over(&*keeper, world.now(), &secret_bytes(world)).map_err(Error::from)?)
}

/// Whether they run the machine.
pub(super) fn may(actor: &Actor) -> Result<(), Error> {
    if actor.powers.are_all() { Ok(()) } else { Err(Error::Denied(Permission::ManageUsers)) }
}
