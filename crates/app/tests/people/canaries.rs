//! Nothing that lets somebody in, or says who they are, stands anywhere in the clear.

use std::io::Write;
use std::sync::Mutex;

use exeunt_app::access::{Permission, Role};
use exeunt_app::people::api_keys::NewKey;
use exeunt_app::people::enrollment::Joining;
use exeunt_app::people::reset::Chosen;
use exeunt_app::people::totp;
use exeunt_base::Personal;
use exeunt_engine::World;
use exeunt_testkit::canary;
use exeunt_testkit::search::Search;
use tracing_subscriber::fmt::MakeWriter;

use crate::home::{Home, Somebody, person, secret};

/// Everything that any test of this program logs.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_address_name_password_or_second_factor_is_found_in_store_log_or_error() {
    let log = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    let _ = tracing_subscriber::util::SubscriberInitExt::try_init(log.with_writer(Log).finish());
    let home = Home::new().await;
    let office = &home.office;
    let setup = office.create_setup_token(&home.operator).await.unwrap();
    let who = person(&canary::name(3), &canary::email(3));
    let (factor, mut chosen) = home.choose(&setup.token).await;
    chosen.password = secret(&canary::word("password", 3));
    let session = office.set_up_first_admin(&who, &chosen).await.unwrap();
    home.world.pass(60);
    let (email, password) = (canary::email(3), chosen.password.expose().clone());
    let ada = Somebody { id: session.user, email, password, secret: factor, session };
    let second = home.sign_in(&ada).await;
    home.world.pass(60);
    let renewed = office.step_up(&second.token, &home.code(&ada.secret)).await.unwrap();
    let actor = home.seen(&renewed.token).await.actor;
    let label = canary::word("label", 3);
    let key = NewKey {
        user: ada.id,
        label: Personal::new(label.clone()),
        scopes: vec![Permission::ReadJobs],
        expires_at: home.world.now().plus_days(9),
    };
    let made = office.make_api_key(&actor, &key).await.unwrap();
    let invited = person(&canary::name(4), &canary::email(4));
    let invited = office.invite_user(&actor, &invited, &[Role::Agent]).await.unwrap();
    let reset = office.start_reset(&home.operator, ada.id).await.unwrap();
    let mut said = format!("{setup:?}{who:?}{chosen:?}{key:?}{made:?}{invited:?}{reset:?}{renewed:?}");
    let mut fail = |error: exeunt_app::Error| said.push_str(&format!("{error} {error:?}\n"));
    fail(office.sign_in(&home.credentials(&ada)).await.unwrap_err());
    fail(office.invite_user(&actor, &who, &[Role::Agent]).await.unwrap_err());
    let weak = Chosen { token: reset.token.clone(), password: secret(&canary::name(3)), code: secret("1") };
    fail(office.finish_reset(&weak).await.unwrap_err());
    let (token, enrollment) = (invited.one_time.token.clone(), secret(&canary::word("enrollment", 4)));
    let weak = Joining { token, enrollment, password: secret(&canary::name(4)), code: secret("1") };
    fail(office.accept_invitation(&weak).await.unwrap_err());
    fail(office.actor_of_session(&secret(&canary::word("token", 3))).await.unwrap_err());
    said.push_str(&format!("{:?}", office.list_users(&actor).await.unwrap()));
    said.push_str(&format!("{:?}", office.list_api_keys(&actor, None).await.unwrap()));

    let base32 = totp::base32(&ada.secret);
    let tokens = [
        &setup.token,
        &ada.session.token,
        &second.token,
        &renewed.token,
        &made.token,
        &invited.one_time.token,
    ]
    .map(|token| token.expose().trim_start_matches(|c| c != '_')[1..].to_owned());
    let (email, name, password) = (canary::email(3), canary::name(3), ada.password.clone());
    let mut texts: Vec<&str> = tokens.iter().map(String::as_str).collect();
    texts.extend([canary::MARK, &email, &name, &password, &label, base32.expose().as_str()]);
    let search = Search::for_texts(&texts);
    assert!(search.dir(home.dir.path()).unwrap().is_empty(), "{:?}", search.dir(home.dir.path()));
    assert!(search.bytes(said.as_bytes()).is_empty(), "{:?}", search.bytes(said.as_bytes()));
    assert!(search.bytes(&LOG.lock().unwrap()).is_empty());
    // the raw bytes of a second factor neither
    for entry in std::fs::read_dir(home.dir.path().join("home")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(path).unwrap();
            assert!(!bytes.windows(ada.secret.len()).any(|window| window == ada.secret));
        }
    }
}
