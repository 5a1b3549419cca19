//! A home of Exeunt's, driven from the command line as a person would.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::oracle::Place;
use crate::shop::{Shop, example};

/// A home, and everything its commands have said.
pub(crate) struct Home {
    dir: tempfile::TempDir,
    said: std::cell::RefCell<Vec<u8>>,
}

impl Home {
    pub(crate) fn new(shop: &Shop<'_>) -> Self {
        let home =
            Self { dir: tempfile::tempdir().expect("a temporary directory"), said: Default::default() };
        let (source, map) = (format!("oscar={}", shop.address()), example("map.yaml"));
        let map = map.to_str().expect("a path that is text");
        home.ok(&["init", "--organization", "Oscar Books", "--source", &source, "--map", map]);
        home
    }

    /// What a command answers that must succeed.
    pub(crate) fn ok(&self, args: &[&str]) -> Value {
        self.answer(0, args, "")
    }

    /// What a command answers that must end with this code.
    pub(crate) fn answer(&self, code: i32, args: &[&str], input: &str) -> Value {
        let (ended, answer) = self.run(args, input);
        assert_eq!(ended, code, "{args:?}\n{answer}");
        answer
    }

    /// How a command ends, and what it answers.
    fn run(&self, args: &[&str], input: &str) -> (i32, Value) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exeunt"));
        command.arg("--json").arg("--home").arg(self.path("home")).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("exeunt starts");
        // A command that reads nothing may be gone already.
        let _ = child.stdin.take().expect("it was piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("exeunt ends");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        self.said.borrow_mut().extend(output.stdout.iter().chain(&output.stderr));
        let answer = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{args:?}\n{out}\n{err}"));
        (output.status.code().expect("an exit code"), answer)
    }

    /// A request by e-mail address, which is read from standard input.
    pub(crate) fn submit(&self, right: &str, email: &str) -> String {
        let args = ["request", "submit", "--right", right, "--identify-file", "-"];
        text(&self.answer(0, &args, &format!("email={email}\n"))["request"])
    }

    /// Makes a plan and approves it.
    pub(crate) fn plan(&self, requests: &[&str], how: &[&str]) -> String {
        let made = self.ok(&[&["plan", "make"], how, requests].concat());
        let (plan, digest) = (text(&made["plan"]), text(&made["digest"]));
        self.ok(&["plan", "approve", &plan, "--digest", &digest]);
        plan
    }

    /// Runs a plan's job to its end.
    pub(crate) fn carry_out(&self, plan: &str) {
        let run = self.ok(&["job", "run", plan]);
        assert_eq!(run["state"], "settled", "{run}");
    }

    /// Makes and opens an access package: the rows in it.
    pub(crate) fn exported(&self, request: &str) -> BTreeSet<Place> {
        let made = self.ok(&["package", "make", request, "--formats", "json,csv,html"]);
        assert_eq!(made["complete"], true, "{made}");
        let folder = self.path("package");
        let to = folder.to_str().expect("a path that is text");
        self.ok(&["package", "open", &text(&made["package"]), "--to", to]);
        let manifest = read(&folder.join("manifest.json"));
        let tables = tables();
        let mut found = BTreeSet::new();
        for model in list(&manifest["models"]) {
            let table = &tables[&text(&model["model"])];
            let files = list(&model["files"]).iter().map(text);
            for file in files.filter(|file| file.ends_with(".json")) {
                for row in list(&read(&folder.join(file))) {
                    let key = row["id"].as_i64().expect("every table of the shop has a numbered key");
                    found.insert((table.clone(), key.to_string()));
                }
            }
        }
        found
    }

    /// None of these words was said, or is written in plain in the home.
    pub(crate) fn keeps_quiet(&self, words: &[&str]) {
        let mut places = vec![(String::from("what was said"), self.said.borrow().clone())];
        let mut folders = vec![self.path("home")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("the home can be read") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    places.push((path.display().to_string(), std::fs::read(&path).expect("a file")));
                }
            }
        }
        for (place, bytes) in places {
            let plain = String::from_utf8_lossy(&bytes).to_lowercase();
            for word in words {
                assert!(!plain.contains(&word.to_lowercase()), "`{word}` stands in {place}");
            }
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// The map's models and the tables they mean.
fn tables() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(example("map.yaml")).expect("the map is there");
    let map = exeunt_datamap::parse(&[(String::from("map.yaml"), text)]);
    let map = map.unwrap_or_else(|problems| panic!("{problems}"));
    map.models().map(|(at, model)| (at.model.to_string(), model.table.name.to_string())).collect()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("a list is expected, not {value}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text is expected, not {value}")).to_owned()
}
