//! A witness's folder: its key, the logs it watches, and the last head it signed of each.
//!
//! ```text
//! witness.key        the secret key, for its owner alone
//! witness.vkey       the public one, for everybody
//! lock               held by whoever is at work
//! logs/<sha256 of the origin>/log.vkey      a log it watches
//! logs/<sha256 of the origin>/checkpoint    the last head it signed
//! ```
//!
//! A folder that was lost or put back from a copy must not be used again: the witness would sign what it refused before.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::note::{Algorithm, BadKey, CosigningKey, Note, Signature, VerifyingKey};
use exeunt_audit::receipt::Digest;
use exeunt_audit::witness::{Refusal, Submission};
use exeunt_base::{Secret, Timestamp};

/// A witness at work: nobody else uses its folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    key: CosigningKey,
    // looking at what was signed last and keeping what is signed next are one step
    at_work: Mutex<()>,
    _lock: File,
}

/// A log that is watched, and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The log's key.
    pub key: VerifyingKey,
    /// The head signed last.
    pub last: Option<Checkpoint>,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file.
    #[error("could not {doing} `{}`", path.display())]
    File {
        /// What was attempted.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// There is a witness already.
    #[error("`{}` is there already; a witness keeps one key for all its life", .0.display())]
    Exists(PathBuf),
    /// Somebody else works in it.
    #[error("another process works in `{}`; two would sign what one alone must refuse", .0.display())]
    InUse(PathBuf),
    /// A file that is not what was written.
    #[error("`{}` is not what this witness wrote", .0.display())]
    Damaged(PathBuf),
    /// A name or key that is none.
    #[error("could not take the key")]
    BadKey(#[from] BadKey),
    /// A witness's key where a log's belongs.
    #[error("that is the key of a witness, not of a log")]
    NotALog,
    /// The witness knows that log by another key.
    #[error("this witness knows the log `{0}` by another key")]
    OtherKey(String),
    /// The witness says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Error {
    fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { doing, path, source }
    }
}

impl Folder {
    /// Makes a witness of this name, with a key from 32 bytes of chance; gives its public key.
    pub fn create(path: &Path, name: &str, seed: Secret<[u8; 32]>) -> Result<VerifyingKey, Error> {
        let key = CosigningKey::new(name, seed)?;
        make_dir(&path.join("logs"))?;
        let file = path.join("witness.key");
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file);
        let mut out = match opened {
            Ok(out) => out,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(Error::Exists(file)),
            Err(error) => return Err(Error::file("make", &file)(error)),
        };
        writeln!(out, "{}", key.to_secret().expose())
            .and_then(|()| out.sync_all())
            .map_err(Error::file("write", &file))?;
        write(&path.join("witness.vkey"), &format!("{}\n", key.public()))?;
        Ok(key.public().clone())
    }

    /// Begins to work in a folder. Only one may at a time.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = path.join("witness.key");
        let text = fs::read_to_string(&file).map(Secret::new).map_err(Error::file("read", &file))?;
        let key = CosigningKey::from_secret(&Secret::new(text.expose().trim().to_owned()))
            .map_err(|_| Error::Damaged(file))?;
        let file = path.join("lock");
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&file);
        let lock = opened.map_err(Error::file("open", &file))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(Error::file("lock", &file)(error)),
        }
        Ok(Self { path: path.to_owned(), key, at_work: Mutex::new(()), _lock: lock })
    }

    /// The public key.
    pub fn key(&self) -> &VerifyingKey {
        self.key.public()
    }

    /// Watches a log from now on. Twice is once; another key for a known log is refused.
    pub fn watch(path: &Path, log: &VerifyingKey) -> Result<(), Error> {
        if log.algorithm() != Algorithm::Ed25519 {
            return Err(Error::NotALog);
        }
        let folder = place(path, log.name());
        if let Some(known) = key_in(&folder)? {
            return if known == *log { Ok(()) } else { Err(Error::OtherKey(log.name().to_owned())) };
        }
        make_dir(&folder)?;
        write(&folder.join("log.vkey"), &format!("{log}\n"))
    }

    /// The logs a witness watches, by name.
    pub fn watched(path: &Path) -> Result<Vec<Seen>, Error> {
        let logs = path.join("logs");
        let mut seen = Vec::new();
        for folder in fs::read_dir(&logs).map_err(Error::file("read", &logs))? {
            let folder = folder.map_err(Error::file("read", &logs))?.path();
            if let Some(key) = key_in(&folder)? {
                seen.push(Seen { last: last_in(&folder, &key)?, key });
            }
        }
        seen.sort_by(|one, other| one.key.name().cmp(other.key.name()));
        Ok(seen)
    }

    /// Signs a head that grew from the last one signed. It is on the disk before the signature is given.
    pub fn add(&self, submission: &Submission, now: Timestamp) -> Result<Signature, Error> {
        let folder = place(&self.path, &submission.origin()?);
        let key = key_in(&folder)?.ok_or(Refusal::UnknownLog)?;
        let _one_at_a_time = self.at_work.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let last = last_in(&folder, &key)?;
        let new = submission.decide(&key, last.as_ref())?;
        let signature = self.key.cosign(&new, now);
        // only what the log's own key signed is kept: signatures of others are nobody's business here
        let mut kept = submission.checkpoint.only(&key);
        kept.add(signature.clone()).map_err(|_| Refusal::Malformed)?;
        write(&folder.join("checkpoint"), &kept.to_string())?;
        Ok(signature)
    }
}

/// The folder of a log, whatever its name holds.
fn place(path: &Path, origin: &str) -> PathBuf {
    path.join("logs").join(Digest::of(origin.as_bytes()).to_string())
}

fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file("read", path)(error)),
    }
}

fn key_in(folder: &Path) -> Result<Option<VerifyingKey>, Error> {
    let path = folder.join("log.vkey");
    let Some(text) = read(&path)? else { return Ok(None) };
    text.trim().parse().map(Some).map_err(|_| Error::Damaged(path))
}

fn last_in(folder: &Path, key: &VerifyingKey) -> Result<Option<Checkpoint>, Error> {
    let path = folder.join("checkpoint");
    let Some(text) = read(&path)? else { return Ok(None) };
    let note = Note::parse(text.as_bytes()).map_err(|_| Error::Damaged(path.clone()))?;
    // a file that was spoiled must never count as nothing seen yet
    Checkpoint::open(&note, key).map(Some).map_err(|_| Error::Damaged(path))
}

fn make_dir(path: &Path) -> Result<(), Error> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(Error::file("make the folder", path))
}

/// Writes a file whole or not at all, and waits until it would outlive a power cut.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{name}.part"));
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        File::open(folder)?.sync_all()
    })();
    written.map_err(Error::file("write", path))
}

#[cfg(test)]
mod tests;
