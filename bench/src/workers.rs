//! One worker against four on a control store on PostgreSQL. Each has a house, a store's connections and a source's of its own, as
//! processes have; nothing else is shared but the home's folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use exeunt_app::House;
use exeunt_app::home::{Layout, create, open};
use exeunt_base::Name;
use exeunt_engine::world::secret_bytes;
use exeunt_source::Source;
use exeunt_store::{Place, Server};
use exeunt_testkit::{Database, Postgres};
use exeunt_vault::KeyFile;

use crate::ours::System;
use crate::service::{MAP, complete};

/// Numbers of workers.
const WORKERS: [usize; 2] = [1, 4];

const SHOP: &str = "
    CREATE TABLE people (id bigint PRIMARY KEY, email text NOT NULL);
    CREATE TABLE visits (id bigint PRIMARY KEY, person bigint NOT NULL REFERENCES people (id), page text NOT NULL);
    CREATE INDEX visits_person ON visits (person);
    INSERT INTO people SELECT i, 'p' || i || '@mail.test' FROM generate_series(1, 20000) i;
    INSERT INTO visits SELECT i, i % 20000 + 1, '/page/' || i FROM generate_series(1, 380000) i;
    ANALYZE;";

/// Measures and tells.
pub(crate) fn measure() -> Result<String> {
    let server = Postgres::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build()?;
    let mut told = vec![String::from(
        "control store and shop on one PostgreSQL server; workers of one task at a time, all on this machine; CPU without the \
         server's\n",
    )];
    for workers in WORKERS {
        let (store, shop) = (server.create_database()?, server.create_database()?);
        shop.run(SHOP).context("could not make the shop")?;
        let dir = tempfile::tempdir().context("could not make a directory")?;
        let completed = runtime.block_on(async {
            let mut houses = Vec::new();
            for number in 0..workers {
                houses.push(house(dir.path(), &store, &shop, number == 0).await?);
            }
            complete(&houses, 1).await
        })?;
        told.push(format!("- {workers} at work: {completed}"));
    }
    Ok(told.join("\n"))
}

async fn house(dir: &Path, store: &Database<'_>, shop: &Database<'_>, first: bool) -> Result<House> {
    let layout = Layout::new(&dir.join("home"));
    let (world, place) = (Arc::new(System), Place::Postgres(Server::from_url(store.url())));
    let map = dir.join("shop.yaml");
    if first {
        std::fs::write(&map, MAP)?;
        create::prepare(&layout, &place).await?;
        let keeper = KeyFile::create(&layout.key_file(), &secret_bytes(&*world))?;
        create::create(&layout, &place, &keeper, "Bench", "bench", &*world).await?;
    }
    let keeper = KeyFile::open(&layout.key_file())?;
    let settings = exeunt_source_postgres::Settings::from_url(shop.url());
    let source: Arc<dyn Source> = Arc::new(exeunt_source_postgres::Postgres::connect(&settings).await?);
    let own = open::Room {
        sources: BTreeMap::from([(Name::new("shop")?, source)]),
        maps: vec![map],
        settings: exeunt_engine::Settings { scratch: layout.packages.clone(), ..Default::default() },
        ..open::Room::default()
    };
    let opening = open::Opening {
        store: place,
        kept: None,
        keeper: &keeper,
        own,
        others: Vec::new(),
        world,
        operator: "bench",
        layout,
    };
    Ok(open::open_house(opening).await?)
}
