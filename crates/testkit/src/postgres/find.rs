//! Finds PostgreSQL's programs and somebody unprivileged to run the server as.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};

/// The path of one of PostgreSQL's programs.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    static DIR: OnceLock<Option<PathBuf>> = OnceLock::new();
    let dir = DIR.get_or_init(directory).as_ref();
    let dir =
        dir.context("found no PostgreSQL: install it (`cargo xtask test` does) or put its programs on PATH")?;
    let path = dir.join(name);
    if path.is_file() { Ok(path) } else { Err(anyhow!("PostgreSQL in {} has no {name}", dir.display())) }
}

/// Newest of Debian's directories, else what PATH leads to, else what `pg_config` says.
fn directory() -> Option<PathBuf> {
    let whole = |dir: &Path| ["initdb", "postgres", "psql"].iter().all(|name| dir.join(name).is_file());
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, dir)| whole(dir))
        .collect();
    debian.sort();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        // PATH often holds links: follow them to where the other programs are.
        let found = std::env::split_paths(&path).map(|dir| dir.join("initdb")).find(|file| file.is_file())?;
        found.canonicalize().ok()?.parent().filter(|dir| whole(dir)).map(Path::to_owned)
    };
    let configured = || {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        let dir = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
        whole(&dir).then_some(dir)
    };
    debian.pop().map(|(_, dir)| dir).or_else(on_path).or_else(configured)
}

/// Whom to run the server as: PostgreSQL refuses root, so root becomes `postgres`, or `nobody` where there is none.
pub(crate) fn unprivileged() -> Result<Option<(u32, u32)>> {
    let me = std::os::unix::fs::MetadataExt::uid(
        &std::fs::metadata("/proc/self").context("could not tell who runs the tests")?,
    );
    if me != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").context("could not read the list of users")?;
    let ids = |wanted: &str| {
        users.lines().find_map(|line| {
            let mut parts = line.split(':');
            if parts.next()? != wanted {
                return None;
            }
            Some((parts.nth(1)?.parse().ok()?, parts.next()?.parse().ok()?))
        })
    };
    let found = ids("postgres").or_else(|| ids("nobody"));
    found
        .map(Some)
        .context("tests run as root, but there is no user `postgres` or `nobody` to run PostgreSQL as")
}
