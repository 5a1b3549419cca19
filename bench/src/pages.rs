//! How long the console's pages take on the server, with 100,000 requests in the store and a map of 1,000 tables.

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use exeunt_app::access::{Powers, Role};
use exeunt_app::home::Layout;
use exeunt_app::requests::details::Details;
use exeunt_app::requests::submit::Submission;
use exeunt_app::work::Stop;
use exeunt_app::{Actor, House};
use exeunt_base::{OrganizationId, Personal, RequestId};
use exeunt_server::console::ROUTES;
use exeunt_store::{Place, Server};
use exeunt_testkit::Postgres;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::service;

/// Requests in the store.
const REQUESTS: u32 = 100_000;
/// Tables in the map.
const TABLES: u32 = 1_000;
/// Times that each page is asked for.
const TIMES: usize = 7;
/// Milliseconds that none may take.
const LIMIT: f64 = 150.0;

/// Lists as they are asked for and pages of one table, beside the plain addresses.
const MORE: &[&str] = &[
    "/requests?q=type:erasure",
    "/requests?q=is:open",
    "/requests?q=is:closed+sort:due",
    "/requests?q=is:overdue",
    "/requests?q=due:%3C7d+is:open",
    "/requests?q=state:hidden",
    "/requests?q=is:held",
    "/requests?q=regime:uk-gdpr",
    "/requests?q=regime:us-ca-ccpa",
    "/map/shop/people",
    "/map/shop/t500",
];

/// Where the control store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

/// What a page took.
struct Taken {
    status: String,
    bytes: usize,
    /// The middle one and the slowest, in milliseconds.
    middle: f64,
    slowest: f64,
}

/// Measures and tells.
pub(crate) fn measure() -> Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let sqlite = runtime.block_on(of_store(Kind::Sqlite))?;
    let postgres = runtime.block_on(of_store(Kind::Postgres))?;
    tell(&sqlite, &postgres)
}

/// Every page with the control store there.
async fn of_store(kind: Kind) -> Result<Vec<(String, Taken)>> {
    let dir = tempfile::tempdir().context("could not make a directory")?;
    let server = (kind == Kind::Postgres).then(Postgres::start).transpose()?;
    let database = server.as_ref().map(Postgres::create_database).transpose()?;
    let file = Layout::new(&dir.path().join("home")).store();
    let store = match &database {
        Some(database) => Place::Postgres(Server::from_url(database.url())),
        None => Place::File(file.clone()),
    };
    let fill = |organization| match &database {
        Some(database) => Ok(database.run(&filling(kind, organization)).map(drop)?),
        None => Ok(rusqlite::Connection::open(&file)?.execute_batch(&filling(kind, organization))?),
    };
    let (shop, map) = wide(false);
    let house = service::house_of(dir.path(), store, &shop, &map, fill).await?;
    let request = submit(&house).await?;
    let session = service::join(house.own(), &Role::ALL).await?;
    let (id, organization) = (Some(session.user.into()), house.own().organization.id);
    let drafter = Actor { id, organization, powers: Powers::all() };
    house.own().save_map_draft(&drafter, &wide(true).1, 0).await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let stop = Stop::default();
    let served = exeunt_server::Service {
        house: house.clone(),
        stop: stop.clone(),
        watch: Default::default(),
        proxies: Default::default(),
    };
    let routes = exeunt_server::router(served.clone());
    let serving = tokio::spawn(async move { exeunt_server::serve(listener, &served, routes).await });
    let taken = all(address, session.token.expose(), request).await;
    stop.now();
    serving.await??;
    taken
}

/// A database of many tables, each with rows of people, and its map; or a draft of it, in which every tenth table is another.
fn wide(draft: bool) -> (String, String) {
    let mut shop =
        String::from("CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL);\nBEGIN;\n");
    let mut map = String::from(
        "source: shop\nmodels:\n  people:\n    table: people\n    key: [id]\n    subject: { customer_id: id, email: email }\n    \
         fields: { email: user.contact.email }\n    on_erase: delete\n",
    );
    for number in 1..TABLES {
        let category = if draft && number % 10 == 0 { "user.contact.email" } else { "user.behavior" };
        let _ = writeln!(
            shop,
            "CREATE TABLE t{number} (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id), note TEXT);
             CREATE INDEX t{number}_person ON t{number} (person);"
        );
        let _ = writeln!(
            map,
            "  t{number}:\n    table: t{number}\n    key: [id]\n    fields: {{ note: {category} }}\n    \
             relations: [ {{ to: people, by: person, as: owned_by }} ]\n    on_erase: delete"
        );
    }
    shop.push_str("COMMIT;\n");
    (shop, map)
}

