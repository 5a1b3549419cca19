//! Making a home: keys, vault, store, the organization, and the first entries of its log.

use std::sync::Arc;

use exeunt_audit::event::{Actor as By, Event};
use exeunt_audit::kind::Kind;
use exeunt_audit::note::VerifyingKey;
use exeunt_base::{OrganizationId, Timestamp};
use exeunt_engine::World;
use exeunt_engine::world::secret_bytes;
use exeunt_store::{Place, Store};
use exeunt_vault::{Keeper, Keyring, Shelf};

use crate::actor::Actor;
use crate::error::Error;
use crate::home::files;
use crate::home::layout::Layout;
use crate::home::notary::Notary;
use crate::organizations;

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The organization.
    pub organization: OrganizationId,
    /// The key that checks its log.
    pub log_key: VerifyingKey,
    /// When.
    pub at: Timestamp,
}

/// Makes the folders of a home, so that the keeper's files have a place. Refuses where a home is, or where another's
/// control store is.
pub async fn prepare(layout: &Layout, store: &Place) -> Result<(), Error> {
    if layout.store().exists() || layout.root_key().exists() {
        return Err(Error::HomeExists(layout.home.clone()));
    }
    Store::must_be_vacant(store).await?;
    for folder in [&layout.home, &layout.vault(), &layout.packages, &layout.receipts(), &layout.checkpoints] {
        files::make_dir(folder)?;
    }
    Ok(())
}

/// Makes keys, store and organization in a prepared home. `operator` is the word the one who does it is known by.
pub async fn create(
    layout: &Layout,
    place: &Place,
    keeper: &dyn Keeper,
    name: &str,
    operator: &str,
    world: &dyn World,
) -> Result<Created, Error> {
    let now = world.now();
    let keyring = Arc::new(Keyring::create(&layout.ring(), keeper, &secret_bytes(world))?);
    let new = organizations::add::keyed(&keyring, layout, name, world)?;
    let organization = new.id;
    Shelf::open(&layout.vault())?;
    let actor = Actor::meet(&layout.operators(), operator, organization, world)?;
    let notary = Arc::new(Notary::new(layout.clone(), Arc::clone(&keyring)));
    let log_key = notary.public_key(organization)?;
    let store = Store::open(place, true, notary).await?;
    let by = actor.id.map_or(By::System, By::Known);
    let events = [
        Event::new(now, Kind::StoreCreated, by, organization).fact("version", env!("CARGO_PKG_VERSION")),
        Event::new(now, Kind::OrganizationCreated, by, organization),
        Event::new(now, Kind::KeyCreated, by, organization).fact("purpose", "organization"),
    ];
    let mut change = store.begin().await?;
    change.add_first_organization(&new, place).await?;
    change.commit(organization, &events).await?;
    store.close().await?;
    Ok(Created { organization, log_key, at: now })
}
