//! Changes: whole or not at all, one after the other, with an unbroken log.

use std::time::Duration;

use exeunt_audit::kind::Kind;
use exeunt_audit::merkle::{self, Frontier};
use exeunt_store::Error;

use crate::place::{Spot, add, checkpoint, event, on_both, organization, request, request_id};

on_both! {
    a_change_without_an_entry_did_not_happen;
    what_a_dropped_change_wrote_is_never_read;
    a_dropped_change_keeps_nobody_waiting;
    whoever_stops_waiting_for_a_turn_leaves_nothing_open;
    a_change_in_which_a_statement_failed_is_not_committed;
    what_is_not_committed_is_seen_by_nobody_else;
    changes_of_many_processes_make_one_chain;
    a_long_log_gives_the_tiles_of_every_size_it_had;
    what_many_readers_ask_beside_a_writer_is_answered;
    reading_beside_a_change_of_ones_own_is_noticed;
}

async fn a_change_without_an_entry_did_not_happen(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(1)).await.unwrap();
    assert!(matches!(change.commit(organization(), &[]).await, Err(Error::Audit(_))));
    assert!(matches!(store.request(request_id(1)).await, Err(Error::NotFound { .. })));
    assert_eq!(store.audit_head(organization()).await.unwrap().size, 1);
}

async fn what_a_dropped_change_wrote_is_never_read(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(1)).await.unwrap();
    drop(change);
    assert!(matches!(store.request(request_id(1)).await, Err(Error::NotFound { .. })));
}

async fn a_dropped_change_keeps_nobody_waiting(spot: Spot) {
    let (store, other) = (spot.started().await, spot.open().await);
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(1)).await.unwrap();
    drop(change);
    // the first one does nothing more: it is gone all the same
    let mut change = tokio::time::timeout(Duration::from_secs(5), other.begin()).await.unwrap().unwrap();
    change.add_request(&request(1)).await.unwrap();
    change.commit(organization(), &[event(Kind::RequestSubmitted)]).await.unwrap();
    assert_eq!(store.requests(organization(), 9).await.unwrap().len(), 1);
}

async fn whoever_stops_waiting_for_a_turn_leaves_nothing_open(spot: Spot) {
    let (store, other) = (spot.started().await, spot.open().await);
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(1)).await.unwrap();
    let waited = tokio::time::timeout(Duration::from_millis(200), other.begin()).await;
    assert!(waited.is_err(), "two changes were open at once");
    change.commit(organization(), &[event(Kind::RequestSubmitted)]).await.unwrap();
    add(&store, 2..3, 1).await;
    add(&other, 3..4, 2).await;
    assert_eq!(store.requests(organization(), 9).await.unwrap().len(), 3);
}

async fn a_change_in_which_a_statement_failed_is_not_committed(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(1)).await.unwrap();
    let twice = change.add_request(&request(1)).await;
    assert!(matches!(twice, Err(Error::Database { .. })), "{twice:?}");
    assert!(change.commit(organization(), &[event(Kind::RequestSubmitted)]).await.is_err());
    assert_eq!(store.requests(organization(), 9).await.unwrap().len(), 0);
    add(&store, 1..2, 1).await;
}

async fn what_is_not_committed_is_seen_by_nobody_else(spot: Spot) {
    let (store, other) = (spot.started().await, spot.open().await);
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(1)).await.unwrap();
    assert_eq!(other.requests(organization(), 9).await.unwrap().len(), 0);
    change.commit(organization(), &[event(Kind::RequestSubmitted)]).await.unwrap();
    assert_eq!(other.requests(organization(), 9).await.unwrap().len(), 1);
}

