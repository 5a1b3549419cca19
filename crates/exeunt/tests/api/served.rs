//! `exeunt serve` in a folder of its own, and the little of HTTP that letting somebody in needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::joining::Joining;

/// What whoever watches shows.
pub(crate) const WATCH: &str = "watch-0123456789-0123456789";

/// The running program.
pub(crate) struct Served {
    dir: tempfile::TempDir,
    process: Child,
    address: String,
}

fn exeunt(dir: &std::path::Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exeunt"));
    command
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .env("EXEUNT_LOG", "info")
        .env("EXEUNT_LOG_FORMAT", "json")
        .env("EXEUNT_SECURITY_LOG", dir.join("security.jsonl"));
    command
}

impl Served {
    /// Makes a home for a small shop and starts the service on a free port.
    pub(crate) fn start() -> Self {
        Self::start_in(Self::home(), "listening at http://").0
    }

    /// A home for a small shop.
    pub(crate) fn home() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let shop = rusqlite::Connection::open(dir.path().join("shop.db")).unwrap();
        shop.execute_batch(include_str!("../cli/small.sql")).unwrap();
        std::fs::write(dir.path().join("map.yaml"), include_str!("../cli/small.yaml")).unwrap();
        let init =
            exeunt(dir.path(), &["init", "--source", "shop=sqlite:shop.db", "--map", "map.yaml"]).output();
        assert!(init.unwrap().status.success());
        std::fs::write(dir.path().join("watch.token"), WATCH).unwrap();
        let settings = dir.path().join(".exeunt/exeunt.yaml");
        let written = std::fs::read_to_string(&settings).unwrap();
        let serve =
            "serve: { metrics: on, metrics_token_file: ../watch.token, metrics_listen: \"127.0.0.1:0\" }";
        std::fs::write(&settings, format!("{written}\n{serve}\n")).unwrap();
        dir
    }

    /// Starts the service in a home; what it says first begins so. What it says next is read from what is given back.
    pub(crate) fn start_in(dir: tempfile::TempDir, says: &str) -> (Self, impl BufRead) {
        let log = std::fs::File::create(dir.path().join("serve.log")).unwrap();
        let mut process = exeunt(dir.path(), &["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(process.stdout.take().unwrap());
        told.read_line(&mut line).unwrap();
        let said = line.trim().strip_prefix(says).unwrap_or_else(|| panic!("{line}"));
        let address = said.split([' ', '/']).next().unwrap().trim_end_matches(':').to_owned();
        (Self { dir, process, address }, told)
    }

    pub(crate) fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Tells it to end, waits until it has, and gives its log.
    pub(crate) fn end(mut self) -> String {
        let status = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(status.success());
        assert!(self.process.wait().unwrap().success(), "it did not end well");
        std::fs::read_to_string(self.dir.path().join("serve.log")).unwrap()
    }

    /// What it answers to a plain question, as it stands after the head.
    pub(crate) fn get(&self, path: &str, token: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Its whole answer to a plain question.
    pub(crate) fn answer(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Its whole answer to a plain question with one more header.
    pub(crate) fn answer_with(&self, path: &str, header: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{header}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The first administrator, signed in.
    pub(crate) fn first_admin(&self) -> String {
        let made = exeunt(self.dir.path(), &["setup-token"]).output().unwrap();
        let token = String::from_utf8(made.stdout).unwrap();
        self.joining().first_admin(token.trim())
    }

    /// Somebody of a role, signed in.
    pub(crate) fn join(&self, admin: &str, role: &str) -> String {
        self.joining().join(admin, role)
    }

    /// An API key of whoever is signed in.
    pub(crate) fn api_key(&self, token: &str, scopes: &[&str]) -> String {
        self.joining().api_key(token, scopes, 1)
    }

    /// Calls it with a JSON body and wants a good answer.
    pub(crate) fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> Value {
        self.joining().call(method, path, token, body)
    }

    fn joining(&self) -> Joining {
        Joining { address: self.address.clone() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
