//! The first administrator, and everybody after.

use exeunt_app::access::{Permission, Role};
use exeunt_app::people::enrollment::Joining;
use exeunt_app::people::{INVITATION_SECONDS, SETUP_SECONDS};

use crate::home::{Home, PASSWORD, code_of, person, secret};

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_token_makes_the_first_administrator_once() {
    let home = Home::new().await;
    let made = home.office.create_setup_token(&home.operator).await.unwrap();
    let who = person("Grace Hopper", "grace@example.test");
    let (_, chosen) = home.choose(&made.token).await;
    // looking uses nothing up
    home.choose(&made.token).await;
    let session = home.office.set_up_first_admin(&who, &chosen).await.unwrap();
    let seen = home.seen(&session.token).await;
    assert!(seen.actor.powers.has(Permission::ManageUsers) && !seen.actor.powers.has(Permission::Purge));
    assert_eq!(code_of(home.office.set_up_first_admin(&who, &chosen).await), "E0917");
    assert_eq!(code_of(home.office.show_enrollment(&made.token).await), "E0917");
    assert_eq!(code_of(home.office.create_setup_token(&home.operator).await), "E0921");
    assert_eq!(home.log().await[3..], ["setup.token_made", "user.joined", "user.signed_in"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_token_is_dead_after_an_hour_or_once_there_is_a_newer_one() {
    let home = Home::new().await;
    let who = person("Grace Hopper", "grace@example.test");
    let first = home.office.create_setup_token(&home.operator).await.unwrap();
    let chosen = home.choose(&first.token).await.1;
    let second = home.office.create_setup_token(&home.operator).await.unwrap();
    assert_eq!(code_of(home.office.set_up_first_admin(&who, &chosen).await), "E0917");
    let chosen = home.choose(&second.token).await.1;
    home.world.pass(SETUP_SECONDS);
    assert_eq!(code_of(home.office.set_up_first_admin(&who, &chosen).await), "E0917");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_hold_the_setup_token_one_gets_in() {
    let home = Home::new().await;
    let made = home.office.create_setup_token(&home.operator).await.unwrap();
    let (one, other) = (home.choose(&made.token).await.1, home.choose(&made.token).await.1);
    let (grace, ada) = (person("Grace", "grace@example.test"), person("Ada", "ada@example.test"));
    let done = tokio::join!(
        home.office.set_up_first_admin(&grace, &one),
        home.office.set_up_first_admin(&ada, &other)
    );
    assert!(done.0.is_ok() != done.1.is_ok(), "{done:?}");
    assert_eq!(home.office.list_users(&home.operator).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_accepted_with_a_good_password_and_a_right_code() {
    let home = Home::new().await;
    let who = person("Ada Lovelace", "Ada@example.test");
    let invited = home.office.invite_user(&home.operator, &who, &[Role::Agent, Role::Officer]).await.unwrap();
    let shown = home.office.show_enrollment(&invited.one_time.token).await.unwrap();
    assert!(shown.uri.expose().starts_with("otpauth://totp/Exeunt:Ada%40example.test?secret="));
    assert!(shown.person == Some(who));
    let chosen = home.choose(&invited.one_time.token).await.1;
    let with = |password: &str, code: &str| Joining {
        token: invited.one_time.token.clone(),
        enrollment: chosen.enrollment.clone(),
        password: secret(password),
        code: secret(code),
    };
    let code = chosen.code.expose();
    for (password, code, wanted) in [
        ("short", code.as_str(), "E0915"),
        ("AdaLovelace1815", code, "E0915"),
        ("AnalyticalEngines", code, "E0915"),
        (PASSWORD, "000000", "E0916"),
        (PASSWORD, "", "E0916"),
    ] {
        let done = home.office.accept_invitation(&with(password, code)).await;
        assert_eq!(code_of(done), wanted, "{password} {code}");
    }
    let session = home.office.accept_invitation(&chosen).await.unwrap();
    let seen = home.seen(&session.token).await;
    assert!(seen.actor.powers.has(Permission::Purge) && !seen.actor.powers.has(Permission::ManageUsers));
    assert_eq!(code_of(home.office.accept_invitation(&chosen).await), "E0917");
    let listed = home.office.list_users(&home.operator).await.unwrap().remove(0);
    assert_eq!((listed.state.as_str(), listed.roles), ("active", vec![Role::Agent, Role::Officer]));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_saw_the_token_knows_nothing_of_the_second_factor() {
    let home = Home::new().await;
    let who = person("Ada Lovelace", "ada@example.test");
    let invited = home.office.invite_user(&home.operator, &who, &[Role::Agent]).await.unwrap();
    let token = &invited.one_time.token;
    let (seen, spied) = home.choose(token).await;
    let (own, joining) = home.choose(token).await;
    assert_ne!(seen, own);
    // a second factor is good for the token it was made for alone, and as it was made
    let other = person("Eve", "eve@example.test");
    let other = home.office.invite_user(&home.operator, &other, &[Role::Agent]).await.unwrap();
    let foreign = home.choose(&other.one_time.token).await.1;
    let code = || home.code(&own);
    for enrollment in [foreign.enrollment, secret(""), secret("not base 64!"), secret("AAAA")] {
        let wrong = Joining { token: token.clone(), enrollment, password: secret(PASSWORD), code: code() };
        assert_eq!(code_of(home.office.accept_invitation(&wrong).await), "E0917");
    }
    let mixed = Joining {
        token: token.clone(),
        enrollment: spied.enrollment,
        password: secret(PASSWORD),
        code: code(),
    };
    assert_eq!(code_of(home.office.accept_invitation(&mixed).await), "E0916");
    home.office.accept_invitation(&joining).await.unwrap();
    home.world.pass(60);
    let stranger = exeunt_app::people::sign_in::Credentials {
        email: who.email.clone(),
        password: secret(PASSWORD),
        code: home.code(&seen),
        source: exeunt_base::Personal::new(String::from("192.0.2.1")),
    };
    assert_eq!(code_of(home.office.sign_in(&stranger).await), "E0910");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_did_not_answer_is_invited_again_and_somebody_who_did_is_not() {
    let home = Home::new().await;
    let who = person("Ada Lovelace", "ada@example.test");
    let first = home.office.invite_user(&home.operator, &who, &[Role::Agent]).await.unwrap();
    let old = home.choose(&first.one_time.token).await.1;
    let second = home.office.invite_user(&home.operator, &who, &[Role::Viewer]).await.unwrap();
    assert_eq!(first.user, second.user);
    assert_eq!(code_of(home.office.accept_invitation(&old).await), "E0917");
    let (_, chosen) = home.choose(&second.one_time.token).await;
    home.office.accept_invitation(&chosen).await.unwrap();
    let same = person("Somebody Else", "ADA@Example.test ");
    assert_eq!(code_of(home.office.invite_user(&home.operator, &same, &[Role::Agent]).await), "E0918");
    assert_eq!(code_of(home.office.invite_user(&home.operator, &who, &[]).await), "E0923");
    let late = person("Alan", "alan@example.test");
    let late = home.office.invite_user(&home.operator, &late, &[Role::Agent]).await.unwrap();
    let chosen = home.choose(&late.one_time.token).await.1;
    home.world.pass(INVITATION_SECONDS);
    assert_eq!(code_of(home.office.accept_invitation(&chosen).await), "E0917");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_manages_users_lets_anybody_in() {
    let home = Home::new().await;
    let officer = home.somebody("officer@example.test", &[Role::Officer]).await;
    let officer = home.actor(&officer).await;
    let who = person("Eve", "eve@example.test");
    assert_eq!(code_of(home.office.invite_user(&officer, &who, &[Role::Admin]).await), "E0901");
    assert_eq!(code_of(home.office.create_setup_token(&officer).await), "E0901");
    assert_eq!(code_of(home.office.list_users(&officer).await), "E0901");
}
