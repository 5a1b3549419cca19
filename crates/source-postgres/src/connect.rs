//! Connections: opened with a pinned session, lent out, taken back only when nothing is left open on them.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use exeunt_base::{Fault, FaultKind, Name};
use exeunt_source::sql::{Dialect, Sql};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::AbortHandle;
use tokio_postgres::{CancelToken, Client, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::settings::Settings;
use exeunt_postgres::fault::{Blame, advice, fault};
use exeunt_postgres::{Checked, Tls};

/// How long leftovers of a dropped transaction may take to clear before the connection is cut.
const PATIENCE: Duration = Duration::from_secs(10);

/// Prepared statements kept for each connection. A job uses a few for each table it touches.
const STATEMENTS: usize = 256;

/// What sends an answer on.
pub(crate) type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Opens connections and lends them.
pub(crate) struct Pool {
    address: Checked,
    tls: MakeRustlsConnect,
    session: Session,
    idle: Mutex<Vec<Link>>,
    permits: Arc<Semaphore>,
}

/// What each session is set to.
struct Session {
    search_path: Vec<Name>,
    statement_timeout: u32,
    lock_timeout: u32,
    idle_timeout: u32,
}

/// A connection and the statements prepared on it.
pub(crate) struct Link {
    client: Arc<Client>,
    driver: AbortHandle,
    jobs: mpsc::UnboundedSender<Job>,
    statements: HashMap<String, Prepared>,
}

/// A prepared statement, and how often it was used.
struct Prepared {
    statement: Statement,
    uses: u32,
}

/// So often the server plans a prepared statement for the very values it is given; then it may settle for a plan that
/// fits any, which for thousands of keys is a poor one. (`plan_cache_mode` would do it for good, but for the checks of
/// foreign keys as well: a plan for every row.)
const PLANNED_AFRESH: u32 = 5;

/// From so many rows on, a plan for the very values is worth its time.
const MANY_ROWS: usize = 500;

/// A lent connection. It goes back by [`Lease::give_back`]; merely dropped, it is closed.
pub(crate) struct Lease {
    link: Link,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(settings: &Settings, address: Checked) -> Result<Arc<Self>, Fault> {
        let tls = exeunt_postgres::tls::connector(address.tls, address.roots.as_deref())?;
        let session = Session {
            search_path: settings.search_path.clone(),
            statement_timeout: settings.statement_timeout_seconds,
            lock_timeout: settings.lock_timeout_seconds,
            idle_timeout: settings.idle_timeout_seconds,
        };
        let permits = Arc::new(Semaphore::new(settings.connections as usize));
        Ok(Arc::new(Self { address, tls, session, idle: Mutex::default(), permits }))
    }

    pub(crate) fn tls(&self) -> Tls {
        self.address.tls
    }

    /// An idle connection, or a new one; waits while all are lent.
    pub(crate) async fn lease(self: &Arc<Self>) -> Result<Lease, Fault> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| Fault::new(FaultKind::Internal, "the connections were closed"))?;
        let idle = loop {
            match self.lock().pop() {
                Some(link) if link.client.is_closed() => {}
                found => break found,
            }
        };
        let link = match idle {
            Some(link) => link,
            None => self.open().await?,
        };
        Ok(Lease { link, pool: Arc::clone(self), _permit: permit })
    }

    async fn open(&self) -> Result<Link, Fault> {
        let connected = self.address.config.connect(self.tls.clone()).await;
        let (client, mut connection) = connected.map_err(|error| {
            let mut fault = fault(&self.address.doing(), Blame::Shape, &error);
            fault.what.push_str(advice(&fault));
            fault
        })?;
        // Driven by hand: the driver's own loop would log the server's notices, and triggers may write people into them.
        // Whoever sends an answer on runs on the same task: rows would otherwise change threads every few kilobytes.
        let (jobs, mut new_jobs) = mpsc::unbounded_channel::<Job>();
        let driver = tokio::spawn(async move {
            let mut running = FuturesUnordered::new();
            loop {
                tokio::select! {
                    message = poll_fn(|context| connection.poll_message(context)) => {
                        if !matches!(message, Some(Ok(_))) {
                            break;
                        }
                    }
                    Some(job) = new_jobs.recv() => running.push(job),
                    Some(()) = running.next(), if !running.is_empty() => {}
                }
            }
            // What came before the end is still sent on.
            drop(connection);
            while running.next().await.is_some() {}
        });
        let link = Link {
            client: Arc::new(client),
            driver: driver.abort_handle(),
            jobs,
            statements: HashMap::new(),
        };
        link.client
            .batch_execute(&self.session.script())
            .await
            .map_err(|error| fault("setting up the session", Blame::Shape, &error))?;
        Ok(link)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Link>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Everything that changes how values are written or how long the server waits.
    fn script(&self) -> String {
        let mut script = String::from(
            "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; \
             SET extra_float_digits = 3; SET bytea_output = 'hex'; SET xmloption = 'content'; \
             SET lc_monetary = 'C'; SET standard_conforming_strings = on; SET client_encoding = 'UTF8'; \
             SET client_min_messages = warning; SET log_parameter_max_length_on_error = 0; SET row_security = off; SET jit = off; \
             SET default_transaction_deferrable = off; \
             SELECT pg_catalog.set_config('synchronous_commit', 'on', false) \
             WHERE pg_catalog.current_setting('synchronous_commit') = 'off'; \
             SELECT pg_catalog.set_config('log_parameter_max_length', '0', false), \
               pg_catalog.set_config('log_error_verbosity', 'terse', false) \
             FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper;",
        );
        for (name, seconds) in [
            ("statement_timeout", self.statement_timeout),
            ("lock_timeout", self.lock_timeout),
            ("idle_in_transaction_session_timeout", self.idle_timeout),
        ] {
            script.push_str(&format!("SET {name} = '{seconds}s';"));
        }
        if !self.search_path.is_empty() {
            let mut sql = Sql::new(Dialect::Postgres);
            sql.put("SET search_path = ");
            for (place, name) in self.search_path.iter().enumerate() {
                sql.put(if place > 0 { ", " } else { "" }).name(name);
            }
            script.push_str(&sql.finish().text);
        }
        script
    }
}

