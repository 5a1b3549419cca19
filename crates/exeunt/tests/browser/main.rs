//! The console in a real browser: each journey of `e2e/journeys` in front of a program of its own. Screenshots of every page
//! they check are in `target/screens`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::disallowed_methods, reason = "tests start programs and have a clock")]

#[path = "../api/joining.rs"]
mod joining;
#[path = "../api/served.rs"]
#[expect(dead_code, reason = "journeys ask by themselves")]
mod served;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use exeunt_testkit::identity::Identity;
use exeunt_testkit::smtp::Smtp;

use crate::served::Served;

const E2E: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e");

/// What `cargo xtask prepare` installs.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/e2e/node_modules");

/// What nobody's log, title or address holds: what people are called in journeys, what they type, what lets them in.
const CANARIES: [&str; 7] =
    ["canary", "Canary", "purple otters", "green herons", "exs_", "exo_", "mail.test"];

/// One browser at a time: machines that test have few processors, and pages have deadlines.
static ALONE: Mutex<()> = Mutex::new(());

/// One test for each journey that needs nothing but the program, and their names.
macro_rules! journeys {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            travel(stringify!($name), Served::home(), &[]);
        })*

        const PLAIN: &[&str] = &[$(stringify!($name)),*];
    };
}

journeys! {
    account
    customers
    doors
    keyboard
    keyboard_agent
    keyboard_auditor
    keyboard_officer
    requests
    package
    request
    settings
    suppression
    troubles
}

/// Those that need something else beside the program.
const OTHERS: &[&str] =
    &["first", "keyboard_engineer", "keyboard_person", "map", "portal", "provider", "rooms"];

#[test]
fn rooms() {
    let home = Served::home();
    // something has to stay by law
    let map = home.path().join("map.yaml");
    let written = std::fs::read_to_string(&map).unwrap();
    let anonymized = "on_erase:\n      anonymize: { ship_name: null }";
    let kept = "on_erase: keep\n    keep: { for: 8y, from: request, starting: end_of_year, because: tax law, then: delete }";
    let changed = written.replacen(anonymized, kept, 1);
    assert_ne!(written, changed);
    std::fs::write(&map, changed).unwrap();
    travel("rooms", home, &[]);
}

/// Changes the shop of a home behind the map's back.
fn change_shop(home: &Path, script: &str) {
    rusqlite::Connection::open(home.join("shop.db")).unwrap().execute_batch(script).unwrap();
}

#[test]
fn map() {
    let home = Served::home();
    change_shop(
        home.path(),
        "ALTER TABLE customers ADD COLUMN phone_number TEXT;
         CREATE TABLE visits (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), ip TEXT, at TEXT);
         CREATE TABLE currencies (code TEXT PRIMARY KEY, sign TEXT);",
    );
    travel("map", home, &[]);
}

#[test]
fn first() {
    let home = tempfile::tempdir().unwrap();
    init(home.path(), &["--map-in-console"]);
    let folder = home.path().join(".exeunt/sources");
    std::fs::create_dir(&folder).unwrap();
    change_shop(&folder, include_str!("../cli/small.sql"));
    travel("first", home, &[]);
}

#[test]
fn keyboard_engineer() {
    let home = tempfile::tempdir().unwrap();
    change_shop(home.path(), include_str!("../cli/small.sql"));
    init(home.path(), &["--source", "shop=sqlite:shop.db", "--map-in-console"]);
    travel("keyboard_engineer", home, &[]);
}

fn init(dir: &Path, how: &[&str]) {
    let init = Command::new(env!("CARGO_BIN_EXE_exeunt"))
        .arg("init")
        .args(how)
        .current_dir(dir)
        .env_clear()
        .output()
        .unwrap();
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
}

#[test]
fn portal() {
    with_mail("portal");
}

#[test]
fn keyboard_person() {
    with_mail("keyboard_person");
}

/// A journey whose home writes letters.
fn with_mail(name: &str) {
    let smtp = Smtp::start().unwrap();
    let home = Served::home();
    // two who ask are known, one is not
    let known = "UPDATE customers SET email = 'one@canary.test' WHERE id = 1;
                 UPDATE customers SET email = 'three@canary.test' WHERE id = 3;";
    rusqlite::Connection::open(home.path().join("shop.db")).unwrap().execute_batch(known).unwrap();
    let settings = home.path().join(".exeunt/exeunt.yaml");
    let written = std::fs::read_to_string(&settings).unwrap();
    // the journey leads whoever follows a link in a letter to where the service really is
    let changed = written.replacen("\nserve: {", "\nserve: { public_url: \"https://privacy.small.test\",", 1);
    assert_ne!(written, changed);
    let mail =
        format!("mail: {{ host: 127.0.0.1, port: {}, tls: none, from: privacy@small.test }}", smtp.port());
    std::fs::write(&settings, format!("{changed}\n{mail}\n")).unwrap();
    travel(name, home, &[("EXEUNT_MAIL", smtp.folder().to_str().unwrap())]);
}

#[test]
fn provider() {
    let identity = Identity::start().unwrap();
    let home = Served::home();
    let settings = home.path().join(".exeunt/exeunt.yaml");
    let written = std::fs::read_to_string(&settings).unwrap();
    // nobody is there; the journey leads whoever is sent back to it to where the service really is
    let serve = "\nserve: { public_url: \"https://privacy.small.test\",";
    let changed = written.replacen("\nserve: {", serve, 1);
    assert_ne!(written, changed);
    let outbound = format!("outbound: {{ internal: [\"{}\"] }}", identity.issuer());
    std::fs::write(&settings, format!("{changed}\n{outbound}\n")).unwrap();
    travel("provider", home, &[("EXEUNT_ISSUER", &identity.issuer())]);
}

fn travel(name: &str, home: tempfile::TempDir, beside: &[(&str, &str)]) {
    assert!(
        Path::new(TOOLS).exists(),
        "what drives the browser is not there; `cargo xtask prepare` installs it below `target/tools`"
    );
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (served, _told) = Served::start_in(home, "listening at http://");
    let output = Command::new("node")
        .arg(Path::new(E2E).join("journeys").join(format!("{name}.mjs")))
        .env("EXEUNT_URL", served.at("/"))
        .env("EXEUNT_DIR", served.dir())
        .env("EXEUNT_BIN", env!("CARGO_BIN_EXE_exeunt"))
        .envs(beside.iter().copied())
        .output()
        .unwrap();
    let said =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let security = std::fs::read_to_string(served.dir().join("security.jsonl")).unwrap_or_default();
    let log = served.end();
    assert!(output.status.success(), "the journey `{name}` failed\n{said}\n{}", last(&log));
    for canary in CANARIES {
        assert!(!log.contains(canary), "the log holds `{canary}`");
        assert!(!security.contains(canary), "the security log holds `{canary}`");
    }
}

/// The end of a log.
fn last(log: &str) -> String {
    let lines: Vec<&str> = log.lines().filter(|line| !line.contains("\"INFO\"")).collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[test]
fn every_journey_is_travelled() {
    let files = std::fs::read_dir(Path::new(E2E).join("journeys")).unwrap();
    let found: BTreeSet<String> = files
        .filter_map(|file| Some(file.unwrap().file_name().to_str()?.strip_suffix(".mjs")?.to_owned()))
        .collect();
    let known: BTreeSet<String> = PLAIN.iter().chain(OTHERS).map(|&name| name.to_owned()).collect();
    assert_eq!(known, found);
}
