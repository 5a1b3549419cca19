//! A home whose first organization has a mail server, and somebody to write to.

use std::io::Write;
use std::sync::Mutex;

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_app::home::open::Kept;
use exeunt_engine::World;
use exeunt_testkit::smtp::{Smtp, Taken};
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::home::Home;

/// Who asks. Whatever is known of them is a canary.
pub(crate) const EMAIL: &str = "ada.canary@mail.test";
pub(crate) const NAME: &str = "Ada Canary";

/// Everything that any test of this program logs.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

/// A home with a mail server.
pub(crate) struct Posted {
    pub(crate) home: Home,
    pub(crate) smtp: Smtp,
}

impl Posted {
    pub(crate) async fn new() -> Self {
        Self::keeping(None).await
    }

    /// Whose packages are kept elsewhere than in a folder.
    pub(crate) async fn keeping(kept: Option<Kept>) -> Self {
        let log = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
        let _ = tracing_subscriber::util::SubscriberInitExt::try_init(log.with_writer(Log).finish());
        let smtp = Smtp::start().unwrap();
        Self { home: Home::with_mail(smtp.port(), kept).await, smtp }
    }

    pub(crate) fn agent(&self) -> &str {
        self.home.acme.key(Role::Agent)
    }

    pub(crate) fn officer(&self) -> &str {
        self.home.acme.key(Role::Officer)
    }

    /// Takes a request in, and says its id.
    pub(crate) async fn submit(&self, right: &str, customer: &str, language: &str) -> String {
        let sent = json!({
            "right": right,
            "identifiers": [{ "kind": "customer_id", "value": customer }],
            "contact": { "email": EMAIL, "name": NAME, "language": language },
        });
        let submitted = self.home.send(self.agent(), "POST", "/api/v1/requests", Some(sent)).await;
        assert_eq!(submitted.status, StatusCode::CREATED, "{}", submitted.text());
        assert!(!submitted.text().to_lowercase().contains("canary"), "{}", submitted.text());
        submitted.word("id")
    }

    /// Plans, approves and carries an erasure out.
    pub(crate) async fn erase(&self, request: &str) {
        let (home, officer) = (&self.home, self.officer());
        let planned =
            home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
        let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
        home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
        let started =
            home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
        let ended = home.ended(officer, &started.word("task")).await;
        assert_eq!(ended.word("state"), "done", "{}", ended.text());
    }

    pub(crate) async fn letters(&self) -> Vec<Value> {
        let listed = self.home.send(self.agent(), "GET", "/api/v1/letters", None).await;
        assert!(!listed.text().to_lowercase().contains("canary"), "{}", listed.text());
        listed.json()["items"].as_array().unwrap().clone()
    }

    /// Waits until a letter about a request is in a state.
    pub(crate) async fn letter(&self, word: &str, state: &str) -> Value {
        for _ in 0..600 {
            let found =
                self.letters().await.into_iter().find(|one| one["letter"] == word && one["state"] == state);
            if let Some(found) = found {
                return found;
            }
            self.home.world.wait(std::time::Duration::from_millis(50)).await;
        }
        panic!("no letter `{word}` is {state}: {:?}", self.letters().await);
    }

    /// Waits until a letter was tried in vain, and waits to be tried again.
    pub(crate) async fn tried(&self, word: &str) -> Value {
        for _ in 0..600 {
            let waiting = self.letter(word, "waiting").await;
            if waiting["trouble"].is_string() {
                return waiting;
            }
            self.home.world.wait(std::time::Duration::from_millis(50)).await;
        }
        panic!("`{word}` is not tried");
    }

    /// Waits until the server took a letter to the person that says this, and gives the last such one.
    pub(crate) async fn told(&self, part: &str) -> Taken {
        for _ in 0..600 {
            let taken = self.smtp.taken().unwrap();
            if let Some(found) =
                taken.into_iter().rev().find(|one| one.to == [EMAIL] && one.text().contains(part))
            {
                return found;
            }
            self.home.world.wait(std::time::Duration::from_millis(50)).await;
        }
        panic!("nobody was told `{part}`: {:?}", self.letters().await);
    }

    /// Waits until the server took so many letters for the person.
    pub(crate) async fn came(&self, count: usize) {
        for _ in 0..600 {
            if self.count() >= count {
                return;
            }
            self.home.world.wait(std::time::Duration::from_millis(50)).await;
        }
        panic!("{} letters came, not {count}: {:?}", self.count(), self.letters().await);
    }

    /// The same for letters that say this: others may be on their way, too.
    pub(crate) async fn came_saying(&self, part: &str, count: usize) {
        for _ in 0..600 {
            if self.count_saying(part) >= count {
                return;
            }
            self.home.world.wait(std::time::Duration::from_millis(50)).await;
        }
        panic!("{} letters say `{part}`, not {count}: {:?}", self.count_saying(part), self.letters().await);
    }

    /// Letters the server took for the person.
    pub(crate) fn count(&self) -> usize {
        self.count_saying("")
    }

    /// Those of them that say this.
    pub(crate) fn count_saying(&self, part: &str) -> usize {
        let taken = self.smtp.taken().unwrap();
        taken.iter().filter(|one| one.to == [EMAIL] && one.text().contains(part)).count()
    }

    /// Nothing of the person, and no link's token, is in the store's files or in the log.
    pub(crate) fn find_nobody(&self) {
        let log = LOG.lock().unwrap();
        assert!(!log.is_empty());
        for canary in [EMAIL, NAME, "exl_"] {
            let mut all = log.windows(canary.len());
            assert!(
                !all.any(|window| window.eq_ignore_ascii_case(canary.as_bytes())),
                "{canary} is in the log"
            );
        }
        drop(log);
        for name in ["control.db", "control.db-wal"] {
            let bytes = std::fs::read(self.home.dir.path().join("home").join(name)).unwrap_or_default();
            let found = [EMAIL, NAME].iter().any(|canary| {
                bytes.windows(canary.len()).any(|window| window.eq_ignore_ascii_case(canary.as_bytes()))
            });
            assert!(!found, "{name}");
        }
    }
}
