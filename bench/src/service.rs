//! How quickly the service takes requests in, while they come at a steady rate whether it keeps up or not; and how many
//! erasures its workers carry out a minute, each with a plan, an approval and a job of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use exeunt_app::access::{Powers, Role};
use exeunt_app::home::{Layout, create, open};
use exeunt_app::people::enrollment::Joining;
use exeunt_app::people::sessions::NewSession;
use exeunt_app::people::{Person, api_keys::NewKey, totp};
use exeunt_app::requests::details::Details;
use exeunt_app::requests::submit::Submission;
use exeunt_app::work::{Stop, Worker};
use exeunt_app::{Actor, House, Office};
use exeunt_base::{Name, OrganizationId, Personal, Secret};
use exeunt_engine::World;
use exeunt_engine::world::secret_bytes;
use exeunt_source::Source;
use exeunt_store::Place;
use exeunt_vault::KeyFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::ours::System;

/// Requests a second that come in.
const RATE: u32 = 200;
/// For so long.
const SECONDS: u32 = 20;
/// Over so many connections.
const CONNECTIONS: u32 = 16;
/// People who are erased.
const ERASED: u32 = 300;

/// The shop's map.
pub(crate) const MAP: &str = "source: shop\nmodels:\n  people:\n    table: people\n    key: [id]\n    subject: { customer_id: id, email: email }\n    \
     fields: { email: user.contact.email }\n    on_erase: delete\n  visits:\n    table: visits\n    key: [id]\n    \
     fields: { page: user.behavior }\n    relations: [ { to: people, by: person, as: owned_by } ]\n    on_erase: delete\n";

/// Measures and tells.
pub(crate) fn measure() -> Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let dir = tempfile::tempdir().context("could not make a directory")?;
        let house = house(dir.path()).await?;
        let key = api_key(house.own()).await?;
        let idle = resident_mib()?;
        let accepted = accept(&house, &key).await?;
        let completed = complete(std::slice::from_ref(&house), 2).await?;
        Ok(format!(
            "control store and shop on SQLite, one process, client in the same process\n\n\
             - resident, idle: {idle:.0} MiB\n- {accepted}\n- {completed}"
        ))
    })
}

async fn house(dir: &Path) -> Result<House> {
    let shop = "PRAGMA journal_mode = WAL;
         CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
         CREATE TABLE visits (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id), page TEXT NOT NULL);
         CREATE INDEX visits_person ON visits (person);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO people SELECT i, 'p' || i || '@mail.test' FROM n;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 380000)
         INSERT INTO visits SELECT i, i % 20000 + 1, '/page/' || i FROM n;";
    let store = Place::File(Layout::new(&dir.join("home")).store());
    house_of(dir, store, shop, MAP, |_| Ok(())).await
}

/// A house whose one source is made by a script and mapped by a text. `fill` may write into the new store before it is opened.
pub(crate) async fn house_of(
    dir: &Path,
    store: Place,
    shop: &str,
    text: &str,
    fill: impl FnOnce(OrganizationId) -> Result<()>,
) -> Result<House> {
    let file = dir.join("shop.db");
    rusqlite::Connection::open(&file)?.execute_batch(shop)?;
    let map = dir.join("shop.yaml");
    std::fs::write(&map, text)?;
    let layout = Layout::new(&dir.join("home"));
    let world = Arc::new(System);
    create::prepare(&layout, &store).await?;
    let keeper = KeyFile::create(&layout.key_file(), &secret_bytes(&*world))?;
    let made = create::create(&layout, &store, &keeper, "Bench", "bench", &*world).await?;
    fill(made.organization)?;
    let settings = exeunt_source_sqlite::Settings::for_file(&file);
    let source: Arc<dyn Source> = Arc::new(exeunt_source_sqlite::SqliteSource::new(settings));
    let own = open::Room {
        sources: BTreeMap::from([(Name::new("shop")?, source)]),
        maps: vec![map],
        settings: exeunt_engine::Settings { scratch: layout.packages.clone(), ..Default::default() },
        ..open::Room::default()
    };
    let opening = open::Opening {
        store,
        kept: None,
        keeper: &keeper,
        own,
        others: Vec::new(),
        world,
        operator: "bench",
        layout,
    };
    Ok(open::open_house(opening).await?)
}

/// Somebody of these roles who joined as everybody does, and their session.
pub(crate) async fn join(office: &Office, roles: &[Role]) -> Result<NewSession> {
    let operator = Actor::service(office.organization.id);
    let text = |text: &str| Personal::new(text.to_owned());
    let person = Person::new(&text("Bench"), &text("agent@bench.test"))?;
    let invited = office.invite_user(&operator, &person, roles).await?;
    let shown = office.show_enrollment(&invited.one_time.token).await?;
    let joining = Joining {
        enrollment: shown.sealed,
        token: invited.one_time.token,
        password: Secret::new(String::from("five brown kettles hum")),
        code: totp::code(&plain(shown.secret.expose()), totp::step_of(System.now())),
    };
    Ok(office.accept_invitation(&joining).await?)
}

