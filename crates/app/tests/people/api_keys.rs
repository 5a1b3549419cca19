//! What programs may.

use exeunt_app::access::{Permission, Role};
use exeunt_app::people::KEY_DAYS;
use exeunt_app::people::api_keys::{Made, NewKey};
use exeunt_app::people::reset::Chosen;
use exeunt_app::{Actor, Error};
use exeunt_base::{Personal, Secret};
use exeunt_engine::World;

use crate::home::{Home, Somebody, code_of, secret};

impl Home {
    fn new_key(&self, of: &Somebody, scopes: &[Permission]) -> NewKey {
        NewKey {
            user: of.id,
            label: Personal::new(String::from("nightly import")),
            scopes: scopes.to_vec(),
            expires_at: self.world.now().plus_days(90),
        }
    }

    /// Makes a key for ninety days.
    pub(crate) async fn key(&self, by: &Actor, of: &Somebody, scopes: &[Permission]) -> Result<Made, Error> {
        self.office.make_api_key(by, &self.new_key(of, scopes)).await
    }

    /// What somebody gives who ends a reset.
    pub(crate) fn chosen(&self, who: &Somebody, token: &Secret<String>) -> Chosen {
        let password = secret("eleven brown badgers whistle");
        Chosen { token: token.clone(), password, code: self.code(&who.secret) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_its_scopes_and_no_more() {
    let home = Home::new().await;
    let ada = home.somebody("ada@example.test", &[Role::Officer]).await;
    let actor = home.actor(&ada).await;
    let made = home.key(&actor, &ada, &[Permission::ReadRequests, Permission::ReadJobs]).await.unwrap();
    assert!(made.token.expose().starts_with("exk_"));
    let program = home.office.actor_of_api_key(&made.token).await.unwrap();
    assert_eq!(program.powers.iter().collect::<Vec<_>>(), [Permission::ReadRequests, Permission::ReadJobs]);
    assert_ne!(program.id, actor.id);
    assert_eq!(program.organization, actor.organization);
    // what is a key is no session, and the other way round
    assert_eq!(code_of(home.office.actor_of_session(&made.token).await), "E0911");
    assert_eq!(code_of(home.office.actor_of_api_key(&ada.session.token).await), "E0912");
    // whoever acts for somebody is not them
    assert_eq!(code_of(home.office.list_sessions(&program, Some(ada.id)).await), "E0901");
    assert_eq!(code_of(home.office.list_api_keys(&program, Some(ada.id)).await), "E0901");
    assert_eq!(code_of(home.key(&program, &ada, &[Permission::ReadJobs]).await), "E0901");
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_beyond_the_users_or_the_makers_powers_are_refused() {
    let home = Home::new().await;
    let root = home.first_admin().await;
    let ada = home.somebody("ada@example.test", &[Role::Officer]).await;
    let (admin, officer) = (home.actor(&root).await, home.actor(&ada).await);
    assert_eq!(code_of(home.key(&officer, &ada, &[Permission::ManageUsers]).await), "E0924");
    assert_eq!(code_of(home.key(&officer, &ada, &[]).await), "E0924");
    assert_eq!(code_of(home.key(&officer, &root, &[Permission::ReadJobs]).await), "E0901");
    // an administrator cannot get at an officer's powers by way of a key
    assert_eq!(code_of(home.key(&admin, &ada, &[Permission::OpenPackages]).await), "E0924");
    home.key(&admin, &ada, &[Permission::ReadJobs]).await.unwrap();
    home.key(&home.operator, &ada, &[Permission::OpenPackages]).await.unwrap();
    // a key with the right scope still makes none
    let made = home.key(&admin, &root, &[Permission::ManageApiKeys]).await.unwrap();
    let program = home.office.actor_of_api_key(&made.token).await.unwrap();
    assert_eq!(code_of(home.key(&program, &root, &[Permission::ManageApiKeys]).await), "E0924");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_expires_and_says_when_it_was_used() {
    let home = Home::new().await;
    let ada = home.somebody("ada@example.test", &[Role::Officer]).await;
    let actor = home.actor(&ada).await;
    let now = home.world.now();
    let days =
        |days: i64| NewKey { expires_at: now.plus_days(days), ..home.new_key(&ada, &[Permission::ReadJobs]) };
    for wrong in [-1, 0, KEY_DAYS + 1] {
        assert_eq!(code_of(home.office.make_api_key(&actor, &days(wrong)).await), "E0924");
    }
    let made = home.office.make_api_key(&actor, &days(KEY_DAYS)).await.unwrap();
    let used = || async { home.office.list_api_keys(&actor, Some(ada.id)).await.unwrap()[0].used_at };
    assert_eq!(used().await, None);
    home.office.actor_of_api_key(&made.token).await.unwrap();
    assert_eq!(used().await, Some(now));
    home.world.pass(59);
    home.office.actor_of_api_key(&made.token).await.unwrap();
    assert_eq!(used().await, Some(now), "no more than once a minute");
    home.world.pass(1);
    home.office.actor_of_api_key(&made.token).await.unwrap();
    assert_eq!(used().await, Some(now.plus_seconds(60)));
    home.world.pass(KEY_DAYS * 86_400 - 61);
    home.office.actor_of_api_key(&made.token).await.unwrap();
    home.world.pass(1);
    assert_eq!(code_of(home.office.actor_of_api_key(&made.token).await), "E0912");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_revoked_by_its_user_or_an_administrator() {
    let home = Home::new().await;
    let root = home.first_admin().await;
    let ada = home.somebody("ada@example.test", &[Role::Officer]).await;
    let alan = home.somebody("alan@example.test", &[Role::Officer]).await;
    let (admin, actor, other) = (home.actor(&root).await, home.actor(&ada).await, home.actor(&alan).await);
    let first = home.key(&actor, &ada, &[Permission::ReadJobs]).await.unwrap();
    let second = home.key(&actor, &ada, &[Permission::ReadJobs]).await.unwrap();
    assert_eq!(code_of(home.office.revoke_api_key(&other, first.id).await), "E0901");
    home.office.revoke_api_key(&actor, first.id).await.unwrap();
    home.office.revoke_api_key(&actor, first.id).await.unwrap();
    home.office.revoke_api_key(&admin, second.id).await.unwrap();
    for made in [&first, &second] {
        assert_eq!(code_of(home.office.actor_of_api_key(&made.token).await), "E0912");
    }
    let listed = home.office.list_api_keys(&admin, None).await.unwrap();
    assert!(listed.iter().all(|key| key.revoked_at.is_some() && key.label.expose() == "nightly import"));
    assert_eq!(home.log().await.iter().filter(|kind| *kind == "api_key.revoked").count(), 2);
}
