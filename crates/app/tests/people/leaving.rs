//! What is taken away is gone at once.

use exeunt_app::access::{Permission, Role};

use crate::home::{Home, code_of, person};

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_users_sessions_keys_and_tokens_are_dead_at_once() {
    let home = Home::new().await;
    let ada = home.somebody("ada@example.test", &[Role::Officer]).await;
    let actor = home.actor(&ada).await;
    let key = home.key(&actor, &ada, &[Permission::ReadRequests]).await.unwrap();
    home.office.actor_of_api_key(&key.token).await.unwrap();
    let reset = home.office.start_reset(&home.operator, ada.id).await.unwrap();
    home.office.disable_user(&home.operator, ada.id).await.unwrap();
    assert_eq!(code_of(home.office.actor_of_session(&ada.session.token).await), "E0911");
    assert_eq!(code_of(home.office.actor_of_api_key(&key.token).await), "E0912");
    let (_, chosen) = (0, home.chosen(&ada, &reset.token));
    assert_eq!(code_of(home.office.finish_reset(&chosen).await), "E0917");
    home.world.pass(60);
    assert_eq!(code_of(home.office.sign_in(&home.credentials(&ada)).await), "E0910");
    assert_eq!(code_of(home.office.disable_user(&home.operator, ada.id).await), "E0922");
    assert_eq!(code_of(home.office.change_roles(&home.operator, ada.id, &[Role::Agent]).await), "E0922");
    assert_eq!(code_of(home.office.start_reset(&home.operator, ada.id).await), "E0922");
    // the address is free again, the name still known to whoever reads the log
    let again = person("Ada Lovelace", "ada@example.test");
    let again = home.office.invite_user(&home.operator, &again, &[Role::Viewer]).await.unwrap();
    let users = home.office.list_users(&home.operator).await.unwrap();
    let states: Vec<_> = users.iter().map(|user| (user.id, user.state.as_str())).collect();
    assert_eq!(states, [(ada.id, "disabled"), (again.user, "invited")]);
    assert_eq!(users[0].person.name.expose(), "Ada Lovelace");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_roles_count_from_the_next_call_on() {
    let home = Home::new().await;
    let ada = home.somebody("ada@example.test", &[Role::Officer]).await;
    let actor = home.actor(&ada).await;
    let key = home.key(&actor, &ada, &[Permission::ReadRequests, Permission::Purge]).await.unwrap();
    let before = home.office.actor_of_api_key(&key.token).await.unwrap().powers;
    assert!(before.has(Permission::Purge) && before.has(Permission::ReadRequests));
    home.office.change_roles(&home.operator, ada.id, &[Role::Viewer]).await.unwrap();
    assert_eq!(code_of(home.office.actor_of_session(&ada.session.token).await), "E0911");
    let after = home.office.actor_of_api_key(&key.token).await.unwrap().powers;
    assert_eq!(after.iter().collect::<Vec<_>>(), [Permission::ReadRequests]);
    let session = home.sign_in(&ada).await;
    let powers = home.seen(&session.token).await.actor.powers;
    assert!(powers.has(Permission::ReadRequests) && !powers.has(Permission::Purge));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_ends_or_changes_themselves_and_the_last_administrator_stays() {
    let home = Home::new().await;
    let root = home.first_admin().await;
    let actor = home.actor(&root).await;
    let both = [Role::Admin, Role::Officer];
    assert_eq!(code_of(home.office.disable_user(&actor, root.id).await), "E0920");
    assert_eq!(code_of(home.office.change_roles(&actor, root.id, &[Role::Agent]).await), "E0920");
    assert_eq!(code_of(home.office.change_roles(&actor, root.id, &both).await), "E0920");
    assert_eq!(code_of(home.office.disable_user(&home.operator, root.id).await), "E0920");
    assert_eq!(code_of(home.office.change_roles(&home.operator, root.id, &[Role::Agent]).await), "E0920");
    // one who was invited and has not answered is not in charge of anything
    let who = person("Alan", "alan@example.test");
    let alan = home.office.invite_user(&actor, &who, &[Role::Admin]).await.unwrap();
    assert_eq!(code_of(home.office.disable_user(&home.operator, root.id).await), "E0920");
    let chosen = home.choose(&alan.one_time.token).await.1;
    home.office.accept_invitation(&chosen).await.unwrap();
    home.office.change_roles(&home.operator, root.id, &both).await.unwrap();
    home.office.disable_user(&home.operator, root.id).await.unwrap();
    assert_eq!(code_of(home.office.disable_user(&home.operator, alan.user).await), "E0920");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_cannot_remove_each_other_at_once() {
    let home = Home::new().await;
    let root = home.first_admin().await;
    let alan = home.somebody("alan@example.test", &[Role::Admin]).await;
    let (one, other) = (home.actor(&root).await, home.actor(&alan).await);
    let done =
        tokio::join!(home.office.disable_user(&one, alan.id), home.office.disable_user(&other, root.id));
    assert!(done.0.is_ok() != done.1.is_ok(), "{done:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_can_be_taken_back() {
    let home = Home::new().await;
    let who = person("Eve", "eve@example.test");
    let eve = home.office.invite_user(&home.operator, &who, &[Role::Agent]).await.unwrap();
    let chosen = home.choose(&eve.one_time.token).await.1;
    home.office.disable_user(&home.operator, eve.user).await.unwrap();
    assert_eq!(code_of(home.office.accept_invitation(&chosen).await), "E0917");
}
