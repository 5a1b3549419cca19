//! A PostgreSQL server of our own: started in an empty directory, gone when the test process is, however it ends.

mod database;
mod find;
mod supervise;

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail};

pub use crate::postgres::database::Database;
use crate::postgres::supervise::Supervised;

/// The superuser's name, and the password for connections over TCP.
pub const USER: &str = "postgres";
/// The superuser's password. TCP asks for it, so tests of wrong credentials are real.
pub const PASSWORD: &str = "testkit";

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether commits wait for the disk. Off is only for tests in which the machine itself does not crash.
    pub fsync: bool,
    /// PostgreSQL's `shared_buffers`.
    pub shared_buffers: String,
    /// Further settings by name, as in `postgresql.conf`.
    pub extra: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { fsync: true, shared_buffers: "32MB".into(), extra: Vec::new() }
    }
}

/// A running throw-away server.
#[derive(Debug)]
pub struct Postgres {
    server: Supervised,
    named: AtomicU32,
}

impl Postgres {
    /// Starts a server that behaves like a real one: commits wait for the disk.
    pub fn start() -> Result<Self> {
        Self::start_with(&Settings::default())
    }

    /// Starts a server set up as told.
    pub fn start_with(settings: &Settings) -> Result<Self> {
        let mut failure = None;
        for _ in 0..3 {
            // Between choosing a free port and the server taking it, somebody else may: try another.
            match Supervised::start(settings) {
                Ok(server) => return Ok(Self { server, named: AtomicU32::new(0) }),
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.expect("the loop ran at least once"))
    }

    /// The one server of this test process, with fsync off: tests here kill programs, not machines.
    ///
    /// # Panics
    /// When the server cannot be started: a test that needs it must fail, not pass unseen.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| match Self::start_with(&Settings { fsync: false, ..Settings::default() }) {
            Ok(server) => server,
            Err(error) => panic!("no PostgreSQL for the tests: {error:#}"),
        })
    }

    /// A new empty database, dropped with the value.
    pub fn create_database(&self) -> Result<Database<'_>> {
        self.create("template0")
    }

    /// A copy of a database, rows and all. Nobody may be connected to the original meanwhile.
    pub fn clone_database(&self, original: &Database<'_>) -> Result<Database<'_>> {
        self.create(original.name())
    }

    fn create(&self, template: &str) -> Result<Database<'_>> {
        let name = format!("t{}", self.named.fetch_add(1, Ordering::Relaxed));
        // FILE_COPY spares the write-ahead log a second copy of every page.
        self.client("createdb")?.run(&["-T", template, "--strategy=file_copy", &name])?;
        Ok(Database::new(self, name))
    }

    /// Where to connect to a database by name, over TCP and with the password.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.server.port())
    }

    /// The TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// The directory of the Unix socket, the log (`log`) and the data (`data`).
    pub fn dir(&self) -> &Path {
        self.server.dir()
    }

    /// The server's own process.
    pub fn pid(&self) -> Result<u32> {
        self.server.pid()
    }

    /// Ends the server as a power cut of its program would (immediate shutdown); data stays for [`Self::start_again`].
    pub fn crash(&self) -> Result<()> {
        self.server.stop()
    }

    /// Starts the server again after [`Self::crash`], on the same port; it recovers from its log.
    pub fn start_again(&self) -> Result<()> {
        self.server.start_again()
    }

    fn client(&self, program: &str) -> Result<Client> {
        let mut command = Command::new(find::program(program)?);
        command.env("PGHOST", self.dir()).env("PGPORT", self.port().to_string());
        command.env("PGUSER", USER).env("PGCONNECT_TIMEOUT", "20").env_remove("PGDATABASE");
        command.env_remove("PGSERVICE").env_remove("PGOPTIONS");
        Ok(Client(command))
    }
}

/// A PostgreSQL client program about to be run against our server, through its Unix socket.
struct Client(Command);

impl Client {
    fn run(mut self, args: &[&str]) -> Result<String> {
        let program = self.0.get_program().to_string_lossy().into_owned();
        let output = self.0.args(args).output().with_context(|| format!("could not run {program}"))?;
        if !output.status.success() {
            bail!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Postgres;

    #[test]
    fn a_clone_has_the_rows_and_goes_its_own_way() {
        let server = Postgres::shared();
        let first = server.create_database().unwrap();
        first.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2);").unwrap();
        let second = server.clone_database(&first).unwrap();
        second.run("DELETE FROM t WHERE id = 1;").unwrap();
        assert_eq!(first.ask("SELECT count(*) FROM t").unwrap(), "2");
        assert_eq!(second.ask("SELECT count(*) FROM t").unwrap(), "1");
    }

    #[test]
    fn a_crashed_server_comes_back_with_what_was_committed() {
        let server = Postgres::start().unwrap();
        let database = server.create_database().unwrap();
        database.run("CREATE TABLE t (id int); INSERT INTO t VALUES (7);").unwrap();
        server.crash().unwrap();
        assert!(database.ask("SELECT 1").is_err());
        server.start_again().unwrap();
        assert_eq!(database.ask("SELECT id FROM t").unwrap(), "7");
    }

    #[test]
    fn a_stopped_server_leaves_no_process_and_no_file() {
        let server = Postgres::start().unwrap();
        let (pid, dir) = (server.pid().unwrap(), server.dir().to_owned());
        drop(server);
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
        assert!(!dir.exists());
    }
}
