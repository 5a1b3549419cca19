//! What must hold in the end, whatever the weather was.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::a_moment;
use crate::client::{Accepted, Client};
use crate::crew::Crew;
use crate::place::{ALL, GHOST, Place};

/// How long the work may take once the weather is fine.
const PATIENCE: Duration = Duration::from_secs(120);

/// States in which a person has their answer.
const ANSWERED: &str = "'ready', 'delivered', 'completed'";

/// Waits until nothing is left of these counts. Time passes quickly meanwhile: whatever failed waits for its next try.
fn wait(place: &Place, crew: &mut Crew<'_>, what: &[&str]) {
    let begun = Instant::now();
    let mut turns = 0;
    loop {
        crew.look_after();
        let left: Vec<i64> = what.iter().map(|query| place.count(query)).collect();
        if left.iter().all(|count| *count == 0) {
            return;
        }
        if begun.elapsed() > PATIENCE {
            let tasks = "SELECT kind, state, tries, outcome FROM tasks WHERE state <> 'done'";
            let letters = "SELECT word, state, tries, trouble FROM letters WHERE state <> 'sent'";
            let states = "SELECT state, count(*) FROM requests GROUP BY state";
            let [tasks, letters, states] =
                [tasks, letters, states].map(|query| place.store.ask(query).unwrap());
            panic!("{left:?} are left\n{tasks}\n{letters}\n{states}\nlately:\n{}", crew.said());
        }
        a_moment(300);
        turns += 1;
        if turns % 6 == 0 {
            place.set_clock(place.clock() + 600);
        }
    }
}

const OPEN_TASKS: &str = "SELECT count(*) FROM tasks WHERE state IN ('waiting', 'running')";
const OPEN_LETTERS: &str = "SELECT count(*) FROM letters WHERE state = 'waiting'";

/// Until what was asked for is done.
pub(crate) fn wait_for_the_work(place: &Place, crew: &mut Crew<'_>) {
    let hidden = format!("SELECT count(*) FROM requests WHERE state NOT IN ('hidden', {ANSWERED})");
    wait(place, crew, &[OPEN_TASKS, OPEN_LETTERS, &hidden]);
}

/// Until everybody has their answer and everybody else was told.
pub(crate) fn wait_for_the_end(place: &Place, crew: &mut Crew<'_>) {
    let unanswered = format!("SELECT count(*) FROM requests WHERE state NOT IN ({ANSWERED})");
    wait(place, crew, &[&unanswered, OPEN_TASKS, OPEN_LETTERS, "SELECT count(*) FROM delta_events"]);
}

/// Each package is there, whole.
pub(crate) fn packages_can_be_fetched(client: &Client, accepted: &[Accepted], crew: &Crew<'_>) {
    let asked: BTreeSet<&str> =
        accepted.iter().filter(|one| !one.erasure).map(|one| one.request.as_str()).collect();
    let told =
        crew.place().store.ask("SELECT request, id, bytes FROM packages WHERE removed_at IS NULL").unwrap();
    let mut found = BTreeSet::new();
    for line in told.lines() {
        let [request, id, bytes] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
        assert!(asked.contains(request), "a package of nobody who asked");
        assert_eq!(client.fetch(id, crew).len(), bytes.parse::<usize>().unwrap());
        found.insert(request);
    }
    assert_eq!(found, asked, "whoever asked for their data has a package");
}

/// Everything else.
pub(crate) fn check(place: &Place, accepted: &[Accepted]) {
    place.ask(&["audit", "verify"]);
    let requests: BTreeSet<&str> = accepted.iter().map(|one| one.request.as_str()).collect();
    let stored = place.store.ask("SELECT id FROM requests").unwrap();
    assert_eq!(stored.lines().collect::<BTreeSet<_>>(), requests, "each wish is one request");
    assert_eq!(place.store.ask("SELECT kind, outcome FROM tasks WHERE state = 'failed'").unwrap(), "");
    assert_eq!(place.count("SELECT count(*) FROM batches WHERE state = 'sealed'"), 0);
    assert_eq!(place.count("SELECT count(*) FROM returns"), 0);
    assert_eq!(place.count("SELECT count(*) FROM blob_claims"), 0);
    let erased: BTreeSet<u32> = accepted.iter().filter(|one| one.erasure).map(|one| one.person).collect();
    assert_eq!(place.count("SELECT count(DISTINCT request) FROM receipts"), erased.len() as i64);
    rows(place, &erased);
    letters(place, accepted);
    deltas(place, accepted);
}

