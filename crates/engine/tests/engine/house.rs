//! A whole house for a test: store, vault and keys in a temporary directory, real sources, a real clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, JobId, Name, OrganizationId, Personal, PlanId, RequestId, Secret, Timestamp};
use exeunt_datamap::DataMap;
use exeunt_datamap::model::IdentityKind;
use exeunt_engine::people::Known;
use exeunt_engine::{Engine, Settings, World, states};
use exeunt_plan::document::{Document, Right};
use exeunt_plan::{Inputs, Policy};
use exeunt_source::Source;
use exeunt_store::organizations::Organization;
use exeunt_store::requests::Request;
use exeunt_store::{Notary, Place, Server, Store};
use exeunt_testkit::Postgres;
use exeunt_testkit::dice::Dice;
use exeunt_testkit::postgres::Database;
use exeunt_vault::{Disk, KeyFile, Keyring, Shelf};

/// Time that goes on by itself and can be moved; chance from a seed.
pub(crate) struct TestWorld {
    ahead: Mutex<i64>,
    dice: Mutex<Dice>,
    meanwhile: Mutex<Option<Meanwhile>>,
    looking: Mutex<Option<Looking>>,
}

type Meanwhile = Box<dyn FnOnce() + Send>;
type Looking = Box<dyn FnMut() -> bool + Send>;

/// The engine waits this long between two beats of a lease, and less for a source that is busy.
const BEAT: Duration = Duration::from_secs(1);

impl TestWorld {
    pub(crate) fn new() -> Self {
        Self {
            ahead: Mutex::new(0),
            dice: Mutex::new(Dice::from_env()),
            meanwhile: Mutex::new(None),
            looking: Mutex::new(None),
        }
    }

    pub(crate) fn skip_days(&self, days: i64) {
        *self.ahead.lock().unwrap() += days * 86_400;
    }
}

impl TestWorld {
    /// Does something once, when the engine next waits for a source that is busy.
    pub(crate) fn while_it_waits(&self, what: impl FnOnce() + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some(Box::new(what));
    }

    /// Does something whenever the engine looks at the clock, until it says that it is done.
    pub(crate) fn when_it_looks_at_the_clock(&self, what: impl FnMut() -> bool + Send + 'static) {
        *self.looking.lock().unwrap() = Some(Box::new(what));
    }

    /// Whether that happened.
    pub(crate) fn looked(&self) -> bool {
        self.looking.lock().unwrap().is_none()
    }

    /// Whether what was to be done while it waits happened.
    pub(crate) fn waited(&self) -> bool {
        self.meanwhile.lock().unwrap().is_none()
    }
}

#[async_trait]
impl World for TestWorld {
    fn now(&self) -> Timestamp {
        let looking = self.looking.lock().unwrap().take();
        if let Some(mut what) = looking
            && !what()
        {
            *self.looking.lock().unwrap() = Some(what);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
        Timestamp::from_micros(i64::try_from(now).unwrap()).plus_seconds(*self.ahead.lock().unwrap())
    }

    fn chance(&self, bytes: &mut [u8]) {
        let mut dice = self.dice.lock().unwrap();
        bytes.iter_mut().for_each(|byte| *byte = dice.below(256) as u8);
    }

    async fn wait(&self, time: Duration) {
        let what = if time < BEAT { self.meanwhile.lock().unwrap().take() } else { None };
        if let Some(what) = what {
            what();
        }
        tokio::time::sleep(time).await;
    }
}

/// Signs nothing: what the log needs is tested where the log is at home.
pub(crate) struct NoNotary;

impl Notary for NoNotary {
    fn sign(&self, _: OrganizationId, size: u64, _: &exeunt_audit::merkle::Hash) -> Result<String, String> {
        Ok(format!("unsigned {size}"))
    }