impl Lease {
    pub(crate) fn client(&self) -> &Arc<Client> {
        &self.link.client
    }

    /// The statement, prepared on this connection; for many rows so that they get a plan of their own.
    pub(crate) async fn prepare(
        &mut self,
        text: &str,
        rows: usize,
    ) -> Result<Statement, tokio_postgres::Error> {
        if let Some(known) = self.link.statements.get_mut(text)
            && (rows < MANY_ROWS || known.uses < PLANNED_AFRESH)
        {
            known.uses += 1;
            return Ok(known.statement.clone());
        }
        let statement = self.link.client.prepare(text).await?;
        if self.link.statements.len() >= STATEMENTS {
            self.link.statements.clear();
        }
        self.link.statements.insert(text.to_owned(), Prepared { statement: statement.clone(), uses: 1 });
        Ok(statement)
    }

    /// Runs a job beside the connection; nothing happens when that is closed.
    pub(crate) fn run(&self, job: Job) {
        let _ = self.link.jobs.send(job);
    }

    /// Has a statement planned for the very values it is given next.
    pub(crate) fn plan_afresh(&mut self, text: &str) {
        self.link.statements.remove(text);
    }

    /// Forgets the prepared statements: a table has changed its shape.
    pub(crate) fn forget_statements(&mut self) {
        self.link.statements.clear();
    }

    /// Puts a connection back on which no transaction is open and no answer under way.
    pub(crate) fn give_back(self) {
        let Self { link, pool, _permit } = self;
        if !link.client.is_closed() {
            pool.lock().push(link);
        }
    }

    /// Ends what a dropped transaction left open. An answer under way is canceled and the connection cut: a late
    /// cancel must not hit the next user's statement.
    pub(crate) async fn clean_up(self, answering: bool) {
        if answering {
            let token: CancelToken = self.link.client.cancel_token();
            let _ = tokio::time::timeout(PATIENCE, token.cancel_query(self.pool.tls.clone())).await;
            return;
        }
        let rolled_back = tokio::time::timeout(PATIENCE, self.link.client.batch_execute("ROLLBACK")).await;
        if matches!(rolled_back, Ok(Ok(()))) {
            self.give_back();
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Closing the socket ends the session on the server, which rolls back whatever was open.
        self.driver.abort();
    }
}
