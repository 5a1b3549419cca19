//! Where it happens: servers, proxies in front of them, two sources with people in them, a home.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};

use exeunt_testkit::dice::Dice;
use exeunt_testkit::postgres::{Database, Postgres, Settings};
use exeunt_testkit::proxy::{Happened, Proxy};
use exeunt_testkit::s3::{Keeps, S3};
use exeunt_testkit::smtp::Smtp;

use crate::PEOPLE;

/// Days that rows wait.
pub(crate) const WINDOW_DAYS: i64 = 3;

/// People in the sources; those above [`PEOPLE`] never ask.
pub(crate) const ALL: u32 = PEOPLE + 12;

/// Whom sales of people who are gone belong to.
pub(crate) const GHOST: i64 = -7;

const SHOP: &str = "source: shop
models:
  people:
    table: people
    key: [id]
    subject: { customer_id: id, email: email }
    fields: { email: user.contact.email, name: user.name }
    ghost: { per: shared, row: { email: ghost@erased.invalid, name: Gone } }
    on_erase: delete
  visits:
    table: visits
    key: [id]
    fields: { page: user.behavior }
    relations: [ { to: people, by: person, as: owned_by } ]
    on_erase: delete
  sales:
    table: sales
    key: [id]
    fields: { who: user.name, total: user.behavior.purchase_history }
    relations: [ { to: people, by: person, as: owned_by, on_erase: repoint } ]
    on_erase: { anonymize: { who: null } }
";

const CRM: &str = "source: crm
models:
  contacts:
    table: contacts
    key: [id]
    subject: { customer_id: customer, email: email }
    fields: { email: user.contact.email, customer: user.unique_id }
    on_erase: delete
  notes:
    table: notes
    key: [id]
    fields: { body: user.content.private }
    relations: [ { to: contacts, by: contact, as: owned_by } ]
    on_erase: delete
";

/// The servers and the home.
pub(crate) struct Place {
    dir: tempfile::TempDir,
    pub(crate) server: &'static Postgres,
    pub(crate) store: Database<'static>,
    pub(crate) shop: Database<'static>,
    pub(crate) s3: S3,
    pub(crate) smtp: Smtp,
    /// In front of the store, the shop, the bucket, the mail server and the API.
    pub(crate) proxies: [Proxy; 5],
    /// Where the API really listens.
    pub(crate) api: u16,
    clock: AtomicI64,
}