    fn committed(&self, _: OrganizationId, _: u64, _: &str) {}
}

tokio::task_local! {
    /// Set where houses keep their control store on PostgreSQL.
    static ON_POSTGRES: ();
    /// Set where they keep it in a certain database.
    static IN_DATABASE: String;
}

/// Runs a case whose houses keep their control store in this database.
pub(crate) async fn kept_in(url: &str, case: impl Future<Output = ()>) {
    IN_DATABASE.scope(url.to_owned(), case).await;
}

/// Runs a case whose houses keep their control store on PostgreSQL. `EXEUNT_TEST_STORE=postgres` does so for all cases.
pub(crate) async fn kept_on_postgres(case: impl Future<Output = ()>) {
    ON_POSTGRES.scope((), case).await;
}

/// Where a new house keeps its control store.
fn place(dir: &Path) -> (Place, Option<Database<'static>>) {
    if let Ok(url) = IN_DATABASE.try_with(String::clone) {
        return (Place::Postgres(Server::from_url(&url)), None);
    }
    let wanted = std::env::var("EXEUNT_TEST_STORE").is_ok_and(|word| word == "postgres");
    if wanted || ON_POSTGRES.try_with(|()| ()).is_ok() {
        let database = Postgres::shared().create_database().unwrap();
        return (Place::Postgres(Server::from_url(database.url())), Some(database));
    }
    (Place::File(dir.join("control.db")), None)
}

pub(crate) struct House {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) world: Arc<TestWorld>,
    pub(crate) engine: Engine,
    pub(crate) map: DataMap,
    // last, so that nobody uses it any more
    _store: Option<Database<'static>>,
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

impl House {
    pub(crate) async fn new(map: &str, sources: Vec<(&str, Arc<dyn Source>)>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let world = Arc::new(TestWorld::new());
        let secret = || {
            let mut bytes = [0; 32];
            world.chance(&mut bytes);
            Secret::new(bytes)
        };
        let keeper = KeyFile::create(&dir.path().join("key"), &secret()).unwrap();
        let keyring = Keyring::create(&dir.path().join("keys"), &keeper, &secret()).unwrap();
        let organization = OrganizationId::new(world.now(), [1; 10]);
        keyring.add_organization(organization, &secret()).unwrap();
        let (place, database) = place(dir.path());
        let store = Store::open(&place, true, Arc::new(NoNotary)).await.unwrap();
        // small as they are here, pieces are struck by the ways they were found
        let settings = Settings { scratch: dir.path().join("packages"), way_rows: 1, ..Settings::default() };
        let engine = Engine {
            store,
            shelf: Shelf::open(&dir.path().join("vault")).unwrap(),
            packages: Arc::new(Disk::open(&dir.path().join("packages")).unwrap()),
            keyring: Arc::new(keyring),
            sources: sources.into_iter().map(|(called, source)| (name(called), source)).collect(),
            world: world.clone(),
            organization,
            settings,
        };
        let mut change = engine.store.begin().await.unwrap();
        change
            .add_organization(&Organization {
                id: organization,
                name: String::from("Test"),
                origin: String::from("example.test/log"),
                created_at: world.now(),
            })
            .await
            .unwrap();
        change.commit(organization, &[engine.event(Kind::OrganizationCreated, None)]).await.unwrap();
        let map = exeunt_datamap::parse(&[(String::from("map.yaml"), map.to_owned())])
            .unwrap_or_else(|problems| panic!("{problems}"));
        Self { dir, world, engine, map, _store: database }
    }

    pub(crate) async fn submit(&self, kind: &str, identifiers: &[(&str, &str)]) -> RequestId {
        let id = self.engine.new_request();
        let now = self.world.now();
        let mut request = Request {
            id,
            organization: self.engine.organization,
            kind: kind.to_owned(),
            state: String::from("received"),
            received_at: now,
            entered_at: now,
            entered_by: None,
            identities: None,
            case_key: Some(self.engine.new_secret().expose().to_vec()),
            salt: Some(self.engine.new_secret().expose().to_vec()),
            window_ends_at: None,
            held_because: None,
            held_until: None,
            tally: None,
            plan: None,
            job: None,
            claimant: None,
        };
        let given = identifiers
            .iter()
            .map(|(kind, value)| ((*kind).to_owned(), Personal::new((*value).to_owned())))
            .collect();
        request.identities = Some(self.engine.seal_known(&request, &Known::given(given)).unwrap());
        let mut change = self.engine.store.begin().await.unwrap();
        change.add_request(&request).await.unwrap();
        let event = self.engine.event(Kind::RequestSubmitted, None).about(id);
        change.commit(self.engine.organization, &[event]).await.unwrap();
        id
    }

