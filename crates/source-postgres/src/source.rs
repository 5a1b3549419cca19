//! The source itself: a pool, what was learned when it was first reached, and the last known schema.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use exeunt_base::{Fault, FaultKind, TableRef, Timestamp};
use exeunt_source::{Abilities, Catalog, Fate, Journals, Marker, Reader, Residue, Source, Transaction};

use crate::connect::Pool;
use crate::page::Session;
use crate::schema::Schema;
use crate::settings::{Scrub, Settings};
use exeunt_postgres::fault::{Blame, fault};

/// A PostgreSQL database as a source of rows.
pub struct Postgres {
    pub(crate) pool: Arc<Pool>,
    pub(crate) facts: Arc<Facts>,
    schemas: Vec<String>,
    schema: Mutex<Option<Arc<Schema>>>,
    described: Mutex<Option<Described>>,
    pub(crate) scrub: Scrub,
}

/// A catalog that was read, and what would be different had it changed.
#[derive(Clone)]
struct Described {
    fingerprint: String,
    catalog: Arc<Catalog>,
    schema: Arc<Schema>,
}

/// What holds for every connection.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) product: String,
    /// May keep triggers from firing.
    pub(crate) quiet_triggers: bool,
}

const FACTS: &str = "SELECT current_setting('server_version'), current_setting('server_version_num')::int4, \
     (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)";

impl Postgres {
    /// Reaches the server once, to learn what it is and what we may do there.
    pub async fn connect(settings: &Settings) -> Result<Self, Fault> {
        let address = settings
            .check()
            .map_err(|error| Fault::new(FaultKind::Denied, format!("the settings do not hold: {error}")))?;
        let pool = Pool::new(settings, address)?;
        let lease = pool.lease().await?;
        let learn = async |question: &str| {
            let row = lease.client().query_one(question, &[]).await;
            row.map_err(|error| fault("asking the server what it is", Blame::Shape, &error))
        };
        let row = learn(FACTS).await?;
        let version: i32 = row.get(1);
        if version < 130_000 {
            let text = format!("PostgreSQL {} is too old: 13 or newer is needed", row.get::<_, &str>(0));
            return Err(Fault::new(FaultKind::Unsupported, text));
        }
        let superuser: bool = row.get::<_, Option<bool>>(2).unwrap_or(false);
        // Since 15 the right to set one parameter can be granted.
        let quiet_triggers = superuser
            || (version >= 150_000
                && learn("SELECT has_parameter_privilege('session_replication_role', 'SET')").await?.get(0));
        let facts = Facts { product: format!("PostgreSQL {}", row.get::<_, &str>(0)), quiet_triggers };
        lease.give_back();
        Ok(Self {
            pool,
            facts: Arc::new(facts),
            schemas: settings.schemas.iter().map(|name| name.as_str().to_owned()).collect(),
            schema: Mutex::new(None),
            described: Mutex::new(None),
            scrub: settings.scrub,
        })
    }

    /// The schema statements are rendered by: as last described, or read now.
    async fn schema(&self) -> Result<Arc<Schema>, Fault> {
        let known = self.known().clone();
        match known {
            Some(schema) => Ok(schema),
            None => {
                let lease = self.pool.lease().await?;
                let schema = Arc::new(crate::describe::shape(lease.client(), &self.schemas).await?);
                lease.give_back();
                *self.known() = Some(Arc::clone(&schema));
                Ok(schema)
            }
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<Arc<Schema>>> {
        self.schema.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn described(&self) -> std::sync::MutexGuard<'_, Option<Described>> {
        self.described.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn session(&self, begin: &str) -> Result<Session, Fault> {
        let schema = self.schema().await?;
        let lease = self.pool.lease().await?;
        Session::begin(lease, schema, Arc::clone(&self.facts), begin).await
    }
}

#[async_trait]
impl Source for Postgres {
    fn abilities(&self) -> Abilities {
        Abilities {
            kind: "postgres",
            whole_row_identity: true,
            remembers_transactions: true,
            rolls_back: true,
            quiet_triggers: self.facts.quiet_triggers,
            images_are_final: false,
            deletes_along_ways: true,
            snapshots: true,
            rows_per_strike: 250_000,
        }
    }

    async fn describe(&self) -> Result<Catalog, Fault> {
        let mut lease = self.pool.lease().await?;
        let before = crate::describe::fingerprint(&mut lease).await?;
        let known = self.described().clone().filter(|known| known.fingerprint == before);
        if let Some(known) = known {
            lease.give_back();
            *self.known() = Some(known.schema);
            return Ok(Catalog::clone(&known.catalog));
        }
        let (catalog, schema) =
            crate::describe::catalog(lease.client(), &self.schemas, &self.facts.product).await?;
        let schema = Arc::new(schema);
        // what changed while it was read is read again next time
        let after = crate::describe::fingerprint(&mut lease).await?;
        lease.give_back();
        *self.described() = (before == after).then(|| Described {
            fingerprint: after,
            catalog: Arc::new(catalog.clone()),
            schema: Arc::clone(&schema),
        });
        *self.known() = Some(schema);
        Ok(catalog)
    }

    /// No statement timeout here: an answer lasts as long as its reader takes.
    async fn snapshot(&self) -> Result<Box<dyn Reader>, Fault> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0";
        Ok(Box::new(self.session(begin).await?))
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        // rings of references are struck within one transaction: what may wait until its end does
        let begin = "BEGIN ISOLATION LEVEL READ COMMITTED; SET CONSTRAINTS ALL DEFERRED";
        Ok(Box::new(self.session(begin).await?))
    }

    async fn fate(&self, marker: &Marker) -> Result<Fate, Fault> {
        let lease = self.pool.lease().await?;
        let fate = crate::confirm::fate(&lease, marker).await?;
        lease.give_back();
        Ok(fate)
    }

    async fn scrub(&self, tables: &[TableRef], now: Timestamp) -> Result<Residue, Fault> {
        crate::scrub::scrub(self, tables, now).await
    }

    async fn advise(&self) -> Result<Vec<String>, Fault> {
        crate::advise::advise(self).await
    }

    fn grants(&self, tables: &[TableRef]) -> Option<String> {
        crate::advise::usual_grants(tables)
    }

    fn journals(&self) -> Option<&dyn Journals> {
        Some(self)
    }
}
