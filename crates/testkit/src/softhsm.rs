//! A real PKCS#11 token in software (SoftHSM2), with its objects in a folder of the test's own. The module is read by the process
//! that loads it, so the program that uses it must be a child with [`SoftHsm::variable`] set.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The PIN of every token made here: a canary, which must stand nowhere.
pub const PIN: &str = "pin-canary-4711";

/// Where distributions put the module.
const MODULES: [&str; 5] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

/// A folder with a token.
#[derive(Debug, Clone)]
pub struct SoftHsm {
    dir: PathBuf,
}

impl SoftHsm {
    /// Makes a folder with a token of this label.
    pub fn make(dir: &Path, label: &str) -> Result<Self> {
        let made = Self { dir: dir.to_owned() };
        fs::create_dir_all(made.tokens())?;
        let tokens = made.tokens();
        let conf = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            tokens.display()
        );
        fs::write(made.conf(), conf)?;
        let (name, value) = made.variable();
        let done = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--so-pin", "so-canary-4711", "--pin", PIN, "--label", label])
            .env(name, value)
            .output()
            .context("softhsm2-util cannot be called; `cargo xtask prepare` installs it")?;
        if !done.status.success() {
            bail!("softhsm2-util made no token: {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(made)
    }

    /// The module's file.
    pub fn module() -> Result<&'static str> {
        let found = MODULES.into_iter().find(|path| Path::new(path).is_file());
        found.context("SoftHSM's module is in none of the usual places; `cargo xtask prepare` installs it")
    }

    /// The variable by which the module finds this token.
    pub fn variable(&self) -> (&'static str, PathBuf) {
        ("SOFTHSM2_CONF", self.conf())
    }

    /// The folder with what the token holds: away is unplugged.
    pub fn tokens(&self) -> PathBuf {
        self.dir.join("tokens")
    }

    fn conf(&self) -> PathBuf {
        self.dir.join("softhsm2.conf")
    }
}
