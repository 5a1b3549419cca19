//! A folder with a shop, its map, and the binary to be called in it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use exeunt_testkit::shop;
use tempfile::TempDir;

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

/// The folder.
pub(crate) struct Desk {
    dir: TempDir,
}

impl Desk {
    /// With `shop.db` (twelve people) and `map.yaml`.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        shop::install_sqlite(&dir.path().join("shop.db"), 12).unwrap();
        std::fs::write(dir.path().join("map.yaml"), shop::MAP).unwrap();
        Self { dir }
    }

    /// With a shop of three tables and four people, for answers that a person can read at a glance.
    pub(crate) fn small() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = rusqlite::Connection::open(dir.path().join("shop.db")).unwrap();
        database.execute_batch(include_str!("small.sql")).unwrap();
        std::fs::write(dir.path().join("map.yaml"), include_str!("small.yaml")).unwrap();
        Self { dir }
    }

    /// With a map for a shop that is elsewhere.
    pub(crate) fn without_shop() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("map.yaml"), shop::MAP).unwrap();
        Self { dir }
    }

    /// And with a home.
    pub(crate) fn with_home() -> Self {
        let desk = Self::new();
        desk.done(&["init", "--source", "shop=sqlite:shop.db"]);
        desk
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Calls the binary.
    pub(crate) fn call(&self, arguments: &[&str], input: &str) -> Answer {
        let mut child = Command::new(env!("CARGO_BIN_EXE_exeunt"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("EXEUNT_LOG", if input == "log" { "trace" } else { "off" })
            .envs(self.token())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // a command that does not read may be gone already
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let answer = child.wait_with_output().unwrap();
        Answer {
            out: String::from_utf8(answer.stdout).unwrap(),
            err: String::from_utf8(answer.stderr).unwrap(),
            code: answer.status.code().unwrap_or(-1),
        }
    }

    /// Where a token in this folder is, if one was made.
    fn token(&self) -> Option<(&'static str, PathBuf)> {
        let conf = self.file("softhsm2.conf");
        conf.exists().then_some(("SOFTHSM2_CONF", conf))
    }

    /// Calls it and wants it done.
    #[track_caller]
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        self.ends(arguments, 0).out
    }

    /// Calls it and wants this exit code.
    #[track_caller]
    pub(crate) fn ends(&self, arguments: &[&str], code: i32) -> Answer {
        let answer = self.call(arguments, "");
        assert_eq!(answer.code, code, "{arguments:?}\n{}\n{}", answer.out, answer.err);
        answer
    }

    /// Takes a request in.
    #[track_caller]
    pub(crate) fn request(&self, right: &str, identifier: &str) -> String {
        let args = ["request", "submit", "--right", right, "--identify", identifier];
        self.done(&args).trim().to_owned()
    }

    /// Plans, approves and runs an erasure.
    #[track_caller]
    pub(crate) fn erase(&self, request: &str) {
        self.done(&["plan", "make", request]);
        self.approve(request);
        self.done(&["job", "run", request]);
    }

    /// Approves a request's plan by the digest it shows.
    #[track_caller]
    pub(crate) fn approve(&self, request: &str) {
        let shown = self.done(&["plan", "show", request, "--no-counts"]);
        let digest = shown.lines().find_map(|line| line.strip_prefix("digest  ")).unwrap().to_owned();
        self.done(&["plan", "approve", request, "--digest", &digest]);
    }
}
