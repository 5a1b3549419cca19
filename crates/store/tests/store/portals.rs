//! Portals, and what people do there: askings that wait for their code, looks, stops that happen once, complaints.

use exeunt_store::askings::Asking;
use exeunt_store::complaints::Complaint;
use exeunt_store::looks::Look;
use exeunt_store::portals::Portal;
use exeunt_store::remarks::Remarks;
use exeunt_store::stops::Stop;

use crate::place::{Spot, add, now, on_both, organization, request_id};

on_both! {
    a_portal_is_found_by_its_word_which_is_nobody_elses;
    an_asking_waits_for_its_code_and_is_denied_or_forgotten;
    a_look_is_kept_for_its_page_and_counts_guesses;
    a_request_is_stopped_once_until_somebody_looked;
    complaints_are_numbered_answered_once_and_forgotten;
    what_was_written_for_a_letter_is_replaced_taken_once_and_forgotten;
}

fn portal() -> Portal {
    Portal {
        organization: organization(),
        word: String::from("acme"),
        opened: true,
        name: String::from("Acme"),
        color: String::from("#0b5c5e"),
        languages: String::from("en de"),
        email: String::new(),
        phone: String::new(),
        post: String::from("1 Main Street\nBerlin"),
        notice: String::new(),
        changed_at: now(),
    }
}

async fn a_portal_is_found_by_its_word_which_is_nobody_elses(spot: Spot) {
    let store = spot.started().await;
    assert_eq!(store.portal(organization()).await.unwrap(), None);
    let mut change = store.begin().await.unwrap();
    assert!(change.set_portal(&portal()).await.unwrap());
    let changed = Portal { opened: false, name: String::from("Acme Ltd"), ..portal() };
    assert!(change.set_portal(&changed).await.unwrap());
    let other = Portal { organization: exeunt_base::OrganizationId::from_bytes([9; 16]), ..portal() };
    assert!(!change.set_portal(&other).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.portal_by_word("acme").await.unwrap(), Some(changed.clone()));
    assert_eq!(store.portal(organization()).await.unwrap(), Some(changed));
    assert_eq!(store.portal_by_word("ACME").await.unwrap(), None);
}

fn asking(number: u8) -> Asking {
    Asking {
        form: vec![number; 32],
        organization: organization(),
        denial: vec![number, 1],
        mark: vec![7; 32],
        content: vec![number, 0, 255],
        code: vec![1; 32],
        code_ends_at: now().plus_seconds(600),
        tries_left: 5,
        confirmed_at: None,
        made_at: now(),
    }
}

async fn an_asking_waits_for_its_code_and_is_denied_or_forgotten(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    assert!(change.add_asking(&asking(1), 2).await.unwrap());
    assert!(change.add_asking(&asking(2), 2).await.unwrap());
    assert!(!change.add_asking(&asking(3), 2).await.unwrap(), "so many codes for one address");
    let later = Asking { made_at: now().plus_seconds(601), ..asking(4) };
    assert!(change.add_asking(&later, 2).await.unwrap());
    assert_eq!(change.asking(&[1; 32]).await.unwrap(), Some(asking(1)));
    change.count_asking_guess(&[1; 32]).await.unwrap();
    change.confirm_asking(&[1; 32], now()).await.unwrap();
    let found = change.asking(&[1; 32]).await.unwrap().unwrap();
    assert_eq!((found.tries_left, found.confirmed_at), (4, Some(now())));
    assert!(!change.deny_asking(organization(), &[9]).await.unwrap());
    assert!(change.deny_asking(organization(), &[2, 1]).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    assert!(store.has_asking(organization(), &[1, 1]).await.unwrap());
    assert!(!store.has_asking(organization(), &[2, 1]).await.unwrap());
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.forget_askings(now()).await.unwrap(), 1);
    change.drop_asking(&[4; 32]).await.unwrap();
    assert_eq!(change.forget_askings(now().plus_days(1)).await.unwrap(), 0);
    change.commit_bookkeeping().await.unwrap();
}

