//! Webhooks: whatever moves a request writes down that it happened, where somebody wants to know; one of many senders tells it.

use exeunt_audit::kind::Kind;
use exeunt_base::{EventId, Timestamp, WebhookId};
use exeunt_store::deliveries::{DELIVERED, Delivery, FAILED, Hold, Try, WAITING};
use exeunt_store::happenings::Happening;
use exeunt_store::webhooks::{OFF, ON, Webhook};
use exeunt_store::{Error, Store};

use crate::place::{Spot, add, event, job, now, on_both, organization, plan, request_id};

on_both! {
    whatever_moves_a_request_is_written_down_once;
    nothing_is_written_where_no_webhook_is_on;
    of_many_senders_at_once_one_tells_an_event;
    a_webhook_that_rests_or_is_off_is_told_nothing;
    what_ended_can_be_sent_again_until_it_is_forgotten;
    a_webhook_goes_with_all_that_it_was_told;
}

fn webhook(number: u8) -> Webhook {
    Webhook {
        id: WebhookId::new(now(), [number; 10]),
        organization: organization(),
        address: String::from("https://hooks.example.com/x"),
        note: String::from("the shop"),
        kinds: String::new(),
        state: ON.to_owned(),
        why_off: None,
        secret: vec![1, 0, 255],
        old_secret: None,
        old_until: None,
        made_at: now(),
        failing_since: None,
        rests_until: Timestamp::from_micros(0),
    }
}

fn delivery(number: u8) -> Delivery {
    Delivery {
        webhook: webhook(1).id,
        event: EventId::new(now(), [number; 10]),
        organization: organization(),
        kind: String::from("exeunt.request.hidden"),
        request: Some(request_id(1)),
        body: String::from("{\"ä\":1}"),
        state: WAITING.to_owned(),
        made_at: now(),
        not_before: now(),
        tries: 0,
        tried_at: None,
        ended_at: None,
        status: None,
        trouble: None,
    }
}

async fn with_webhook(spot: &Spot) -> Store {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    change.add_webhook(&webhook(1)).await.unwrap();
    change.commit(organization(), &[event(Kind::WebhookAdded)]).await.unwrap();
    store
}

async fn with_delivery(spot: &Spot) -> Store {
    let store = with_webhook(spot).await;
    let mut change = store.begin().await.unwrap();
    change.add_deliveries(&[delivery(1)]).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    store
}

async fn happened(store: &Store) -> Vec<(String, bool)> {
    let mut change = store.begin().await.unwrap();
    let all = change.take_happenings(organization(), 100).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert!(!store.has_happenings(organization()).await.unwrap());
    all.into_iter().map(|one| (one.state, one.at.is_some())).collect()
}