/// The key of an agent.
async fn api_key(office: &Office) -> Result<String> {
    let user = join(office, &[Role::Agent]).await?.user;
    let (id, organization) = (Some(user.into()), office.organization.id);
    let actor = Actor { id, organization, powers: Powers::of(Role::Agent) };
    let new = NewKey {
        user,
        label: Personal::new(String::from("bench")),
        scopes: Role::Agent.permissions().to_vec(),
        expires_at: System.now().plus_seconds(86_400),
    };
    Ok(office.make_api_key(&actor, &new).await?.token.expose().clone())
}

/// The secret that base 32 says.
fn plain(base32: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bytes = Vec::new();
    let (mut value, mut bits) = (0u32, 0);
    for digit in base32.chars().filter_map(|letter| letters.find(letter)) {
        value = (value << 5) | digit as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((value >> bits) as u8);
            value &= (1 << bits) - 1;
        }
    }
    bytes
}

/// Requests at a steady rate: each is due at its moment, and waits from then on.
async fn accept(house: &House, key: &str) -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let stop = Stop::default();
    let service = exeunt_server::Service {
        house: house.clone(),
        stop: stop.clone(),
        watch: Default::default(),
        proxies: Default::default(),
    };
    let routes = exeunt_server::router(service.clone());
    let serving = tokio::spawn(async move { exeunt_server::serve(listener, &service, routes).await });
    let begun = Instant::now() + Duration::from_millis(200);
    let mut clients = Vec::new();
    for client in 0..CONNECTIONS {
        clients.push(tokio::spawn(calls(address, key.to_owned(), client, begun)));
    }
    let mut waits = Vec::new();
    for client in clients {
        waits.extend(client.await??);
    }
    stop.now();
    serving.await??;
    waits.sort_unstable();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    Ok(format!(
        "accept a request, {RATE} requests/s for {SECONDS} s: {} accepted, p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        waits.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    ))
}

async fn calls(address: SocketAddr, key: String, client: u32, begun: Instant) -> Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut waits = Vec::new();
    for number in (client..RATE * SECONDS).step_by(CONNECTIONS as usize) {
        let due = begun + Duration::from_secs_f64(f64::from(number) / f64::from(RATE));
        tokio::time::sleep_until(due.into()).await;
        let body = format!(
            r#"{{"right":"erasure","identifiers":[{{"kind":"email","value":"p{number}@mail.test"}}]}}"#
        );
        let length = body.len();
        let call = format!(
            "POST /api/v1/requests HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: call-{number}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(call.as_bytes()).await?;
        answer(&mut stream).await?;
        waits.push(due.elapsed());
    }
    Ok(waits)
}

/// Reads one answer, which must be a request that was taken in.
async fn answer(stream: &mut TcpStream) -> Result<()> {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            bail!("the service hung up");
        }
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
        });
        if length.is_some_and(|length| body.len() >= length) {
            if !head.starts_with("HTTP/1.1 201") {
                bail!("a request was not taken in: {head}");
            }
            return Ok(());
        }
    }
}

/// Erasures of twenty rows each, one job a person; a worker in each house, so many tasks at once in each.
pub(crate) async fn complete(houses: &[House], at_once: usize) -> Result<String> {
    let house = houses.first().context("there is no house")?;
    let office = house.own();
    let actor = Actor::service(office.organization.id);
    // whoever approves is a person
    let approver = Actor { id: Some(exeunt_base::ActorId::new(System.now(), [7; 10])), ..actor };
    let mut requests = Vec::new();
    for number in 0..ERASED {
        let value = Personal::new((10_000 + number).to_string());
        let identifiers = vec![(String::from("customer_id"), value)];
        let right = "erasure".parse().map_err(|_| anyhow::anyhow!("there is no erasure"))?;
        requests.push(
            office
                .submit_request(
                    &actor,
                    Submission {
                        right,
                        identifiers,
                        received_at: None,
                        contact: None,
                        details: Details::default(),
                    },
                    None,
                )
                .await?,
        );
    }
    let stop = Stop::default();
    let mut working = tokio::task::JoinSet::new();
    for (number, house) in houses.iter().enumerate() {
        let (house, owner) = (house.clone(), format!("bench-{number}"));
        working.spawn(Worker { house, owner, at_once, stop: stop.clone(), others: Default::default() }.run());
    }
    let (begun, cpu) = (Instant::now(), cpu_seconds()?);
    let mut tasks = Vec::new();
    for request in requests {
        let made = office.make_plan(&actor, &[request]).await?;
        office.approve_plan(&approver, made.id, &made.digest).await?;
        let job = office.start_job(&actor, made.id).await?;
        tasks.push(office.ask_run_job(&actor, job, Default::default(), None).await?);
    }
    for task in tasks {
        loop {
            let task = office.show_task(&actor, task).await?;
            match task.state.as_str() {
                "done" => break,
                "failed" => bail!("a task failed: {}", task.outcome.unwrap_or_default()),
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }
    let (took, cpu) = (begun.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    stop.now();
    while let Some(ended) = working.join_next().await {
        ended?;
    }
    Ok(format!(
        "plan, approve and erase {ERASED} people of 20 rows, each by a job of their own: {:.0} a minute, {:.1} CPU ms each",
        f64::from(ERASED) / took * 60.0,
        cpu / f64::from(ERASED) * 1e3
    ))
}

pub(crate) fn resident_mib() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kib / 1024.0)
}

/// CPU seconds of this process so far.
pub(crate) fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks =
        |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    Ok((ticks(11) + ticks(12)) / 100.0)
}
