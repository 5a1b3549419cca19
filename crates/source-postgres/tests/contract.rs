//! The contract.

use exeunt_source_postgres::{Postgres, Settings};
use exeunt_testkit::contract::{Engine, Fixture};

async fn fixture() -> Fixture {
    let server = exeunt_testkit::Postgres::shared();
    let database = server.create_database().unwrap_or_else(|error| panic!("{error:#}"));
    let settings = Settings { lock_timeout_seconds: 1, ..Settings::from_url(database.url()) };
    let source = Postgres::connect(&settings).await.unwrap_or_else(|fault| panic!("{fault}"));
    Fixture {
        source: Box::new(source),
        engine: Engine::Postgres,
        schema: "public",
        readers_block_writers: false,
        behind: Box::new(database),
    }
}

exeunt_testkit::source_contract!(fixture);
