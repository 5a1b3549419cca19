//! A real identity provider (oidc-provider-mock, which stands on Authlib): clients register, people sign in, it vouches for them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::web::{self, Reply};

/// What `cargo xtask prepare` installs.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/oidc-provider-mock/bin/python");
const PROGRAM: &str = include_str!("identity.py");

/// A provider. Stopped when dropped.
#[derive(Debug)]
pub struct Identity {
    _dir: TempDir,
    child: Child,
    port: u16,
}

impl Identity {
    /// Starts one.
    pub fn start() -> Result<Self> {
        if !Path::new(PYTHON).exists() {
            bail!(
                "the identity provider is not there; `cargo xtask prepare` installs it below `target/tools`"
            );
        }
        let dir = tempfile::tempdir().context("could not make a folder for the identity provider")?;
        let program = dir.path().join("identity.py");
        fs::write(&program, PROGRAM).context("could not write its program")?;
        let mut child = Command::new(PYTHON)
            .arg(&program)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start the identity provider")?;
        let out = child.stdout.take().context("the identity provider says nothing")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).context("could not read what the identity provider says")?;
        let port = line.trim().parse().context("the identity provider did not come up")?;
        Ok(Self { _dir: dir, child, port })
    }

    /// Its name for itself, which is also where it is.
    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Makes a client known to it; gives its id and secret.
    pub fn register(&self, redirect: &str) -> Result<(String, String)> {
        let sent = json!({ "redirect_uris": [redirect] });
        let reply = self.ask("POST", "/oauth2/clients", "application/json", &sent.to_string())?;
        let made: Value = serde_json::from_str(&reply.body).context("it did not register the client")?;
        let word = |field: &str| made[field].as_str().unwrap_or_default().to_owned();
        Ok((word("client_id"), word("client_secret")))
    }

    /// Makes somebody known to it, with what it says of them.
    pub fn knows(&self, subject: &str, claims: &Value) -> Result<()> {
        let reply = self.ask("PUT", &format!("/users/{subject}"), "application/json", &claims.to_string())?;
        if reply.status != 204 { bail!("it does not know them: {}", reply.status) } else { Ok(()) }
    }

    /// Somebody signs in at the address they were sent to. Gives where they are sent back to.
    pub fn signs_in(&self, url: &str, subject: &str) -> Result<String> {
        let path = url.strip_prefix(&self.issuer()).context("this leads to another provider")?;
        let reply = self.ask("POST", path, "application/x-www-form-urlencoded", &format!("sub={subject}"))?;
        reply.header("location").with_context(|| format!("it sends nobody back: {}", reply.status))
    }

    fn ask(&self, method: &str, path: &str, kind: &str, body: &str) -> Result<Reply> {
        web::ask(self.port, method, path, kind, body)
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
