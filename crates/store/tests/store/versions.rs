//! Schema versions: from nothing, from every earlier one with rows in it, and never from what is not ours.

use std::sync::Arc;

use exeunt_store::{Error, Store, migrate};

use crate::place::{Spot, Witness, add, on_both, organization, request_id};

on_both! {
    an_empty_place_becomes_a_store_and_stays_one;
    every_earlier_version_is_brought_up_to_date_with_its_rows;
    several_processes_may_make_it_at_once;
    a_store_of_a_newer_release_is_refused;
    an_empty_place_is_no_store_unless_one_is_to_be_made;
    tables_of_something_else_are_left_alone;
}

async fn an_empty_place_becomes_a_store_and_stays_one(spot: Spot) {
    let store = spot.started().await;
    let versions = "SELECT count(*) FROM schema_version";
    assert_eq!(spot.count(versions), migrate::KNOWN as i64);
    store.close().await.unwrap();
    let store = spot.open().await;
    assert_eq!(spot.count(versions), migrate::KNOWN as i64);
    assert_eq!(store.organizations().await.unwrap().len(), 1);
}

async fn every_earlier_version_is_brought_up_to_date_with_its_rows(spot: Spot) {
    for version in 1..migrate::KNOWN {
        let spot = spot.another();
        spot.run(&migrate::script(&spot.place(), version));
        // what has been there since the first version
        spot.run(&format!(
            "INSERT INTO organizations VALUES ('{}', 'Old', 'example.test/log', 1);
             INSERT INTO requests (id, organization, kind, state, received_at, entered_at)
             VALUES ('{}', '{}', 'erasure', 'received', 1, 2);",
            organization(),
            request_id(7),
            organization(),
        ));
        let store = Store::open(&spot.place(), false, Arc::new(Witness)).await.unwrap();
        assert_eq!(spot.count("SELECT max(version) FROM schema_version"), migrate::KNOWN as i64);
        assert_eq!(store.request(request_id(7)).await.unwrap().state, "received");
        add(&store, 8..9, 1).await;
        assert_eq!(store.requests(organization(), 9).await.unwrap().len(), 2);
        assert_eq!(store.returns_of_request(request_id(7)).await.unwrap(), []);
        assert_eq!(store.users(organization()).await.unwrap(), []);
    }
}

async fn several_processes_may_make_it_at_once(spot: Spot) {
    let place = spot.place();
    let mut makers = Vec::new();
    for _ in 0..4 {
        let place = place.clone();
        makers.push(tokio::spawn(async move { Store::open(&place, true, Arc::new(Witness)).await }));
    }
    for maker in makers {
        maker.await.unwrap().unwrap();
    }
    assert_eq!(spot.count("SELECT count(*) FROM schema_version"), migrate::KNOWN as i64);
}

async fn a_store_of_a_newer_release_is_refused(spot: Spot) {
    spot.started().await.close().await.unwrap();
    spot.run("INSERT INTO schema_version (version) VALUES (99)");
    let refused = Store::open(&spot.place(), false, Arc::new(Witness)).await;
    assert!(matches!(refused, Err(Error::TooNew { found: 99, .. })), "{refused:?}");
}

async fn an_empty_place_is_no_store_unless_one_is_to_be_made(spot: Spot) {
    spot.run("SELECT 1");
    let refused = Store::open(&spot.place(), false, Arc::new(Witness)).await;
    let Err(error @ Error::NoStore { .. }) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("it is empty"), "{error}");
    assert!(!error.to_string().contains("testkit"), "{error}");
}

async fn tables_of_something_else_are_left_alone(spot: Spot) {
    spot.run("CREATE TABLE schema_version (version TEXT); CREATE TABLE customers (id BIGINT);");
    for create in [true, false] {
        let refused = Store::open(&spot.place(), create, Arc::new(Witness)).await;
        let Err(error @ Error::NoStore { .. }) = refused else { panic!("{refused:?}") };
        assert!(error.to_string().contains("something else"), "{error}");
    }
    assert_eq!(spot.count("SELECT count(*) FROM customers"), 0);
}
