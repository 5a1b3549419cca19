//! Forgotten passwords.

use exeunt_app::access::Role;
use exeunt_app::people::RESET_SECONDS;
use exeunt_app::people::reset::Chosen;

use crate::home::{Home, code_of, secret};

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_starts_a_reset_and_the_user_chooses() {
    let home = Home::new().await;
    let root = home.first_admin().await;
    let mut ada = home.somebody("ada@example.test", &[Role::Officer]).await;
    let admin = home.actor(&root).await;
    let reset = home.office.start_reset(&admin, ada.id).await.unwrap();
    // until they choose, everything stays as it is
    home.seen(&ada.session.token).await;
    home.sign_in(&ada).await;
    home.world.pass(60);
    let chosen = home.chosen(&ada, &reset.token);
    let session = home.office.finish_reset(&chosen).await.unwrap();
    assert_eq!(code_of(home.office.actor_of_session(&ada.session.token).await), "E0911");
    home.seen(&session.token).await;
    assert_eq!(code_of(home.office.finish_reset(&chosen).await), "E0917");
    home.world.pass(60);
    assert_eq!(code_of(home.office.sign_in(&home.credentials(&ada)).await), "E0910");
    ada.password = chosen.password.expose().clone();
    home.sign_in(&ada).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_never_goes_past_the_second_factor() {
    let home = Home::new().await;
    let ada = home.somebody("ada@example.test", &[Role::Officer]).await;
    let reset = home.office.start_reset(&home.operator, ada.id).await.unwrap();
    let with = |code: &str| Chosen { code: secret(code), ..home.chosen(&ada, &reset.token) };
    for code in ["", "000000"] {
        assert_eq!(code_of(home.office.finish_reset(&with(code)).await), "E0916");
    }
    let used = home.credentials(&ada);
    home.office.sign_in(&used).await.unwrap();
    assert_eq!(code_of(home.office.finish_reset(&with(used.code.expose())).await), "E0916", "used");
    // what a reset token shows is no second factor of its own
    assert_eq!(code_of(home.office.show_enrollment(&reset.token).await), "E0917");
    let weak = Chosen { password: secret("password1234"), ..home.chosen(&ada, &reset.token) };
    assert_eq!(code_of(home.office.finish_reset(&weak).await), "E0915");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_ends_by_itself_by_a_newer_one_and_by_another_password() {
    let home = Home::new().await;
    let ada = home.somebody("ada@example.test", &[Role::Officer]).await;
    let first = home.office.start_reset(&home.operator, ada.id).await.unwrap();
    let second = home.office.start_reset(&home.operator, ada.id).await.unwrap();
    assert_eq!(code_of(home.office.finish_reset(&home.chosen(&ada, &first.token)).await), "E0917");
    let new = secret("seven green walruses hum");
    home.office.change_password(&ada.session.token, &secret(&ada.password), &new).await.unwrap();
    assert_eq!(code_of(home.office.finish_reset(&home.chosen(&ada, &second.token)).await), "E0917");
    let third = home.office.start_reset(&home.operator, ada.id).await.unwrap();
    home.world.pass(RESET_SECONDS);
    assert_eq!(code_of(home.office.finish_reset(&home.chosen(&ada, &third.token)).await), "E0917");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_manages_users_starts_one() {
    let home = Home::new().await;
    let ada = home.somebody("ada@example.test", &[Role::Officer]).await;
    let actor = home.actor(&ada).await;
    assert_eq!(code_of(home.office.start_reset(&actor, ada.id).await), "E0901");
}
