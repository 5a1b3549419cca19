//! A home with two organizations for a test: each has a shop in SQLite, users of every role, and their API keys.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use exeunt_app::access::{Powers, Role};
use exeunt_app::home::open::{self, Kept, Opening, Room};
use exeunt_app::home::{Layout, create};
use exeunt_app::people::api_keys::NewKey;
use exeunt_app::people::enrollment::Joining;
use exeunt_app::people::{Person, totp};
use exeunt_app::watch::WatchToken;
use exeunt_app::webhooks::NewWebhook;
use exeunt_app::work::{Stop, Worker};
use exeunt_app::{Actor, House, Office};
use exeunt_base::{
    ActorId, LetterId, LinkId, Name, OrganizationId, Personal, ProposalId, ProviderId, Secret, SubscriberId,
    Timestamp,
};
use exeunt_engine::World;
use exeunt_engine::world::{chance_for_id, secret_bytes};
use exeunt_mail::{self as mail, Language, Post};
use exeunt_server::{Proxies, Service, Watch};
use exeunt_source::Source;
use exeunt_store::identities::Provider;
use exeunt_store::letters::{FAILED, Letter};
use exeunt_store::links::Link;
use exeunt_store::proposals::Proposal;
use exeunt_store::subprocessors::Subscriber;
use exeunt_testkit::dice::Dice;
use exeunt_vault::KeyFile;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

const SHOP: &str = include_str!("../../../exeunt/tests/cli/small.sql");
const MAP: &str = include_str!("../../../exeunt/tests/cli/small.yaml");

/// What whoever watches the machine shows.
pub(crate) const WATCH: &str = "watch-0123456789-0123456789";

/// Time that goes on by itself and can be moved; chance from a seed.
pub(crate) struct TestWorld {
    ahead: Mutex<i64>,
    dice: Mutex<Dice>,
}

impl TestWorld {
    pub(crate) fn skip_days(&self, days: i64) {
        self.skip_seconds(days * 86_400);
    }

    pub(crate) fn skip_seconds(&self, seconds: i64) {
        *self.ahead.lock().unwrap() += seconds;
    }
}

#[async_trait]
impl World for TestWorld {
    fn now(&self) -> Timestamp {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
        Timestamp::from_micros(i64::try_from(now).unwrap()).plus_seconds(*self.ahead.lock().unwrap())
    }

    fn chance(&self, bytes: &mut [u8]) {
        let mut dice = self.dice.lock().unwrap();
        bytes.iter_mut().for_each(|byte| *byte = dice.below(256) as u8);
    }

    async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// One organization of the home.
pub(crate) struct Tenant {
    pub(crate) id: OrganizationId,
    keys: BTreeMap<Role, String>,
    file: std::path::PathBuf,
}

impl Tenant {
    /// The API key of somebody of this role.
    pub(crate) fn key(&self, role: Role) -> &str {
        &self.keys[&role]
    }

    /// Changes the shop behind everybody's back.
    pub(crate) fn run(&self, script: &str) {
        rusqlite::Connection::open(&self.file).unwrap().execute_batch(script).unwrap();
    }

    /// One value of the shop, asked for behind everybody's back.
    pub(crate) fn ask(&self, question: &str) -> i64 {
        let shop = rusqlite::Connection::open(&self.file).unwrap();
        shop.query_row(question, [], |row| row.get(0)).unwrap()
    }
}

/// The home and the service in front of it.
pub(crate) struct Home {
    pub(crate) world: Arc<TestWorld>,
    pub(crate) house: House,
    pub(crate) router: Router,
    pub(crate) stop: Stop,
    pub(crate) acme: Tenant,
    pub(crate) globex: Tenant,
    pub(crate) dir: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A field that is a text.
    pub(crate) fn word(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap_or_else(|| panic!("no {field}: {}", self.text())).to_owned()
    }
}

impl Home {
    pub(crate) async fn new() -> Self {
        Self::furnished(|_| {}).await
    }

