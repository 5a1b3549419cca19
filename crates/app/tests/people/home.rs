//! A home for a test: keys and store in a folder, a clock that stands until it is moved, and people to let in.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use exeunt_app::access::{Powers, Role};
use exeunt_app::home::open::{self, Opening};
use exeunt_app::home::{Layout, create};
use exeunt_app::people::enrollment::Joining;
use exeunt_app::people::hashing::Cost;
use exeunt_app::people::sessions::{NewSession, SignedIn};
use exeunt_app::people::sign_in::Credentials;
use exeunt_app::people::{Guards, Person, totp};
use exeunt_app::{Actor, Error, Office};
use exeunt_base::{Personal, Secret, Timestamp, UserId};
use exeunt_engine::World;
use exeunt_store::{Place, Server};
use exeunt_testkit::Postgres;
use exeunt_testkit::dice::Dice;
use exeunt_testkit::postgres::Database;
use exeunt_vault::KeyFile;

/// Time that stands until a test moves it; chance from a seed.
pub(crate) struct TestWorld {
    now: Mutex<Timestamp>,
    dice: Mutex<Dice>,
    waits: Mutex<Vec<Duration>>,
}

impl TestWorld {
    fn new() -> Self {
        let start = Timestamp::from_micros(1_763_800_000_000_000);
        Self { now: Mutex::new(start), dice: Mutex::new(Dice::from_env()), waits: Mutex::default() }
    }

    pub(crate) fn pass(&self, seconds: i64) {
        let mut now = self.now.lock().unwrap();
        *now = now.plus_seconds(seconds);
    }

    /// What anybody waited since this was last asked.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        std::mem::take(&mut self.waits.lock().unwrap())
    }
}

#[async_trait]
impl World for TestWorld {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn chance(&self, bytes: &mut [u8]) {
        let mut dice = self.dice.lock().unwrap();
        bytes.iter_mut().for_each(|byte| *byte = dice.below(256) as u8);
    }

    async fn wait(&self, time: Duration) {
        self.waits.lock().unwrap().push(time);
    }
}

/// Cheap enough that many sign-ins take no time; what the usual cost is has a test of its own.
pub(crate) const LIGHT: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

pub(crate) const PASSWORD: &str = "nine purple otters juggle";

/// A home with an office.
pub(crate) struct Home {
    pub(crate) world: Arc<TestWorld>,
    pub(crate) office: Office,
    /// Whoever runs the machine.
    pub(crate) operator: Actor,
    pub(crate) dir: tempfile::TempDir,
    // last, so that nobody uses it any more
    _store: Option<Database<'static>>,
}

/// Somebody with an account, and what they keep to themselves.
pub(crate) struct Somebody {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) secret: Vec<u8>,
    pub(crate) session: NewSession,
}

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

pub(crate) fn person(name: &str, email: &str) -> Person {
    Person::new(&Personal::new(name.to_owned()), &Personal::new(email.to_owned())).unwrap()
}

impl Home {
    /// One in which passwords cost little.
    pub(crate) async fn new() -> Self {
        Self::at_cost(LIGHT).await
    }

