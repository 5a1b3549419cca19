//! Two organizations in one installation: each sees only its own.

use exeunt_app::access::{Permission, Role};
use exeunt_app::people::api_keys::NewKey;
use exeunt_app::{Actor, Office};
use exeunt_audit::event::Event;
use exeunt_audit::kind::Kind;
use exeunt_audit::note::SigningKey;
use exeunt_base::{OrganizationId, Personal, Secret};
use exeunt_engine::World;
use exeunt_store::organizations::Organization;

use crate::home::{Home, Somebody, code_of, person};

/// The office of a second organization, over the same store and keys, and its operator.
async fn neighbor(home: &Home) -> (Office, Actor) {
    let id = OrganizationId::new(home.world.now(), [7; 10]);
    home.office.engine.keyring.add_organization(id, &Secret::new([8; 32])).unwrap();
    let organization = Organization {
        id,
        name: String::from("Next Door"),
        origin: format!("exeunt.invalid/log/{id}"),
        created_at: home.world.now(),
    };
    // the key that checks its log is published beside its checkpoints
    let seed = home.office.engine.keyring.purpose_key(id, "audit signing").unwrap();
    let log_key = SigningKey::new(&organization.origin, seed).unwrap().public().clone();
    let path = home.office.layout.log_key(id);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("{log_key}\n")).unwrap();
    let mut change = home.office.engine.store.begin().await.unwrap();
    change.add_organization(&organization).await.unwrap();
    let event =
        Event::new(home.world.now(), Kind::OrganizationCreated, exeunt_audit::event::Actor::System, id);
    change.commit(id, &[event]).await.unwrap();
    let mut office = home.office.clone();
    office.engine.organization = id;
    office.organization = organization;
    office.log_key = log_key;
    (office, Actor { organization: id, ..home.operator })
}

/// Somebody with every role next door, who joined and signed in through our own door: it is the same house.
async fn somebody_next_door(home: &Home, office: &Office, operator: &Actor) -> Somebody {
    let email = "bob@next-door.test";
    let invited = office.invite_user(operator, &person("Bob", email), &Role::ALL).await.unwrap();
    let (secret, chosen) = home.choose(&invited.one_time.token).await;
    let session = home.office.accept_invitation(&chosen).await.unwrap();
    let password = crate::home::PASSWORD.to_owned();
    Somebody { id: invited.user, email: email.to_owned(), password, secret, session }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_somebody_works_comes_from_their_account_alone() {
    let home = Home::new().await;
    let (office, operator) = neighbor(&home).await;
    let bob = somebody_next_door(&home, &office, &operator).await;
    let ours = home.log().await.len();
    let session = home.sign_in(&bob).await;
    assert_eq!(session.organization, office.organization.id);
    let seen = home.seen(&session.token).await;
    assert_eq!(seen.actor.organization, office.organization.id);
    assert_eq!(home.log().await.len(), ours, "what they do is in their organization's log");
    let theirs = office.engine.store.audit_entries(office.organization.id, 0, 99).await.unwrap();
    let last = Event::parse(&theirs.last().unwrap().1).unwrap();
    assert_eq!((last.kind, last.organization), (Kind::UserSignedIn, office.organization.id));
    // with all the powers there are, nothing here
    let anna = home.somebody("anna@example.test", &[Role::Viewer]).await;
    assert_eq!(code_of(home.office.list_users(&seen.actor).await), "E0901");
    assert_eq!(code_of(home.office.disable_user(&seen.actor, anna.id).await), "E0901");
    assert_eq!(code_of(home.office.list_sessions(&seen.actor, None).await), "E0901");
    assert_eq!(code_of(home.office.list_api_keys(&seen.actor, None).await), "E0901");
    assert_eq!(code_of(home.office.create_setup_token(&seen.actor).await), "E0901");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_users_sessions_and_keys_are_not_there() {
    let home = Home::new().await;
    let (office, operator) = neighbor(&home).await;
    let bob = somebody_next_door(&home, &office, &operator).await;
    let new = NewKey {
        user: bob.id,
        label: Personal::new(String::from("import")),
        scopes: vec![Permission::ReadJobs],
        expires_at: home.world.now().plus_days(9),
    };
    let key = office.make_api_key(&operator, &new).await.unwrap();
    let root = home.first_admin().await;
    let anna = home.actor(&root).await;
    for admin in [&anna, &home.operator] {
        assert_eq!(code_of(home.office.show_user(admin, bob.id).await), "E0808");
        assert_eq!(code_of(home.office.disable_user(admin, bob.id).await), "E0808");
        assert_eq!(code_of(home.office.change_roles(admin, bob.id, &[Role::Viewer]).await), "E0808");
        assert_eq!(code_of(home.office.start_reset(admin, bob.id).await), "E0808");
        assert_eq!(code_of(home.office.end_session(admin, bob.session.id).await), "E0808");
        assert_eq!(code_of(home.office.make_api_key(admin, &new).await), "E0808");
        assert_eq!(code_of(home.office.revoke_api_key(admin, key.id).await), "E0808");
        assert_eq!(home.office.list_users(admin).await.unwrap().len(), 1);
        let sessions = home.office.list_sessions(admin, None).await.unwrap();
        assert!(sessions.iter().all(|session| session.user == root.id));
        assert!(home.office.list_sessions(admin, Some(bob.id)).await.unwrap().is_empty());
        assert!(home.office.list_api_keys(admin, None).await.unwrap().is_empty());
    }
    home.seen(&bob.session.token).await;
    home.office.actor_of_api_key(&key.token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_has_a_first_administrator_of_its_own() {
    let home = Home::new().await;
    let (office, operator) = neighbor(&home).await;
    home.first_admin().await;
    let made = office.create_setup_token(&operator).await.unwrap();
    let (_, chosen) = home.choose(&made.token).await;
    let same = person("Grace Hopper", "root@example.test");
    assert_eq!(code_of(home.office.set_up_first_admin(&same, &chosen).await), "E0918");
    let other = person("Bob", "bob@next-door.test");
    let session = home.office.set_up_first_admin(&other, &chosen).await.unwrap();
    assert_eq!(session.organization, office.organization.id);
    assert_eq!(code_of(office.create_setup_token(&operator).await), "E0921");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_for_one_user_opens_for_nobody_else() {
    let home = Home::new().await;
    let ada = home.somebody("ada@example.test", &[Role::Agent]).await;
    let eve = person("Eve", "eve@example.test");
    let eve = home.office.invite_user(&home.operator, &eve, &[Role::Agent]).await.unwrap();
    let (_, chosen) = home.choose(&eve.one_time.token).await;
    home.office.accept_invitation(&chosen).await.unwrap();
    // somebody who can write to the store gives another user the name and second factor of Eve
    let store = &home.office.engine.store;
    let of_eve = store.user(eve.user).await.unwrap();
    let swapped = exeunt_store::users::User {
        login: Some(vec![5; 32]),
        id: exeunt_base::UserId::new(home.world.now(), [6; 10]),
        ..of_eve.clone()
    };
    let mut change = store.begin().await.unwrap();
    change.add_user(&swapped).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let refused = home.office.show_user(&home.operator, swapped.id).await.unwrap_err();
    assert!(matches!(refused, exeunt_app::Error::Vault(_)), "{refused}");
    home.office.show_user(&home.operator, ada.id).await.unwrap();
}