    /// A home whose first organization sends letters by a mail server of this machine.
    pub(crate) async fn with_mail(port: u16, kept: Option<Kept>) -> Self {
        Self::kept(kept, |room| {
            if room.name == "Acme" {
                room.mail = Some((Arc::new(post(port)), Language::English));
            }
        })
        .await
    }

    /// Whose organizations chose something else.
    pub(crate) async fn furnished(choose: impl Fn(&mut Room)) -> Self {
        Self::kept(None, choose).await
    }

    /// Whose blobs and packages are kept elsewhere.
    pub(crate) async fn kept(kept: Option<Kept>, choose: impl Fn(&mut Room)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(&dir.path().join("home"));
        let world = Arc::new(TestWorld { ahead: Mutex::new(0), dice: Mutex::new(Dice::from_env()) });
        let place = exeunt_store::Place::File(layout.store());
        create::prepare(&layout, &place).await.unwrap();
        let keeper = KeyFile::create(&layout.key_file(), &secret_bytes(&*world)).unwrap();
        create::create(&layout, &place, &keeper, "Acme", "operator", &*world).await.unwrap();
        let room = |name: &str| {
            let file = dir.path().join(format!("{name}.db"));
            if !file.exists() {
                rusqlite::Connection::open(&file).unwrap().execute_batch(SHOP).unwrap();
            }
            let map = dir.path().join(format!("{name}.yaml"));
            std::fs::write(&map, MAP).unwrap();
            let settings = exeunt_source_sqlite::Settings::for_file(&file);
            let source: Arc<dyn Source> = Arc::new(exeunt_source_sqlite::SqliteSource::new(settings));
            let mut room = Room {
                name: name.to_owned(),
                sources: BTreeMap::from([(Name::new("shop").unwrap(), source)]),
                maps: vec![map],
                settings: exeunt_engine::Settings { scratch: layout.packages.clone(), ..Default::default() },
                public_url: Some(String::from("https://privacy.acme.test")),
                ..Room::default()
            };
            choose(&mut room);
            room
        };
        let opening = |others: Vec<Room>| Opening {
            layout: layout.clone(),
            store: place.clone(),
            kept: kept.clone(),
            keeper: &keeper,
            own: room("Acme"),
            others,
            world: Arc::clone(&world) as Arc<dyn World>,
            operator: "operator",
        };
        let (office, operator) = open::open(opening(Vec::new()), None).await.unwrap();
        let globex = office.add_organization(&operator, "Globex").await.unwrap();
        let acme = office.organization.id;
        drop(office);
        let house = open::open_house(opening(vec![room("Globex")])).await.unwrap();
        let stop = Stop::default();
        let token = WatchToken::new(&Secret::new(WATCH.to_owned()));
        let watch = Watch::new(token, None);
        let router = exeunt_server::router(Service {
            house: house.clone(),
            stop: stop.clone(),
            watch,
            proxies: Proxies::default(),
        });
        let acme = tenant(&house, acme, &world, dir.path().join("Acme.db")).await;
        let globex = tenant(&house, globex, &world, dir.path().join("Globex.db")).await;
        Self { world, house, router, stop, acme, globex, dir }
    }

    /// The same home, behind doors where nobody may watch.
    pub(crate) fn unwatched(mut self) -> Self {
        let (house, stop) = (self.house.clone(), self.stop.clone());
        let proxies = Proxies::default();
        self.router = exeunt_server::router(Service { house, stop, watch: Watch::default(), proxies });
        self
    }

    /// The same home behind these proxies.
    pub(crate) fn behind(&mut self, proxies: &[&str]) {
        let (house, stop) = (self.house.clone(), self.stop.clone());
        let proxies = Proxies::new(proxies.iter().map(|one| one.parse().unwrap()).collect());
        self.router = exeunt_server::router(Service { house, stop, watch: Watch::default(), proxies });
    }

    /// Calls the service.
    pub(crate) async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// Calls as the holder of a key, with a JSON body if there is one.
    pub(crate) async fn send(&self, key: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call(request(key, method, path, body)).await
    }