async fn take(store: &Store, at: Timestamp) -> Option<(Delivery, Hold)> {
    let mut change = store.begin().await.unwrap();
    let taken = change.take_delivery(webhook(1).id, at, at.plus_seconds(60)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    taken
}

async fn whatever_moves_a_request_is_written_down_once(spot: Spot) {
    let store = with_webhook(&spot).await;
    assert_eq!(store.webhooks(organization()).await.unwrap(), [webhook(1)]);
    add(&store, 1..3, 1).await;
    let of = |state: &str, count| vec![(state.to_owned(), false); count];
    let received = happened(&store).await;
    assert_eq!(received.iter().map(|(state, _)| state.as_str()).collect::<Vec<_>>(), ["received"; 2]);
    let ids = [request_id(1), request_id(2)];
    let mut change = store.begin().await.unwrap();
    change.move_request(ids[0], &["received"], "planning").await.unwrap();
    change.commit(organization(), &[event(Kind::PlanBuilt)]).await.unwrap();
    let mut change = store.begin().await.unwrap();
    let happening = change.take_happenings(organization(), 1).await.unwrap().remove(0);
    let wanted = Happening {
        request: ids[0],
        right: String::from("erasure"),
        state: String::from("planning"),
        at: Some(now()),
    };
    assert_eq!(happening, wanted, "with the time of the entry");
    change.rollback().await.unwrap();
    assert_eq!(happened(&store).await, [(String::from("planning"), true)], "nobody took it");
    // one that was there already did not move
    let mut change = store.begin().await.unwrap();
    change.move_request(ids[0], &["planning"], "planning").await.unwrap();
    change.move_requests(&ids, &["received", "planning"], "planning").await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(happened(&store).await, of("planning", 1));
    let mut change = store.begin().await.unwrap();
    change.add_plan(&plan(9)).await.unwrap();
    change.plan_requests(&ids, plan(9).id, &["planning"], "awaiting_approval").await.unwrap();
    change.move_requests(&ids, &["awaiting_approval"], "approved").await.unwrap();
    change.add_job(&job(9, 9)).await.unwrap();
    change.set_requests_job(&ids, job(9, 9).id, true).await.unwrap();
    change.open_windows(job(9, 9).id, "approved", "hidden", now().plus_days(1)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let mut states = happened(&store).await;
    states.sort();
    assert_eq!(states, [of("approved", 2), of("awaiting_approval", 2), of("hidden", 2)].concat());
    // what did not happen is not told
    let mut change = store.begin().await.unwrap();
    change.move_requests(&ids, &["hidden"], "restored").await.unwrap();
    change.rollback().await.unwrap();
    assert!(!store.has_happenings(organization()).await.unwrap());
}

async fn nothing_is_written_where_no_webhook_is_on(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..2, 1).await;
    assert!(!store.has_happenings(organization()).await.unwrap());
    let mut change = store.begin().await.unwrap();
    change.add_webhook(&Webhook { state: OFF.to_owned(), ..webhook(1) }).await.unwrap();
    change.move_request(request_id(1), &["received"], "planning").await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert!(!store.has_happenings(organization()).await.unwrap());
}

async fn of_many_senders_at_once_one_tells_an_event(spot: Spot) {
    let store = with_delivery(&spot).await;
    let mut senders = Vec::new();
    for _ in 0..6 {
        let store = spot.open().await;
        senders.push(tokio::spawn(async move { take(&store, now()).await }));
    }
    let mut taken = Vec::new();
    for sender in senders {
        taken.extend(sender.await.unwrap());
    }
    assert_eq!(taken.len(), 1, "{taken:?}");
    let (first, lost) = taken.remove(0);
    assert_eq!(first, Delivery { tries: 1, ..delivery(1) });
    let waits = async |at| !store.webhooks_to_tell(organization(), at).await.unwrap().is_empty();
    assert!(!waits(now()).await);
    // whoever died is followed, and ends nothing
    let later = now().plus_seconds(60);
    assert!(waits(later).await);
    let (again, hold) = take(&store, later).await.unwrap();
    assert_eq!((again.tries, again.body), (2, first.body));
    let tried = Try { at: later, status: Some(204), trouble: None };
    let mut change = store.begin().await.unwrap();
    assert!(matches!(change.note_try(&lost, tried, DELIVERED, None).await, Err(Error::LeaseLost { .. })));
    change.note_try(&hold, tried, DELIVERED, None).await.unwrap();
    assert!(
        matches!(change.note_try(&hold, tried, DELIVERED, None).await, Err(Error::LeaseLost { .. })),
        "once"
    );
    change.commit_bookkeeping().await.unwrap();
    let told = store.delivery(hold.webhook, hold.event).await.unwrap();
    assert_eq!((told.state.as_str(), told.status, told.ended_at), (DELIVERED, Some(204), Some(later)));
}

async fn a_webhook_that_rests_or_is_off_is_told_nothing(spot: Spot) {
    let store = with_delivery(&spot).await;
    let (_, hold) = take(&store, now()).await.unwrap();
    let later = now().plus_seconds(300);
    let mut change = store.begin().await.unwrap();
    let tried = Try { at: now(), status: Some(429), trouble: Some("it answered 429") };
    change.note_try(&hold, tried, WAITING, Some(now().plus_seconds(5))).await.unwrap();
    let resting = Webhook {
        rests_until: later,
        failing_since: Some(now()),
        ..change.webhook(hold.webhook).await.unwrap()
    };
    change.change_webhook(&resting).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.webhook(hold.webhook).await.unwrap(), resting);
    assert_eq!(take(&store, later.plus_seconds(-1)).await, None);
    let (again, _) = take(&store, later).await.unwrap();
    assert_eq!((again.tries, again.trouble.as_deref()), (2, Some("it answered 429")));
    let mut change = store.begin().await.unwrap();
    let off = Webhook { state: OFF.to_owned(), why_off: Some(String::from("gone")), ..resting };
    change.change_webhook(&off).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(take(&store, later.plus_days(1)).await, None);
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.give_deliveries_up(off.id, "it was turned off", later).await.unwrap(), 1);
    change.commit_bookkeeping().await.unwrap();
    let told = store.deliveries(off.id, None, 9).await.unwrap().remove(0);
    assert_eq!((told.state.as_str(), told.trouble.as_deref()), (FAILED, Some("it was turned off")));
}

