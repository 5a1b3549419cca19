//! What is due on which day, and what finds requests whose letters go to one address.

use exeunt_store::deadlines::DueDay;

use crate::place::{Spot, add, on_both, organization, request_id};

on_both! {
    days_are_counted_with_what_is_late_and_what_stands_still;
    requests_of_one_address_find_each_other_until_it_is_forgotten;
    whether_any_was_stopped_is_told_of_those_asked_about;
}

async fn days_are_counted_with_what_is_late_and_what_stands_still(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..8, 1).await;
    let due = [
        ("2026-02-01", "NULL", "NULL"),
        // its clock stood still before the day was over
        ("2026-02-01", "'2026-01-30'", "NULL"),
        // after it, it is late all the same
        ("2026-02-01", "'2026-02-05'", "NULL"),
        ("2026-02-01", "NULL", "5"),
        ("2026-02-09", "NULL", "NULL"),
        ("2026-03-01", "NULL", "NULL"),
    ];
    for (number, (day, paused, answered)) in (1..).zip(due) {
        spot.run(&format!(
            "INSERT INTO deadlines (request, organization, regime, pack_version, received_on, answer_by, answered_at, paused_on)
             VALUES ('{}', '{}', 'r', 1, '2026-01-01', '{day}', {answered}, {paused})",
            request_id(number),
            organization()
        ));
    }
    let days = store.due_days(organization(), "2026-02-01", "2026-02-28", "2026-02-09").await.unwrap();
    let day = |day: &str, due, overdue, paused| DueDay { day: day.to_owned(), due, overdue, paused };
    assert_eq!(days, [day("2026-02-01", 3, 2, 2), day("2026-02-09", 1, 0, 0)]);
}

async fn requests_of_one_address_find_each_other_until_it_is_forgotten(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..5, 1).await;
    let mut change = store.begin().await.unwrap();
    let marks = [(request_id(1), [1; 32]), (request_id(2), [1; 32]), (request_id(3), [2; 32])];
    change.mark_contacts(organization(), &marks).await.unwrap();
    change.mark_contacts(organization(), &marks).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let of =
        async |mark: u8, limit| store.requests_of_contact(organization(), &[mark; 32], limit).await.unwrap();
    assert_eq!(of(1, 9).await, [request_id(2), request_id(1)]);
    assert_eq!(of(1, 1).await, [request_id(2)]);
    assert_eq!(of(3, 9).await, []);
    let two = [request_id(1), request_id(4)];
    assert_eq!(store.contact_marks(&two).await.unwrap(), [vec![1; 32]]);
    assert!(store.contact_marks(&[]).await.unwrap().is_empty());
    let mut change = store.begin().await.unwrap();
    change.destroy_identities(request_id(1)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(of(1, 9).await, [request_id(2)]);
}

async fn whether_any_was_stopped_is_told_of_those_asked_about(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..4, 1).await;
    spot.run(&format!(
        "INSERT INTO stops (request, organization, at, answer_by, ended_at) VALUES ('{}', '{}', 1, '2026-02-01', 7)",
        request_id(2),
        organization()
    ));
    assert!(!store.any_stopped(&[]).await.unwrap());
    assert!(!store.any_stopped(&[request_id(1), request_id(3)]).await.unwrap());
    assert!(store.any_stopped(&[request_id(1), request_id(2)]).await.unwrap());
}
