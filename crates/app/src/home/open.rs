//! Opening a home: keys, store, and the look whether the store was rolled back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use exeunt_base::{Name, OrganizationId};
use exeunt_engine::{Engine, World};
use exeunt_mail::{Language, Post};
use exeunt_outbound::Outbound;
use exeunt_source::Source;
use exeunt_store::organizations::Organization;
use exeunt_store::{Place, Store};
use exeunt_vault::{Disk, Keeper, Keyring, Shelf, Storage};

use crate::actor::Actor;
use crate::audits::publication::Publication;
use crate::error::Error;
use crate::home::layout::Layout;
use crate::home::notary::Notary;
use crate::home::{checkpoint, files};
use crate::house::House;
use crate::office::{Office, Policy};
use crate::sources::added::Connector;
use crate::storage::moving;

/// What one organization chose, and what it works with.
#[derive(Default)]
pub struct Room {
    /// The organization's name.
    pub name: String,
    /// The sources, by the map's names.
    pub sources: BTreeMap<Name, Arc<dyn Source>>,
    /// Who makes sources of what is typed in the console, where that is done.
    pub connector: Option<Arc<dyn Connector>>,
    /// Files of the map.
    pub maps: Vec<PathBuf>,
    /// What it chose.
    pub policy: Policy,
    /// What it chose about the engine's work.
    pub settings: exeunt_engine::Settings,
    /// The way to its mail server, and the language of its letters where nobody said another.
    pub mail: Option<(Arc<Post>, Language)>,
    /// Where people find this service from outside.
    pub public_url: Option<String>,
    /// Who reads its log.
    pub publication: Arc<Publication>,
    /// The way to what its people say is to be called.
    pub outbound: Outbound,
}

/// Where a house keeps what is large.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The vault's blobs.
    pub vault: Arc<dyn Storage>,
    /// Packages.
    pub packages: Arc<dyn Storage>,
}

impl Kept {
    /// In the home's own folders.
    pub fn in_home(layout: &Layout) -> Result<Self, Error> {
        Ok(Self {
            vault: Arc::new(Disk::open(&layout.vault())?),
            packages: Arc::new(Disk::open(&layout.packages)?),
        })
    }
}

/// What a house is opened with.
pub struct Opening<'a> {
    /// Where.
    pub layout: Layout,
    /// Where its control store is.
    pub store: Place,
    /// Where it keeps blobs and packages; none for the folders of the home.
    pub kept: Option<Kept>,
    /// Who keeps the unseal secret.
    pub keeper: &'a dyn Keeper,
    /// What the organization chose that the home was made for.
    pub own: Room,
    /// What the others chose.
    pub others: Vec<Room>,
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

/// Opens a home and the office of one of its organizations: the one it was made for, or another one named. Refuses a store
/// that is older than the checkpoint kept outside.
pub async fn open(opening: Opening<'_>, named: Option<&str>) -> Result<(Office, Actor), Error> {
    let operators = opening.layout.operators();
    let operator = opening.operator.to_owned();
    let house = open_unchecked(opening).await?;
    let office = match named {
        None => house.own(),
        Some(name) => house.named(name)?,
    };
    let office = office.with_added_sources().await?;
    check(&office).await?;
    office.look_at_map().await?;
    let actor = Actor::meet(&operators, &operator, office.organization.id, &*house.world)?;
    Ok((office, actor))
}

/// Opens a home with all its offices, without the sources that were connected in the console: [`House::with_added_sources`]
/// adds them. Refuses as [`open`] does, where the settings name an organization
/// that is not there, and while the ledger was not held against the sources after the store was taken back.
pub async fn open_house(opening: Opening<'_>) -> Result<House, Error> {
    let wanted: Vec<String> = opening.others.iter().map(|room| room.name.clone()).collect();
    let house = open_unchecked(opening).await?;
    for name in &wanted {
        house.named(name)?;
    }
    for office in house.offices() {
        check(office).await?;
        office.look_at_map().await?;
        office.at_the_gate()?;
    }
    Ok(house)
}

