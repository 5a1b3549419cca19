//! How long the console's pages take on the server, with 100,000 requests in the store and a map of 1,000 tables.

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use exeunt_app::access::Role;
use exeunt_app::home::Layout;
use exeunt_app::requests::details::Details;
use exeunt_app::requests::submit::Submission;
use exeunt_app::work::Stop;
use exeunt_app::{Actor, House};
use exeunt_base::{OrganizationId, Personal, RequestId};
use exeunt_server::console::ROUTES;
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

/// Lists as they are asked for, beside the plain addresses.
const SEARCHES: &[&str] = &[
    "/requests?q=type:erasure",
    "/requests?q=is:open",
    "/requests?q=is:closed+sort:due",
    "/requests?q=is:overdue",
    "/requests?q=due:%3C7d+is:open",
    "/requests?q=state:hidden",
    "/requests?q=is:held",
    "/requests?q=regime:uk-gdpr",
    "/requests?q=regime:us-ca-ccpa",
];

/// Measures and tells.
pub(crate) fn measure() -> Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let dir = tempfile::tempdir().context("could not make a directory")?;
        let (shop, map) = wide();
        let house = service::house_of(dir.path(), &shop, &map, fill).await?;
        let request = submit(&house).await?;
        let token = service::join(house.own(), &Role::ALL).await?.token.expose().clone();
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
        let told = all(address, &token, request).await;
        stop.now();
        serving.await??;
        told
    })
}

/// A database of many tables, each with rows of people, and its map.
fn wide() -> (String, String) {
    let mut shop =
        String::from("CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL);\nBEGIN;\n");
    let mut map = String::from(
        "source: shop\nmodels:\n  people:\n    table: people\n    key: [id]\n    subject: { customer_id: id, email: email }\n    \
         fields: { email: user.contact.email }\n    on_erase: delete\n",
    );
    for number in 1..TABLES {
        let _ = writeln!(
            shop,
            "CREATE TABLE t{number} (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id), note TEXT);
             CREATE INDEX t{number}_person ON t{number} (person);"
        );
        let _ = writeln!(
            map,
            "  t{number}:\n    table: t{number}\n    key: [id]\n    fields: {{ note: user.behavior }}\n    \
             relations: [ {{ to: people, by: person, as: owned_by }} ]\n    on_erase: delete"
        );
    }
    shop.push_str("COMMIT;\n");
    (shop, map)
}

/// Requests as they lie there after some years: one in five is open, one in fifty late, one in a thousand held.
fn fill(layout: &Layout, organization: OrganizationId) -> Result<()> {
    let last = REQUESTS - 1;
    let numbers = format!(
        "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {last}) SELECT n FROM c)"
    );
    let id = "'req_01m' || substr('00000000000000000000000' || (n * 1000), -23)";
    rusqlite::Connection::open(layout.store())?.execute_batch(&format!(
        "BEGIN;
         INSERT INTO requests (id, organization, kind, state, received_at, entered_at, identities, case_key, salt,
             window_ends_at, held_because)
         SELECT {id}, '{organization}', CASE n % 3 WHEN 0 THEN 'access' ELSE 'erasure' END,
             CASE n % 10 WHEN 0 THEN 'planning' WHEN 1 THEN CASE n % 100 WHEN 1 THEN 'awaiting_approval' WHEN 11 THEN 'hidden'
             ELSE 'received' END ELSE 'completed' END,
             1780000000000000 + n * 100000000, 1780000000000000 + n * 100000000, randomblob(200), NULL,
             CASE n % 100 WHEN 11 THEN randomblob(200) END, CASE n % 100 WHEN 11 THEN 1795000000000000 + n * 1000000 END,
             CASE n % 1000 WHEN 0 THEN 'a case' END
         FROM {numbers};
         INSERT INTO deadlines (request, organization, regime, pack_version, received_on, answer_by, answered_at)
         SELECT {id}, '{organization}', CASE n % 50 WHEN 0 THEN 'uk-gdpr' ELSE 'eu-gdpr' END, 1,
             date((1780000000 + n * 100), 'unixepoch'), date((1782592000 + n * 100), 'unixepoch'),
             CASE WHEN n % 10 > 1 THEN 1780000000000000 + n * 100000000 + 864000000000 END
         FROM {numbers};
         COMMIT;"
    ))?;
    Ok(())
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
    all.extend(SEARCHES.iter().map(ToString::to_string));
    all
}

async fn all(address: SocketAddr, token: &str, request: RequestId) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut told = format!(
        "{REQUESTS} requests and a map of {TABLES} tables, control store on SQLite, one reader in the same process; the middle \
         one of {TIMES}, from sending to the last byte. A criterion of ours is {LIMIT:.0} ms.\n\n\
         | page | status | KiB | ms | slowest ms |\n| --- | ---: | ---: | ---: | ---: |\n"
    );
    let mut over = Vec::new();
    for path in addresses(request) {
        let (mut times, mut status, mut size) = (Vec::new(), String::new(), 0);
        for _ in 0..TIMES {
            let begun = Instant::now();
            (status, size) = get(&mut stream, token, &path).await?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let (middle, slowest) = (times[TIMES / 2], times[TIMES - 1]);
        let shown = path.replace(&request.to_string(), "{id}");
        writeln!(told, "| `{shown}` | {status} | {} | {middle:.1} | {slowest:.1} |", size / 1024)?;
        if middle > LIMIT {
            over.push(shown);
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
