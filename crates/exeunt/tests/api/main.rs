//! The API of the real program, called by schemathesis in every way its document allows and many it does not: every answer
//! is one that the document tells, and none is an error of ours.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::disallowed_methods, reason = "tests start programs and have a clock")]

mod joining;
mod served;
mod storage;
mod traces;

use std::io::{BufRead, Write};
use std::process::{Command, Stdio};

use crate::served::Served;

/// What `cargo xtask test` installs.
const SCHEMATHESIS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/schemathesis/bin/schemathesis");
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/schemathesis.toml");

/// The scopes of an API key for everything that a role's programs may.
const OFFICER: &[&str] = &[
    "requests:read",
    "requests:submit",
    "requests:hold",
    "plans:read",
    "plans:make",
    "plans:approve",
    "jobs:read",
    "jobs:run",
    "requests:restore",
    "requests:purge",
    "packages:read",
    "packages:make",
    "packages:open",
    "audit:read",
];
const ADMIN: &[&str] = &["users:manage", "keys:manage"];

fn schemathesis(served: &Served, key: &str) {
    assert!(
        std::path::Path::new(SCHEMATHESIS).exists(),
        "schemathesis is not there; `cargo xtask prepare` installs it below `target/tools`"
    );
    let seed = std::env::var("EXEUNT_TEST_SEED").unwrap_or_else(|_| String::from("20261121"));
    let done = Command::new(SCHEMATHESIS)
        .args(["--config-file", CONFIG, "run", &served.at("/api/v1/openapi.json"), "--url", &served.at("")])
        .args(["--header", &format!("Authorization: Bearer {key}"), "--seed", &seed])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--no-color"])
        .current_dir(served.dir())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}\n{}", String::from_utf8_lossy(&done.stderr));
    assert!(told.contains(" passed"), "nothing was tried: {told}");
}

#[test]
fn every_answer_is_one_that_the_document_tells() {
    let served = Served::start();
    let admin = served.first_admin();
    let officer = served.join(&admin, "officer");
    for (token, scopes) in [(&officer, OFFICER), (&admin, ADMIN)] {
        let key = served.api_key(token, scopes);
        schemathesis(&served, &key);
    }
    let said = served.end();
    assert!(!said.contains("panicked"), "{said}");
}

/// Reads the numbers as Prometheus' own library does, and prints what it found.
const READ: &str = "import json, sys
from prometheus_client.parser import text_string_to_metric_families as families
found = {f.name: [f.type, len(f.samples)] for f in families(sys.stdin.read())}
print(json.dumps(found))";

#[test]
fn numbers_are_read_by_the_library_of_prometheus() {
    let served = Served::start();
    served.first_admin();
    let text = served.get("/metrics", served::WATCH);
    let mut python = Command::new(SCHEMATHESIS.replace("bin/schemathesis", "bin/python"))
        .args(["-c", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let done = python.wait_with_output().unwrap();
    assert!(done.status.success(), "{text}");
    let found: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    for (name, kind) in [
        ("exeunt_calls", "counter"),
        ("exeunt_call_duration_seconds", "histogram"),
        ("exeunt_worker_places", "gauge"),
        ("process_resident_memory_bytes", "gauge"),
        ("process_cpu_seconds", "counter"),
    ] {
        assert_eq!(found[name][0], kind, "{name}: {found}");
    }
    served.end();
}

#[test]
fn each_line_of_the_log_tells_its_call_and_doors_have_a_log_of_their_own() {
    let served = Served::start();
    served.first_admin();
    let security = std::fs::read_to_string(served.dir().join("security.jsonl")).unwrap();
    let log = served.end();
    let lines = |text: &str| -> Vec<serde_json::Value> {
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
            .collect()
    };
    let (log, security) = (lines(&log), lines(&security));
    let joined =
        security.iter().find(|line| line["span"]["call.route"] == "/api/v1/enrollments/set-up").unwrap();
    assert_eq!((&joined["call.status"], &joined["target"]), (&201.into(), &"exeunt::security".into()));
    let id = joined["span"]["request_id"].as_str().unwrap();
    assert_eq!(id.len(), 20);
    assert!(log.iter().any(|line| line["span"]["request_id"] == id && line["message"] == "answered a call"));
    assert!(security.iter().all(|line| line["target"] == "exeunt::security"), "{security:?}");
    for text in [serde_json::to_string(&log).unwrap(), serde_json::to_string(&security).unwrap()] {
        assert!(!text.contains("admin@small.test") && !text.contains("First Admin"), "{text}");
    }
}

#[test]
fn a_process_without_its_secret_is_sealed_until_it_is_there() {
    let dir = Served::home();
    let (key, away) = (dir.path().join(".exeunt/keys/unseal.key"), dir.path().join("away"));
    std::fs::rename(&key, &away).unwrap();
    let (served, mut told) = Served::start_in(dir, "sealed at http://");
    assert!(served.answer("/healthz").starts_with("HTTP/1.1 200"));
    let ready = served.answer("/readyz");
    assert!(ready.starts_with("HTTP/1.1 503") && ready.ends_with("sealed\n"), "{ready}");
    for path in ["/api/v1/requests", "/api/v1/openapi.json", "/metrics"] {
        let answer = served.answer(path);
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("E0964"), "{path}: {answer}");
    }
    std::fs::rename(&away, &key).unwrap();
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    assert_eq!(line.trim(), format!("listening at {}", served.at("")));
    assert!(served.answer("/readyz").starts_with("HTTP/1.1 200"));
    assert!(served.answer("/api/v1/requests").starts_with("HTTP/1.1 401"));
    served.end();
}