async fn changes_of_many_processes_make_one_chain(spot: Spot) {
    const PROCESSES: u32 = 4;
    const CHANGES: u32 = 12;
    let store = spot.started().await;
    let mut tasks = Vec::new();
    for process in 0..PROCESSES {
        let store = spot.open().await;
        tasks.push(tokio::spawn(async move {
            for number in 0..CHANGES {
                let number = process * CHANGES + number;
                let mut change = store.begin().await.unwrap();
                change.add_request(&request(number)).await.unwrap();
                let event = event(Kind::RequestSubmitted).about(request_id(number));
                change.commit(organization(), &[event]).await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let entries = store.audit_entries(organization(), 0, 1_000).await.unwrap();
    let size = u64::from(PROCESSES * CHANGES) + 1;
    assert_eq!(entries.len() as u64, size);
    let mut frontier = Frontier::new(0, Vec::new()).unwrap();
    for (place, (position, entry)) in entries.iter().enumerate() {
        assert_eq!(*position, place as u64);
        frontier = frontier.append(merkle::leaf_hash(entry)).0;
    }
    let head = store.audit_head(organization()).await.unwrap();
    assert_eq!((head.size, head.checkpoint), (size, checkpoint(size, &frontier.root())));
    assert_eq!(store.audit_root_at(organization(), size).await.unwrap(), frontier.root());
    let proof = store.audit_inclusion(organization(), 7, head.size).await.unwrap();
    let leaf = merkle::leaf_hash(&entries[7].1);
    merkle::verify_inclusion(leaf, 7, size, &proof, frontier.root()).unwrap();
    let old = store.audit_root_at(organization(), 20).await.unwrap();
    let proof = store.audit_consistency(organization(), 20, head.size).await.unwrap();
    merkle::verify_consistency(20, old, size, frontier.root(), &proof).unwrap();
}

async fn a_long_log_gives_the_tiles_of_every_size_it_had(spot: Spot) {
    let store = spot.started().await;
    let events = vec![event(Kind::RequestSubmitted); 600];
    store.begin().await.unwrap().commit(organization(), &events).await.unwrap();
    let read = async |path: &str| {
        store.audit_tile(organization(), &path.parse().unwrap()).await.unwrap().map(|bytes| bytes.len())
    };
    assert_eq!(read("tile/0/000").await, Some(8_192));
    assert_eq!(read("tile/0/002.p/89").await, Some(89 * 32));
    assert_eq!(read("tile/0/002.p/7").await, Some(7 * 32), "a log of 519 entries had this one");
    assert_eq!(read("tile/1/000.p/2").await, Some(64));
    for beyond in ["tile/0/002.p/90", "tile/0/002", "tile/1/000.p/3", "tile/2/000.p/1", "tile/63/000"] {
        assert_eq!(read(beyond).await, None, "{beyond}");
    }
    assert_eq!(read("tile/0/x018/x446/x744/x073/x709/x551/615").await, None);
    // from a full tile follows the hash one level up
    let tile = |path: &str| path.parse().unwrap();
    let leaves = store.audit_tile(organization(), &tile("tile/0/001")).await.unwrap().unwrap();
    let inner = leaves
        .chunks(32)
        .fold(Frontier::default(), |tree, leaf| tree.append(merkle::Hash(leaf.try_into().unwrap())).0);
    let above = store.audit_tile(organization(), &tile("tile/1/000.p/2")).await.unwrap().unwrap();
    assert_eq!(above[32..], inner.root().0);
    let frontier = store.audit_frontier(organization(), 300).await.unwrap();
    assert_eq!(frontier.root(), store.audit_root_at(organization(), 300).await.unwrap());
}

async fn what_many_readers_ask_beside_a_writer_is_answered(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..50, 1).await;
    let mut readers = Vec::new();
    for _ in 0..16 {
        let store = store.clone();
        readers.push(tokio::spawn(async move {
            for number in 0..50 {
                assert_eq!(store.request(request_id(number)).await.unwrap().id, request_id(number));
            }
        }));
    }
    for number in 50..70 {
        let mut change = store.begin().await.unwrap();
        change.add_request(&request(number)).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
    }
    for reader in readers {
        reader.await.unwrap();
    }
    assert_eq!(spot.count("SELECT count(*) FROM requests"), 70);
}

/// On SQLite it would wait for itself for ever; on PostgreSQL it would read what was there before.
async fn reading_beside_a_change_of_ones_own_is_noticed(spot: Spot) {
    let store = spot.started().await;
    if cfg!(not(debug_assertions)) {
        return;
    }
    let one = store.clone();
    let reading = tokio::spawn(async move {
        let change = one.begin().await.unwrap();
        let _ = one.request(request_id(1)).await;
        drop(change);
    });
    assert!(reading.await.unwrap_err().is_panic());
    let one = store.clone();
    let changing = tokio::spawn(async move {
        let change = one.begin().await.unwrap();
        let _ = one.begin().await;
        drop(change);
    });
    assert!(changing.await.unwrap_err().is_panic());
    // one after the other is as it should be, and so is what others do meanwhile
    let one = store.clone();
    let well = tokio::spawn(async move {
        let change = one.begin().await.unwrap();
        let other = one.clone();
        let waiting = tokio::spawn(async move { other.audit_head(organization()).await.map(|_| ()) });
        change.rollback().await.unwrap();
        waiting.await.unwrap().unwrap();
        one.audit_head(organization()).await.map(|_| ())
    });
    well.await.unwrap().unwrap();
}
