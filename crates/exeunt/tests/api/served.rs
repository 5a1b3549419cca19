//! `exeunt serve` in a folder of its own, and the little of HTTP that letting somebody in needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use exeunt_app::people::totp;
use exeunt_base::Timestamp;
use serde_json::{Value, json};

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

    /// Calls it with a JSON body and wants a good answer.
    fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }

    /// Joins by a one-time token; gives the session's token.
    fn joined(&self, path: &str, token: &str, mut sent: Value) -> String {
        let shown = self.call("POST", "/enrollments/show", "", &json!({ "token": token }));
        let secret = plain(shown["secret"].as_str().unwrap());
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
        let now = Timestamp::from_micros(since.try_into().unwrap());
        sent["token"] = json!(token);
        sent["enrollment"] = shown["enrollment"].clone();
        sent["password"] = json!("nine purple otters juggle");
        sent["code"] = json!(totp::code(&secret, totp::step_of(now)).expose());
        self.call("POST", path, "", &sent)["token"].as_str().unwrap().to_owned()
    }

    /// The first administrator, signed in.
    pub(crate) fn first_admin(&self) -> String {
        let made = exeunt(self.dir.path(), &["setup-token"]).output().unwrap();
        let token = String::from_utf8(made.stdout).unwrap();
        let person = json!({ "name": "First Admin", "email": "admin@small.test" });
        self.joined("/enrollments/set-up", token.trim(), person)
    }

    /// Somebody of a role, signed in.
    pub(crate) fn join(&self, admin: &str, role: &str) -> String {
        let sent = json!({ "name": "Some Body", "email": format!("{role}@small.test"), "roles": [role] });
        let invited = self.call("POST", "/users", admin, &sent);
        self.joined("/enrollments/accept", invited["token"].as_str().unwrap(), json!({}))
    }

    /// An API key of whoever is signed in.
    pub(crate) fn api_key(&self, token: &str, scopes: &[&str]) -> String {
        let sent = json!({ "label": "test", "scopes": scopes, "days": 1 });
        self.call("POST", "/api-keys", token, &sent)["token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The secret that base 32 says.
fn plain(base32: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String =
        base32.chars().filter_map(|letter| letters.find(letter)).map(|at| format!("{at:05b}")).collect();
    let byte = |eight: &[u8]| u8::from_str_radix(std::str::from_utf8(eight).unwrap(), 2).unwrap();
    bits.as_bytes().chunks_exact(8).map(byte).collect()
}
