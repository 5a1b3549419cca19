//! One database on our server.

use std::io::Write;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::postgres::Postgres;

/// A database of one test. Dropped, with whoever is connected to it, when the value goes.
#[derive(Debug)]
pub struct Database<'a> {
    server: &'a Postgres,
    name: String,
    url: String,
}

impl<'a> Database<'a> {
    pub(crate) fn new(server: &'a Postgres, name: String) -> Self {
        let url = server.url(&name);
        Self { server, name, url }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where to connect: `postgresql://…`, over TCP and with the password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a script with `psql`, stopping at the first error.
    pub fn run(&self, script: &str) -> Result<String> {
        let mut command = self.server.client("psql")?.0;
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-", "-d", &self.name]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("could not run psql")?;
        let mut stdin = child.stdin.take().context("psql has no standard input")?;
        let text = script.to_owned();
        // From a thread: a long script and a long answer would otherwise wait for each other.
        let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
        let output = child.wait_with_output().context("could not wait for psql")?;
        // A script that fails early closes the pipe; the status below says so better.
        let _ = writer.join();
        if !output.status.success() {
            bail!("the script failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs a query and gives its answer as plain text, columns split by `|`, rows by line ends.
    pub fn ask(&self, query: &str) -> Result<String> {
        Ok(self.run(query)?.trim_end_matches('\n').to_owned())
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        if let Ok(client) = self.server.client("dropdb") {
            // The server may be down on purpose; its directory goes with it anyway.
            let _ = client.run(&["--force", "--if-exists", &self.name]);
        }
    }
}
