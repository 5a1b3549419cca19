//! The API of the real program, called by schemathesis in every way its document allows and many it does not: every answer
//! is one that the document tells, and none is an error of ours.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::disallowed_methods, reason = "tests start programs and have a clock")]

mod served;

use std::process::Command;

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
