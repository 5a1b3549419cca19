//! How long somebody stays signed in.

use exeunt_app::access::Role;
use exeunt_app::people::{FRESH_SECONDS, IDLE_SECONDS, SESSION_SECONDS};
use exeunt_engine::World;

use crate::home::{Home, Somebody, code_of, secret};

async fn ada(home: &Home) -> Somebody {
    home.somebody("ada@example.test", &[Role::Officer]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_nobody_uses_it() {
    let home = Home::new().await;
    let ada = ada(&home).await;
    let session = home.sign_in(&ada).await;
    for _ in 0..5 {
        home.world.pass(IDLE_SECONDS - 1);
        home.seen(&session.token).await;
    }
    home.world.pass(IDLE_SECONDS);
    assert_eq!(code_of(home.office.actor_of_session(&session.token).await), "E0911");
    // looking at it did not bring it back
    assert_eq!(code_of(home.office.actor_of_session(&session.token).await), "E0911");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_twelve_hours_however_much_it_is_used() {
    let home = Home::new().await;
    let ada = ada(&home).await;
    let session = home.sign_in(&ada).await;
    for _ in 0..SESSION_SECONDS / 600 - 1 {
        home.world.pass(600);
        home.seen(&session.token).await;
    }
    home.world.pass(599);
    home.seen(&session.token).await;
    home.world.pass(1);
    assert_eq!(code_of(home.office.actor_of_session(&session.token).await), "E0911");
    assert!(home.office.list_sessions(&home.operator, None).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_up_makes_it_fresh_and_gives_it_another_token() {
    let home = Home::new().await;
    let ada = ada(&home).await;
    let session = home.sign_in(&ada).await;
    let seen = home.seen(&session.token).await;
    assert!(seen.require_fresh(home.world.now()).is_ok());
    home.world.pass(FRESH_SECONDS);
    assert_eq!(seen.require_fresh(home.world.now()).unwrap_err().code(), "E0913");
    for wrong in ["000000", "", "12345"] {
        assert_eq!(code_of(home.office.step_up(&session.token, &secret(wrong)).await), "E0916");
    }
    let code = home.code(&ada.secret);
    let renewed = home.office.step_up(&session.token, &code).await.unwrap();
    assert_eq!((renewed.id, renewed.ends_at), (session.id, session.ends_at));
    assert!(home.seen(&renewed.token).await.require_fresh(home.world.now()).is_ok());
    assert_eq!(code_of(home.office.actor_of_session(&session.token).await), "E0911");
    assert_eq!(code_of(home.office.step_up(&renewed.token, &code).await), "E0916", "used");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_cannot_be_guessed_with_a_stolen_session() {
    let home = Home::new().await;
    let ada = ada(&home).await;
    let mut codes = Vec::new();
    for _ in 0..11 {
        codes.push(code_of(home.office.step_up(&ada.session.token, &secret("000000")).await));
    }
    assert_eq!((codes[0], codes[9], codes[10]), ("E0916", "E0916", "E0914"));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_and_end_their_own_sessions_and_administrators_any() {
    let home = Home::new().await;
    let (ada, alan) = (ada(&home).await, home.somebody("alan@example.test", &[Role::Agent]).await);
    let second = home.sign_in(&ada).await;
    let (actor, other) = (home.actor(&ada).await, home.actor(&alan).await);
    let own = home.office.list_sessions(&actor, Some(ada.id)).await.unwrap();
    assert_eq!(own.iter().map(|one| one.id).collect::<Vec<_>>(), [ada.session.id, second.id]);
    assert_eq!(code_of(home.office.list_sessions(&actor, Some(alan.id)).await), "E0901");
    assert_eq!(code_of(home.office.list_sessions(&actor, None).await), "E0901");
    assert_eq!(home.office.list_sessions(&home.operator, None).await.unwrap().len(), 3);
    // somebody else's answers as one that is not there
    assert_eq!(code_of(home.office.end_session(&other, second.id).await), "E0808");
    home.office.end_session(&actor, second.id).await.unwrap();
    assert_eq!(code_of(home.office.actor_of_session(&second.token).await), "E0911");
    assert_eq!(code_of(home.office.end_session(&actor, second.id).await), "E0808");
    home.office.end_session(&home.operator, alan.session.id).await.unwrap();
    assert_eq!(code_of(home.office.actor_of_session(&alan.session.token).await), "E0911");
    home.office.sign_out(&ada.session.token).await.unwrap();
    home.office.sign_out(&ada.session.token).await.unwrap();
    assert_eq!(code_of(home.office.actor_of_session(&ada.session.token).await), "E0911");
    assert_eq!(home.log().await.iter().filter(|kind| *kind == "session.ended").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_ends_the_other_sessions() {
    let home = Home::new().await;
    let mut ada = ada(&home).await;
    let second = home.sign_in(&ada).await;
    let (current, new) = (secret(&ada.password), secret("seven green walruses hum"));
    for (current, new, wanted) in [
        ("not the password", new.expose().as_str(), "E0910"),
        (&ada.password, "short", "E0915"),
        (&ada.password, "adalovelace1", "E0915"),
    ] {
        let done = home.office.change_password(&second.token, &secret(current), &secret(new)).await;
        assert_eq!(code_of(done), wanted);
    }
    home.office.change_password(&second.token, &current, &new).await.unwrap();
    assert_eq!(code_of(home.office.actor_of_session(&ada.session.token).await), "E0911");
    home.seen(&second.token).await;
    home.world.pass(60);
    assert_eq!(code_of(home.office.sign_in(&home.credentials(&ada)).await), "E0910");
    ada.password = new.expose().clone();
    home.sign_in(&ada).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_cannot_be_guessed_with_a_stolen_session() {
    let home = Home::new().await;
    let ada = ada(&home).await;
    let (wrong, new) = (secret("not the password"), secret("seven green walruses hum"));
    let mut codes = Vec::new();
    for _ in 0..11 {
        codes.push(code_of(home.office.change_password(&ada.session.token, &wrong, &new).await));
    }
    assert_eq!((codes[0], codes[9], codes[10]), ("E0910", "E0910", "E0914"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_is_no_session() {
    let home = Home::new().await;
    let ada = ada(&home).await;
    let token = ada.session.token.expose();
    for wrong in
        ["", "exs_", &token[..46], &token.replace("exs_", "exk_"), &format!("{token} "), "' OR 1=1 --"]
    {
        assert_eq!(code_of(home.office.actor_of_session(&secret(wrong)).await), "E0911");
    }
}
