//! A home for a measurement: made as `exeunt init` makes one, on the disk the databases lie on too.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use async_trait::async_trait;
use exeunt_app::home::{Layout, create, open};
use exeunt_app::{Actor, Office};
use exeunt_base::{Name, Timestamp};
use exeunt_engine::world::secret_bytes;
use exeunt_engine::{Settings, World};
use exeunt_source::Source;
use exeunt_vault::KeyFile;
use tempfile::TempDir;

use crate::scenario::Place;

/// An open home.
pub(super) struct Home {
    pub(super) office: Office,
    pub(super) actor: Actor,
    of: String,
    _dir: TempDir,
}

impl Home {
    /// Makes and opens a home for a place's database.
    pub(super) async fn make(place: &Place) -> Result<Self> {
        let source: Arc<dyn Source> = match place {
            Place::Postgres { url, .. } => {
                let settings = exeunt_source_postgres::Settings::from_url(url);
                Arc::new(exeunt_source_postgres::Postgres::connect(&settings).await?)
            }
            Place::Sqlite { file, .. } => Arc::new(exeunt_source_sqlite::SqliteSource::new(
                exeunt_source_sqlite::Settings::for_file(file),
            )),
        };
        let dir = tempfile::tempdir().context("could not make a directory")?;
        let layout = Layout::new(&dir.path().join("home"));
        let world = Arc::new(System);
        let store = exeunt_store::Place::File(layout.store());
        create::prepare(&layout, &store).await?;
        let keeper = KeyFile::create(&layout.key_file(), &secret_bytes(&*world))?;
        create::create(&layout, &store, &keeper, "Bench", "bench", &*world).await?;
        let map = dir.path().join("shop.yaml");
        std::fs::write(&map, include_str!("map.yaml")).context("could not write the map")?;
        let opening = open::Opening {
            kept: None,
            store,
            keeper: &keeper,
            own: open::Room {
                sources: BTreeMap::from([(Name::new("shop")?, source)]),
                maps: vec![map],
                settings: Settings { scratch: layout.packages.clone(), ..Settings::default() },
                ..open::Room::default()
            },
            others: Vec::new(),
            world,
            operator: "bench",
            layout,
        };
        let (office, actor) = open::open(opening, None).await?;
        Ok(Self { office, actor, of: name_of(place), _dir: dir })
    }

    /// Whether this home is that place's.
    pub(super) fn is_of(&self, place: &Place) -> bool {
        self.of == name_of(place)
    }
}

/// Places are told apart by their directories: each has its own.
fn name_of(place: &Place) -> String {
    place.dir().display().to_string()
}

/// The system's clock and chance.
pub(crate) struct System;

#[async_trait]
impl World for System {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn chance(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the system has a random generator");
    }

    async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