    /// A worker of this process that works until it is told to stop.
    pub(crate) fn work(&self) -> (Stop, tokio::task::JoinHandle<()>) {
        let stop = Stop::default();
        let worker = Worker {
            house: self.house.clone(),
            owner: String::from("test"),
            at_once: 2,
            stop: stop.clone(),
            others: Default::default(),
        };
        (stop, tokio::spawn(worker.run()))
    }

    /// A letter of an organization that was given up.
    pub(crate) async fn letter(&self, tenant: &Tenant) -> String {
        let id = LetterId::new(self.world.now(), chance_for_id(&*self.world));
        let letter = Letter {
            id,
            organization: tenant.id,
            request: None,
            word: String::from("received"),
            language: String::from("en"),
            content: Some(vec![0]),
            said: None,
            state: FAILED.to_owned(),
            made_at: self.world.now(),
            since: self.world.now(),
            not_before: self.world.now(),
            not_after: None,
            tries: 1,
            ended_at: Some(self.world.now()),
            trouble: None,
        };
        let mut change = self.house.store.begin().await.unwrap();
        change.add_letter(&letter).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
        id.to_string()
    }

    /// The API key of another officer of the first organization, who is let in for it.
    pub(crate) async fn second(&self) -> String {
        let operator = Actor { id: None, organization: self.acme.id, powers: Powers::all() };
        let office = self.house.office(self.acme.id).unwrap();
        joined(office, &operator, Role::Officer, "second", &self.world).await
    }

    /// Something that somebody of an organization proposed.
    pub(crate) async fn proposal(&self, tenant: &Tenant) -> String {
        let id = ProposalId::new(self.world.now(), chance_for_id(&*self.world));
        let proposal = Proposal {
            id,
            organization: tenant.id,
            act: String::from("export_key"),
            subject: String::new(),
            digest: String::from("00"),
            what: String::from("make shares"),
            by: ActorId::from_bytes([1; 16]),
            made_at: self.world.now(),
            expires_at: self.world.now().plus_days(7),
            state: String::from("open"),
            ended_by: None,
            ended_at: None,
        };
        let mut change = self.house.store.begin().await.unwrap();
        change.add_proposal(&proposal).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
        id.to_string()
    }

    /// An identity provider of an organization, as if it had been asked about itself.
    pub(crate) async fn provider(&self, tenant: &Tenant) -> String {
        let id = ProviderId::new(self.world.now(), chance_for_id(&*self.world));
        let provider = Provider {
            id,
            organization: tenant.id,
            name: String::from("Login"),
            issuer: String::from("https://login.example.com"),
            client: String::from("exeunt"),
            secret: None,
            factors: String::new(),
            made_at: self.world.now(),
        };
        let mut change = self.house.store.begin().await.unwrap();
        change.add_provider(&provider).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
        id.to_string()
    }

    /// A webhook of an organization, and an event that waits for it.
    pub(crate) async fn webhook(&self, tenant: &Tenant) -> (String, String) {
        let office = self.house.office(tenant.id).unwrap();
        let operator = Actor { id: None, organization: tenant.id, powers: Powers::all() };
        let address = String::from("https://hooks.example.com/exeunt");
        let new = NewWebhook { address, note: String::from("the shop"), kinds: Vec::new() };
        let made = office.add_webhook(&operator, &new).await.unwrap();
        let tested = office.test_webhook(&operator, made.webhook.id).await.unwrap();
        (made.webhook.id.to_string(), tested.event.to_string())
    }

    /// Somebody who is told of an organization's sub-processors.
    pub(crate) async fn subscriber(&self, tenant: &Tenant) -> String {
        let id = SubscriberId::new(self.world.now(), chance_for_id(&*self.world));
        let one = Subscriber {
            id,
            organization: tenant.id,
            digest: id.to_bytes().to_vec(),
            contact: vec![0],
            language: String::from("en"),
            asked_at: self.world.now(),
            confirmed_at: None,
        };
        let mut change = self.house.store.begin().await.unwrap();
        change.add_subscriber(&one).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
        id.to_string()
    }

