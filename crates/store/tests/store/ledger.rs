//! The ledger: entered once, found again, taken out when somebody is restored.

use crate::place::{Spot, add, now, on_both, organization, request_id};

on_both! {
    whoever_was_entered_is_found_and_can_be_taken_out;
    entering_somebody_twice_keeps_the_first;
}

async fn whoever_was_entered_is_found_and_can_be_taken_out(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..2, 1).await;
    let mut change = store.begin().await.unwrap();
    let entries = [
        ("email", [7; 32], request_id(0)),
        ("phone", [8; 32], request_id(0)),
        ("email", [9; 32], request_id(1)),
    ];
    change.add_all_to_ledger(organization(), &entries, now()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let find = async |kind, byte| store.in_ledger(organization(), kind, &[byte; 32]).await.unwrap();
    assert_eq!(find("email", 7).await, Some(request_id(0)));
    assert_eq!(find("phone", 7).await, None);
    assert_eq!(store.ledger_of(organization(), "email").await.unwrap().len(), 2);
    let mut change = store.begin().await.unwrap();
    change.remove_from_ledger(request_id(0)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!((find("email", 7).await, find("email", 9).await), (None, Some(request_id(1))));
    assert_eq!(store.ledger_size(organization()).await.unwrap(), 1);
}

async fn entering_somebody_twice_keeps_the_first(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..2, 1).await;
    for number in 0..2 {
        let mut change = store.begin().await.unwrap();
        let entries = [("email", [7; 32], request_id(number))];
        change.add_all_to_ledger(organization(), &entries, now()).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
    }
    assert_eq!(store.in_ledger(organization(), "email", &[7; 32]).await.unwrap(), Some(request_id(0)));
    assert_eq!(store.ledger_size(organization()).await.unwrap(), 1);
}
