//! What is packed around the program: units, image, compose file and the page for operators say nothing that it does not know.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::desk::Desk;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A command line that the program takes: the last word asks for help, so that nothing is done.
fn assert_taken(desk: &Desk, words: &[&str], place: &str) {
    let mut words = words.to_vec();
    words.push("--help");
    let answer = desk.call(&words, "");
    assert_eq!(answer.code, 0, "{place}: `exeunt {}`: {}", words.join(" "), answer.err);
    assert!(answer.out.contains("Usage: exeunt"), "{place}: {}", answer.out);
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

/// Variables of ours that the sources read.
fn variables() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in ["main.rs", "log.rs", "door.rs"] {
        let source = text(&format!("crates/exeunt/src/{file}"));
        found.extend(source.split('"').filter(|word| word.starts_with("EXEUNT_")).map(str::to_owned));
    }
    assert!(found.contains("EXEUNT_HOME") && found.contains("EXEUNT_LOG"), "{found:?}");
    found
}

fn assert_known(variable: &str, place: &str) {
    assert!(variables().contains(variable), "{place}: nobody reads `{variable}`");
}

#[test]
fn units_start_what_there_is() {
    let desk = Desk::small();
    for unit in ["exeunt.service", "exeunt-worker@.service"] {
        let path = format!("packaging/systemd/{unit}");
        let unit = text(&path);
        let mut started = 0;
        for line in unit.lines() {
            if let Some((key, command)) = line.replace("=-/", "=/").split_once("=/usr/bin/exeunt ") {
                assert!(key.starts_with("ExecStart"), "{path}: {line}");
                assert_taken(&desk, &command.split(' ').collect::<Vec<_>>(), &path);
                started += 1;
            }
            if let Some(set) = line.strip_prefix("Environment=") {
                assert_known(set.split('=').next().unwrap(), &path);
            }
        }
        assert_eq!(started, 2, "{path}");
        for wanted in [
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "LimitCORE=0",
            "MemoryDenyWriteExecute=yes",
            "CapabilityBoundingSet=",
            "UMask=0077",
            // what the page for operators has the service write to
            "StateDirectory=exeunt exeunt-checkpoints",
            "LogsDirectory=exeunt",
        ] {
            assert!(unit.lines().any(|line| line == wanted), "{path} lacks {wanted}");
        }
    }
}

#[test]
fn the_image_runs_as_nobody_special_and_starts_what_there_is() {
    let path = "packaging/docker/Dockerfile";
    let file = text(path);
    let of = |key: &str| {
        let line = file.lines().rev().find_map(|line| line.strip_prefix(key));
        serde_json::from_str::<Value>(line.unwrap_or_else(|| panic!("no {key}"))).unwrap()
    };
    assert_eq!(of("ENTRYPOINT "), serde_json::json!(["/usr/bin/exeunt"]));
    assert_taken(&Desk::small(), &words(&of("CMD ")), path);
    let last = file.rsplit("\nFROM ").next().unwrap();
    let user = last.lines().find_map(|line| line.strip_prefix("USER ")).unwrap();
    assert!(!user.starts_with('0') && !user.starts_with("root"), "{user}");
    assert!(file.contains("cargo build --locked --profile dist --package exeunt"));
    let toolchain = text("rust-toolchain.toml");
    let channel = toolchain.split('"').nth(1).unwrap();
    assert!(file.contains(&format!("FROM rust:{channel}-")), "another toolchain would be fetched");
    assert!(file.contains(&format!("ENV RUSTUP_TOOLCHAIN={channel}\n")));
    // a volume over a folder that is not there belongs to root, and nobody could write to it
    let compose = yaml("packaging/compose/compose.yaml");
    let mounts = words(&compose["x-exeunt"]["volumes"]);
    for (_, folder) in
        mounts.iter().filter(|mount| !mount.starts_with('.')).filter_map(|mount| mount.split_once(':'))
    {
        let made = last
            .lines()
            .any(|line| line.contains("--owner 10001") && line.split(' ').any(|word| word == folder));
        assert!(made, "{path} makes no `{folder}`");
    }
    for word in last.split_whitespace().filter(|word| word.starts_with("EXEUNT_")) {
        assert_known(word.split('=').next().unwrap(), path);
    }
}

#[test]
fn the_compose_file_starts_what_there_is_with_settings_that_can_be_read() {
    let path = "packaging/compose/compose.yaml";
    let (compose, desk) = (yaml(path), Desk::small());
    let mut roles = BTreeSet::new();
    for (name, service) in compose["services"].as_object().unwrap() {
        if name == "postgres" {
            continue;
        }
        // what stands under `<<` is shared by all
        let shared = service.get("<<").unwrap_or(service);
        for variable in shared["environment"].as_object().unwrap().keys() {
            assert_known(variable, path);
        }
        for secret in words(&shared["secrets"]) {
            assert!(compose["secrets"][secret]["file"].is_string(), "{secret} is not there");
        }
        let command = words(&service["command"]);
        assert_taken(&desk, &command, path);
        roles.insert(command.get(2).unwrap_or(&command[0]).to_string());
    }
    assert_eq!(roles, ["api", "init", "worker"].map(String::from).into());
    assert_eq!(compose["services"]["worker"]["deploy"]["replicas"], 2);
    let settings = root().join("packaging/compose/exeunt.yaml");
    // its secrets are not here, which is told; a setting that there is not would be another code
    let answer = desk.call(&["settings", "check", settings.to_str().unwrap(), "--json"], "");
    assert_eq!(answer.code, 4, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("unseal.passphrase_file"), "{}", answer.out);
}

#[test]
fn what_the_page_for_operators_tells_to_type_exists() {
    let (page, desk) = (text("docs/operate.md"), Desk::small());
    let mut tried = 0;
    for line in page.lines() {
        let Some((_, command)) = line.split_once("exeunt ").filter(|(before, _)| {
            before.trim().is_empty() || before.trim() == "sudo -u exeunt" || before.trim().ends_with('|')
        }) else {
            continue;
        };
        let command = command.split(['#', '|', '>', '<']).next().unwrap();
        let shown: Vec<&str> = command.split_whitespace().collect();
        let options = shown.iter().position(|word| word.starts_with('-')).unwrap_or(shown.len());
        let nouns: Vec<&str> = shown[..options]
            .iter()
            .take_while(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
            .copied()
            .collect();
        let mut help = nouns.clone();
        help.push("--help");
        let told = desk.done(&help);
        for option in shown.iter().filter(|word| word.starts_with("--")) {
            assert!(told.contains(option), "`exeunt {command}`: there is no {option}");
        }
        tried += 1;
    }
    assert!(tried > 10, "only {tried} commands were found");
    for variable in page.split(|c: char| !(c.is_ascii_uppercase() || c == '_')) {
        if variable.starts_with("EXEUNT_") {
            assert_known(variable, "docs/operate.md");
        }
    }
}