/// The sources are as somebody would have left them who did it by hand.
fn rows(place: &Place, erased: &BTreeSet<u32>) {
    let there: Vec<u32> = (1..=ALL).filter(|person| !erased.contains(person)).collect();
    let of = |row: u32| (row - 1) % ALL + 1;
    let mut people = vec![format!("{GHOST}|ghost@erased.invalid|Gone")];
    people.extend(there.iter().map(|person| format!("{person}|p{person}@storm.test|Person {person}")));
    let visits: Vec<String> = (1..=ALL * 7)
        .filter(|row| !erased.contains(&of(*row)))
        .map(|row| format!("{row}|{}|/page/{row}", of(row)))
        .collect();
    let sales: Vec<String> = (1..=ALL * 2)
        .map(|row| match of(row) {
            person if erased.contains(&person) => format!("{row}|{GHOST}||{}", row * 10),
            person => format!("{row}|{person}|Person {person}|{}", row * 10),
        })
        .collect();
    for (table, wanted) in [("people", people), ("visits", visits), ("sales", sales)] {
        let found = place.shop.ask(&format!("SELECT * FROM {table} ORDER BY id")).unwrap();
        assert_eq!(found.lines().collect::<Vec<_>>(), wanted, "{table}");
    }
    let crm = rusqlite::Connection::open(place.path("crm.db")).unwrap();
    let list = |query: &str| -> Vec<String> {
        let mut query = crm.prepare(query).unwrap();
        query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let contacts: Vec<String> =
        there.iter().map(|person| format!("{}|{person}|p{person}@storm.test", person + 1000)).collect();
    assert_eq!(list("SELECT id || '|' || customer || '|' || email FROM contacts ORDER BY id"), contacts);
    let notes: Vec<String> = (1..=ALL * 3)
        .filter(|row| !erased.contains(&of(*row)))
        .map(|row| format!("{row}|{}|note {row}", of(row) + 1000))
        .collect();
    assert_eq!(list("SELECT id || '|' || contact || '|' || body FROM notes ORDER BY id"), notes);
}

/// Each letter is written once. A copy has the same Message-ID and the same bytes: mail promises no more.
fn letters(place: &Place, accepted: &[Accepted]) {
    assert_eq!(place.count("SELECT count(*) FROM letters WHERE state <> 'sent'"), 0, "letters given up");
    let mut arrived: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for taken in place.smtp.taken().unwrap() {
        let id = taken.header("Message-ID").unwrap();
        let before = arrived.entry(taken.to.join(" ")).or_default().insert(id, taken.data.clone());
        assert!(before.is_none_or(|before| before == taken.data), "a copy says something else");
    }
    for one in accepted {
        let query = format!("SELECT word FROM letters WHERE request = '{}' ORDER BY word", one.request);
        let written = place.store.ask(&query).unwrap();
        let wanted = if one.erasure { "finished\nreceived\nstarted" } else { "ready\nreceived" };
        assert_eq!(written, wanted, "what {} was told", one.person);
        let found = arrived.get(&format!("p{}@storm.test", one.person)).map_or(0, BTreeMap::len);
        assert_eq!(found, written.lines().count(), "what reached {}", one.person);
    }
}

/// Each event is told once, in its order, in both delta tables.
fn deltas(place: &Place, accepted: &[Accepted]) {
    let told = "SELECT request_id || '|' || model || '|' || event FROM ";
    let shop = format!("{told} exeunt_delta_storage.deletion_requests ORDER BY sequence");
    let shop: Vec<String> = place.shop.ask(&shop).unwrap().lines().map(str::to_owned).collect();
    let crm = rusqlite::Connection::open(place.path("crm.db")).unwrap();
    let mut query =
        crm.prepare(&format!("{told} exeunt_delta_storage_deletion_requests ORDER BY sequence")).unwrap();
    let crm: Vec<String> = query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(shop, crm, "both tables tell the same");
    let mut wanted = 0;
    for one in accepted.iter().filter(|one| one.erasure) {
        for model in ["shop.people", "crm.contacts"] {
            let start = format!("{}|{model}|", one.request);
            let events: Vec<&str> = shop.iter().filter_map(|line| line.strip_prefix(&start)).collect();
            assert_eq!(events, ["requested", "hidden", "purged"], "{start}");
            wanted += events.len();
        }
    }
    assert_eq!(shop.len(), wanted, "and nothing else is told");
}

/// Nothing is left in the bucket but whose it is, and no unfinished file in the home.
pub(crate) fn nothing_is_left_lying_about(place: &Place, crew: &mut Crew<'_>) {
    let begun = Instant::now();
    loop {
        crew.look_after();
        // a bucket server that is being written to does not always tell
        let held = place.s3.everything().unwrap_or_default();
        let held: Vec<String> = held.into_iter().map(|held| held.name).collect();
        let parts = unfinished(&place.path("home"));
        if held == ["vaults/vault/home"] && parts.is_empty() {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{held:?} {parts:?} are left\n{}", crew.said());
        a_moment(200);
    }
}

fn unfinished(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        if path.is_dir() {
            found.extend(unfinished(&path));
        } else if name.starts_with('.') || [".part", ".tmp"].iter().any(|end| name.ends_with(end)) {
            found.push(name);
        }
    }
    found
}
