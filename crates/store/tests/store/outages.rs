//! A server that goes away: nothing half done, told for what it is, and used again when it is back.

use std::sync::Arc;

use exeunt_audit::kind::Kind;
use exeunt_store::{Error, Place, Server, Store};
use exeunt_testkit::Postgres;
use exeunt_testkit::postgres::{PASSWORD, Settings, USER};

use crate::place::{Spot, Witness, add, event, organization, request, request_id};
use crate::wire::Wire;

fn server() -> Postgres {
    Postgres::start_with(&Settings { fsync: false, ..Settings::default() }).unwrap()
}

async fn open(url: &str) -> Store {
    Spot::start(Store::open(&Place::Postgres(Server::from_url(url)), true, Arc::new(Witness)).await.unwrap())
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_restarted_between_two_calls_is_used_again() {
    let server = server();
    let database = server.create_database().unwrap();
    let store = open(database.url()).await;
    add(&store, 1..2, 1).await;
    store.request(request_id(1)).await.unwrap();
    server.crash().unwrap();
    server.start_again().unwrap();
    assert_eq!(store.request(request_id(1)).await.unwrap().state, "received");
    add(&store, 2..3, 2).await;
    assert_eq!(store.requests(organization(), 9).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_open_when_the_server_goes_did_not_happen() {
    let server = server();
    let database = server.create_database().unwrap();
    let store = open(database.url()).await;
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(1)).await.unwrap();
    server.crash().unwrap();
    server.start_again().unwrap();
    let lost = change.commit(organization(), &[event(Kind::RequestSubmitted)]).await;
    assert!(matches!(lost, Err(Error::Unreachable { .. })), "{lost:?}");
    assert_eq!(store.requests(organization(), 9).await.unwrap().len(), 0);
    add(&store, 1..2, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_told_as_that() {
    let server = server();
    let database = server.create_database().unwrap();
    let store = open(database.url()).await;
    server.crash().unwrap();
    let away = store.request(request_id(1)).await.unwrap_err();
    assert_eq!(away.code(), "E0814", "{away:?}");
    assert_eq!(store.begin().await.err().unwrap().code(), "E0814");
    let words = format!("{away} {away:?}");
    assert!(!words.contains(PASSWORD), "{words}");
    server.start_again().unwrap();
    add(&store, 1..2, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_the_server_ended_is_opened_again() {
    let database = Postgres::shared().create_database().unwrap();
    let store = open(database.url()).await;
    add(&store, 1..2, 1).await;
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'exeunt'";
    database.run(end).unwrap();
    store.request(request_id(1)).await.unwrap();
    database.run(end).unwrap();
    add(&store, 2..3, 2).await;
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(3)).await.unwrap();
    database.run(end).unwrap();
    let lost = change.commit(organization(), &[event(Kind::RequestSubmitted)]).await;
    assert!(matches!(lost, Err(Error::Unreachable { .. })), "{lost:?}");
    add(&store, 3..4, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_asked_after() {
    let database = Postgres::shared().create_database().unwrap();
    let wire = Wire::to(Postgres::shared().port()).await;
    let url = database.url().replace(&Postgres::shared().port().to_string(), &wire.port.to_string());
    let store = open(&url).await;
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(1)).await.unwrap();
    wire.lose_answers_after("COMMIT");
    // the commit reached the server, its answer never came back: it happened, and that is what is told
    change.commit(organization(), &[event(Kind::RequestSubmitted)]).await.unwrap();
    assert_eq!(store.requests(organization(), 9).await.unwrap().len(), 1);
    assert_eq!(store.audit_head(organization()).await.unwrap().size, 2);
    add(&store, 2..3, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_never_arrived_is_known_not_to_have_happened() {
    let database = Postgres::shared().create_database().unwrap();
    let wire = Wire::to(Postgres::shared().port()).await;
    let url = database.url().replace(&Postgres::shared().port().to_string(), &wire.port.to_string());
    let store = open(&url).await;
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(1)).await.unwrap();
    wire.cut_before("COMMIT");
    let lost = change.commit(organization(), &[event(Kind::RequestSubmitted)]).await;
    let Err(Error::Unreachable { source, .. }) = lost else { panic!("{lost:?}") };
    assert!(source.to_string().contains("nothing was changed"), "{source}");
    assert_eq!(store.requests(organization(), 9).await.unwrap().len(), 0);
    add(&store, 1..2, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_without_it() {
    let database = Postgres::shared().create_database().unwrap();
    let url = database.url().replace(PASSWORD, "canary-password");
    let refused = Store::open(&Place::Postgres(Server::from_url(&url)), true, Arc::new(Witness)).await;
    let Err(error @ Error::Unreachable { .. }) = refused else { panic!("{refused:?}") };
    let words = format!("{error} {error:?}");
    assert!(words.contains("invalid password") && !words.contains("canary"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_is_named() {
    let database = Postgres::shared().create_database().unwrap();
    database.run("DROP ROLE IF EXISTS store_guest; CREATE ROLE store_guest LOGIN PASSWORD 'x';").unwrap();
    let url = database.url().replace(&format!("{USER}:{PASSWORD}"), "store_guest:x");
    let refused = Store::open(&Place::Postgres(Server::from_url(&url)), true, Arc::new(Witness)).await;
    let Err(error @ Error::Database { .. }) = refused else { panic!("{refused:?}") };
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("permission denied for"), "{source}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_of_its_own_keeps_a_store_beside_other_tables() {
    let database = Postgres::shared().create_database().unwrap();
    database.run("CREATE TABLE customers (id bigint); CREATE TABLE requests (id bigint);").unwrap();
    let mut server = Server::from_url(database.url());
    server.schema = exeunt_base::Name::new("Exeunt \"store\"").unwrap();
    let place = Place::Postgres(server);
    let store = Spot::start(Store::open(&place, true, Arc::new(Witness)).await.unwrap()).await;
    add(&store, 1..3, 1).await;
    assert_eq!(store.requests(organization(), 9).await.unwrap().len(), 2);
    assert_eq!(database.ask("SELECT count(*) FROM public.requests").unwrap(), "0");
}
