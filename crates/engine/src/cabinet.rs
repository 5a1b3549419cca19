//! Everything the engine works with, in one place: store, vault, keys, sources, time and chance.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use exeunt_audit::event::{Actor, Event};
use exeunt_audit::kind::Kind;
use exeunt_base::{
    ActorId, BatchId, BlobId, EventId, JobId, Name, OrganizationId, PackageId, PlanId, ReceiptId, RequestId,
    Secret,
};
use exeunt_mail::Language;
use exeunt_plan::digest;
use exeunt_plan::document::Document;
use exeunt_source::catalog::Catalog;
use exeunt_source::{Reader, Source};
use exeunt_store::Store;
use exeunt_store::requests::Request;
use exeunt_vault::{Keyring, Salt, Shelf, Storage};

use crate::error::Error;
use crate::hours::Hours;
use crate::people::{Claimant, Known};
use crate::sealing;
use crate::world::{World, chance_for_id, secret_bytes};
use crate::{delta, drift};

/// Choices of an organization that the engine obeys.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Most rows struck a second, over all steps; `None` for as fast as the source takes it.
    pub rows_per_second: Option<u32>,
    /// Most jobs at a time, each of which runs one statement at a time; `None` for any number.
    pub jobs_at_a_time: Option<u32>,
    /// Most rows one identifier may match in one subject model.
    pub matches_cap: u64,
    /// Days an epoch of vault keys lasts.
    pub epoch_days: u32,
    /// Rows of the first batch; later ones adapt.
    pub first_batch: u64,
    /// Most rows struck in one transaction; `None` for as many as the source takes.
    pub batch_rows: Option<u64>,
    /// How long a batch should take, in seconds.
    pub batch_seconds: f64,
    /// Rows from which on a piece is struck by the way it was found, where that can be worth it.
    pub way_rows: u64,
    /// Where what a package needs for a while is put, encrypted.
    pub scratch: PathBuf,
    /// Days a package lives.
    pub package_days: u32,
    /// Days for which nobody who was erased comes back by an import: how long the suppression list knows them. With 0 nobody is
    /// entered.
    pub suppression_days: u32,
    /// The language of letters where nobody said another; `None` where no letters are sent.
    pub letters: Option<Language>,
    /// Every source there is, connected or not.
    pub sources: BTreeSet<Name>,
    /// Sources that have a delta table.
    pub deltas: BTreeMap<Name, delta::Target>,
    /// Sources that give certain hours to destroying; all others any.
    pub work_hours: BTreeMap<Name, Hours>,
}

impl Settings {
    /// Rows of the first batch, within what is allowed.
    pub fn first_rows(&self) -> u64 {
        let most = self.batch_rows.into_iter().chain(self.rows_per_second.map(u64::from));
        most.fold(self.first_batch, |rows, most| rows.min(most.max(1)))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rows_per_second: None,
            jobs_at_a_time: None,
            matches_cap: 5,
            epoch_days: 7,
            first_batch: 10_000,
            batch_rows: None,
            batch_seconds: 1.0,
            way_rows: 500,
            scratch: PathBuf::from("packages"),
            package_days: 7,
            suppression_days: 1_095,
            letters: None,
            sources: BTreeSet::new(),
            deltas: BTreeMap::new(),
            work_hours: BTreeMap::new(),
        }
    }
}

/// The engine.
#[derive(Clone)]
pub struct Engine {
    /// Our own memory.
    pub store: Store,
    /// Where blobs wait.
    pub shelf: Shelf,
    /// Where packages lie.
    pub packages: Arc<dyn Storage>,
    /// The keys.
    pub keyring: Arc<Keyring>,
    /// The sources, by name.
    pub sources: BTreeMap<Name, Arc<dyn Source>>,
    /// Time and chance.
    pub world: Arc<dyn World>,
    /// Whose work this is.
    pub organization: OrganizationId,
    /// Its choices.
    pub settings: Settings,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({})", self.organization)
    }
}