async fn a_look_is_kept_for_its_page_and_counts_guesses(spot: Spot) {
    let store = spot.started().await;
    add(&store, 5..6, 1).await;
    let look = |number: u8| Look {
        form: vec![number; 32],
        request: request_id(5),
        code: vec![2; 32],
        expires_at: now().plus_seconds(600),
        tries_left: 5,
    };
    let mut change = store.begin().await.unwrap();
    assert!(change.add_look(&look(1), 1, now()).await.unwrap());
    assert!(!change.add_look(&look(2), 1, now()).await.unwrap());
    change.count_look_guess(&[1; 32]).await.unwrap();
    assert_eq!(change.look(&[1; 32]).await.unwrap().map(|look| look.tries_left), Some(4));
    change.drop_look(&[1; 32]).await.unwrap();
    assert!(change.look(&[1; 32]).await.unwrap().is_none());
    assert!(change.add_look(&look(3), 1, now()).await.unwrap());
    assert_eq!(change.forget_looks(now().plus_seconds(600)).await.unwrap(), 1);
    change.commit_bookkeeping().await.unwrap();
}

async fn a_request_is_stopped_once_until_somebody_looked(spot: Spot) {
    let store = spot.started().await;
    add(&store, 5..6, 1).await;
    let stop = Stop {
        request: request_id(5),
        organization: organization(),
        at: now(),
        answer_by: String::from("2026-11-26"),
        ended_at: None,
    };
    let mut change = store.begin().await.unwrap();
    assert!(!change.end_stop(request_id(5), now()).await.unwrap());
    assert!(change.add_stop(&stop).await.unwrap());
    assert!(!change.add_stop(&stop).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.open_stops(organization(), 5).await.unwrap(), std::slice::from_ref(&stop));
    let mut change = store.begin().await.unwrap();
    assert!(change.end_stop(request_id(5), now()).await.unwrap());
    assert!(!change.add_stop(&stop).await.unwrap(), "a link stops once");
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.open_stops(organization(), 5).await.unwrap(), []);
    assert_eq!(store.stop_of(request_id(5)).await.unwrap(), Some(Stop { ended_at: Some(now()), ..stop }));
}

async fn complaints_are_numbered_answered_once_and_forgotten(spot: Spot) {
    let store = spot.started().await;
    add(&store, 5..6, 1).await;
    let complaint = Complaint {
        request: request_id(5),
        number: 1,
        organization: organization(),
        words: Some(vec![0, 255]),
        at: now(),
        answer_by: String::from("2026-12-22"),
        answered_at: None,
    };
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.count_complaints(request_id(5)).await.unwrap(), 0);
    change.add_complaint(&complaint).await.unwrap();
    assert_eq!(change.count_complaints(request_id(5)).await.unwrap(), 1);
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.open_complaints(organization(), 5).await.unwrap(), [complaint]);
    let mut change = store.begin().await.unwrap();
    assert!(change.answer_complaint(request_id(5), 1, now()).await.unwrap());
    assert!(!change.answer_complaint(request_id(5), 1, now()).await.unwrap());
    assert_eq!(change.forget_complaints(now()).await.unwrap(), 1);
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.open_complaints(organization(), 5).await.unwrap(), []);
    assert_eq!(store.complaints_about(request_id(5)).await.unwrap()[0].words, None);
}

async fn what_was_written_for_a_letter_is_replaced_taken_once_and_forgotten(spot: Spot) {
    let store = spot.started().await;
    add(&store, 5..7, 1).await;
    let remarks = |request: u32, letter: &str, content: u8| Remarks {
        request: request_id(request),
        letter: letter.to_owned(),
        organization: organization(),
        content: vec![content, 0, 255],
        by: None,
        at: now(),
    };
    let mut change = store.begin().await.unwrap();
    for one in [
        remarks(5, "refused", 1),
        remarks(5, "refused", 2),
        remarks(5, "finished", 3),
        remarks(6, "ready", 4),
    ] {
        change.put_remarks(&one).await.unwrap();
    }
    change.commit_bookkeeping().await.unwrap();
    let kept = store.remarks_about(request_id(5)).await.unwrap();
    assert_eq!(kept, [remarks(5, "finished", 3), remarks(5, "refused", 2)], "the later one counts");
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.take_remarks(request_id(5), "refused").await.unwrap(), Some(vec![2, 0, 255]));
    assert_eq!(change.take_remarks(request_id(5), "refused").await.unwrap(), None);
    assert_eq!(change.forget_remarks(now()).await.unwrap(), 0, "their requests go on");
    change.move_request(request_id(6), &["received", "approved"], "withdrawn").await.unwrap();
    assert_eq!(change.forget_remarks(now().plus_seconds(-1)).await.unwrap(), 0);
    assert_eq!(change.forget_remarks(now()).await.unwrap(), 1);
    change.destroy_identities(request_id(5)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    for request in [5, 6] {
        assert_eq!(store.remarks_about(request_id(request)).await.unwrap(), []);
    }
}
