//! A real mail server (aiosmtpd) that does what a test tells it: takes letters, refuses them for now or for good, hangs up.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// What `cargo xtask prepare` installs.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/aiosmtpd/bin/python");
const PROGRAM: &str = include_str!("smtp.py");
/// How long a server may take to come up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail server. Stopped when dropped.
#[derive(Debug)]
pub struct Smtp {
    dir: TempDir,
    login: Option<(String, String)>,
    child: Option<Child>,
    port: u16,
}

/// A letter it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// Headers and body, as they came.
    pub data: String,
}

impl Taken {
    /// A header, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        let start = format!("{}:", name.to_ascii_lowercase());
        let line = head.split("\r\n").find(|line| line.to_ascii_lowercase().starts_with(&start))?;
        Some(line[start.len()..].trim().to_owned())
    }

    /// The plain text, as it was before it was encoded for the way.
    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    /// The HTML, as it was before it was encoded for the way.
    pub fn html(&self) -> String {
        self.part("text/html")
    }

    fn part(&self, kind: &str) -> String {
        let Some((_, rest)) = self.data.split_once(&format!("Content-Type: {kind}")) else {
            return String::new();
        };
        let (head, body) = rest.split_once("\r\n\r\n").unwrap_or_default();
        let body = body.split("\r\n--=_").next().unwrap_or_default();
        if head.contains("base64") {
            use base64::Engine as _;
            let letters: String = body.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(letters).unwrap_or_default();
            return String::from_utf8_lossy(&bytes).into_owned();
        }
        if !head.contains("quoted-printable") {
            return body.replace("\r\n", "\n");
        }
        let body = body.replace("=\r\n", "").replace("\r\n", "\n");
        let mut bytes = Vec::new();
        let mut rest = body.as_bytes();
        while let Some((first, more)) = rest.split_first() {
            let coded = (*first == b'=').then(|| more.get(..2)).flatten();
            let coded = coded.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
            bytes.push(coded.unwrap_or(*first));
            rest = if coded.is_some() { &more[2..] } else { more };
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Smtp {
    /// Starts a server that takes letters from anybody.
    pub fn start() -> Result<Self> {
        Self::start_for(None, None, false)
    }

    /// Starts a server that takes letters only after STARTTLS, with this certificate and key.
    pub fn start_with_tls(certificate: &str, key: &str) -> Result<Self> {
        Self::start_for(None, Some((certificate, key)), false)
    }

    /// Starts a server with which TLS begins at once, with this certificate and key, and that takes letters from this user alone.
    pub fn start_with_tls_at_once(certificate: &str, key: &str, user: &str, password: &str) -> Result<Self> {
        Self::start_for(Some((user.to_owned(), password.to_owned())), Some((certificate, key)), true)
    }

    /// Starts a server that takes letters from this user alone.
    pub fn start_with_login(user: &str, password: &str) -> Result<Self> {
        Self::start_for(Some((user.to_owned(), password.to_owned())), None, false)
    }

    fn start_for(login: Option<(String, String)>, tls: Option<(&str, &str)>, at_once: bool) -> Result<Self> {
        let dir = tempfile::tempdir().context("could not make a folder for the mail server")?;
        fs::create_dir(dir.path().join("mail")).context("could not make a folder for its mail")?;
        fs::write(dir.path().join("smtp.py"), PROGRAM).context("could not write its program")?;
        fs::write(dir.path().join("answers"), "").context("could not write its answers")?;
        if let Some((certificate, key)) = tls {
            fs::write(dir.path().join("server.pem"), certificate)
                .context("could not write its certificate")?;
            fs::write(dir.path().join("server.key"), key).context("could not write its key")?;
        }
        if at_once {
            fs::write(dir.path().join("at-once"), "").context("could not write how it begins")?;
        }
        let mut server = Self { dir, login, child: None, port: 0 };
        server.go_on()?;
        Ok(server)
    }

    /// Starts it again after [`Self::stop`], at the same port.
    pub fn go_on(&mut self) -> Result<()> {
        if !Path::new(PYTHON).exists() {
            bail!("the mail server is not there; `cargo xtask prepare` installs it below `target/tools`");
        }
        let (user, password) = self.login.clone().unwrap_or_default();
        let mut child = Command::new(PYTHON)
            .arg(self.dir.path().join("smtp.py"))
            .arg(self.dir.path())
            .args([&self.port.to_string(), &user, &password])
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the mail server")?;
        let mut line = String::new();
        let out = child.stdout.take().context("the mail server says nothing")?;
        BufReader::new(out).read_line(&mut line).context("could not read what the mail server says")?;
        self.child = Some(child);
        self.port = line.trim().parse().context("the mail server did not come up")?;
        Ok(())
    }

    /// Stops it; what it took stays.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Where the letters it took are, one JSON file each, in the order they came.
    pub fn folder(&self) -> std::path::PathBuf {
        self.dir.path().join("mail")
    }

    /// Its port on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it answers to the next letters, one word each: `ok`, a code such as `451` or `550` to the letter, `rcpt:550` to
    /// its recipient, `drop` to hang up, `take-and-drop` to take it and hang up. After them it takes everything.
    pub fn answer(&self, answers: &str) -> Result<()> {
        fs::write(self.dir.path().join("answers"), answers)
            .context("could not write the mail server's answers")
    }

    /// What it took so far, in the order it came.
    pub fn taken(&self) -> Result<Vec<Taken>> {
        let mut files: Vec<_> = fs::read_dir(self.dir.path().join("mail"))
            .context("could not read what the mail server took")?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_none())
            .collect();
        files.sort();
        files.iter().map(|path| read(path)).collect()
    }

    /// Waits until it took so many.
    pub fn wait_for(&self, count: usize) -> Result<Vec<Taken>> {
        let begun = Instant::now();
        loop {
            let taken = self.taken()?;
            if taken.len() >= count {
                return Ok(taken);
            }
            if begun.elapsed() > PATIENCE {
                bail!("the mail server took {} letters, not {count}", taken.len());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn read(path: &Path) -> Result<Taken> {
    let text = fs::read_to_string(path).context("could not read a letter")?;
    let read: serde_json::Value = serde_json::from_str(&text).context("could not read a letter")?;
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    Ok(Taken {
        from: word(&read["from"]),
        to: read["to"].as_array().into_iter().flatten().map(word).collect(),
        data: word(&read["data"]),
    })
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.stop();
    }
}