macro_rules! fresh_ids {
    ($($name:ident -> $id:ident;)*) => {$(
        #[doc = concat!("A fresh [`", stringify!($id), "`].")]
        pub fn $name(&self) -> $id {
            $id::new(self.world.now(), chance_for_id(&*self.world))
        }
    )*};
}

impl Engine {
    fresh_ids! {
        new_request -> RequestId;
        new_plan -> PlanId;
        new_job -> JobId;
        new_batch -> BatchId;
        new_blob -> BlobId;
        new_package -> PackageId;
        new_receipt -> ReceiptId;
        new_event -> EventId;
    }

    /// Fresh secret bytes.
    pub fn new_secret(&self) -> Secret<[u8; 32]> {
        secret_bytes(&*self.world)
    }

    /// Takes away a blob that nobody claims any more, after that was committed: where the storage does not answer, its
    /// ciphertext stays until the sweeper comes.
    pub(crate) fn drop_blob(&self, blob: BlobId) -> Result<(), Error> {
        match self.shelf.delete(blob) {
            Ok(_) => Ok(()),
            Err(error) if error.kind().is_passing() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The source of that name.
    pub fn source(&self, name: &Name) -> Result<&Arc<dyn Source>, Error> {
        self.sources.get(name).ok_or_else(|| Error::NoSource(name.clone()))
    }

    /// An event of this organization, by somebody or by the engine itself.
    pub fn event(&self, kind: Kind, actor: Option<ActorId>) -> Event {
        let actor = actor.map_or(Actor::System, Actor::Known);
        Event::new(self.world.now(), kind, actor, self.organization)
    }

    /// The key that seals what is known of a request's person.
    fn case_key(&self, request: &Request) -> Result<Secret<[u8; 32]>, Error> {
        case_key_of(&self.keyring.purpose_key(self.organization, "cases")?, request.id, &request.case_key)
    }

    /// Seals what is known of a person, for this request alone.
    pub fn seal_known(&self, request: &Request, known: &Known) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; 12];
        self.world.chance(&mut nonce);
        let key = self.case_key(request)?;
        Ok(sealing::seal(&key, &request.id.to_string(), nonce, &known.to_bytes()))
    }

