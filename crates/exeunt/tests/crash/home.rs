//! A home for the program, with a shop to erase people from, that can be copied as it stands.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use exeunt_testkit::postgres::Database;
use exeunt_testkit::victim::{End, Victim};
use exeunt_testkit::{Postgres, Snapshot, shop};
use serde_json::Value;

/// Longer than any command here takes on a loaded machine: a hang, not a slow run.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Where the address of a PostgreSQL shop is handed to the program.
const ADDRESS: &str = "EXEUNT_TEST_SHOP";

/// Where the address of a PostgreSQL control store is.
const STORE_ADDRESS: &str = "EXEUNT_TEST_STORE_AT";

/// What is on PostgreSQL; the rest are files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnPostgres {
    /// Nothing.
    Nothing,
    /// The shop.
    Shop,
    /// The control store.
    Store,
}

/// The program's home, its settings and map, and the shop it works on.
pub(crate) struct Home {
    dir: tempfile::TempDir,
    database: Option<Database<'static>>,
    store: Option<Database<'static>>,
}

impl Home {
    /// A home for a fresh shop with so many customers.
    pub(crate) fn new(on: OnPostgres, people: u32, settings: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let when = |what| (on == what).then(|| Postgres::shared().create_database().unwrap());
        let home = Self { dir, database: when(OnPostgres::Shop), store: when(OnPostgres::Store) };
        match &home.database {
            Some(database) => {
                shop::install_postgres(database, people).unwrap();
                // so that every run points to the same ghost
                let ghost = "INSERT INTO customers (id, email, full_name, created_at) VALUES
                    (-7, 'ghost@erased.invalid', 'Deleted customer', '2000-01-01 00:00:00+00')";
                database.run(ghost).unwrap();
            }
            None => shop::install_sqlite(&home.shop(), people).unwrap(),
        }
        std::fs::write(home.path("map.yaml"), shop::MAP).unwrap();
        match &home.store {
            Some(_) => home.ask(&["init", "--store-env", STORE_ADDRESS]),
            None => home.ask(&["init"]),
        };
        home.settings(settings);
        home
    }

    /// Writes the settings: the shop, and what else is chosen.
    pub(crate) fn settings(&self, more: &str) {
        let source = match &self.database {
            Some(_) => format!("{{ kind: postgres, url_env: {ADDRESS} }}"),
            None => String::from("{ kind: sqlite, path: ../shop.db }"),
        };
        let store = match &self.store {
            Some(_) => format!("store: {{ kind: postgres, url_env: {STORE_ADDRESS} }}\n"),
            None => String::new(),
        };
        let text =
            format!("organization: Test\nmap: ../map.yaml\n{store}sources:\n  shop: {source}\n{more}\n");
        std::fs::write(self.path("home/exeunt.yaml"), text).unwrap();
    }

    /// The same home and shop once more. Nothing may be running on them.
    pub(crate) fn copy(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy_dir(self.dir.path(), dir.path());
        let copy = |database: &Option<Database<'static>>| {
            database.as_ref().map(|database| Postgres::shared().clone_database(database).unwrap())
        };
        Self { dir, database: copy(&self.database), store: copy(&self.store) }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    fn shop(&self) -> PathBuf {
        self.path("shop.db")
    }

    /// The program, about to run here.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.arg("--home").arg(self.path("home")).arg("--json").args(args);
        command.env_remove(exeunt_testkit::victim::FAIL_AT).env_remove("EXEUNT_HOME");
        if let Some(database) = &self.database {
            command.env(ADDRESS, database.url());
        }
        if let Some(store) = &self.store {
            command.env(STORE_ADDRESS, store.url());
        }
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> End {
        Victim::start(&mut self.command(args)).unwrap().wait(PATIENCE).unwrap()
    }

    /// Runs a command that must succeed, and gives its answer.
    #[track_caller]
    pub(crate) fn ask(&self, args: &[&str]) -> Value {
        let end = self.run(args);
        let said = String::from_utf8_lossy(&end.stdout);
        assert!(end.status.success(), "`{}` failed: {}{said}", args.join(" "), end.words());
        serde_json::from_slice(&end.stdout).unwrap_or(Value::Null)
    }

