//! Letting people in by the API, as the pages of the service will, and the little of HTTP that takes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{SystemTime, UNIX_EPOCH};

use exeunt_app::people::totp;
use exeunt_base::Timestamp;
use serde_json::{Value, json};

/// A service at an address.
pub(crate) struct Joining {
    pub(crate) address: String,
}

impl Joining {
    /// Calls it with a JSON body and wants a good answer.
    pub(crate) fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> Value {
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
    pub(crate) fn first_admin(&self, setup_token: &str) -> String {
        let person = json!({ "name": "First Admin", "email": "admin@small.test" });
        self.joined("/enrollments/set-up", setup_token, person)
    }

    /// Somebody of a role, signed in.
    pub(crate) fn join(&self, admin: &str, role: &str) -> String {
        let sent = json!({ "name": "Some Body", "email": format!("{role}@small.test"), "roles": [role] });
        let invited = self.call("POST", "/users", admin, &sent);
        self.joined("/enrollments/accept", invited["token"].as_str().unwrap(), json!({}))
    }

    /// An API key of whoever is signed in.
    pub(crate) fn api_key(&self, token: &str, scopes: &[&str], days: u32) -> String {
        let sent = json!({ "label": "test", "scopes": scopes, "days": days });
        self.call("POST", "/api-keys", token, &sent)["token"].as_str().unwrap().to_owned()
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
