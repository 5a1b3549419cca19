//! Witnesses, run as an auditor runs them: a process of their own in a folder of their own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use exeunt_testkit::tls::{AUTHORITY, Door};
use serde_json::Value;

use crate::desk::Desk;

/// A witness at work.
pub(crate) struct Running {
    child: Child,
    url: String,
}

impl Running {
    fn begin(desk: &Desk, folder: &str, listen: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_exeunt"))
            .args(["witness", "run", folder, "--listen", listen])
            .current_dir(desk.path())
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening at ").unwrap().to_owned();
        Self { child, url }
    }

    fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::mem::take(&mut self.url)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the home keeps the public key of its log.
fn log_key(desk: &Desk) -> String {
    let mut folders = fs::read_dir(desk.file(".exeunt/checkpoints")).unwrap();
    folders.next().unwrap().unwrap().path().join("log.vkey").to_str().unwrap().to_owned()
}

/// A home whose log these witnesses watch, of whom so many must sign.
pub(crate) fn watched(desk: &Desk, names: &[&str], quorum: usize) -> Vec<Running> {
    let mut running = Vec::new();
    let mut settings = format!("audit:\n  quorum: {quorum}\n  witnesses:\n");
    for name in names {
        let key = desk.done(&["witness", "init", name, "--name", &format!("{name}.example/w")]);
        desk.done(&["witness", "watch", name, &log_key(desk)]);
        let witness = Running::begin(desk, name, "127.0.0.1:0");
        settings.push_str(&format!("    - {{ key: {}, url: \"{}\" }}\n", key.trim(), witness.url));
        running.push(witness);
    }
    let path = desk.file(".exeunt/exeunt.yaml");
    fs::write(&path, format!("{}\n{settings}", fs::read_to_string(&path).unwrap())).unwrap();
    running
}

fn troubles(desk: &Desk, code: i32) -> Vec<String> {
    let told: Value =
        serde_json::from_str(&desk.ends(&["audit", "witnesses", "--ask", "--json"], code).out).unwrap();
    let all = told["witnesses"].as_array().unwrap();
    all.iter().map(|one| one["trouble"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn enough_witnesses_sign_and_their_signatures_are_checked_by_the_policy() {
    let desk = Desk::with_home();
    let mut witnesses = watched(&desk, &["ada", "bob", "cy"], 2);
    let request = desk.request("erasure", "customer_id=1");
    assert_eq!(troubles(&desk, 0), ["", "", ""]);
    desk.request("erasure", "customer_id=2");
    assert_eq!(troubles(&desk, 0), ["", "", ""], "grown since");

    fs::write(desk.file("policy"), desk.done(&["audit", "policy"])).unwrap();
    fs::write(desk.file("log.jsonl"), desk.done(&["audit", "export"])).unwrap();
    let verified = desk.done(&["audit", "verify", "log.jsonl", "--policy", "policy"]);
    assert!(verified.contains("3 of 3 witnesses signed"), "{verified}");

    // one that died: nothing waits for it, and two are enough
    let url = witnesses.pop().unwrap().kill();
    desk.erase(&request);
    assert_eq!(troubles(&desk, 4), ["", "", "could not reach the witness"]);
    fs::write(desk.file("log.jsonl"), desk.done(&["audit", "export"])).unwrap();
    let verified = desk.done(&["audit", "verify", "log.jsonl", "--policy", "policy"]);
    assert!(verified.contains("2 of 3 witnesses signed"), "{verified}");

    desk.done(&["purge", &request, "--now", "asked to"]);
    desk.ends(&["audit", "witnesses", "--ask"], 4);
    let files: Value =
        serde_json::from_str(&desk.done(&["audit", "proof", "--request", &request, "--json"])).unwrap();
    let of = |what: &str| files["receipts"][0][what].as_str().unwrap().to_owned();
    let (receipt, proof) = (of("file"), of("proof"));
    let check = ["audit", "verify", "--receipt", &receipt, "--proof", &proof, "--policy", "policy"];
    assert!(desk.done(&check).contains("2 of 3 witnesses signed"));

    // one alone is too few for whoever trusts the policy
    drop(witnesses.pop());
    fs::write(desk.file("log.jsonl"), desk.done(&["audit", "export"])).unwrap();
    let answer = desk.ends(&["audit", "verify", "log.jsonl", "--policy", "policy"], 7);
    assert!(answer.err.contains("1 of 3 witnesses"), "{}", answer.err);
    desk.done(&["audit", "verify", "log.jsonl"]);

    // back at its place, it remembers and goes on
    let _cy = Running::begin(&desk, "cy", url.strip_prefix("http://").unwrap());
    assert_eq!(troubles(&desk, 4), ["", "could not reach the witness", ""]);
    let logs: Value = serde_json::from_str(&desk.done(&["witness", "logs", "cy", "--json"])).unwrap();
    assert!(logs["logs"][0]["entries"].as_u64().unwrap() > 10, "{logs}");
}

#[test]
fn a_witness_refuses_a_log_that_was_taken_back_and_went_another_way() {
    let desk = Desk::with_home();
    let witnesses = watched(&desk, &["ada"], 1);
    let home = desk.file(".exeunt");
    // two homes of one key: what a fork is made with
    let copied = Command::new("cp").arg("-r").arg(&home).arg(desk.file("other")).status().unwrap();
    assert!(copied.success());
    desk.request("erasure", "customer_id=1");
    assert_eq!(troubles(&desk, 0), [""]);
    let other = |more: &[&str], code| desk.ends(&[&["--home", "other"], more].concat(), code);
    let answer = other(&["audit", "witnesses", "--ask", "--json"], 4);
    assert!(answer.out.contains("the log was taken back"), "{}", answer.out);
    for id in ["2", "3"] {
        let identify = format!("customer_id={id}");
        other(&["request", "submit", "--right", "erasure", "--identify", &identify], 0);
        let answer = other(&["audit", "witnesses", "--ask", "--json"], 4);
        assert!(answer.out.contains("another history"), "{}", answer.out);
    }
    desk.request("erasure", "customer_id=4");
    assert_eq!(troubles(&desk, 0), [""], "the true one goes on");
    drop(witnesses);
    desk.ends(&["witness", "watch", "ada", "nonsense"], 2);
    desk.ends(&["witness", "init", "ada", "--name", "again"], 3);
    desk.ends(&["witness", "init", "eve", "--name", "two words"], 2);
    desk.ends(&["witness", "logs", "nowhere"], 6);
}

#[test]
fn a_witness_over_tls_is_believed_by_the_authorities_of_the_machine_alone() {
    let desk = Desk::with_home();
    let key = desk.done(&["witness", "init", "ada", "--name", "ada.example/w"]);
    desk.done(&["witness", "watch", "ada", &log_key(&desk)]);
    let witness = Running::begin(&desk, "ada", "127.0.0.1:0");
    let door = Door::before(witness.url.rsplit(':').next().unwrap().parse().unwrap()).unwrap();
    let path = desk.file(".exeunt/exeunt.yaml");
    let url = format!("https://localhost:{}", door.port());
    let settings = format!("audit: {{ witnesses: [{{ key: {}, url: \"{url}\" }}] }}", key.trim());
    fs::write(&path, format!("{}\n{settings}\n", fs::read_to_string(&path).unwrap())).unwrap();
    desk.request("erasure", "customer_id=1");
    assert_eq!(troubles(&desk, 4), ["could not speak TLS with the witness"]);
    fs::write(desk.file("authority.pem"), AUTHORITY).unwrap();
    let asked = Command::new(env!("CARGO_BIN_EXE_exeunt"))
        .args(["audit", "witnesses", "--ask", "--json"])
        .current_dir(desk.path())
        .env_clear()
        .env("SSL_CERT_FILE", desk.file("authority.pem"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&asked.stdout);
    assert!(asked.status.success(), "{told}{}", String::from_utf8_lossy(&asked.stderr));
    let logs: Value = serde_json::from_str(&desk.done(&["witness", "logs", "ada", "--json"])).unwrap();
    assert!(logs["logs"][0]["entries"].as_u64().unwrap() > 1, "{logs}");
}
