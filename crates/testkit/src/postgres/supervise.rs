//! Keeps one server process: a small shell supervises it and listens on a pipe. The pipe closes when the test process
//! goes, even by `kill -9`; then the shell stops the server and removes the directory. No server is ever orphaned.

use std::io::{BufReader, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::postgres::{PASSWORD, Settings, USER, find};

/// How long a server may take to start or stop on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// `$1` the directory, then the server's command line. Words on standard input: `start`, `stop`.
const SUPERVISOR: &str = r#"
dir=$1; shift; server=
start() { "$@" >>"$dir/log" 2>&1 </dev/null & server=$!; echo "$server" >"$dir/pid.new"; mv "$dir/pid.new" "$dir/pid"; }
stop() { [ -n "$server" ] && { kill -QUIT "$server" 2>/dev/null; wait "$server"; server=; rm -f "$dir/pid"; }; }
trap '' INT HUP
start "$@"
while read -r word; do case $word in start) start "$@" ;; stop) stop ;; esac; done
stop
rm -rf "$dir"
"#;

/// A server, its supervisor and its directory.
#[derive(Debug)]
pub(crate) struct Supervised {
    dir: PathBuf,
    port: u16,
    supervisor: Child,
    words: Mutex<Option<ChildStdin>>,
}

impl Supervised {
    pub(crate) fn start(settings: &Settings) -> Result<Self> {
        let dir =
            tempfile::Builder::new().prefix("exeunt-pg-").tempdir().context("could not make a directory")?;
        let user = find::unprivileged()?;
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(dir.path(), Some(uid), Some(gid))
                .context("could not hand the server its directory")?;
        }
        let become_user = |command: &mut Command| {
            // The tests' own directory may be closed to that user.
            command.current_dir(dir.path());
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
        };
        initialize(dir.path(), become_user)?;
        let port = TcpListener::bind("127.0.0.1:0").context("found no free port")?.local_addr()?.port();

        let mut command = Command::new("/bin/sh");
        become_user(&mut command);
        command.args(["-c", SUPERVISOR, "exeunt-testkit"]).arg(dir.path()).arg(find::program("postgres")?);
        command.arg("-D").arg(dir.path().join("data"));
        for (name, value) in options(dir.path(), port, settings) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        // A group of its own: Ctrl-C in the terminal is for the tests, and the pipe tells the supervisor.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut supervisor = command.spawn().context("could not start the server's supervisor")?;
        let words = Mutex::new(supervisor.stdin.take());
        // From here on the supervisor removes the directory.
        let server = Self { dir: dir.keep(), port, supervisor, words };
        server.wait_until_ready()?;
        Ok(server)
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn pid(&self) -> Result<u32> {
        let text = std::fs::read_to_string(self.dir.join("pid")).context("the server is not running")?;
        text.trim().parse().context("could not read the server's process number")
    }

    pub(crate) fn stop(&self) -> Result<()> {
        self.tell("stop\n")?;
        wait_for("the server to stop", || Ok(!self.dir.join("pid").exists()))
    }

    pub(crate) fn start_again(&self) -> Result<()> {
        self.tell("start\n")?;
        self.wait_until_ready()
    }

    fn tell(&self, word: &str) -> Result<()> {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let pipe = words.as_mut().context("the server's supervisor is gone")?;
        pipe.write_all(word.as_bytes()).context("could not reach the server's supervisor")
    }

    fn wait_until_ready(&self) -> Result<()> {
        let probe = find::program("pg_isready")?;
        wait_for("the server to start", || {
            let Ok(pid) = self.pid() else { return Ok(false) };
            if !Path::new(&format!("/proc/{pid}")).exists() {
                bail!("the server ended while starting: {}", tail(&self.dir.join("log")));
            }
            let port = self.port.to_string();
            let mut command = Command::new(&probe);
            command.arg("-q").arg("-h").arg(&self.dir).args(["-p", &port, "-U", USER, "-d", "postgres"]);
            Ok(command.status().context("could not run pg_isready")?.success())
        })
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        // Closing the pipe is the order to stop.
        drop(self.words.lock().unwrap_or_else(PoisonError::into_inner).take());
        let _ = self.supervisor.wait();
    }
}

fn initialize(dir: &Path, become_user: impl Fn(&mut Command)) -> Result<()> {
    let password_file = dir.join("password");
    std::fs::write(&password_file, PASSWORD).context("could not write the password file")?;
    let mut command = Command::new(find::program("initdb")?);
    become_user(&mut command);
    command.arg("-D").arg(dir.join("data")).arg(format!("--pwfile={}", password_file.display()));
    command.args(["-U", USER, "--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8", "--locale=C"]);
    command.args(["--no-sync", "--no-instructions"]);
    let output = command.output().context("could not run initdb")?;
    if !output.status.success() {
        bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

fn options(dir: &Path, port: u16, settings: &Settings) -> Vec<(String, String)> {
    let durable = if settings.fsync { "on" } else { "off" };
    let socket = dir.display().to_string();
    let port = port.to_string();
    let fixed = [
        ("listen_addresses", "127.0.0.1"),
        ("port", &port),
        ("unix_socket_directories", &socket),
        ("fsync", durable),
        ("full_page_writes", durable),
        ("synchronous_commit", durable),
        ("shared_buffers", &settings.shared_buffers),
        ("max_connections", "100"),
        ("timezone", "UTC"),
        ("lc_messages", "C"),
        ("logging_collector", "off"),
    ];
    let fixed = fixed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    fixed.chain(settings.extra.iter().cloned()).collect()
}

/// Asks again, ever less often, until the answer is yes, an error, or patience ends.
fn wait_for(what: &str, mut happened: impl FnMut() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(5);
    while !happened()? {
        if begun.elapsed() > PATIENCE {
            bail!("gave up waiting for {what}");
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(200));
    }
    Ok(())
}

fn tail(log: &Path) -> String {
    use std::io::BufRead;
    let Ok(file) = std::fs::File::open(log) else { return "it left no log".into() };
    let lines: Vec<String> = BufReader::new(file).lines().map_while(Result::ok).collect();
    lines[lines.len().saturating_sub(8)..].join("; ")
}
