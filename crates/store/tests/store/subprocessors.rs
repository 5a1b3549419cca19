//! Sub-processors and who is told of them: each name once, each address once, and nobody moves what somebody else moved.

use exeunt_base::{SubprocessorId, SubscriberId};
use exeunt_store::subprocessors::{Objection, Subprocessor, Subscriber};

use crate::place::{Spot, now, on_both, organization};

on_both! {
    a_name_is_there_once_and_free_again_when_it_ended;
    what_somebody_else_moved_is_not_moved_again;
    an_address_is_there_once_and_forgotten_when_nobody_answers;
}

fn company(number: u8) -> Subprocessor {
    Subprocessor {
        id: SubprocessorId::new(now(), [number; 10]),
        organization: organization(),
        name: String::from("Parcels & Co"),
        purpose: String::from("parcels"),
        categories: String::from(r#"["user.contact"]"#),
        region: String::from("eu-fr"),
        contact: String::from("somebody"),
        added_at: now(),
        announced_at: None,
        told: 0,
        effective_on: None,
        engaged_at: None,
        ended_at: None,
    }
}

async fn a_name_is_there_once_and_free_again_when_it_ended(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    assert!(change.add_subprocessor(&company(1)).await.unwrap());
    assert!(!change.add_subprocessor(&company(2)).await.unwrap());
    let ended = Subprocessor { ended_at: Some(now()), ..company(1) };
    assert!(change.move_subprocessor(&company(1), &ended).await.unwrap());
    assert!(change.add_subprocessor(&company(2)).await.unwrap());
    assert_eq!(change.next_objection(company(2).id).await.unwrap(), 1);
    let objection = Objection { number: 1, words: vec![7], at: now() };
    change.add_objection(company(2).id, &objection).await.unwrap();
    assert_eq!(change.next_objection(company(2).id).await.unwrap(), 2);
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.subprocessors(organization()).await.unwrap(), [ended, company(2)]);
    assert_eq!(store.objections(company(2).id).await.unwrap(), [objection]);
    assert!(store.subprocessor(company(3).id).await.is_err());
}

async fn what_somebody_else_moved_is_not_moved_again(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    change.add_subprocessor(&company(1)).await.unwrap();
    let announced = Subprocessor {
        announced_at: Some(now()),
        told: 3,
        effective_on: Some(String::from("2027-01-01")),
        ..company(1)
    };
    assert!(change.move_subprocessor(&company(1), &announced).await.unwrap());
    assert!(!change.move_subprocessor(&company(1), &announced).await.unwrap());
    let engaged = Subprocessor { engaged_at: Some(now()), ..announced.clone() };
    assert!(change.move_subprocessor(&announced, &engaged).await.unwrap());
    assert!(!change.move_subprocessor(&announced, &engaged).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.subprocessor(engaged.id).await.unwrap(), engaged);
}

async fn an_address_is_there_once_and_forgotten_when_nobody_answers(spot: Spot) {
    let store = spot.started().await;
    let somebody = |number: u8, digest: u8| Subscriber {
        id: SubscriberId::new(now(), [number; 10]),
        organization: organization(),
        digest: vec![digest],
        contact: vec![0],
        language: String::from("en"),
        asked_at: now(),
        confirmed_at: None,
    };
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.add_subscriber(&somebody(1, 1)).await.unwrap(), None);
    assert_eq!(change.add_subscriber(&somebody(2, 1)).await.unwrap(), Some(somebody(1, 1)));
    assert_eq!(change.add_subscriber(&somebody(2, 2)).await.unwrap(), None);
    let confirmed = Subscriber { confirmed_at: Some(now()), ..somebody(1, 1) };
    assert!(change.confirm_subscriber(confirmed.id, now()).await.unwrap());
    assert!(!change.confirm_subscriber(confirmed.id, now()).await.unwrap());
    assert_eq!(change.forget_unconfirmed_subscribers(now().plus_seconds(1)).await.unwrap(), 1);
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.subscribers(organization()).await.unwrap(), std::slice::from_ref(&confirmed));
    let mut change = store.begin().await.unwrap();
    assert!(change.remove_subscriber(confirmed.id).await.unwrap());
    assert!(!change.remove_subscriber(confirmed.id).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    assert!(store.subscriber(confirmed.id).await.is_err());
}
