//! People who ask, and the officer who answers: callers of the API who try again until they know.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use exeunt_testkit::dice::Dice;
use serde_json::{Value, json};

use crate::a_moment;
use crate::crew::Crew;
use crate::joining::Joining;
use crate::place::Place;

/// People who ask at a time.
const AT_ONCE: usize = 4;
/// Longer than any bad spell.
const PATIENCE: Duration = Duration::from_secs(150);
/// How long one try may take.
const TRY: Duration = Duration::from_secs(8);

const AGENT: &[&str] = &["requests:submit", "requests:read"];
const OFFICER: &[&str] = &[
    "requests:read",
    "plans:read",
    "plans:make",
    "plans:approve",
    "jobs:read",
    "jobs:run",
    "packages:read",
    "packages:make",
    "packages:open",
    "links:make",
];

/// What somebody wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) person: u32,
    pub(crate) erasure: bool,
    /// Asks twice under one name, as a caller does that never heard the answer.
    twice: bool,
}

/// A wish that was taken in.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub(crate) person: u32,
    pub(crate) erasure: bool,
    pub(crate) request: String,
}

/// What everybody wants, by dice.
pub(crate) fn wishes(people: u32, dice: &mut Dice) -> Vec<Wish> {
    (1..=people)
        .map(|person| Wish { person, erasure: dice.below(3) > 0, twice: dice.below(3) == 0 })
        .collect()
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    #[track_caller]
    fn good(&self) -> Value {
        assert!(self.status < 300, "{}: {}", self.status, String::from_utf8_lossy(&self.body));
        self.json()
    }
}

/// Keys of an agent and of an officer, and the way to the API.
pub(crate) struct Client {
    port: u16,
    agent: String,
    officer: String,
}

impl Client {
    /// Lets both in, while the weather is fine.
    pub(crate) fn of(place: &Place) -> Self {
        let port = place.proxies[4].port();
        let joining = Joining { address: format!("127.0.0.1:{port}") };
        let begun = Instant::now();
        while call(port, "", "GET", "/healthz", None, None).is_err() {
            assert!(begun.elapsed() < PATIENCE, "the service does not come up");
            a_moment(50);
        }
        let told = place.ask(&["setup-token"]);
        let told: Value = serde_json::from_str(&told).unwrap();
        let admin = joining.first_admin(told["token"].as_str().unwrap());
        let key = |role, scopes| joining.api_key(&joining.join(&admin, role), scopes, 360);
        Self { port, agent: key("agent", AGENT), officer: key("officer", OFFICER) }
    }

    /// Calls until there is an answer that another try would not change.
    #[track_caller]
    pub(crate) fn call(
        &self,
        key: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
        name: Option<&str>,
    ) -> Answer {
        let begun = Instant::now();
        let mut last = String::new();
        loop {
            assert!(begun.elapsed() < PATIENCE, "{method} {path}: no answer; lately: {last}");
            match call(self.port, key, method, &format!("/api/v1{path}"), body, name) {
                Ok(answer) if answer.status < 500 && answer.status != 429 => return answer,
                Ok(answer) => last = format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)),
                Err(error) => last = error.to_string(),
            }
            a_moment(60);
        }
    }

    /// Has every wish taken in, and the work of it asked for.
    pub(crate) fn ask_for_all(&self, wishes: &[Wish]) -> Vec<Accepted> {
        let (next, accepted) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while let Some(wish) = wishes.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let taken = self.submit(wish);
                        if wish.erasure {
                            self.erase(&taken)
                        } else {
                            self.hand_over(&taken)
                        }
                        accepted.lock().unwrap().push(taken);
                    }
                });
            }
        });
        accepted.into_inner().unwrap()
    }

    fn submit(&self, wish: &Wish) -> Accepted {
        let person = wish.person;
        let body = json!({
            "right": if wish.erasure { "erasure" } else { "access" },
            "identifiers": [{ "kind": "customer_id", "value": person.to_string() }],
            "identity": { "level": 2, "how": "compared" },
            "contact": { "email": format!("p{person}@storm.test"), "language": "en" },
        });
        let name = format!("ask-{person}");
        let ask = || {
            let answer = self.call(&self.agent, "POST", "/requests", Some(&body), Some(&name)).good();
            answer["id"].as_str().unwrap().to_owned()
        };
        let request = ask();
        if wish.twice {
            assert_eq!(ask(), request, "a call of the same name took another request in");
        }
        Accepted { person, erasure: wish.erasure, request }
    }

    fn erase(&self, taken: &Accepted) {
        let wanted = json!({ "requests": [taken.request] });
        let plan = self.call(&self.officer, "POST", "/plans", Some(&wanted), None).good();
        let (id, digest) = (plan["id"].as_str().unwrap(), plan["digest"].as_str().unwrap());
        let path = format!("/plans/{id}/approve");
        let approved = self.call(&self.officer, "POST", &path, Some(&json!({ "digest": digest })), None);
        // a try before this one may have done it, and its answer was lost
        if approved.status != 409 || approved.json()["code"] != "E0312" {
            approved.good();
        }
        let name = format!("job-{}", taken.person);
        self.call(&self.officer, "POST", "/jobs", Some(&json!({ "plan": id })), Some(&name)).good();
    }

    fn hand_over(&self, taken: &Accepted) {
        let (path, name) =
            (format!("/requests/{}/packages", taken.request), format!("pack-{}", taken.person));
        let wanted = json!({ "formats": ["json"], "deliver": true });
        self.call(&self.officer, "POST", &path, Some(&wanted), Some(&name)).good();
    }

    /// The file of a package.
    pub(crate) fn fetch(&self, package: &str, crew: &Crew<'_>) -> Vec<u8> {
        let path = format!("/packages/{package}/download");
        let answer = self.call(&self.officer, "POST", &path, None, None);
        let told = String::from_utf8_lossy(&answer.body[..answer.body.len().min(400)]);
        assert!(answer.status == 200, "{}: {told}\n{}", answer.status, crew.said());
        answer.body
    }
}

/// One try.
fn call(
    port: u16,
    key: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
    name: Option<&str>,
) -> std::io::Result<Answer> {
    let broken = |why: &str| std::io::Error::other(why.to_owned());
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(TRY))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let name = name.map(|name| format!("Idempotency-Key: {name}\r\n")).unwrap_or_default();
    let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: storm\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n{name}{kind}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(|| broken("cut short"))?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let status =
        head.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| broken("no status"))?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let body = answer.split_off(end + 4);
    // an answer that was cut is none
    if length.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length != body.len()) {
        return Err(broken("cut short"));
    }
    Ok(Answer { status, body })
}