async fn what_ended_can_be_sent_again_until_it_is_forgotten(spot: Spot) {
    let store = with_delivery(&spot).await;
    let mut change = store.begin().await.unwrap();
    change.add_deliveries(&[delivery(2), delivery(3)]).await.unwrap();
    assert!(!change.send_delivery_again(webhook(1).id, delivery(1).event, now()).await.unwrap(), "it waits");
    change.commit_bookkeeping().await.unwrap();
    let (_, hold) = take(&store, now()).await.unwrap();
    assert_eq!(hold.event, delivery(1).event, "the oldest first");
    let mut change = store.begin().await.unwrap();
    change.note_try(&hold, Try { at: now(), status: None, trouble: Some("no") }, FAILED, None).await.unwrap();
    assert!(change.send_delivery_again(hold.webhook, hold.event, now()).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    let (_, hold) = take(&store, now()).await.unwrap();
    let mut change = store.begin().await.unwrap();
    change
        .note_try(&hold, Try { at: now(), status: Some(200), trouble: None }, DELIVERED, None)
        .await
        .unwrap();
    assert_eq!(change.forget_deliveries(now().plus_seconds(-1)).await.unwrap(), 0);
    assert_eq!(change.forget_deliveries(now()).await.unwrap(), 1, "those that wait are kept");
    change.commit_bookkeeping().await.unwrap();
    let left = store.deliveries(hold.webhook, None, 9).await.unwrap();
    assert_eq!(left.iter().map(|one| one.event).collect::<Vec<_>>(), [delivery(3).event, delivery(2).event]);
    assert_eq!(store.deliveries(hold.webhook, Some(left[0].event), 9).await.unwrap(), left[1..]);
    let gone = store.delivery(hold.webhook, hold.event).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
}

async fn a_webhook_goes_with_all_that_it_was_told(spot: Spot) {
    let store = with_delivery(&spot).await;
    let (_, hold) = take(&store, now()).await.unwrap();
    let mut change = store.begin().await.unwrap();
    let rotated = Webhook {
        old_secret: Some(vec![7]),
        old_until: Some(now().plus_days(1)),
        ..change.webhook(hold.webhook).await.unwrap()
    };
    change.change_webhook(&rotated).await.unwrap();
    assert_eq!(change.forget_old_webhook_secrets(now()).await.unwrap(), 0);
    assert_eq!(change.forget_old_webhook_secrets(now().plus_days(1)).await.unwrap(), 1);
    assert_eq!(change.webhook(hold.webhook).await.unwrap().old_secret, None);
    assert_eq!(change.remove_webhook(hold.webhook).await.unwrap(), 1);
    let tried = Try { at: now(), status: Some(200), trouble: None };
    assert!(matches!(change.note_try(&hold, tried, DELIVERED, None).await, Err(Error::LeaseLost { .. })));
    assert!(matches!(change.webhook(hold.webhook).await, Err(Error::NotFound { .. })));
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(spot.count("SELECT count(*) FROM deliveries"), 0);
}