    /// The document of a plan, as the planner makes it today.
    pub(crate) async fn draft(&self, right: Right, kinds: &[&str]) -> Document {
        let mut catalogs = BTreeMap::new();
        let mut abilities = BTreeMap::new();
        for (called, source) in &self.engine.sources {
            catalogs.insert(called.clone(), source.describe().await.unwrap());
            abilities.insert(called.clone(), source.abilities());
        }
        let kinds: BTreeSet<IdentityKind> =
            kinds.iter().map(|kind| IdentityKind::new(kind).unwrap()).collect();
        let inputs = Inputs {
            right,
            map: &self.map,
            map_digest: "test",
            catalogs: &catalogs,
            abilities: &abilities,
            kinds: &kinds,
            today: time::macros::date!(2026 - 11 - 21),
            zone: None,
            policy: Policy::default(),
        };
        let plan = exeunt_plan::build(inputs).unwrap_or_else(|problems| {
            panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        });
        plan.document().clone()
    }

    /// Stores and approves a plan for requests.
    pub(crate) async fn approve(&self, document: &Document, requests: &[RequestId]) -> PlanId {
        let id = self.engine.new_plan();
        let text = exeunt_plan::digest::text(document);
        let digest = exeunt_plan::digest::of_text(&text);
        let plan = exeunt_store::plans::Plan {
            id,
            organization: self.engine.organization,
            right: String::from("erasure"),
            digest: digest.clone(),
            document: text,
            made_at: self.world.now(),
            approved: None,
        };
        let actor = ActorId::new(self.world.now(), [3; 10]);
        let mut change = self.engine.store.begin().await.unwrap();
        change.add_plan(&plan).await.unwrap();
        change.plan_requests(requests, id, &["received"], "received").await.unwrap();
        change.approve_plan(id, &digest, actor, self.world.now()).await.unwrap();
        let event = self.engine.event(Kind::PlanApproved, Some(actor)).about(id);
        change.commit(self.engine.organization, &[event]).await.unwrap();
        id
    }

    /// Plans, approves and queues an erasure.
    pub(crate) async fn queue(&self, requests: &[RequestId], kinds: &[&str]) -> JobId {
        let document = self.draft(Right::Erasure, kinds).await;
        let plan = self.approve(&document, requests).await;
        self.engine.queue_job(plan, requests, &["received", states::HIDDEN], None).await.unwrap()
    }

    pub(crate) async fn run(&self, job: JobId) -> Result<&'static str, exeunt_engine::Error> {
        self.engine.run_job(job, "test", &Default::default(), &exeunt_engine::progress::Nobody).await
    }
}

pub(crate) fn sqlite(path: &Path) -> Arc<dyn Source> {
    Arc::new(exeunt_source_sqlite::SqliteSource::new(exeunt_source_sqlite::Settings::for_file(path)))
}

/// One that waits no longer than a second for a lock.
pub(crate) fn impatient_sqlite(path: &Path) -> Arc<dyn Source> {
    let settings = exeunt_source_sqlite::Settings {
        lock_timeout_seconds: 1,
        ..exeunt_source_sqlite::Settings::for_file(path)
    };
    Arc::new(exeunt_source_sqlite::SqliteSource::new(settings))
}

pub(crate) async fn postgres(url: &str) -> Arc<dyn Source> {
    let settings = exeunt_source_postgres::Settings::from_url(url);
    Arc::new(exeunt_source_postgres::Postgres::connect(&settings).await.unwrap())
}
