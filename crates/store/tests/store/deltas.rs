//! Events for delta tables: numbered in the order of commits whatever the clock does, and kept until every table has them.

use exeunt_base::{EventId, Name, Timestamp};
use exeunt_store::deltas::{DeltaEvent, DeltaMark};
use exeunt_store::{Error, Store};

use crate::place::{Spot, now, on_both, organization, request_id};

on_both! {
    numbers_ascend_whatever_the_clock_does;
    an_event_is_kept_until_every_table_has_it;
    whoever_began_last_moves_the_mark;
    old_events_are_given_up_and_counted;
}

fn event(number: u8, at: Timestamp) -> DeltaEvent {
    DeltaEvent {
        id: EventId::new(at, [number; 10]),
        request: request_id(number.into()),
        event: String::from("hidden"),
        model: (number > 1).then(|| String::from("shop.customers")),
        keys: (number > 1).then(|| vec![number, 0, 255]),
        at,
    }
}

async fn add(store: &Store, events: &[DeltaEvent], now: Timestamp) {
    let mut change = store.begin().await.unwrap();
    change.add_delta_events(organization(), events, now).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
}

async fn take(store: &Store, source: &str) -> DeltaMark {
    let mut change = store.begin().await.unwrap();
    let mark = change.take_delta_mark(organization(), &Name::new(source).unwrap(), now()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    mark
}

async fn move_to(store: &Store, mark: &DeltaMark, sequence: u64) -> Result<(), Error> {
    let mut change = store.begin().await?;
    change.move_delta_mark(organization(), mark, sequence, 1, now()).await?;
    change.commit_bookkeeping().await
}

async fn numbers(store: &Store) -> Vec<u64> {
    let events = store.delta_events(organization(), 0, 100).await.unwrap();
    events.into_iter().map(|(sequence, _)| sequence).collect()
}

async fn numbers_ascend_whatever_the_clock_does(spot: Spot) {
    let store = spot.started().await;
    let events = [event(1, now()), event(2, now())];
    add(&store, &events, now()).await;
    add(&store, &[event(3, now())], now().plus_days(-30)).await;
    add(&store, &[event(4, now())], now()).await;
    add(&store, &[], now()).await;
    let first = u64::try_from(now().as_micros()).unwrap();
    assert_eq!(numbers(&store).await, [first, first + 1, first + 2, first + 3]);
    // a store that was set back goes on above what it had given since
    add(&store, &[event(5, now())], now().plus_seconds(1)).await;
    assert_eq!(numbers(&store).await[4], first + 1_000_000);
    let read = store.delta_events(organization(), first, 1).await.unwrap();
    assert_eq!(read, [(first + 1, events[1].clone())]);
}

async fn an_event_is_kept_until_every_table_has_it(spot: Spot) {
    let store = spot.started().await;
    add(&store, &[event(1, now()), event(2, now())], now()).await;
    let all = numbers(&store).await;
    let (shop, crm) = (Name::new("shop").unwrap(), Name::new("crm").unwrap());
    let forget = async || {
        let mut change = store.begin().await.unwrap();
        let gone = change.forget_delta_events(organization(), &[&shop, &crm]).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
        gone
    };
    let (first, second) = (take(&store, "shop").await, take(&store, "crm").await);
    move_to(&store, &first, all[1]).await.unwrap();
    assert_eq!(forget().await, 0);
    move_to(&store, &second, all[0]).await.unwrap();
    assert_eq!(forget().await, 1);
    assert_eq!(numbers(&store).await, [all[1]]);
    let waiting = store.delta_waiting(organization(), all[0]).await.unwrap();
    assert_eq!((waiting.events, waiting.oldest), (1, Some(now())));
    assert_eq!(store.delta_waiting(organization(), all[1]).await.unwrap().events, 0);
}

async fn whoever_began_last_moves_the_mark(spot: Spot) {
    let store = spot.started().await;
    add(&store, &[event(1, now())], now()).await;
    let at = numbers(&store).await[0];
    let (stale, fresh) = (take(&store, "shop").await, take(&store, "shop").await);
    let lost = move_to(&store, &stale, at).await;
    assert!(matches!(lost, Err(Error::State { .. })), "{lost:?}");
    move_to(&store, &fresh, at).await.unwrap();
    assert!(move_to(&store, &fresh, at - 1).await.is_err(), "it never goes back");
    let marks = store.delta_marks(organization()).await.unwrap();
    assert_eq!((marks[0].sequence, marks[0].rows, marks[0].pushed_at), (at, 1, Some(now())));
}

async fn old_events_are_given_up_and_counted(spot: Spot) {
    let store = spot.started().await;
    add(&store, &[event(1, now().plus_days(-31)), event(2, now().plus_days(-31)), event(3, now())], now())
        .await;
    let all = numbers(&store).await;
    take(&store, "crm").await;
    let shop = take(&store, "shop").await;
    move_to(&store, &shop, all[0]).await.unwrap();
    let before = now().plus_days(-30);
    assert!(store.has_delta_events_before(organization(), before).await.unwrap());
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.give_up_delta_events(organization(), before).await.unwrap(), 2);
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(numbers(&store).await, [all[2]]);
    let given_up: Vec<u64> =
        store.delta_marks(organization()).await.unwrap().iter().map(|mark| mark.given_up).collect();
    assert_eq!(given_up, [2, 1]);
}
