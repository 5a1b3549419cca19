//! Kept rows: entered once, looked at from their day on, changed by one alone, and what follows them up.

use exeunt_base::{JobId, RequestId};
use exeunt_store::kept::KeptRows;
use exeunt_store::requests::Request;

use crate::place::{Spot, now, on_both, organization};

on_both! {
    kept_rows_are_looked_at_once_nothing_can_come_back_and_changed_by_one_alone;
    a_follow_up_leads_both_ways;
}

fn id(number: u8) -> RequestId {
    RequestId::new(now(), [number; 10])
}

fn request(number: u8, state: &str) -> Request {
    Request {
        id: id(number),
        organization: organization(),
        kind: String::from("erasure"),
        state: state.to_owned(),
        received_at: now(),
        entered_at: now(),
        entered_by: None,
        identities: None,
        case_key: None,
        salt: None,
        window_ends_at: None,
        held_because: None,
        held_until: None,
        tally: None,
        plan: None,
        job: None,
        claimant: None,
    }
}

fn kept(number: u8, part: u64) -> KeptRows {
    KeptRows {
        organization: organization(),
        request: id(number),
        model: String::from("shop.orders"),
        job: JobId::new(now(), [9; 10]),
        part,
        rows: 3,
        keys: vec![1, 2, 3],
        since: String::from("2026-11-22"),
        next_check: String::from("2026-11-22"),
        ends: None,
        follow_up: None,
        trouble: None,
    }
}

async fn kept_rows_are_looked_at_once_nothing_can_come_back_and_changed_by_one_alone(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    change.add_request(&request(1, "completed")).await.unwrap();
    change.add_request(&request(2, "hidden")).await.unwrap();
    for _ in 0..2 {
        change.add_all_kept(&[kept(1, 0), kept(1, 1), kept(2, 0)]).await.unwrap();
    }
    assert_eq!(change.next_kept_part(&kept(1, 0)).await.unwrap(), 2);
    change.commit_bookkeeping().await.unwrap();
    let due = |day: &'static str| store.kept_due(organization(), &["completed", "no_data"], day, 10);
    assert_eq!(due("2026-11-21").await.unwrap(), []);
    assert_eq!(due("2026-11-22").await.unwrap(), [kept(1, 0), kept(1, 1)], "of the other some may come back");

    let next = KeptRows {
        rows: 2,
        next_check: String::from("2035-01-01"),
        ends: Some(String::from("2034-12-31")),
        trouble: Some(String::from("one has no date")),
        follow_up: Some(id(2)),
        ..kept(1, 0)
    };
    let mut change = store.begin().await.unwrap();
    assert!(change.replace_kept(&kept(1, 0), Some(&next)).await.unwrap());
    assert!(!change.replace_kept(&kept(1, 0), None).await.unwrap(), "somebody was there before");
    assert!(change.replace_kept(&kept(1, 1), None).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.kept_of(id(1)).await.unwrap(), std::slice::from_ref(&next));
    assert_eq!(store.kept_followed_by(id(2)).await.unwrap(), std::slice::from_ref(&next));
    assert_eq!(due("2034-12-31").await.unwrap(), []);

    let mut change = store.begin().await.unwrap();
    change.set_hold(id(1), Some("an audit"), None).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(due("2035-01-01").await.unwrap(), [], "held");
    let mut change = store.begin().await.unwrap();
    change.set_hold(id(1), None, None).await.unwrap();
    change.forget_kept_of(id(2)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(due("2035-01-01").await.unwrap(), [next]);
    let mut change = store.begin().await.unwrap();
    change.forget_kept_by(kept(1, 0).job).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(due("2099-01-01").await.unwrap(), []);
}

async fn a_follow_up_leads_both_ways(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    for (number, state) in [(1, "completed"), (2, "received"), (3, "received")] {
        change.add_request(&request(number, state)).await.unwrap();
    }
    change.add_follow_up(organization(), id(2), id(1), now()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let found = store.follow_ups_of(id(1)).await.unwrap();
    assert_eq!((found.len(), found[0].request, found[0].state.as_str()), (1, id(2), "received"));
    assert_eq!(store.origins_of(&[id(1), id(2), id(3)]).await.unwrap(), [(id(2), id(1))]);
    let open = store.open_follow_ups(organization(), &["received", "approved"], "queued").await.unwrap();
    assert_eq!((open.len(), open[0].request, open[0].job, open[0].approved_by), (1, id(2), None, None));
    assert!(store.open_follow_ups(organization(), &["approved"], "queued").await.unwrap().is_empty());
    let mut change = store.begin().await.unwrap();
    change.set_hold(id(1), Some("an audit"), None).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert!(store.open_follow_ups(organization(), &["received"], "queued").await.unwrap().is_empty(), "held");
}
