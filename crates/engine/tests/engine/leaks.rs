//! Canaries: no value of a person is found in anything the engine writes or says.

use std::io::Write;
use std::sync::Mutex;

use exeunt_engine::restore::Choice;
use exeunt_engine::states;
use exeunt_plan::document::Right;
use exeunt_testkit::search::{assert_silent, assert_silent_bytes};
use exeunt_testkit::{canary, shop};
use tracing_subscriber::fmt::MakeWriter;

use crate::house::{House, sqlite};
use crate::wave::at_once;

/// Everything that any test of this program logs.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_value_of_a_person_is_found_in_store_vault_log_plan_or_error() {
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(Log).finish();
    tracing::subscriber::set_global_default(log).unwrap();
    tracing::info!("from here on");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    shop::install_sqlite(&file, 12).unwrap();
    let mut house = House::new(shop::MAP, vec![("shop", sqlite(&file))]).await;
    house.engine.settings.batch_rows = Some(9);
    let mut said = String::new();
    let requests = [
        house.submit("erasure", &[("email", &canary::email(3)), ("phone", &canary::phone(3))]).await,
        house.submit("erasure", &[("email", &canary::email(8))]).await,
    ];
    let document = house.draft(Right::Erasure, &["email", "phone"]).await;
    assert_silent_bytes("the plan", exeunt_plan::digest::text(&document).as_bytes());
    let job = house.queue(&requests, &["email", "phone"]).await;
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    assert_silent(house.dir.path());

    // somebody writes where rows are to come back: what is refused is told without its values
    let shop = rusqlite::Connection::open(&file).unwrap();
    let taken =
        "INSERT INTO customers (id, email, full_name, created_at) VALUES (900, ?1, 'New', '2026-01-01')";
    shop.execute(taken, [canary::email(3)]).unwrap();
    let restored = house.engine.restore(requests[0], &Choice::Whole, "test", None).await.unwrap();
    assert!(!restored.refused.is_empty());
    said.push_str(&format!("{restored:?}"));
    shop.execute("DELETE FROM customers WHERE id = 900", []).unwrap();
    said.push_str(&format!("{:?}", house.engine.restore(requests[0], &Choice::Whole, "test", None).await));

    // identifiers of two people, and one that fits nobody's type
    for identifiers in [
        vec![("email", canary::email(3)), ("phone", canary::phone(4))],
        vec![("customer_id", canary::word("number", 1))],
    ] {
        let kinds: Vec<&str> = identifiers.iter().map(|(kind, _)| *kind).collect();
        let given: Vec<(&str, &str)> =
            identifiers.iter().map(|(kind, value)| (*kind, value.as_str())).collect();
        let wrong = house.submit("erasure", &given).await;
        let job = house.queue(&[wrong], &kinds).await;
        let end = house.run(job).await;
        said.push_str(&format!(
            "{end:?} {}",
            end.as_ref().err().map(ToString::to_string).unwrap_or_default()
        ));
    }
    said.push_str(&format!("{:?}", house.engine.purge(requests[1], &at_once(), "test", None).await.unwrap()));
    let entries = house.engine.store.audit_entries(house.engine.organization, 0, 10_000).await.unwrap();
    assert!(entries.len() > 10);
    for (_, entry) in entries {
        assert_silent_bytes("an audit entry", &entry);
    }
    assert_silent_bytes("what was said", said.as_bytes());
    assert_silent(house.dir.path());
    let log = LOG.lock().unwrap();
    assert!(!log.is_empty(), "the log is not listened to");
    assert_silent_bytes("the log", &log);
}
