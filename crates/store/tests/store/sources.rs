//! Sources that were connected in the console: kept, replaced, forgotten, and counted so that others notice.

use exeunt_base::Name;
use exeunt_store::added_sources::AddedSource;

use crate::place::{Spot, now, on_both, organization};

on_both! {
    a_source_is_kept_replaced_and_forgotten_and_each_change_is_counted;
}

fn source(name: &str, reach: &[u8]) -> AddedSource {
    AddedSource {
        organization: organization(),
        name: Name::new(name).unwrap(),
        reach: reach.to_vec(),
        changed_by: None,
        changed_at: now(),
    }
}

async fn a_source_is_kept_replaced_and_forgotten_and_each_change_is_counted(spot: Spot) {
    let store = spot.started().await;
    assert_eq!(store.source_changes().await.unwrap(), 0);
    let mut change = store.begin().await.unwrap();
    assert!(!change.keep_source(&source("shop", b"sealed")).await.unwrap());
    assert!(!change.keep_source(&source("crm", b"sealed too")).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(
        store.added_sources(organization()).await.unwrap(),
        [source("crm", b"sealed too"), source("shop", b"sealed")]
    );
    assert_eq!(store.source_changes().await.unwrap(), 2);
    let mut change = store.begin().await.unwrap();
    assert!(change.keep_source(&source("shop", b"anew")).await.unwrap());
    assert!(change.forget_source(organization(), &Name::new("crm").unwrap()).await.unwrap());
    // what is not there is no change
    assert!(!change.forget_source(organization(), &Name::new("crm").unwrap()).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.added_sources(organization()).await.unwrap(), [source("shop", b"anew")]);
    assert_eq!(store.source_changes().await.unwrap(), 4);
}