    /// A link to a package of an organization, as if it had been mailed.
    pub(crate) async fn link(&self, tenant: &Tenant, package: &str) -> String {
        let package = self.house.store.package(package.parse().unwrap()).await.unwrap();
        let id = LinkId::new(self.world.now(), chance_for_id(&*self.world));
        let link = Link {
            id,
            hash: id.to_bytes().to_vec(),
            organization: tenant.id,
            package: package.id,
            request: package.request,
            person: None,
            language: String::from("en"),
            made_at: self.world.now(),
            expires_at: package.expires_at,
            downloads_left: 3,
            reminded_at: None,
            revoked_at: None,
        };
        let mut change = self.house.store.begin().await.unwrap();
        change.add_link(&link).await.unwrap();
        change.commit_bookkeeping().await.unwrap();
        id.to_string()
    }

    /// Waits until a task has ended, and tells how.
    pub(crate) async fn ended(&self, key: &str, task: &str) -> Answer {
        for _ in 0..600 {
            let shown = self.send(key, "GET", &format!("/api/v1/tasks/{task}"), None).await;
            assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
            if ["done", "failed"].contains(&shown.word("state").as_str()) {
                return shown;
            }
            self.world.wait(Duration::from_millis(50)).await;
        }
        panic!("task {task} does not end");
    }
}

/// A way to a mail server of this machine.
fn post(port: u16) -> Post {
    let server = mail::Server {
        host: String::from("127.0.0.1"),
        port,
        tls: mail::Tls::Off,
        login: None,
        authority: None,
    };
    Post::new(server, mail::From::new("privacy@acme.test", "Acme").unwrap()).unwrap()
}

/// A call.
pub(crate) fn request(key: &str, method: &str, path: &str, body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !key.is_empty() {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    match body {
        Some(body) => {
            request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
        }
        None => request.body(Body::empty()).unwrap(),
    }
}

async fn tenant(house: &House, id: OrganizationId, world: &TestWorld, file: std::path::PathBuf) -> Tenant {
    let office = house.office(id).unwrap();
    let operator = Actor { id: None, organization: id, powers: Powers::all() };
    let mut keys = BTreeMap::new();
    for role in Role::ALL {
        keys.insert(role, joined(office, &operator, role, role.as_str(), world).await);
    }
    Tenant { id, keys, file }
}

/// Lets somebody of a role in, and makes them an API key with all that the role may.
async fn joined(office: &Office, operator: &Actor, role: Role, name: &str, world: &TestWorld) -> String {
    let personal = |text: String| Personal::new(text);
    let email = personal(format!("{name}@{}.test", office.organization.name.to_lowercase()));
    let person = Person::new(&personal(String::from("Some Body")), &email).unwrap();
    let invited = office.invite_user(operator, &person, &[role]).await.unwrap();
    let shown = office.show_enrollment(&invited.one_time.token).await.unwrap();
    let secret = base32(shown.secret.expose());
    let chosen = Joining {
        enrollment: shown.sealed,
        token: invited.one_time.token,
        password: Secret::new(String::from("a quite unlikely phrase 7")),
        code: totp::code(&secret, totp::step_of(world.now())),
    };
    office.accept_invitation(&chosen).await.unwrap();
    let actor = Actor {
        id: Some(invited.user.into()),
        organization: office.organization.id,
        powers: Powers::of(role),
    };
    let key = NewKey {
        user: invited.user,
        label: personal(String::from("test")),
        scopes: role.permissions().to_vec(),
        expires_at: world.now().plus_seconds(399 * 86_400),
    };
    office.make_api_key(&actor, &key).await.unwrap().token.expose().clone()
}

pub(crate) fn base32(text: &str) -> Vec<u8> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bits = String::new();
    for letter in text.chars() {
        let Some(value) = alphabet.find(letter) else { continue };
        bits.push_str(&format!("{value:05b}"));
    }
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}
