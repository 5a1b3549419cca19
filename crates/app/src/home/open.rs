//! Opening a home: keys, store, and the look whether the store was rolled back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use exeunt_base::Name;
use exeunt_engine::{Engine, World};
use exeunt_source::Source;
use exeunt_store::{Place, Store};
use exeunt_vault::{Keeper, Keyring, Shelf};

use crate::actor::Actor;
use crate::error::Error;
use crate::home::checkpoint;
use crate::home::layout::Layout;
use crate::home::notary::Notary;
use crate::office::{Office, Policy};

/// What an office is opened with.
pub struct Opening<'a> {
    /// Where.
    pub layout: Layout,
    /// Where its control store is.
    pub store: Place,
    /// Who keeps the unseal secret.
    pub keeper: &'a dyn Keeper,
    /// The sources, by the map's names.
    pub sources: BTreeMap<Name, Arc<dyn Source>>,
    /// Files of the map.
    pub maps: Vec<PathBuf>,
    /// What the organization chose.
    pub policy: Policy,
    /// What it chose about the engine's work.
    pub settings: exeunt_engine::Settings,
    /// Time and chance.
    pub world: Arc<dyn World>,
    /// The word the one at the door is known by.
    pub operator: &'a str,
}

impl std::fmt::Debug for Opening<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opening({})", self.layout.home.display())
    }
}

/// Opens a home. Refuses a store that is older than the checkpoint kept outside.
pub async fn open(opening: Opening<'_>) -> Result<(Office, Actor), Error> {
    let layout = opening.layout.clone();
    let (office, actor) = open_unchecked(opening).await?;
    checkpoint::compare(&layout, &office.engine.store, office.organization.id, &office.log_key).await?;
    Ok((office, actor))
}

/// Opens a home without that look: only for acknowledging what it found.
pub(crate) async fn open_unchecked(opening: Opening<'_>) -> Result<(Office, Actor), Error> {
    let Opening { layout, store: place, keeper, sources, maps, policy, settings, world, operator } = opening;
    if matches!(&place, Place::File(path) if !path.exists()) || !layout.root_key().exists() {
        return Err(Error::NoHome(layout.home));
    }
    let keyring = Arc::new(Keyring::open(&layout.ring(), keeper)?);
    let notary = Arc::new(Notary::new(layout.clone(), Arc::clone(&keyring)));
    let store = Store::open(&place, false, Arc::clone(&notary) as Arc<dyn exeunt_store::Notary>).await?;
    let organization = store.organizations().await?.into_iter().next().ok_or_else(|| Error::Damaged {
        what: format!("control store in {place}"),
        why: String::from("it holds no organization"),
    })?;
    // a store whose organization has no key here is another home's
    if !keyring.has_organization(organization.id)? {
        return Err(exeunt_store::Error::OtherHome { place: place.to_string() }.into());
    }
    let actor = Actor::meet(&layout.operators(), operator, organization.id, &*world)?;
    let engine = Engine {
        shelf: Shelf::open(&layout.vault())?,
        store,
        keyring,
        sources,
        world,
        organization: organization.id,
        settings,
    };
    let log_key = notary.public_key(organization.id)?;
    let (bell, guards) = (Arc::default(), Arc::default());
    Ok((Office { engine, layout, organization, policy, maps, log_key, bell, guards }, actor))
}
