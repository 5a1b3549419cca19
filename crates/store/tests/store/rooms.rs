//! What the console's rooms ask: what can come back, what is on hold, what stays by law, why, and when something happened last.

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, JobId, RequestId, Timestamp};
use exeunt_store::kept::KeptRows;
use exeunt_store::reasons::Reason;

use crate::place::{Spot, add, event, now, on_both, organization, request_id};

on_both! {
    what_can_come_back_is_paged_by_its_end;
    requests_on_hold_are_paged_newest_first;
    what_stays_is_added_up_by_model_and_day;
    reasons_are_kept_until_the_person_is_forgotten;
    the_last_entry_of_a_kind_is_found_without_reading_the_log;
    requests_of_a_period_are_those_entered_in_it;
}

const WAITING: &[&str] = &["hidden", "partly_restored"];

async fn what_can_come_back_is_paged_by_its_end(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..6, 1).await;
    for (number, state, ends) in
        [(1, "hidden", 50), (2, "hidden", 40), (3, "partly_restored", 50), (4, "completed", 10)]
    {
        let id = request_id(number);
        spot.run(&format!(
            "UPDATE requests SET state = '{state}', window_ends_at = {ends} WHERE id = '{id}'"
        ));
    }
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = store.requests_waiting(organization(), WAITING, after, 1).await.unwrap();
        let Some(one) = page.first() else { break };
        seen.push(one.id);
        after = Some((one.window_ends_at.unwrap(), one.id));
    }
    let all: Vec<RequestId> = [2, 1, 3].map(request_id).to_vec();
    assert_eq!(seen, all);
    assert_eq!(store.count_requests_waiting(organization(), WAITING, 10).await.unwrap(), 3);
    assert_eq!(store.count_requests_waiting(organization(), WAITING, 2).await.unwrap(), 2);
    assert!(store.sealed_rows_of(&all).await.unwrap().is_empty());
}

async fn requests_on_hold_are_paged_newest_first(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..5, 1).await;
    for number in [1, 2, 4] {
        spot.run(&format!("UPDATE requests SET held_because = 'x' WHERE id = '{}'", request_id(number)));
    }
    let ids = async |before, limit| {
        let page = store.requests_on_hold(organization(), before, limit).await.unwrap();
        page.iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, 2).await, [4, 2].map(request_id));
    assert_eq!(ids(Some(request_id(2)), 2).await, [1].map(request_id));
}

async fn what_stays_is_added_up_by_model_and_day(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..3, 1).await;
    let kept = |number, part, model: &str, ends: Option<&str>, rows| KeptRows {
        organization: organization(),
        request: request_id(number),
        model: model.to_owned(),
        job: JobId::new(now(), [9; 10]),
        part,
        rows,
        keys: vec![1],
        since: String::from("2026-01-01"),
        next_check: format!("2027-01-0{}", part + 1),
        ends: ends.map(str::to_owned),
        follow_up: None,
        trouble: None,
    };
    let mut change = store.begin().await.unwrap();
    let all = [
        kept(1, 0, "shop.orders", Some("2030-12-31"), 2),
        kept(1, 1, "shop.orders", Some("2028-12-31"), 1),
        kept(2, 0, "shop.orders", Some("2030-12-31"), 4),
        kept(2, 0, "shop.lines", None, 8),
    ];
    change.add_all_kept(&all).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let steps = store.kept_steps(organization()).await.unwrap();
    let told: Vec<_> = steps
        .iter()
        .map(|step| (step.model.as_str(), step.ends.as_deref(), step.rows, step.requests, step.followed))
        .collect();
    assert_eq!(
        told,
        [
            ("shop.orders", Some("2028-12-31"), 1, 1, 0),
            ("shop.orders", Some("2030-12-31"), 6, 2, 0),
            ("shop.lines", None, 8, 1, 0),
        ]
    );
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.look_at_kept_by(organization(), "2026-06-01").await.unwrap(), 4);
    change.commit_bookkeeping().await.unwrap();
    let steps = store.kept_steps(organization()).await.unwrap();
    assert!(steps.iter().all(|step| step.next_check == "2026-06-01"));
}

async fn reasons_are_kept_until_the_person_is_forgotten(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..2, 1).await;
    let reason = |because: &str, at: i64| Reason {
        organization: organization(),
        subject: request_id(1).to_string(),
        act: String::from("restore"),
        because: because.to_owned(),
        by: Some(ActorId::from_bytes([1; 16])),
        at: Timestamp::from_micros(at),
    };
    let mut change = store.begin().await.unwrap();
    change.add_reason(&reason("first", 1)).await.unwrap();
    change.add_reason(&reason("second", 2)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let about = request_id(1).to_string();
    let all = store.reasons_about(organization(), &about).await.unwrap();
    assert_eq!(all, [reason("second", 2), reason("first", 1)]);
    assert!(!format!("{all:?}").contains("second"), "words have no voice");
    let mut change = store.begin().await.unwrap();
    change.destroy_identities(request_id(1)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert!(store.reasons_about(organization(), &about).await.unwrap().is_empty());
}

async fn the_last_entry_of_a_kind_is_found_without_reading_the_log(spot: Spot) {
    let store = spot.started().await;
    let last = async |kind| store.last_audit_entry(organization(), kind).await.unwrap();
    assert!(last(Kind::BackupMade).await.is_none());
    for kind in [Kind::BackupMade, Kind::KeyRotated, Kind::BackupMade, Kind::PlanBuilt] {
        store.begin().await.unwrap().commit(organization(), &[event(kind)]).await.unwrap();
    }
    assert_eq!(last(Kind::BackupMade).await.unwrap().kind, Kind::BackupMade);
    assert_eq!(last(Kind::KeyRotated).await.unwrap().kind, Kind::KeyRotated);
    assert!(last(Kind::PlanBuilt).await.is_none(), "such are not noted");
}

async fn requests_of_a_period_are_those_entered_in_it(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..4, 1).await;
    spot.run(&format!("UPDATE requests SET entered_at = 5 WHERE id = '{}'", request_id(2)));
    let within = async |from, to| {
        store
            .requests_entered(organization(), Timestamp::from_micros(from), Timestamp::from_micros(to))
            .await
            .unwrap()
    };
    assert_eq!(within(5, 6).await, [request_id(2)]);
    assert!(within(6, 7).await.is_empty() && within(4, 5).await.is_empty());
    assert_eq!(within(0, now().plus_days(1).as_micros()).await.len(), 3);
}