impl Place {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let dir = tempfile::tempdir().unwrap();
        // one of its own, for it is stopped now and then; it ends with this process
        let settings = Settings { fsync: false, ..Settings::default() };
        let server: &'static Postgres = Box::leak(Box::new(Postgres::start_with(&settings).unwrap()));
        let (store, shop) = (server.create_database().unwrap(), server.create_database().unwrap());
        shop.run(&shop_rows()).unwrap();
        rusqlite::Connection::open(dir.path().join("crm.db")).unwrap().execute_batch(&crm_rows()).unwrap();
        let s3 = S3::with_bucket("vaults", Keeps::Nothing).unwrap();
        let smtp = Smtp::start().unwrap();
        let api = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let bucket: u16 = s3.endpoint().rsplit(':').next().unwrap().parse().unwrap();
        let proxies = [server.port(), server.port(), bucket, smtp.port(), api]
            .map(|port| Proxy::start(port, dice.roll()).unwrap());
        let clock = AtomicI64::new(0);
        let place = Self { dir, server, store, shop, s3, smtp, proxies, api, clock };
        place.furnish();
        place
    }

    fn furnish(&self) {
        std::fs::write(self.path("shop.yaml"), SHOP).unwrap();
        std::fs::write(self.path("crm.yaml"), CRM).unwrap();
        self.set_clock(0);
        self.ask(&["init", "--store-env", "EXEUNT_TEST_STORE_AT"]);
        write_secret(&self.path("s3.secret"), S3::SECRET);
        let [_, _, bucket, mail, api] = self.proxies.each_ref().map(Proxy::port);
        let settings = format!(
            "organization: Storm
map: [../shop.yaml, ../crm.yaml]
window_days: {WINDOW_DAYS}
package_days: 30
batch_rows: 4
store: {{ kind: postgres, url_env: EXEUNT_TEST_STORE_AT }}
storage: {{ kind: s3, endpoint: \"http://127.0.0.1:{bucket}\", region: {}, bucket: vaults, access_key_id: {}, \
             secret_access_key_file: ../s3.secret }}
mail: {{ host: 127.0.0.1, port: {mail}, tls: none, from: privacy@storm.test }}
serve: {{ public_url: \"http://localhost:{api}\" }}
sources:
  shop: {{ kind: postgres, url_env: EXEUNT_TEST_SHOP, delta: {{ every: 1m }} }}
  crm: {{ kind: sqlite, path: ../crm.db, delta: {{ every: 1m }} }}
",
            S3::REGION,
            S3::KEY
        );
        std::fs::write(self.path("home/exeunt.yaml"), settings).unwrap();
        self.ask(&["map", "check"]);
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    /// The address of a database behind a proxy.
    fn behind(&self, proxy: usize, database: &Database<'_>) -> String {
        let (there, here) = (self.server.port(), self.proxies[proxy].port());
        database.url().replace(&format!(":{there}/"), &format!(":{here}/"))
    }

    /// The program, about to run here. A write that is too much is an error for it and no signal.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_exeunt")]);
        command.arg("--home").arg(self.path("home")).arg("--json").args(args);
        command.env("EXEUNT_TEST_STORE_AT", self.behind(0, &self.store));
        command.env("EXEUNT_TEST_SHOP", self.behind(1, &self.shop));
        command.env("EXEUNT_TEST_CLOCK", self.path("clock")).env_remove("EXEUNT_HOME");
        command.env("EXEUNT_LOG", "warn");
        command
    }

    /// Runs a command that must succeed, and gives its answer.
    pub(crate) fn ask(&self, args: &[&str]) -> String {
        let end = self.command(args).output().unwrap();
        let said = String::from_utf8_lossy(&end.stderr);
        assert!(end.status.success(), "`{}` failed: {said}", args.join(" "));
        String::from_utf8(end.stdout).unwrap()
    }

    /// What a query on the control store counts.
    pub(crate) fn count(&self, query: &str) -> i64 {
        self.store.ask(query).unwrap().parse().unwrap()
    }

    /// By how many seconds the clock is ahead.
    pub(crate) fn clock(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// Sets everybody's clock.
    pub(crate) fn set_clock(&self, ahead: i64) {
        self.clock.store(ahead, Ordering::Relaxed);
        let (file, new) = (self.path("clock"), self.path("clock.new"));
        std::fs::write(&new, ahead.to_string()).unwrap();
        self.s3.set_clock_ahead(ahead).unwrap();
        std::fs::rename(new, file).unwrap();
    }

    pub(crate) fn happened(&self) -> Vec<Happened> {
        self.proxies.iter().map(Proxy::happened).collect()
    }
}

fn write_secret(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
}

fn shop_rows() -> String {
    format!(
        "CREATE TABLE people (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL);
         CREATE TABLE visits (id bigint PRIMARY KEY, person bigint NOT NULL REFERENCES people (id), page text NOT NULL);
         CREATE TABLE sales (id bigint PRIMARY KEY, person bigint NOT NULL REFERENCES people (id), who text, total bigint NOT NULL);
         CREATE INDEX visits_person ON visits (person);
         CREATE INDEX sales_person ON sales (person);
         INSERT INTO people VALUES ({GHOST}, 'ghost@erased.invalid', 'Gone');
         INSERT INTO people SELECT i, 'p' || i || '@storm.test', 'Person ' || i FROM generate_series(1, {ALL}) i;
         INSERT INTO visits SELECT i, (i - 1) % {ALL} + 1, '/page/' || i FROM generate_series(1, {ALL} * 7) i;
         INSERT INTO sales SELECT i, (i - 1) % {ALL} + 1, 'Person ' || (i - 1) % {ALL} + 1, i * 10
            FROM generate_series(1, {ALL} * 2) i;"
    )
}

fn crm_rows() -> String {
    format!(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE contacts (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, email TEXT NOT NULL);
         CREATE TABLE notes (id INTEGER PRIMARY KEY, contact INTEGER NOT NULL REFERENCES contacts (id), body TEXT NOT NULL);
         CREATE INDEX contacts_customer ON contacts (customer);
         CREATE INDEX contacts_email ON contacts (email);
         CREATE INDEX notes_contact ON notes (contact);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ALL})
            INSERT INTO contacts SELECT i + 1000, i, 'p' || i || '@storm.test' FROM n;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ALL} * 3)
            INSERT INTO notes SELECT i, (i - 1) % {ALL} + 1001, 'note ' || i FROM n;"
    )
}
