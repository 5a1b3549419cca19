//! Links: used as often as they may be and no more, forgotten when they are over, and their codes guessed a few times.

use exeunt_base::{LinkId, PackageId};
use exeunt_store::Store;
use exeunt_store::links::{Code, Link};
use exeunt_store::packages::Package;

use crate::place::{Spot, add, now, on_both, organization, request_id};

on_both! {
    a_link_is_found_by_its_hash_and_used_three_times;
    a_link_that_was_revoked_or_is_over_knows_nobody;
    a_code_is_kept_for_its_page_and_counts_guesses;
    downloads_are_kept_for_a_while;
}

fn package() -> PackageId {
    PackageId::from_bytes([7; 16])
}

fn link(number: u8) -> Link {
    Link {
        id: LinkId::from_bytes([number; 16]),
        hash: vec![number; 32],
        organization: organization(),
        package: package(),
        request: request_id(5),
        person: Some(vec![number, 0, 255]),
        language: String::from("de"),
        made_at: now(),
        expires_at: now().plus_days(7),
        downloads_left: 3,
        reminded_at: None,
        revoked_at: None,
    }
}

async fn with_links(spot: &Spot) -> Store {
    let store = spot.started().await;
    add(&store, 5..6, 1).await;
    let package = Package {
        id: package(),
        organization: organization(),
        request: request_id(5),
        file: String::from("x.age"),
        digest: String::new(),
        bytes: 1,
        rows: 1,
        key: None,
        made_at: now(),
        expires_at: now().plus_days(7),
        opened: 0,
        removed_at: None,
    };
    let mut change = store.begin().await.unwrap();
    change.add_package(&package).await.unwrap();
    for number in [1, 2] {
        change.add_link(&link(number)).await.unwrap();
    }
    change.commit_bookkeeping().await.unwrap();
    store
}

async fn a_link_is_found_by_its_hash_and_used_three_times(spot: Spot) {
    let store = with_links(&spot).await;
    assert_eq!(store.link_by_hash(&[1; 32]).await.unwrap(), Some(link(1)));
    assert_eq!(store.link_by_hash(&[9; 32]).await.unwrap(), None);
    assert_eq!(store.links_of(package()).await.unwrap(), [link(2), link(1)]);
    let mut change = store.begin().await.unwrap();
    for may in [true, true, true, false] {
        assert_eq!(change.use_link(link(1).id, now()).await.unwrap(), may);
    }
    assert!(!change.use_link(link(2).id, now().plus_days(7)).await.unwrap(), "over");
    for may in [true, true, true, false] {
        assert_eq!(change.use_portion(link(2).id, "summary", 3, now()).await.unwrap(), may);
    }
    assert!(change.use_portion(link(2).id, "everyday", 3, now()).await.unwrap(), "each counts for itself");
    assert!(!change.use_portion(link(2).id, "technical", 3, now().plus_days(7)).await.unwrap(), "over");
    change.commit_bookkeeping().await.unwrap();
    let used = store.portions_used(link(2).id).await.unwrap();
    assert_eq!(used, [(String::from("everyday"), 1), (String::from("summary"), 3)]);
    assert_eq!(store.portions_used(link(1).id).await.unwrap(), []);
    let mut change = store.begin().await.unwrap();
    assert!(change.revoke_link(link(2).id, now()).await.unwrap());
    assert!(!change.revoke_link(link(2).id, now()).await.unwrap());
    assert!(!change.use_link(link(2).id, now()).await.unwrap(), "revoked");
    assert!(!change.use_portion(link(2).id, "everyday", 3, now()).await.unwrap(), "revoked");
}

async fn a_link_that_was_revoked_or_is_over_knows_nobody(spot: Spot) {
    let store = with_links(&spot).await;
    let soon =
        async |at| store.links_to_remind_of(organization(), 3, at, at.plus_days(2)).await.unwrap().len();
    assert_eq!(
        (soon(now()).await, soon(now().plus_days(5)).await, soon(now().plus_days(7)).await),
        (0, 2, 0)
    );
    let mut change = store.begin().await.unwrap();
    assert!(change.remind_of_link(link(1).id, now()).await.unwrap());
    assert!(!change.remind_of_link(link(1).id, now()).await.unwrap());
    change.revoke_link(link(2).id, now()).await.unwrap();
    assert_eq!(change.forget_links(now().plus_days(6)).await.unwrap(), 0);
    assert_eq!(change.forget_links(now().plus_days(7)).await.unwrap(), 1);
    assert_eq!(change.revoke_links_of(package(), now()).await.unwrap(), 1, "the one that was not yet");
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(soon(now().plus_days(5)).await, 0);
    for link in store.links_of(package()).await.unwrap() {
        assert!(link.person.is_none() && link.revoked_at == Some(now()), "{link:?}");
    }
}

async fn a_code_is_kept_for_its_page_and_counts_guesses(spot: Spot) {
    let store = with_links(&spot).await;
    let code = |number: u8| Code {
        form: vec![number; 32],
        link: link(1).id,
        code: vec![number],
        expires_at: now().plus_seconds(600),
        tries_left: 2,
    };
    let mut change = store.begin().await.unwrap();
    assert!(change.add_link_code(&code(1), 2, now()).await.unwrap());
    assert!(change.add_link_code(&code(2), 2, now()).await.unwrap());
    assert!(!change.add_link_code(&code(3), 2, now()).await.unwrap(), "enough");
    assert!(change.add_link_code(&code(3), 2, now().plus_seconds(600)).await.unwrap(), "those are over");
    for left in [1, 0, 0] {
        change.count_link_guess(&[1; 32]).await.unwrap();
        assert_eq!(change.link_code(&[1; 32]).await.unwrap().unwrap().tries_left, left);
    }
    change.drop_link_code(&[2; 32]).await.unwrap();
    assert!(change.link_code(&[2; 32]).await.unwrap().is_none());
    assert_eq!(change.forget_links(now().plus_seconds(600)).await.unwrap(), 2);
    assert!(change.link_code(&[1; 32]).await.unwrap().is_none());
}

async fn downloads_are_kept_for_a_while(spot: Spot) {
    let store = with_links(&spot).await;
    let mut change = store.begin().await.unwrap();
    change.add_link_download(link(1).id, now(), &[1, 0]).await.unwrap();
    change.add_link_download(link(1).id, now().plus_days(1), &[2]).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.downloads_of(link(1).id).await.unwrap().len(), 2);
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.forget_link_downloads(now().plus_days(1)).await.unwrap(), 1);
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.downloads_of(link(1).id).await.unwrap(), [(now().plus_days(1), vec![2])]);
}