    /// The shop as it stands. The shared ghost has a key made by chance: it is given a fixed one first.
    pub(crate) fn look(&self) -> Snapshot {
        if let Some(database) = &self.database {
            return Snapshot::of_postgres(database.url()).unwrap();
        }
        let copy = self.path("look.db");
        let _ = std::fs::remove_file(&copy);
        rusqlite::Connection::open(self.shop())
            .and_then(|shop| shop.execute("VACUUM INTO ?1", [copy.to_str()]))
            .unwrap();
        let named = "PRAGMA foreign_keys = OFF; UPDATE customers SET id = -7 WHERE id < 0; UPDATE orders SET customer_id = -7 WHERE customer_id < 0;
            UPDATE invoices SET customer_id = -7 WHERE customer_id < 0;
            UPDATE messages SET recipient_id = -7 WHERE recipient_id < 0;";
        rusqlite::Connection::open(&copy).unwrap().execute_batch(named).unwrap();
        Snapshot::of_sqlite(&copy).unwrap()
    }

    /// Finished blobs in the vault that the control store knows nothing of, and blobs it knows that are not there.
    pub(crate) fn strays(&self) -> (Vec<String>, Vec<String>) {
        let claimed = self.list("SELECT blob FROM blob_claims");
        // a census goes when its job is settled, and at the latest with the last of its people
        let known = self.list(
            "SELECT blob FROM blob_claims UNION SELECT census_blob FROM jobs WHERE census_blob IS NOT NULL",
        );
        let there = self.blobs();
        let less = |from: &[String], what: &[String]| -> Vec<String> {
            from.iter().filter(|blob| !what.contains(blob)).cloned().collect()
        };
        (less(&there, &known), less(&claimed, &there))
    }

    /// Whether nobody is inside a transaction, neither on the control store nor on a shop that is a file.
    pub(crate) fn is_at_rest(&self) -> bool {
        let free = |path: &Path| {
            let file = rusqlite::Connection::open(path).unwrap();
            file.busy_timeout(Duration::ZERO).unwrap();
            file.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_ok()
        };
        let store = match &self.store {
            // a session outlives its program until the server has rolled back what it had open
            Some(store) => {
                let others = "SELECT count(*) FROM pg_stat_activity
                              WHERE datname = current_database() AND pid <> pg_backend_pid()
                              AND backend_type = 'client backend'";
                store.ask(others).unwrap() == "0"
            }
            None => free(&self.path("home/control.db")),
        };
        store && (self.database.is_some() || free(&self.shop()))
    }

    /// Finished blobs in the vault. An unfinished file, which a death may leave, is swept after a day.
    pub(crate) fn blobs(&self) -> Vec<String> {
        let mut there = Vec::new();
        for rack in std::fs::read_dir(self.path("home/vault")).unwrap().flatten() {
            let Ok(files) = std::fs::read_dir(rack.path()) else { continue };
            for file in files.flatten() {
                let name = file.file_name().into_string().unwrap();
                there.extend(name.strip_suffix(".blob").map(str::to_owned));
            }
        }
        there
    }

    /// What a query on the control store lists.
    fn list(&self, query: &str) -> Vec<String> {
        if let Some(store) = &self.store {
            return store.ask(query).unwrap().lines().map(str::to_owned).collect();
        }
        let store = rusqlite::Connection::open(self.path("home/control.db")).unwrap();
        let mut query = store.prepare(query).unwrap();
        query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// What the control store says of tasks and batches, for a failure's message.
    pub(crate) fn tasks(&self) -> String {
        let query = "SELECT 'task ' || kind || ' ' || state || ', try ' || tries || ', lease of ' || coalesce(lease_owner, 'nobody')
                || ' until ' || coalesce(lease_until, 0) || ', not before ' || not_before || ', ' || coalesce(outcome, '') FROM tasks
            UNION ALL SELECT 'batches ' || state || ': ' || count(*) FROM batches GROUP BY state
            UNION ALL SELECT 'job ' || state FROM jobs";
        self.list(query).join("; ")
    }

    /// How many rows a query on the control store counts.
    pub(crate) fn count(&self, query: &str) -> i64 {
        if let Some(store) = &self.store {
            return store.ask(query).unwrap().parse().unwrap();
        }
        let store = rusqlite::Connection::open(self.path("home/control.db")).unwrap();
        store.query_row(query, [], |row| row.get(0)).unwrap()
    }
}

/// The program under a name of our own: a build that runs meanwhile puts another in its place.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let built = Path::new(env!("CARGO_BIN_EXE_exeunt"));
        let ours = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exeunt-to-be-killed");
        let _ = std::fs::remove_file(&ours);
        std::fs::hard_link(built, &ours).or_else(|_| std::fs::copy(built, &ours).map(drop)).unwrap();
        ours
    })
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
}
