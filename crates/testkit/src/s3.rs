//! A real bucket server (moto) behind a door as strict as Amazon's: signatures, times and contents are checked, and it fails
//! in the ways a test asks for.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

/// What `cargo xtask prepare` installs.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/moto/bin/python");
const PROGRAM: &str = include_str!("s3.py");

/// A bucket server. Stopped when dropped, and what it holds with it.
#[derive(Debug)]
pub struct S3 {
    dir: TempDir,
    child: Child,
    port: u16,
}

/// What a bucket does with what is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Deletes it.
    Nothing,
    /// Keeps it as a version.
    Versions,
    /// Keeps everything for a day, whoever wants it gone.
    Locked,
}

/// Something it holds: a version of a thing, or a part of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Bucket and key.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is noted beside it.
    pub about: String,
}

impl S3 {
    /// The id of the access key it knows.
    pub const KEY: &str = "AKIDEXEUNT";
    /// Its secret.
    pub const SECRET: &str = "a-secret-that-nobody-may-see";
    /// The region it is in.
    pub const REGION: &str = "eu-west-1";

    /// Starts a server with no bucket.
    pub fn start() -> Result<Self> {
        if !Path::new(PYTHON).exists() {
            bail!("the bucket server is not there; `cargo xtask prepare` installs it below `target/tools`");
        }
        let dir = tempfile::tempdir().context("could not make a folder for the bucket server")?;
        fs::write(dir.path().join("s3.py"), PROGRAM).context("could not write its program")?;
        fs::write(dir.path().join("answers"), "").context("could not write its answers")?;
        let mut child = Command::new(PYTHON)
            .arg(dir.path().join("s3.py"))
            .arg(dir.path())
            .args([Self::KEY, Self::SECRET, Self::REGION])
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the bucket server")?;
        let mut line = String::new();
        let out = child.stdout.take().context("the bucket server says nothing")?;
        BufReader::new(out).read_line(&mut line).context("could not read what the bucket server says")?;
        let port = line.trim().parse().context("the bucket server did not come up")?;
        Ok(Self { dir, child, port })
    }

    /// A server with one bucket.
    pub fn with_bucket(bucket: &str, keeps: Keeps) -> Result<Self> {
        let server = Self::start()?;
        server.make(bucket, keeps)?;
        Ok(server)
    }

    /// Makes a bucket.
    pub fn make(&self, bucket: &str, keeps: Keeps) -> Result<()> {
        let keep = match keeps {
            Keeps::Nothing => "nothing",
            Keeps::Versions => "versions",
            Keeps::Locked => "locked",
        };
        self.ask(&format!("?make={bucket}&keep={keep}")).map(|_| ())
    }

    /// Its address.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it does with the next calls, one word each: `ok`, a status such as `503`, `drop` to hang up in the middle of
    /// what is sent, `take-and-drop` to do it and hang up, `overwrite` to know no conditions. `put:drop` waits for a call of that
    /// method.
    pub fn answer(&self, answers: &str) -> Result<()> {
        fs::write(self.dir.path().join("answers"), answers).context("could not write its answers")
    }

    /// Answers that were asked for and not given yet.
    pub fn left(&self) -> Result<String> {
        fs::read_to_string(self.dir.path().join("answers")).context("could not read its answers")
    }

    /// From now on it hangs up on everybody, or no more.
    pub fn be_down(&self, down: bool) -> Result<()> {
        let path = self.dir.path().join("down");
        let done = if down { fs::write(path, "") } else { fs::remove_file(path) };
        done.context("could not take the bucket server down or up")
    }

    /// Sets the clock it holds the times of calls against so many seconds ahead.
    pub fn set_clock_ahead(&self, seconds: i64) -> Result<()> {
        let (path, new) = (self.dir.path().join("ahead"), self.dir.path().join("ahead.new"));
        fs::write(&new, seconds.to_string()).context("could not set the bucket server's clock")?;
        fs::rename(new, path).context("could not set the bucket server's clock")
    }

    /// Everything it holds: all versions of all things, and the parts of unfinished uploads.
    pub fn everything(&self) -> Result<Vec<Held>> {
        let told: Vec<[String; 3]> =
            serde_json::from_slice(&self.ask("")?).context("could not read what the bucket server holds")?;
        told.into_iter()
            .map(|[name, bytes, about]| {
                let bytes = STANDARD.decode(bytes).context("could not read what the bucket server holds")?;
                Ok(Held { name, bytes, about })
            })
            .collect()
    }

    fn ask(&self, query: &str) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).context("the bucket server is gone")?;
        write!(stream, "GET /_test{query} HTTP/1.0\r\nHost: test\r\n\r\n").context("could not ask it")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).context("could not read its answer")?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("its answer has no end")?;
        if !answer.starts_with(b"HTTP/1.1 200") && !answer.starts_with(b"HTTP/1.0 200") {
            bail!("the bucket server refused: {}", String::from_utf8_lossy(&answer[..end]));
        }
        Ok(answer.split_off(end + 4))
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
