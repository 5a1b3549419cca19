//! What the program is killed over: erasing a wave of three people, restoring one of them, purging one of them. Each act
//! knows how to go on after a death, and what must hold in the end.

use std::time::{Duration, Instant};

use exeunt_testkit::Snapshot;
use serde_json::Value;

use crate::home::{Home, OnPostgres};

/// Two neighbors who share a home, and the next, whom one of them referred.
const PEOPLE: [&str; 3] = ["3", "4", "5"];

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Erase,
    Restore,
    Purge,
}

/// A story, prepared up to each act, with what the act leads to when nobody dies.
pub(crate) struct Story {
    planned: Home,
    erased: Home,
    plan: String,
    requests: Vec<String>,
    before: Snapshot,
    after: Snapshot,
    /// One person purged, the others restored.
    purged: Snapshot,
    units: Value,
}

impl Story {
    /// Plays the story once without a death.
    pub(crate) fn new(on: OnPostgres, settings: &str) -> Self {
        let home = Home::new(on, 12, settings);
        let mut requests = Vec::new();
        for person in PEOPLE {
            let identify = format!("customer_id={person}");
            let submitted = home.ask(&["request", "submit", "--right", "erasure", "--identify", &identify]);
            requests.push(text(&submitted, "request"));
        }
        let mut args = vec!["plan", "make", "--no-counts"];
        args.extend(requests.iter().map(String::as_str));
        let made = home.ask(&args);
        let (plan, digest) = (text(&made, "plan"), text(&made, "digest"));
        home.ask(&["plan", "approve", &plan, "--digest", &digest]);
        let before = home.look();
        let erased = home.copy();
        let status = erased.ask(&["job", "run", &plan]);
        let after = erased.look();
        let purged = erased.copy();
        let mut story = Self {
            planned: home,
            plan,
            requests,
            before,
            purged: after.clone(),
            after,
            units: status["units"].clone(),
            erased,
        };
        story.act(Act::Purge, &purged);
        story.restore(&purged, &story.requests[1..]);
        story.purged = purged.look();
        assert_ne!(story.purged.digest(), story.before.digest());
        story
    }

    /// A home that is ready for an act.
    pub(crate) fn ready_for(&self, act: Act) -> Home {
        match act {
            Act::Erase => self.planned.copy(),
            Act::Restore | Act::Purge => self.erased.copy(),
        }
    }

    /// The command of an act.
    pub(crate) fn args(&self, act: Act) -> Vec<&str> {
        match act {
            Act::Erase => vec!["job", "run", &self.plan],
            Act::Restore => vec!["restore", &self.requests[0]],
            Act::Purge => vec!["purge", &self.requests[0], "--now", "a test"],
        }
    }

    #[track_caller]
    fn act(&self, act: Act, home: &Home) -> Value {
        home.ask(&self.args(act))
    }

    /// How long an act takes when nobody dies.
    pub(crate) fn measure(&self, act: Act) -> Duration {
        let home = self.ready_for(act);
        let begun = Instant::now();
        self.act(act, &home);
        begun.elapsed()
    }

    /// Starts again after a death, and says how long it took to be done.
    #[track_caller]
    pub(crate) fn go_on(&self, act: Act, home: &Home) -> Duration {
        // it may have died after the last thing that counts
        let state = |id: &str| text(&home.ask(&["request", "show", id]), "state");
        let begun = Instant::now();
        match act {
            Act::Erase if state(&self.requests[0]) != "hidden" => {
                self.act(act, home);
            }
            Act::Restore if state(&self.requests[0]) != "restored" => {
                let restored = self.act(act, home);
                assert_eq!(restored["refused"], Value::Array(Vec::new()), "{restored}");
                assert_eq!(restored["whole"], true, "{restored}");
            }
            Act::Purge if !state(&self.requests[0]).starts_with("completed") => {
                self.act(act, home);
            }
            _ => {}
        }
        begun.elapsed()
    }

    /// Everything that must hold in the end, whoever died on the way.
    #[track_caller]
    pub(crate) fn check(&self, act: Act, home: &Home) {
        home.ask(&["audit", "verify"]);
        let status = home.ask(&["job", "status", &self.plan]);
        assert_eq!(status["state"], "settled", "{status}");
        assert_eq!(status["units"], self.units, "each row is counted once");
        assert_eq!(home.count("SELECT count(*) FROM batches WHERE state = 'sealed'"), 0);
        assert_eq!(home.count("SELECT count(*) FROM returns"), 0);
        match act {
            Act::Erase => {
                self.after.assert_same(&home.look());
                assert_eq!(home.strays(), (Vec::new(), Vec::new()), "blobs of nobody, or lost");
                self.restore(home, &self.requests);
                self.before.assert_same(&home.look());
            }
            Act::Restore => {
                self.restore(home, &self.requests[1..]);
                self.before.assert_same(&home.look());
            }
            Act::Purge => {
                assert_eq!(home.count("SELECT count(*) FROM receipts"), 1, "one receipt");
                let refused = home.run(&["restore", &self.requests[0]]);
                assert!(!refused.status.success(), "what was purged came back");
                self.restore(home, &self.requests[1..]);
                self.purged.assert_same(&home.look());
            }
        }
        assert_eq!(home.blobs(), Vec::<String>::new(), "the vault keeps nothing for nobody");
        home.ask(&["audit", "verify"]);
    }

    /// The same for an erasure whose job was cut into other batches than the prepared one's.
    #[track_caller]
    pub(crate) fn check_rows(&self, home: &Home) {
        home.ask(&["audit", "verify"]);
        let status = home.ask(&["job", "status", &self.plan]);
        assert_eq!(status["state"], "settled", "{status}");
        assert_eq!(counts(&status["units"]), counts(&self.units), "each row is counted once");
        self.after.assert_same(&home.look());
        self.restore(home, &self.requests);
        self.before.assert_same(&home.look());
    }

    #[track_caller]
    fn restore(&self, home: &Home, requests: &[String]) {
        for (place, request) in requests.iter().enumerate() {
            let restored = home.ask(&["restore", request]);
            assert_eq!(restored["refused"], Value::Array(Vec::new()), "{restored}");
            assert_eq!(restored["whole"], true, "request {place}: {restored}");
        }
    }
}

/// Counts of units by what they do; veils depend on how a job is cut.
fn counts(units: &Value) -> Vec<String> {
    let units = units.as_array().into_iter().flatten().filter(|unit| unit["action"] != "veil");
    let keys = ["model", "action", "total", "done", "gone", "failed", "skipped"];
    units.map(|unit| keys.map(|key| unit[key].to_string()).join(" ")).collect()
}

#[track_caller]
fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("the answer has no `{key}`: {value}")).to_owned()
}
