//! Those who work here, their tokens, sessions and keys.

use exeunt_audit::kind::Kind;
use exeunt_base::{ApiKeyId, SessionId, UserId};
use exeunt_store::api_keys::ApiKey;
use exeunt_store::sessions::Session;
use exeunt_store::tokens::{self, Token};
use exeunt_store::users::{self, User};
use exeunt_store::{Error, Store};

use crate::place::{Spot, event, now, on_both, organization};

on_both! {
    a_user_joins_once_and_leaves_for_good;
    nobody_else_can_have_the_same_login;
    a_step_of_a_code_is_used_once;
    a_one_time_token_is_gone_once_used;
    sessions_are_renewed_touched_and_ended;
    api_keys_are_used_and_revoked;
}

fn user_id(number: u8) -> UserId {
    UserId::new(now(), [number; 10])
}

fn user(number: u8) -> User {
    User {
        id: user_id(number),
        organization: organization(),
        login: Some(vec![number; 32]),
        person: vec![0, number],
        roles: String::from("agent engineer"),
        state: String::from(users::INVITED),
        password: None,
        totp: None,
        totp_step: 0,
        made_at: now(),
        joined_at: None,
        disabled_at: None,
    }
}

async fn with_users(spot: &Spot) -> Store {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    change.add_user(&user(1)).await.unwrap();
    change.add_user(&user(2)).await.unwrap();
    change.commit(organization(), &[event(Kind::UserInvited)]).await.unwrap();
    store
}

async fn a_user_joins_once_and_leaves_for_good(spot: Spot) {
    let store = with_users(&spot).await;
    assert!(store.user(user_id(1)).await.unwrap() == user(1));
    let mut change = store.begin().await.unwrap();
    let early = change.set_password(user_id(1), "other").await;
    assert!(matches!(early, Err(Error::State { .. })));
    change.activate_user(user_id(1), "phc", &[9; 60], 77, now()).await.unwrap();
    let again = change.activate_user(user_id(1), "mine", &[8; 60], 78, now()).await;
    assert!(matches!(again, Err(Error::State { .. })));
    change.set_password(user_id(1), "other").await.unwrap();
    change.set_roles(user_id(1), "admin").await.unwrap();
    let within = change.user(user_id(1)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let active = User {
        roles: String::from("admin"),
        state: String::from(users::ACTIVE),
        password: Some(String::from("other")),
        totp: Some(vec![9; 60]),
        totp_step: 77,
        joined_at: Some(now()),
        ..user(1)
    };
    assert!(within == active && within.is_active());
    assert!(store.users(organization()).await.unwrap() == [active.clone(), user(2)]);
    let mut change = store.begin().await.unwrap();
    change.disable_user(user_id(1), now().plus_seconds(1)).await.unwrap();
    let again = change.disable_user(user_id(1), now()).await;
    assert!(matches!(again, Err(Error::State { .. })));
    assert!(change.users(organization()).await.unwrap().iter().all(|user| !user.is_active()));
    change.commit_bookkeeping().await.unwrap();
    let gone = store.user(user_id(1)).await.unwrap();
    let left = (gone.login, gone.password, gone.totp, gone.disabled_at);
    assert!(left == (None, None, None, Some(now().plus_seconds(1))));
    assert!(matches!(store.user(user_id(3)).await, Err(Error::NotFound { .. })));
}

async fn nobody_else_can_have_the_same_login(spot: Spot) {
    let store = with_users(&spot).await;
    assert_eq!(store.user_by_login(&[2; 32]).await.unwrap().unwrap().id, user_id(2));
    let mut change = store.begin().await.unwrap();
    assert!(change.user_by_login(&[1; 32]).await.unwrap().is_some());
    let twin = User { login: Some(vec![1; 32]), ..user(3) };
    assert!(matches!(change.add_user(&twin).await, Err(Error::Database { .. })));
    change.rollback().await.unwrap();
    let mut change = store.begin().await.unwrap();
    change.disable_user(user_id(1), now()).await.unwrap();
    change.disable_user(user_id(2), now()).await.unwrap();
    change.add_user(&twin).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.user_by_login(&[1; 32]).await.unwrap().unwrap().id, user_id(3));
    assert!(store.user_by_login(&[2; 32]).await.unwrap().is_none());
}

async fn a_step_of_a_code_is_used_once(spot: Spot) {
    let store = with_users(&spot).await;
    let mut change = store.begin().await.unwrap();
    let mut used = Vec::new();
    for step in [5, 5, 4, 6] {
        used.push(change.use_step(user_id(1), step).await.unwrap());
    }
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(used, [true, false, false, true]);
    assert_eq!(store.user(user_id(1)).await.unwrap().totp_step, 6);
}

