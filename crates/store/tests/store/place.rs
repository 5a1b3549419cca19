//! A place for one test's store, spoken to behind the store's back; and small things to put into it.

use std::path::PathBuf;
use std::sync::Arc;

use exeunt_audit::event::{Actor, Event};
use exeunt_audit::kind::Kind;
use exeunt_audit::merkle::Hash;
use exeunt_base::{JobId, OrganizationId, PlanId, RequestId, Timestamp};
use exeunt_store::organizations::Organization;
use exeunt_store::plans::Plan;
use exeunt_store::requests::Request;
use exeunt_store::{Notary, Place, Server, Store};
use exeunt_testkit::Postgres;
use exeunt_testkit::postgres::Database;

/// Stamps cases on both databases.
macro_rules! on_both {
    ($($case:ident;)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(crate::place::Spot::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(crate::place::Spot::postgres()).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// Where a test's store is.
pub(crate) enum Spot {
    Sqlite { _dir: tempfile::TempDir, file: PathBuf },
    Postgres(Database<'static>),
}

impl Spot {
    pub(crate) fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("control.db");
        Self::Sqlite { _dir: dir, file }
    }

    pub(crate) fn postgres() -> Self {
        Self::Postgres(Postgres::shared().create_database().unwrap())
    }

    /// An empty one of the same kind.
    pub(crate) fn another(&self) -> Self {
        match self {
            Self::Sqlite { .. } => Self::sqlite(),
            Self::Postgres(_) => Self::postgres(),
        }
    }

    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Sqlite { file, .. } => Place::File(file.clone()),
            Self::Postgres(database) => Place::Postgres(Server::from_url(database.url())),
        }
    }

    /// Runs a script behind the store's back.
    pub(crate) fn run(&self, script: &str) {
        match self {
            Self::Sqlite { file, .. } => {
                rusqlite::Connection::open(file).unwrap().execute_batch(script).unwrap();
            }
            Self::Postgres(database) => {
                database.run(script).unwrap();
            }
        }
    }

    /// One whole number, asked for behind the store's back.
    pub(crate) fn count(&self, question: &str) -> i64 {
        match self {
            Self::Sqlite { file, .. } => {
                rusqlite::Connection::open(file).unwrap().query_row(question, [], |row| row.get(0)).unwrap()
            }
            Self::Postgres(database) => database.ask(question).unwrap().parse().unwrap(),
        }
    }

    /// As one process opens it: another call is as good as another process, with connections of its own.
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.place(), true, Arc::new(Witness)).await.unwrap()
    }

    /// A new store with an organization in it.
    pub(crate) async fn started(&self) -> Store {
        Self::start(self.open().await).await
    }

    /// The store with an organization put into it.
    pub(crate) async fn start(store: Store) -> Store {
        let mut change = store.begin().await.unwrap();
        change
            .add_organization(&Organization {
                id: organization(),
                name: String::from("Test"),
                origin: String::from("example.test/log"),
                created_at: now(),
            })
            .await
            .unwrap();
        change.commit(organization(), &[event(Kind::OrganizationCreated)]).await.unwrap();
        store
    }
}

/// Signs with the root itself, so that tests can hold it against the entries.
pub(crate) struct Witness;

impl Notary for Witness {
    fn sign(&self, _: OrganizationId, size: u64, root: &Hash) -> Result<String, String> {
        Ok(checkpoint(size, root))
    }

    fn committed(&self, _: OrganizationId, _: u64, _: &str) {}
}

pub(crate) fn checkpoint(size: u64, root: &Hash) -> String {
    format!("{size} {:?}", root.0)
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_micros(1_763_800_000_123_456)
}

pub(crate) fn organization() -> OrganizationId {
    OrganizationId::new(now(), [1; 10])
}

pub(crate) fn event(kind: Kind) -> Event {
    Event::new(now(), kind, Actor::System, organization())
}

fn chance(number: u32) -> [u8; 10] {
    let mut chance = [0; 10];
    chance[..4].copy_from_slice(&number.to_be_bytes());
    chance
}

/// The id of the request of this number; ids grow with numbers.
pub(crate) fn request_id(number: u32) -> RequestId {
    RequestId::new(now(), chance(number))
}

pub(crate) fn plan_id(number: u32) -> PlanId {
    PlanId::new(now(), chance(number))
}

pub(crate) fn job_id(number: u32) -> JobId {
    JobId::new(now(), chance(number))
}

pub(crate) fn request(number: u32) -> Request {
    Request {
        id: request_id(number),
        organization: organization(),
        kind: String::from("erasure"),
        state: String::from("received"),
        received_at: now(),
        entered_at: now().plus_seconds(1),
        entered_by: None,
        identities: Some(vec![0, 255, 7]),
        case_key: Some(vec![1; 40]),
        salt: Some(vec![2; 32]),
        window_ends_at: None,
        held_because: None,
        held_until: None,
        tally: None,
        plan: None,
        job: None,
        claimant: None,
    }
}

pub(crate) fn plan(number: u32) -> Plan {
    Plan {
        id: plan_id(number),
        organization: organization(),
        right: String::from("erasure"),
        digest: String::from("cafe"),
        document: String::from("{\"what\":\"ä $1 ? 'quoted' \\\\\"}"),
        made_at: now(),
        approved: None,
    }
}

pub(crate) fn job(number: u32, of: u32) -> exeunt_store::jobs::Job {
    exeunt_store::jobs::Job {
        id: job_id(number),
        organization: organization(),
        plan: plan_id(of),
        state: String::from("queued"),
        epoch: exeunt_base::EpochId::new(now(), [5; 10]),
        salt: Some(vec![3; 32]),
        census_blob: None,
        census_digest: None,
        rows_total: 0,
        rows_confirmed: 0,
        cancel_asked: false,
        fence: 0,
        batches: 0,
        made_at: now(),
        started_at: None,
        settled_at: None,
        trouble: None,
    }
}

/// Adds requests, a plan and a job of the same number, in one change.
pub(crate) async fn add(store: &Store, requests: std::ops::Range<u32>, number: u32) {
    let mut change = store.begin().await.unwrap();
    for number in requests {
        change.add_request(&request(number)).await.unwrap();
    }
    change.add_plan(&plan(number)).await.unwrap();
    change.add_job(&job(number, number)).await.unwrap();
    change.commit(organization(), &[event(Kind::RequestSubmitted)]).await.unwrap();
}
