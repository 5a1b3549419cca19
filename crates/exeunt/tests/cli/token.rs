//! The root key in a real PKCS#11 token, which it never leaves (SEC-40).

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use exeunt_testkit::softhsm::{PIN, SoftHsm};

use crate::desk::Desk;

/// A token in the desk's folder; its PIN is in a file.
fn token(desk: &Desk) -> SoftHsm {
    fs::write(desk.file("pin"), format!("{PIN}\n")).unwrap();
    SoftHsm::make(desk.path(), "exeunt test").unwrap()
}

/// Settings that name the token, from those of a home.
fn settings(desk: &Desk, more: &str) {
    let path = desk.file(".exeunt/exeunt.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, format!("{text}\n{}", unseal(more))).unwrap();
}

fn unseal(more: &str) -> String {
    let module = SoftHsm::module().unwrap();
    format!("unseal: {{ token: {{ module: {module}, label: exeunt test, {more} }} }}\n")
}

/// A home whose root key was made in a token.
fn home(desk: &Desk) -> SoftHsm {
    let made = token(desk);
    let shop = desk.file("shop.db").display().to_string();
    let map = desk.file("map.yaml").display().to_string();
    let text = format!(
        "organization: Ltd\nmap: {map}\nsources: {{ shop: {{ kind: sqlite, path: {shop} }} }}\n{}",
        unseal("pin_file: ../pin")
    );
    fs::create_dir(desk.file("settings")).unwrap();
    fs::write(desk.file("settings/exeunt.yaml"), text).unwrap();
    desk.done(&["--settings", "settings/exeunt.yaml", "init"]);
    fs::copy(desk.file("settings/exeunt.yaml"), desk.file(".exeunt/exeunt.yaml")).unwrap();
    made
}

#[test]
fn a_root_key_that_was_made_in_a_token_opens_everything_and_is_nowhere_else() {
    let desk = Desk::new();
    home(&desk);
    let erased = desk.request("erasure", "customer_id=1");
    desk.erase(&erased);
    desk.done(&["restore", &erased]);
    assert!(
        !desk.file(".exeunt/keys/unseal.key").exists() && !desk.file(".exeunt/keys/unseal.salt").exists()
    );
    desk.done(&["root-key", "rotate"]);
    desk.done(&["organization", "rotate-key"]);
    let second = desk.request("erasure", "customer_id=2");
    desk.erase(&second);
    desk.done(&["root-key", "rotate"]);
    desk.done(&["restore", &second]);
    desk.done(&["audit", "verify"]);
    let told = desk.ends(&["--json", "root-key", "status"], 4).out;
    assert!(told.contains("\"token\": true") || told.contains("\"token\":true"), "{told}");
    // the PIN stands nowhere but where the settings say
    let log = desk.call(&["request", "list"], "log");
    assert!(!log.err.contains(PIN) && !log.out.contains(PIN));
    assert!(!desk.done(&["audit", "export"]).contains(PIN));
}

#[test]
fn whatever_is_wrong_with_the_token_is_told_and_nothing_opens() {
    let desk = Desk::new();
    let made = home(&desk);
    let refused = |code: i32, named: &str| {
        for words in [&["request", "list"][..], &["root-key", "rotate"], &["ledger", "check"]] {
            let answer = desk.ends(words, code);
            assert!(answer.err.contains(named), "{words:?}: {}", answer.err);
            assert!(!answer.err.contains(PIN) && !answer.err.contains("wrong-canary"), "{}", answer.err);
        }
    };
    fs::write(desk.file("pin"), "wrong-canary").unwrap();
    refused(2, "E0959");
    fs::write(desk.file("pin"), "\n").unwrap();
    refused(2, "E0509");
    fs::remove_file(desk.file("pin")).unwrap();
    refused(6, "E0805");
    fs::write(desk.file("pin"), PIN).unwrap();
    desk.done(&["request", "list"]);
    // unplugged
    let away = desk.file("away");
    fs::rename(made.tokens(), &away).unwrap();
    fs::create_dir(made.tokens()).unwrap();
    refused(5, "E0958");
    // another token of the same label: it has no such key
    fs::remove_dir(made.tokens()).unwrap();
    SoftHsm::make(desk.path(), "exeunt test").unwrap();
    refused(6, "E0508");
    // and one that has another home's key of the same name
    let others = Desk::new();
    fs::write(others.file("pin"), PIN).unwrap();
    fs::create_dir(others.file("settings")).unwrap();
    let text = fs::read_to_string(desk.file("settings/exeunt.yaml")).unwrap();
    fs::write(others.file("settings/exeunt.yaml"), text).unwrap();
    fs::copy(desk.file("softhsm2.conf"), others.file("softhsm2.conf")).unwrap();
    others.done(&["--settings", "settings/exeunt.yaml", "init"]);
    refused(7, "E0505");
    // a third home finds the name taken, and touches nothing
    let third = Desk::new();
    fs::write(third.file("pin"), PIN).unwrap();
    fs::create_dir(third.file("settings")).unwrap();
    fs::copy(desk.file("settings/exeunt.yaml"), third.file("settings/exeunt.yaml")).unwrap();
    fs::copy(desk.file("softhsm2.conf"), third.file("softhsm2.conf")).unwrap();
    let taken = third.ends(&["--settings", "settings/exeunt.yaml", "init"], 3);
    assert!(taken.err.contains("E0804") && taken.err.contains("name another key"), "{}", taken.err);
    others.done(&["--settings", "settings/exeunt.yaml", "audit", "verify"]);
    // plugged in again, everything is as it was
    fs::remove_dir_all(made.tokens()).unwrap();
    fs::rename(&away, made.tokens()).unwrap();
    desk.done(&["audit", "verify"]);
}

#[test]
fn a_home_moves_into_a_token_and_shares_bring_it_out_when_the_token_is_lost() {
    let desk = Desk::with_home();
    let erased = desk.request("erasure", "customer_id=1");
    desk.erase(&erased);
    let made = token(&desk);
    let before = fs::read_to_string(desk.file(".exeunt/exeunt.yaml")).unwrap();
    settings(&desk, "pin_file: ../pin, key: shop keys");
    let early = desk.ends(&["request", "list"], 3);
    assert!(early.err.contains("root-key move"), "{}", early.err);
    let moved = desk.ends(&["root-key", "move"], 0);
    assert!(moved.err.contains("shares"), "{}", moved.err);
    fs::remove_file(desk.file(".exeunt/keys/unseal.key")).unwrap();
    desk.ends(&["root-key", "move"], 6);
    assert!(desk.done(&["request", "list"]).contains(&erased));
    desk.done(&["organization", "add", "Globex"]);
    fs::write(desk.file("shares"), desk.done(&["root-key", "shares"])).unwrap();
    desk.done(&["organization", "add", "Initech"]);
    desk.done(&["organization", "rotate-key"]);
    desk.done(&["root-key", "drill", "--shares", "shares"]);
    let second = desk.request("erasure", "customer_id=2");
    desk.erase(&second);

    fs::remove_dir_all(made.tokens()).unwrap();
    fs::create_dir(made.tokens()).unwrap();
    desk.ends(&["request", "list"], 5);
    fs::write(desk.file(".exeunt/exeunt.yaml"), before).unwrap();
    desk.done(&["root-key", "recover", "--shares", "shares"]);
    for request in [&erased, &second] {
        desk.done(&["restore", request]);
    }
    desk.done(&["audit", "verify"]);
    assert!(desk.done(&["organization", "list"]).contains("Initech"));
    // the shares were of what stood by for the token
    desk.ends(&["root-key", "drill", "--shares", "shares"], 6);
    desk.done(&["root-key", "rotate"]);
    assert!(desk.done(&["audit", "export"]).contains("key.rotated"));
}

/// The service in the desk's folder; killed when dropped.
struct Serving(Child, BufReader<std::process::ChildStdout>);

impl Serving {
    fn start(desk: &Desk, made: &SoftHsm) -> Self {
        let (name, value) = made.variable();
        let mut child = Command::new(env!("CARGO_BIN_EXE_exeunt"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(desk.path())
            .env_clear()
            .env(name, value)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self(child, out)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.1.read_line(&mut line).unwrap();
        line
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_service_waits_sealed_for_its_token_and_ends_at_a_wrong_pin() {
    let desk = Desk::new();
    let made = home(&desk);
    let away = desk.file("away");
    fs::rename(made.tokens(), &away).unwrap();
    fs::create_dir(made.tokens()).unwrap();
    let mut serving = Serving::start(&desk, &made);
    let line = serving.line();
    assert!(line.starts_with("sealed at ") && line.contains("there is no token"), "{line}");
    fs::remove_dir(made.tokens()).unwrap();
    fs::rename(&away, made.tokens()).unwrap();
    assert!(serving.line().starts_with("listening at "));
    drop(serving);

    fs::write(desk.file("pin"), "wrong-canary").unwrap();
    // with what the units that we ship start nothing again for
    let answer = desk.ends(&["serve", "--listen", "127.0.0.1:0"], 2);
    assert!(answer.err.contains("E0959") && answer.out.is_empty(), "{}", answer.err);
}