async fn check(office: &Office) -> Result<(), Error> {
    checkpoint::compare(&office.layout, &office.engine.store, office.organization.id, &office.log_key).await
}

/// Opens a home without that look: only for acknowledging what it found.
pub(crate) async fn open_unchecked(opening: Opening<'_>) -> Result<House, Error> {
    let Opening { layout, store: place, kept, keeper, own, others, world, .. } = opening;
    if matches!(&place, Place::File(path) if !path.exists()) || !layout.root_key().exists() {
        return Err(Error::NoHome(layout.home));
    }
    let keyring = Arc::new(Keyring::open(&layout.ring(), keeper)?);
    let notary = Arc::new(Notary::new(layout.clone(), Arc::clone(&keyring)));
    let store = Store::open(&place, false, Arc::clone(&notary) as Arc<dyn exeunt_store::Notary>).await?;
    let mut organizations = store.organizations().await?.into_iter();
    let first = organizations.next().ok_or_else(|| Error::Damaged {
        what: format!("control store in {place}"),
        why: String::from("it holds no organization"),
    })?;
    // a store whose organization has no key here is another home's
    if !keyring.has_organization(first.id)? {
        return Err(exeunt_store::Error::OtherHome { place: place.to_string() }.into());
    }
    let kept = match kept {
        None => Kept::in_home(&layout)?,
        Some(kept) => {
            moving::must_be_moved(&layout)?;
            kept
        }
    };
    let shelf = Shelf::of(Arc::clone(&kept.vault));
    let (bell, guards, known_providers) = (Arc::default(), Arc::default(), Arc::default());
    let refurnish: Arc<tokio::sync::Notify> = Arc::default();
    let organizations: Vec<Organization> = organizations.collect();
    let mut others: BTreeMap<String, Room> =
        others.into_iter().map(|room| (room.name.clone(), room)).collect();
    let language = |room: &Room| room.mail.as_ref().map(|(_, language)| *language);
    let known =
        organizations.iter().filter_map(|other| Some((other.id, language(others.get(&other.name)?)?)));
    let senders: BTreeMap<OrganizationId, Language> =
        known.chain(language(&own).map(|language| (first.id, language))).collect();
    let senders = Arc::new(senders);
    let own_id = first.id;
    let furnished = |organization: Organization, room: Room| -> Result<Office, Error> {
        let Room {
            sources,
            connector,
            maps,
            policy,
            mut settings,
            mail,
            public_url,
            publication,
            outbound,
            ..
        } = room;
        let (post, language) = mail.unzip();
        settings.letters = language;
        let log_key = notary.public_key(organization.id)?;
        let head = layout.log_head(organization.id);
        files::clear_beside(&head).map_err(|source| Error::file("clear up beside", &head, source))?;
        let engine = Engine {
            shelf: shelf.clone(),
            packages: Arc::clone(&kept.packages),
            store: store.clone(),
            keyring: Arc::clone(&keyring),
            sources,
            world: Arc::clone(&world),
            organization: organization.id,
            settings,
        };
        let (bell, guards) = (Arc::clone(&bell), Arc::clone(&guards));
        let (kept_map, intake) = (Arc::default(), Arc::default());
        Ok(Office {
            is_own: organization.id == own_id,
            through_the_gate: false,
            engine,
            layout: layout.clone(),
            organization,
            policy,
            maps,
            kept_map,
            intake,
            log_key,
            bell,
            connector,
            refurnish: Arc::clone(&refurnish),
            guards,
            post,
            senders: Arc::clone(&senders),
            public_url,
            publication,
            known_providers: Arc::clone(&known_providers),
            outbound,
        })
    };
    let mut offices = vec![furnished(first, own)?];
    for organization in organizations {
        // one that the settings do not know stays as it is until they do
        if let Some(room) = others.remove(&organization.name) {
            offices.push(furnished(organization, room)?);
        }
    }
    Ok(House::of(offices))
}