    pub(crate) async fn at_cost(cost: Cost) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let world = Arc::new(TestWorld::new());
        let layout = Layout::new(&dir.path().join("home"));
        let (place, database) = if std::env::var("EXEUNT_TEST_STORE").is_ok_and(|word| word == "postgres") {
            let database = Postgres::shared().create_database().unwrap();
            (Place::Postgres(Server::from_url(database.url())), Some(database))
        } else {
            (Place::File(layout.store()), None)
        };
        create::prepare(&layout, &place).await.unwrap();
        let keeper = KeyFile::create(&layout.key_file(), &Secret::new([9; 32])).unwrap();
        create::create(&layout, &place, &keeper, "Analytical Engines", "uid-1", &*world).await.unwrap();
        let opening = Opening {
            layout,
            store: place,
            kept: None,
            keeper: &keeper,
            own: open::Room::default(),
            others: Vec::new(),
            world: Arc::clone(&world) as Arc<dyn World>,
            operator: "uid-1",
        };
        let (mut office, operator) = open::open(opening, None).await.unwrap();
        office.guards = Arc::new(Guards::with_cost(cost));
        Self { world, office, operator, dir, _store: database }
    }

    /// What somebody chooses who holds a one-time token: the usual password, and a code of the secret shown to them.
    pub(crate) async fn choose(&self, token: &Secret<String>) -> (Vec<u8>, Joining) {
        let shown = self.office.show_enrollment(token).await.unwrap();
        let secret_bytes = from_base32(shown.secret.expose());
        let code = self.code(&secret_bytes);
        let (token, enrollment) = (token.clone(), shown.sealed);
        (secret_bytes, Joining { token, enrollment, password: secret(PASSWORD), code })
    }

    /// The first administrator.
    pub(crate) async fn first_admin(&self) -> Somebody {
        let email = "root@example.test";
        let made = self.office.create_setup_token(&self.operator).await.unwrap();
        let (secret, chosen) = self.choose(&made.token).await;
        let who = person("Grace Hopper", email);
        let session = self.office.set_up_first_admin(&who, &chosen).await.unwrap();
        self.world.pass(60);
        Somebody { id: session.user, email: email.into(), password: PASSWORD.into(), secret, session }
    }

    /// Somebody with these roles, invited by the operator.
    pub(crate) async fn somebody(&self, email: &str, roles: &[Role]) -> Somebody {
        let who = person("Ada Lovelace", email);
        let invited = self.office.invite_user(&self.operator, &who, roles).await.unwrap();
        let (secret, chosen) = self.choose(&invited.one_time.token).await;
        let session = self.office.accept_invitation(&chosen).await.unwrap();
        assert_eq!(session.user, invited.user);
        self.world.pass(60);
        Somebody { id: invited.user, email: email.into(), password: PASSWORD.into(), secret, session }
    }

    /// The code an authenticator shows now.
    pub(crate) fn code(&self, secret: &[u8]) -> Secret<String> {
        totp::code(secret, totp::step_of(self.world.now()))
    }

    pub(crate) fn credentials(&self, who: &Somebody) -> Credentials {
        Credentials {
            email: Personal::new(who.email.clone()),
            password: secret(&who.password),
            code: self.code(&who.secret),
            source: Personal::new(String::from("192.0.2.1")),
        }
    }

    /// Signs somebody in, with a code that was not used yet.
    pub(crate) async fn sign_in(&self, who: &Somebody) -> NewSession {
        self.world.pass(60);
        self.office.sign_in(&self.credentials(who)).await.unwrap()
    }

    pub(crate) async fn seen(&self, token: &Secret<String>) -> SignedIn {
        self.office.actor_of_session(token).await.unwrap()
    }

    pub(crate) async fn actor(&self, who: &Somebody) -> Actor {
        Actor { powers: self.powers(who).await, ..self.seen(&who.session.token).await.actor }
    }

    async fn powers(&self, who: &Somebody) -> Powers {
        let shown = self.office.show_user(&self.operator, who.id).await.unwrap();
        Powers::of_roles(shown.roles)
    }

    /// Names of the log's entries, oldest first.
    pub(crate) async fn log(&self) -> Vec<String> {
        let store = &self.office.engine.store;
        let entries = store.audit_entries(self.office.organization.id, 0, 10_000).await.unwrap();
        let kind = |entry: &[u8]| exeunt_audit::event::Event::parse(entry).unwrap().kind.to_string();
        entries.iter().map(|(_, entry)| kind(entry)).collect()
    }
}

/// The code of a refusal.
#[track_caller]
pub(crate) fn code_of<T: std::fmt::Debug>(done: Result<T, Error>) -> &'static str {
    done.expect_err("refused").code()
}

fn from_base32(text: &str) -> Vec<u8> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bits, mut have, mut out) = (0u32, 0, Vec::new());
    for letter in text.chars() {
        bits = bits << 5 | alphabet.find(letter).unwrap() as u32;
        have += 5;
        if have >= 8 {
            have -= 8;
            out.push((bits >> have) as u8);
        }
    }
    out
}
