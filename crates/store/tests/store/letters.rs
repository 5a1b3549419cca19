//! Letters: of many senders one sends, what was sent is destroyed, and what was given up can be sent again for a while.

use exeunt_base::{LetterId, Timestamp};
use exeunt_store::letters::{BOUNCED, FAILED, Hold, Letter, SENT, WAITING};
use exeunt_store::{Error, Store};

use crate::place::{Spot, add, now, on_both, organization, request_id};

on_both! {
    of_many_senders_at_once_one_gets_the_letter;
    a_letter_that_was_sent_says_nothing_any_more;
    a_letter_that_was_given_up_can_be_sent_again_until_it_is_shredded;
    a_letter_waits_for_its_time_and_is_told_of_once;
    of_many_who_answer_a_request_at_once_one_tells_the_person;
}

fn letter(number: u8) -> Letter {
    Letter {
        id: LetterId::new(now(), [number; 10]),
        organization: organization(),
        request: None,
        word: String::from("received"),
        language: String::from("en"),
        content: Some(vec![number, 0, 255]),
        said: None,
        state: WAITING.to_owned(),
        made_at: now(),
        since: now(),
        not_before: now(),
        not_after: None,
        tries: 0,
        ended_at: None,
        trouble: None,
    }
}

async fn write(store: &Store, letter: &Letter) {
    let mut change = store.begin().await.unwrap();
    change.add_letter(letter).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
}

async fn take(store: &Store, at: Timestamp) -> Option<(Letter, Hold)> {
    let mut change = store.begin().await.unwrap();
    let taken = change.take_letter(organization(), at, at.plus_seconds(60)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    taken
}

async fn of_many_senders_at_once_one_gets_the_letter(spot: Spot) {
    let store = spot.started().await;
    write(&store, &letter(1)).await;
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
    let (_, lost) = taken.remove(0);
    assert!(!store.has_letters(organization(), now()).await.unwrap());
    // whoever died is followed, and ends nothing
    let later = now().plus_seconds(60);
    assert!(store.has_letters(organization(), later).await.unwrap());
    let (again, hold) = take(&store, later).await.unwrap();
    assert_eq!((again.tries, again.id), (2, lost.letter));
    let mut change = store.begin().await.unwrap();
    assert!(matches!(change.end_letter(&lost, later).await, Err(Error::LeaseLost { .. })));
    change.end_letter(&hold, later).await.unwrap();
    assert!(matches!(change.end_letter(&hold, later).await, Err(Error::LeaseLost { .. })), "once");
}

async fn a_letter_that_was_sent_says_nothing_any_more(spot: Spot) {
    let store = spot.started().await;
    write(&store, &letter(1)).await;
    let (taken, hold) = take(&store, now()).await.unwrap();
    assert_eq!(taken, Letter { tries: 1, ..letter(1) });
    let mut change = store.begin().await.unwrap();
    change.end_letter(&hold, now()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let sent = store.letter(taken.id).await.unwrap();
    assert_eq!((sent.state.as_str(), sent.content, sent.ended_at), (SENT, None, Some(now())));
    let mut change = store.begin().await.unwrap();
    assert!(!change.send_letter_again(taken.id, now()).await.unwrap());
}

async fn a_letter_that_was_given_up_can_be_sent_again_until_it_is_shredded(spot: Spot) {
    let store = spot.started().await;
    add(&store, 5..6, 1).await;
    for (number, state) in [(1, FAILED), (2, BOUNCED)] {
        write(&store, &Letter { request: Some(request_id(5)), ..letter(number) }).await;
        let (_, hold) = take(&store, now()).await.unwrap();
        let mut change = store.begin().await.unwrap();
        change.give_letter_up(&hold, state, "it answered 550", now()).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
    }
    let bounced = store.letters_page(organization(), Some(BOUNCED), None, 9).await.unwrap();
    assert_eq!(bounced.len(), 1);
    assert_eq!(bounced[0].trouble.as_deref(), Some("it answered 550"));
    let all = store.letters_page(organization(), None, None, 9).await.unwrap();
    assert_eq!(store.letters_page(organization(), None, Some(all[0].id), 9).await.unwrap(), all[1..]);
    let later = now().plus_days(1);
    let mut change = store.begin().await.unwrap();
    assert!(change.send_letter_again(all[0].id, later).await.unwrap());
    assert!(!change.send_letter_again(all[0].id, later).await.unwrap(), "it waits already");
    assert_eq!(change.shred_letters(now().plus_seconds(-1)).await.unwrap(), 0);
    assert_eq!(change.shred_letters(now()).await.unwrap(), 1, "the one that waits is kept");
    change.commit_bookkeeping().await.unwrap();
    let (again, hold) = take(&store, later).await.unwrap();
    assert_eq!((again.since, again.made_at, again.tries), (later, now(), 1));
    let mut change = store.begin().await.unwrap();
    change.give_letter_up(&hold, FAILED, "no", later).await.unwrap();
    change.shred_letters_about(request_id(5)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.letter(again.id).await.unwrap().content, None);
}

async fn a_letter_waits_for_its_time_and_is_told_of_once(spot: Spot) {
    let store = spot.started().await;
    add(&store, 5..6, 1).await;
    let about = Letter { request: Some(request_id(5)), ..letter(1) };
    let twice = Letter { id: letter(2).id, ..about.clone() };
    let other = Letter { id: letter(3).id, word: String::from("started"), ..about.clone() };
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.add_letters_once(&[about]).await.unwrap(), 1);
    assert_eq!(change.add_letters_once(&[twice]).await.unwrap(), 0);
    assert_eq!(change.add_letters_once(&[other]).await.unwrap(), 1);
    assert_eq!(change.add_letters_once(&[]).await.unwrap(), 0);
    change.commit_bookkeeping().await.unwrap();
    let (_, hold) = take(&store, now()).await.unwrap();
    let mut change = store.begin().await.unwrap();
    change.put_letter_back(&hold, "it answered 451", now().plus_seconds(60)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let (next, hold) = take(&store, now()).await.unwrap();
    assert_eq!(next.word, "started");
    let mut change = store.begin().await.unwrap();
    change.drop_letter(&hold).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(take(&store, now()).await, None);
    let (again, _) = take(&store, now().plus_seconds(60)).await.unwrap();
    assert_eq!((again.tries, again.trouble.as_deref()), (2, Some("it answered 451")));
}

async fn of_many_who_answer_a_request_at_once_one_tells_the_person(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..2, 1).await;
    let before = store.last_answer(request_id(1)).await.unwrap();
    assert_eq!(before, None);
    let mut answering = Vec::new();
    for number in 1..=6 {
        let store = spot.open().await;
        answering.push(tokio::spawn(async move {
            let ready =
                Letter { request: Some(request_id(1)), word: String::from("ready"), ..letter(number) };
            let mut change = store.begin().await.unwrap();
            change.move_request(request_id(1), &["received", "ready"], "ready").await.unwrap();
            change.last_answer_must_be(request_id(1), before).await?;
            change.add_letter(&ready).await.unwrap();
            change.commit_bookkeeping().await.unwrap();
            Ok::<_, Error>(ready.id)
        }));
    }
    let mut told = Vec::new();
    for one in answering {
        match one.await.unwrap() {
            Ok(letter) => told.push(letter),
            Err(error) => assert!(matches!(error, Error::Changed { .. }), "{error}"),
        }
    }
    assert_eq!(told.len(), 1);
    assert_eq!(store.last_answer(request_id(1)).await.unwrap(), told.first().copied());
}