async fn a_one_time_token_is_gone_once_used(spot: Spot) {
    let store = with_users(&spot).await;
    let token = |number: u8, purpose: &str, user| Token {
        hash: vec![number; 32],
        organization: organization(),
        purpose: purpose.to_owned(),
        user,
        expires_at: now().plus_seconds(60),
    };
    let mut change = store.begin().await.unwrap();
    change.add_token(&token(1, tokens::SETUP, None)).await.unwrap();
    change.add_token(&token(2, tokens::RESET, Some(user_id(1)))).await.unwrap();
    change.add_token(&token(3, tokens::INVITATION, Some(user_id(2)))).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let found = store.token(&[2; 32], tokens::RESET, now()).await.unwrap();
    assert!(found == Some(token(2, tokens::RESET, Some(user_id(1)))));
    assert!(store.token(&[2; 32], tokens::SETUP, now()).await.unwrap().is_none());
    assert!(store.token(&[2; 32], tokens::RESET, now().plus_seconds(60)).await.unwrap().is_none());
    let mut change = store.begin().await.unwrap();
    assert!(change.take_token(&[2; 32], tokens::RESET, now()).await.unwrap().is_some());
    assert!(change.take_token(&[2; 32], tokens::RESET, now()).await.unwrap().is_none());
    change.drop_setup_tokens(organization()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(spot.count("SELECT count(*) FROM one_time_tokens"), 1);
    let mut change = store.begin().await.unwrap();
    change.drop_tokens_of(user_id(1)).await.unwrap();
    assert_eq!(change.forget_expired_tokens(now().plus_seconds(59)).await.unwrap(), 0);
    assert_eq!(change.forget_expired_tokens(now().plus_seconds(60)).await.unwrap(), 1);
    change.commit_bookkeeping().await.unwrap();
    assert!(store.token(&[3; 32], tokens::INVITATION, now()).await.unwrap().is_none());
    assert_eq!(spot.count("SELECT count(*) FROM one_time_tokens"), 0);
}

async fn sessions_are_renewed_touched_and_ended(spot: Spot) {
    let store = with_users(&spot).await;
    let session = |number: u8, of: u8| Session {
        id: SessionId::new(now(), [number; 10]),
        hash: vec![number; 32],
        organization: organization(),
        user: user_id(of),
        made_at: now(),
        used_at: now(),
        ends_at: now().plus_seconds(100),
        fresh_at: now(),
    };
    let later = now().plus_seconds(9);
    let mut change = store.begin().await.unwrap();
    for (number, of) in [(1, 1), (2, 1), (3, 1), (4, 2)] {
        change.add_session(&session(number, of)).await.unwrap();
    }
    change.touch_session(session(1, 1).id, later).await.unwrap();
    change.touch_session(session(1, 1).id, now()).await.unwrap();
    assert!(change.renew_session(session(2, 1).id, &[2; 32], &[22; 32], later).await.unwrap());
    assert!(!change.renew_session(session(2, 1).id, &[2; 32], &[23; 32], later).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    let touched = Session { used_at: later, ..session(1, 1) };
    let renewed = Session { hash: vec![22; 32], used_at: later, fresh_at: later, ..session(2, 1) };
    assert!(store.session_by_hash(&[22; 32]).await.unwrap() == Some(renewed.clone()));
    assert!(store.session_by_hash(&[2; 32]).await.unwrap().is_none());
    let all = store.sessions(organization()).await.unwrap();
    assert!(all == [touched, renewed, session(3, 1), session(4, 2)]);
    let mut change = store.begin().await.unwrap();
    assert!(change.end_session(session(4, 2).id).await.unwrap());
    // the third was not used since
    assert_eq!(change.forget_ended_sessions(later, now()).await.unwrap(), 1);
    assert!(!change.end_session(session(3, 1).id).await.unwrap());
    assert_eq!(change.end_sessions_of(user_id(1), Some(session(1, 1).id)).await.unwrap(), 1);
    change.commit_bookkeeping().await.unwrap();
    let left = store.sessions(organization()).await.unwrap();
    assert_eq!(left.iter().map(|left| left.id).collect::<Vec<_>>(), [session(1, 1).id]);
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.forget_ended_sessions(now().plus_seconds(99), now()).await.unwrap(), 0);
    assert_eq!(change.forget_ended_sessions(now().plus_seconds(100), now()).await.unwrap(), 1);
    assert_eq!(change.end_sessions_of(user_id(1), None).await.unwrap(), 0);
    change.commit_bookkeeping().await.unwrap();
}

async fn api_keys_are_used_and_revoked(spot: Spot) {
    let store = with_users(&spot).await;
    let key = |number: u8, of: u8| ApiKey {
        id: ApiKeyId::new(now(), [number; 10]),
        hash: vec![number; 32],
        organization: organization(),
        user: user_id(of),
        label: vec![3; 40],
        scopes: String::from("requests:read jobs:read"),
        made_at: now(),
        expires_at: now().plus_days(400),
        used_at: None,
        revoked_at: None,
    };
    let mut change = store.begin().await.unwrap();
    for (number, of) in [(1, 1), (2, 1), (3, 2)] {
        change.add_api_key(&key(number, of)).await.unwrap();
    }
    change.touch_api_key(key(1, 1).id, now().plus_seconds(9)).await.unwrap();
    change.touch_api_key(key(1, 1).id, now()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let used = ApiKey { used_at: Some(now().plus_seconds(9)), ..key(1, 1) };
    assert!(store.api_key_by_hash(&[1; 32]).await.unwrap() == Some(used));
    assert!(store.api_key(key(3, 2).id).await.unwrap() == key(3, 2));
    let mut change = store.begin().await.unwrap();
    assert!(change.revoke_api_key(key(3, 2).id, now()).await.unwrap());
    assert!(!change.revoke_api_key(key(3, 2).id, now().plus_seconds(1)).await.unwrap());
    assert_eq!(change.revoke_api_keys_of(user_id(1), now()).await.unwrap(), 2);
    change.commit_bookkeeping().await.unwrap();
    let keys = store.api_keys(organization()).await.unwrap();
    assert_eq!(keys.iter().map(|key| key.revoked_at).collect::<Vec<_>>(), [Some(now()); 3]);
    assert!(matches!(store.api_key(key(9, 1).id).await, Err(Error::NotFound { .. })));
}