    /// Seals what people said when they asked, for this request alone.
    pub fn seal_words(&self, request: &Request, words: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; 12];
        self.world.chance(&mut nonce);
        Ok(sealing::seal(&self.case_key(request)?, &format!("{} words", request.id), nonce, words))
    }

    /// Opens it again.
    pub fn open_words(&self, request: &Request, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        sealing::open(&self.case_key(request)?, &format!("{} words", request.id), sealed).ok_or_else(|| {
            Error::Damaged {
                what: "what was said at an intake",
                why: String::from("wrong key, or not the same bytes"),
            }
        })
    }

    /// Seals what is known of many people. Both in the order of their claimant numbers.
    pub(crate) fn seal_all_known(
        &self,
        case_keys: &[(RequestId, Option<Vec<u8>>)],
        claimants: &[Claimant],
    ) -> Result<Vec<(RequestId, Vec<u8>)>, Error> {
        let purpose = self.keyring.purpose_key(self.organization, "cases")?;
        case_keys
            .iter()
            .zip(claimants)
            .map(|((request, case_key), claimant)| {
                let key = case_key_of(&purpose, *request, case_key)?;
                let mut nonce = [0; 12];
                self.world.chance(&mut nonce);
                let bytes = claimant.known.to_bytes();
                Ok((*request, sealing::seal(&key, &request.to_string(), nonce, &bytes)))
            })
            .collect()
    }

    /// Opens it again.
    pub fn open_known(&self, request: &Request) -> Result<Known, Error> {
        self.open_known_under(&self.case_key(request)?, request)
    }

    /// Opens what is known of many people.
    pub fn open_all_known(&self, requests: &[Request]) -> Result<Vec<Known>, Error> {
        let purpose = self.keyring.purpose_key(self.organization, "cases")?;
        let open = |request: &Request| {
            self.open_known_under(&case_key_of(&purpose, request.id, &request.case_key)?, request)
        };
        requests.iter().map(open).collect()
    }

    fn open_known_under(&self, key: &Secret<[u8; 32]>, request: &Request) -> Result<Known, Error> {
        let sealed = request.identities.as_deref().ok_or(Error::NothingThere(request.id))?;
        let damaged = |why: String| Error::Damaged { what: "what is known of the person", why };
        let bytes = sealing::open(key, &request.id.to_string(), sealed)
            .ok_or_else(|| damaged(String::from("wrong key, or not the same bytes")))?;
        Known::from_bytes(&bytes).map_err(|error| damaged(error.to_string()))
    }

    /// The claimants of a job, by number.
    pub async fn claimants(&self, job: JobId) -> Result<Vec<Claimant>, Error> {
        let requests = self.store.requests_of(job).await?;
        let known = self.open_all_known(&requests)?;
        let claimant = |((place, request), known): ((usize, &Request), Known)| {
            let number = u32::try_from(place).unwrap_or(u32::MAX);
            if request.claimant != Some(number) {
                return Err(Error::Damaged { what: "a job", why: String::from("its claimants have gaps") });
            }
            Ok(Claimant { number, request: request.id, known, salt: salt_of(request)? })
        };
        requests.iter().enumerate().zip(known).map(claimant).collect()
    }

    /// One snapshot of every source a plan reads.
    pub async fn snapshots(&self, document: &Document) -> Result<BTreeMap<Name, Box<dyn Reader>>, Error> {
        let mut readers = BTreeMap::new();
        for set in &document.sets {
            let name = &set.model.source;
            if !readers.contains_key(name) {
                let reader = self.source(name)?.snapshot().await.map_err(Error::at(name))?;
                readers.insert(name.clone(), reader);
            }
        }
        Ok(readers)
    }

    /// The live catalogs of a plan's sources, if they are still those the plan was made for.
    pub async fn catalogs(&self, document: &Document) -> Result<BTreeMap<Name, Catalog>, Error> {
        self.catalogs_or(document, |_, _| false).await
    }

    /// The same for rows that are tried again: a trigger that stood against them may be gone since.
    pub(crate) async fn catalogs_for_a_retry(
        &self,
        document: &Document,
    ) -> Result<BTreeMap<Name, Catalog>, Error> {
        let lost = |name: &Name, live: &Catalog| digest::has_lost_triggers(document, name, live);
        self.catalogs_or(document, lost).await
    }

    async fn catalogs_or(
        &self,
        document: &Document,
        will_do: impl Fn(&Name, &Catalog) -> bool,
    ) -> Result<BTreeMap<Name, Catalog>, Error> {
        let mut catalogs = BTreeMap::new();
        for (name, planned) in &document.catalogs {
            let catalog = self.source(name)?.describe().await.map_err(Error::at(name))?;
            if digest::catalog(&catalog) != *planned && !will_do(name, &catalog) {
                let gone = drift::told(document, name, &catalog);
                return Err(Error::Drifted { source_name: name.clone(), gone });
            }
            catalogs.insert(name.clone(), catalog);
        }
        Ok(catalogs)
    }
}

fn case_key_of(
    purpose: &Secret<[u8; 32]>,
    request: RequestId,
    case_key: &Option<Vec<u8>>,
) -> Result<Secret<[u8; 32]>, Error> {
    let salt = case_key.as_deref().ok_or(Error::NothingThere(request))?;
    Ok(sealing::derive(purpose, salt, "exeunt case v1"))
}

/// A request's salt.
pub fn salt_of(request: &Request) -> Result<Salt, Error> {
    request
        .salt
        .as_deref()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .map(Salt::new)
        .ok_or(Error::NothingThere(request.id))
}