/// Requests as they lie there after some years: one in five is open, one in fifty late, one in a thousand held.
fn filling(kind: Kind, organization: OrganizationId) -> String {
    let last = REQUESTS - 1;
    let numbers = format!(
        "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {last}) SELECT n FROM c) AS numbers"
    );
    let id = "'req_01m' || substr('00000000000000000000000' || number, length('' || number) + 1)";
    let id = id.replace("number", "(n * 1000)");
    let (bytes, day): (_, fn(&str) -> String) = match kind {
        Kind::Sqlite => ("randomblob(200)", |seconds| format!("date({seconds}, 'unixepoch')")),
        Kind::Postgres => ("decode(repeat('5c', 200), 'hex')", |seconds| {
            format!("to_char(to_timestamp({seconds}) AT TIME ZONE 'UTC', 'YYYY-MM-DD')")
        }),
    };
    let (received, due) = (day("1780000000 + n * 100"), day("1782592000 + n * 100"));
    let at = "1780000000000000 + CAST(n AS BIGINT) * 100000000";
    format!(
        "BEGIN;
         INSERT INTO requests (id, organization, kind, state, received_at, entered_at, identities, case_key, salt,
             window_ends_at, held_because)
         SELECT {id}, '{organization}', CASE n % 3 WHEN 0 THEN 'access' ELSE 'erasure' END,
             CASE n % 10 WHEN 0 THEN 'planning' WHEN 1 THEN CASE n % 100 WHEN 1 THEN 'awaiting_approval' WHEN 11 THEN 'hidden'
             ELSE 'received' END ELSE 'completed' END,
             {at}, {at}, {bytes}, NULL,
             CASE n % 100 WHEN 11 THEN {bytes} END, CASE n % 100 WHEN 11 THEN 1795000000000000 + CAST(n AS BIGINT) * 1000000 END,
             CASE n % 1000 WHEN 0 THEN 'a case' END
         FROM {numbers};
         INSERT INTO deadlines (request, organization, regime, pack_version, received_on, answer_by, answered_at)
         SELECT {id}, '{organization}', CASE n % 50 WHEN 0 THEN 'uk-gdpr' ELSE 'eu-gdpr' END, 1,
             {received}, {due},
             CASE WHEN n % 10 > 1 THEN {at} + 864000000000 END
         FROM {numbers};
         COMMIT;
         ANALYZE;"
    )
}

async fn submit(house: &House) -> Result<RequestId> {
    let office = house.own();
    let submission = Submission {
        right: "erasure".parse().map_err(|_| anyhow::anyhow!("there is no erasure"))?,
        identifiers: vec![(String::from("customer_id"), Personal::new(String::from("1")))],
        received_at: None,
        contact: None,
        details: Details::default(),
    };
    Ok(office.submit_request(&Actor::service(office.organization.id), submission, None).await?)
}

/// Every page that there is for reading, by its address.
fn addresses(request: RequestId) -> Vec<String> {
    let plain = ROUTES.iter().filter(|(method, path)| *method == "GET" && !path.ends_with("/progress"));
    let named = plain.map(|(_, path)| path.replace("{id}", &request.to_string()));
    let mut all: Vec<String> = named.filter(|path| !path.contains('{')).collect();
    all.extend(MORE.iter().map(ToString::to_string));
    all
}

async fn all(address: SocketAddr, token: &str, request: RequestId) -> Result<Vec<(String, Taken)>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut pages = Vec::new();
    for path in addresses(request) {
        let (mut times, mut status, mut bytes) = (Vec::new(), String::new(), 0);
        for _ in 0..TIMES {
            let begun = Instant::now();
            (status, bytes) = get(&mut stream, token, &path).await?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let taken = Taken { status, bytes, middle: times[TIMES / 2], slowest: times[TIMES - 1] };
        pages.push((path.replace(&request.to_string(), "{id}"), taken));
    }
    Ok(pages)
}

fn tell(sqlite: &[(String, Taken)], postgres: &[(String, Taken)]) -> Result<String> {
    let mut told = format!(
        "{REQUESTS} requests and a map of {TABLES} tables with a draft of which a tenth is changed; control store on SQLite and on \
         PostgreSQL, one reader in the same process; the middle one of {TIMES} and the slowest, in milliseconds, from sending to \
         the last byte. A criterion of ours is {LIMIT:.0} ms.\n\n\
         | page | status | KiB | SQLite | slowest | PostgreSQL | slowest |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    );
    let mut over = Vec::new();
    for ((path, one), (_, other)) in sqlite.iter().zip(postgres) {
        if one.status != other.status {
            bail!("{path} answers {} on one store and {} on the other", one.status, other.status);
        }
        writeln!(
            told,
            "| `{path}` | {} | {} | {:.1} | {:.1} | {:.1} | {:.1} |",
            one.status,
            one.bytes / 1024,
            one.middle,
            one.slowest,
            other.middle,
            other.slowest
        )?;
        if one.middle.max(other.middle) > LIMIT {
            over.push(path.as_str());
        }
    }
    match over.as_slice() {
        [] => told.push_str("\nNone is over it.\n"),
        over => writeln!(told, "\nOver it: {}.", over.join(", "))?,
    }
    Ok(told)
}

/// One page: its status and its bytes.
async fn get(stream: &mut TcpStream, token: &str, path: &str) -> Result<(String, usize)> {
    let call = format!(
        "GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: text/html\r\nCookie: __Host-exeunt={token}\r\n\r\n"
    );
    stream.write_all(call.as_bytes()).await?;
    let mut read = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            bail!("the service hung up at {path}");
        }
        read.extend_from_slice(&buffer[..count]);
        let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let body = read.len() - end - 4;
        let whole = match length {
            Some(length) => body >= length,
            // in pieces: the last one is empty
            None => read.ends_with(b"0\r\n\r\n") || status == "303",
        };
        if whole {
            return Ok((status, body));
        }
    }
}
