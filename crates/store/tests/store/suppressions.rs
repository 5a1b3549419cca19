//! The suppression list: entered once, found by digest alone, each purpose and each organization for itself.

use exeunt_base::OrganizationId;
use exeunt_store::suppressions::{Entry, Purpose, Since};

use crate::place::{Spot, add, now, on_both, organization, request_id};

on_both! {
    whoever_is_entered_is_found_for_that_purpose_alone;
    entering_again_begins_the_time_anew;
    a_thousand_are_asked_for_at_once;
    what_is_old_goes_and_the_rest_stays;
}

fn entry(kind: &str, byte: u8) -> Entry<'_> {
    Entry { kind, mac: [byte; 32] }
}

async fn whoever_is_entered_is_found_for_that_purpose_alone(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    let mut change = store.begin().await.unwrap();
    let both = [entry("email", 7), entry("phone", 8), entry("email", 7)];
    change.suppress(organization(), Purpose::Erased, &both, Some(request_id(0)), now()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let asked = [entry("email", 7), entry("phone", 7), entry("email", 8), entry("phone", 8)];
    let found = store.suppressed(organization(), Purpose::Erased, &asked).await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.contains(&("email".to_owned(), vec![7; 32])));
    assert!(found.contains(&("phone".to_owned(), vec![8; 32])));
    assert!(store.suppressed(organization(), Purpose::Marketing, &asked).await.unwrap().is_empty());
    let other = OrganizationId::new(now(), [2; 10]);
    assert!(store.suppressed(other, Purpose::Erased, &asked).await.unwrap().is_empty());
    assert!(store.lists_kind(organization(), "phone").await.unwrap());
    assert!(!store.lists_kind(organization(), "login").await.unwrap());
    let since = store.suppressed_since(organization(), Purpose::Erased, entry("email", 7)).await.unwrap();
    assert_eq!(since, Some(Since { at: now(), request: Some(request_id(0)) }));

    let mut change = store.begin().await.unwrap();
    assert!(!change.unsuppress(organization(), Purpose::Marketing, entry("email", 7)).await.unwrap());
    assert!(!change.unsuppress(other, Purpose::Erased, entry("email", 7)).await.unwrap());
    assert!(change.unsuppress(organization(), Purpose::Erased, entry("email", 7)).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    let counted = store.suppressions(organization()).await.unwrap();
    let told: Vec<_> = counted.iter().map(|one| (one.purpose, one.kind.as_str(), one.entries)).collect();
    assert_eq!(told, [(Purpose::Erased, "phone", 1)]);
}

async fn entering_again_begins_the_time_anew(spot: Spot) {
    let store = spot.started().await;
    for (days, request) in [(0, None), (3, None)] {
        let mut change = store.begin().await.unwrap();
        let one = [entry("email", 7)];
        let at = now().plus_days(days);
        change.suppress(organization(), Purpose::Marketing, &one, request, at).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
    }
    let since = store.suppressed_since(organization(), Purpose::Marketing, entry("email", 7)).await.unwrap();
    assert_eq!(since.map(|since| since.at), Some(now().plus_days(3)));
    assert_eq!(spot.count("SELECT count(*) FROM suppressions"), 1);
}

async fn a_thousand_are_asked_for_at_once(spot: Spot) {
    let store = spot.started().await;
    let many: Vec<Entry<'_>> = (0..1_000_u32)
        .map(|number| {
            let mut mac = [0; 32];
            mac[..4].copy_from_slice(&number.to_be_bytes());
            Entry { kind: if number % 3 == 0 { "phone" } else { "email" }, mac }
        })
        .collect();
    let mut change = store.begin().await.unwrap();
    let half: Vec<Entry<'_>> = many.iter().step_by(2).copied().collect();
    change.suppress(organization(), Purpose::Erased, &half, None, now()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let found = store.suppressed(organization(), Purpose::Erased, &many).await.unwrap();
    assert_eq!(found.len(), 500);
    assert!(half.iter().all(|one| found.contains(&(one.kind.to_owned(), one.mac.to_vec()))));
}

async fn what_is_old_goes_and_the_rest_stays(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    for (purpose, byte, days) in
        [(Purpose::Erased, 1, 0), (Purpose::Erased, 2, 5), (Purpose::Marketing, 3, 0)]
    {
        let at = now().plus_days(days);
        change.suppress(organization(), purpose, &[entry("email", byte)], None, at).await.unwrap();
    }
    let gone = change.forget_suppressed(organization(), Purpose::Erased, now().plus_days(4)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(gone, 1);
    let left: Vec<_> = store
        .suppressions(organization())
        .await
        .unwrap()
        .iter()
        .map(|one| (one.purpose, one.entries))
        .collect();
    assert_eq!(left, [(Purpose::Erased, 1), (Purpose::Marketing, 1)]);
}
