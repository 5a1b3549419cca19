//! The house of a soak: a home on disk, organizations with a source each, a mail server for all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use exeunt_app::home::{Layout, create, open};
use exeunt_app::{Actor, House, Office};
use exeunt_base::Name;
use exeunt_engine::World;
use exeunt_engine::delta::Target;
use exeunt_engine::world::secret_bytes;
use exeunt_mail::{From, Language, Post, Server, Tls};
use exeunt_source::Source;
use exeunt_vault::KeyFile;

use crate::options::Soak;
use crate::service::MAP;
use crate::soak::asked::Asked;
use crate::soak::clock::Clock;
use crate::soak::mailbox::Mailbox;

/// Rows of a person beside their own.
pub(super) const VISITS: u32 = 4;

/// Everything there is.
pub(super) struct Place {
    pub(super) house: House,
    pub(super) clock: Arc<Clock>,
    pub(super) mailbox: Mailbox,
    names: Vec<String>,
    dir: tempfile::TempDir,
}

impl Place {
    /// Makes it, with as many people in each source as will ask there.
    pub(super) async fn make(soak: Soak, asked: &[Asked]) -> Result<Self> {
        let dir = tempfile::tempdir().context("could not make a directory")?;
        let names: Vec<String> =
            (0..soak.organizations).map(|number| format!("Organization {number}")).collect();
        for place in 0..names.len() {
            let people = asked.iter().filter(|one| one.organization == place).count();
            fill(&file(dir.path(), place), people)?;
        }
        let map = dir.path().join("shop.yaml");
        std::fs::write(&map, MAP)?;
        let (clock, mailbox) = (Arc::new(Clock::new()), Mailbox::start()?);
        let layout = Layout::new(&dir.path().join("home"));
        let store = exeunt_store::Place::File(layout.store());
        create::prepare(&layout, &store).await?;
        let keeper = KeyFile::create(&layout.key_file(), &secret_bytes(&*clock))?;
        let first = names.first().context("there is an organization")?;
        create::create(&layout, &store, &keeper, first, "soak", &*clock).await?;
        let mut rooms = Vec::new();
        for (place, name) in names.iter().enumerate() {
            rooms.push(room(name, &file(dir.path(), place), &map, &layout, mailbox.port)?);
        }
        let open = |own: open::Room, others: Vec<open::Room>| open::Opening {
            layout: layout.clone(),
            store: store.clone(),
            kept: None,
            keeper: &keeper,
            own,
            others,
            world: Arc::clone(&clock) as Arc<dyn World>,
            operator: "soak",
        };
        let alone = open::open_house(open(open::Room::default(), Vec::new())).await?;
        let operator = Actor::service(alone.own().organization.id);
        for name in &names[1..] {
            alone.own().add_organization(&operator, name).await?;
        }
        drop(alone);
        let others = rooms.split_off(1);
        let own = rooms.pop().context("there is an organization")?;
        let house = open::open_house(open(own, others)).await?;
        Ok(Self { house, clock, mailbox, names, dir })
    }

    /// Offices, by the numbers of their organizations.
    pub(super) fn offices(&self) -> Result<Vec<&Office>> {
        self.names.iter().map(|name| Ok(self.house.named(name)?)).collect()
    }

    /// The folder of the home.
    pub(super) fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// Rows of people that are in the sources.
    pub(super) fn people(&self) -> Result<u64> {
        let mut people = 0;
        for place in 0..self.names.len() {
            let source = rusqlite::Connection::open(file(self.dir.path(), place))?;
            people += source.query_row("SELECT count(*) FROM people", [], |row| row.get::<_, i64>(0))? as u64;
        }
        Ok(people)
    }
}

fn file(dir: &Path, place: usize) -> PathBuf {
    dir.join(format!("shop-{place}.db"))
}

fn fill(file: &Path, people: usize) -> Result<()> {
    let rows = people * VISITS as usize;
    rusqlite::Connection::open(file)?.execute_batch(&format!(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
         CREATE TABLE visits (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id), page TEXT NOT NULL);
         CREATE INDEX visits_person ON visits (person);
         CREATE INDEX people_email ON people (email);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people})
         INSERT INTO people SELECT i, 'p' || i || '@mail.test' FROM n WHERE i <= {people};
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
         INSERT INTO visits SELECT i, (i - 1) / {VISITS} + 1, '/page/' || i FROM n WHERE i <= {rows};"
    ))?;
    Ok(())
}

fn room(name: &str, shop: &Path, map: &Path, layout: &Layout, port: u16) -> Result<open::Room> {
    let settings = exeunt_source_sqlite::Settings::for_file(shop);
    let source: Arc<dyn Source> = Arc::new(exeunt_source_sqlite::SqliteSource::new(settings));
    let shop = Name::new("shop")?;
    let server =
        Server { host: String::from("127.0.0.1"), port, tls: Tls::Off, login: None, authority: None };
    let from = From::new("privacy@soak.test", name).ok().context("an address")?;
    let post = Post::new(server, from).context("a mail server")?;
    Ok(open::Room {
        name: name.to_owned(),
        sources: BTreeMap::from([(shop.clone(), source)]),
        maps: vec![map.to_owned()],
        settings: exeunt_engine::Settings {
            scratch: layout.packages.clone(),
            deltas: BTreeMap::from([(shop, Target::usual(Some("main")))]),
            ..Default::default()
        },
        mail: Some((Arc::new(post), Language::default())),
        public_url: Some(String::from("https://privacy.soak.test")),
        ..open::Room::default()
    })
}
