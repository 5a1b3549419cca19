//! A directory of blobs: `<dir>/<two letters>/<blb_…>.blob`, and `.part` files while they are being written.

use std::fs::Metadata;
use std::io::Read;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use exeunt_base::{BlobId, Secret, Timestamp, hex};

use crate::blob::BlobMeta;
use crate::blob::reader::Blob;
use crate::blob::writer::BlobWriter;
use crate::crypt;
use crate::error::Error;
use crate::files;
use crate::keyring::epochs::EpochKey;

/// A directory of blobs, for its owner alone.
#[derive(Debug, Clone)]
pub struct Shelf {
    dir: PathBuf,
}

/// A blob on the shelf, finished or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Which.
    pub blob: BlobId,
    /// Its length.
    pub bytes: u64,
    /// When it was last written to.
    pub modified: Timestamp,
}

/// What the shelf takes up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Finished blobs.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files being written, or left by a crash.
    pub parts: u64,
    /// Their bytes.
    pub part_bytes: u64,
}

impl Shelf {
    /// Opens the directory, making it where it is missing.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        files::make_dir(dir)?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// Where a blob lies once it is finished.
    pub fn path(&self, blob: BlobId) -> PathBuf {
        self.rack(blob).join(format!("{blob}.blob"))
    }

    /// Begins a blob. `chance` must be fresh for every beginning, also when the same blob is sealed again: the keys of its
    /// segments hang on it. Beginning anew ends whatever an earlier writer of the same blob was doing.
    pub fn begin(
        &self,
        meta: &BlobMeta,
        key: &EpochKey,
        chance: &Secret<[u8; 32]>,
    ) -> Result<BlobWriter, Error> {
        let blob = meta.blob;
        if (key.organization, key.epoch) != (meta.organization, meta.epoch) {
            return Err(Error::MissingEpoch { epoch: meta.epoch });
        }
        let rack = self.rack(blob);
        files::make_dir(&rack)?;
        for (found, path) in parts_in(&rack)? {
            if found == blob {
                // its writer, should one still live, cannot finish without it
                files::remove(&path)?;
            }
        }
        let attempt = crypt::part_of(chance, "part name");
        let part = rack.join(format!("{blob}.{}.part", hex::encode(&attempt.expose()[..8])));
        let file = files::create_new(&part)
            .map_err(|error| Error::io(format!("making `{}`", part.display()), error))?;
        BlobWriter::begin(meta, key, chance, (file, part, self.path(blob)))
    }

    /// Opens a finished blob and checks that it is the one asked for.
    pub fn take(&self, blob: BlobId) -> Result<Blob, Error> {
        let opened = Blob::open(&self.path(blob))?;
        if opened.meta().blob == blob {
            return Ok(opened);
        }
        Err(Error::Damaged { what: format!("{blob}"), why: "another blob lies in its place" })
    }

    /// Whether a finished blob is there.
    pub fn holds(&self, blob: BlobId) -> bool {
        self.path(blob).is_file()
    }

    /// The SHA-256 of the whole file, to hold against what was recorded when it was sealed.
    pub fn sha256(&self, blob: BlobId) -> Result<[u8; 32], Error> {
        let doing = || format!("reading {blob}");
        let mut file = std::fs::File::open(self.path(blob)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Missing { what: blob.to_string() },
            _ => Error::io(doing(), error),
        })?;
        let mut digest = digest::Context::new(&digest::SHA256);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match file.read(&mut buffer).map_err(|error| Error::io(doing(), error))? {
                0 => return Ok(crypt::digest_bytes(&digest.finish())),
                length => digest.update(&buffer[..length]),
            }
        }
    }

    /// Takes a blob away, durably; false when it was not there. Its bytes may stay on the disk: they are ciphertext, and
    /// what makes them unreadable is the destruction of salt or epoch key, which comes first.
    pub fn delete(&self, blob: BlobId) -> Result<bool, Error> {
        files::remove(&self.path(blob))
    }

    /// All finished blobs, by age.
    pub fn list(&self) -> Result<Vec<Stored>, Error> {
        let mut found = Vec::new();
        self.each(&mut |path, about| found.extend(blob_of(path, ".blob").map(|blob| stored(blob, about))))?;
        found.sort_by_key(|stored| stored.blob);
        Ok(found)
    }

    /// All unfinished files, by age: being written right now, or left by a crash.
    pub fn parts(&self) -> Result<Vec<Stored>, Error> {
        let mut found = Vec::new();
        self.each(&mut |path, about| found.extend(part_of(path).map(|blob| stored(blob, about))))?;
        found.sort_by_key(|stored| stored.blob);
        Ok(found)
    }

    /// Takes away the unfinished files that `is_dead` names and tells which; the caller knows whose lease has ended.
    pub fn sweep(&self, is_dead: &dyn Fn(&Stored) -> bool) -> Result<Vec<Stored>, Error> {
        let mut dead = Vec::new();
        self.each(&mut |path, about| {
            dead.extend(
                part_of(path)
                    .map(|blob| (stored(blob, about), path.to_owned()))
                    .filter(|(part, _)| is_dead(part)),
            );
        })?;
        dead.into_iter().map(|(part, path)| files::remove(&path).map(|_| part)).collect()
    }

    /// What it all takes up.
    pub fn usage(&self) -> Result<Usage, Error> {
        let mut usage = Usage::default();
        self.each(&mut |path, about| {
            if blob_of(path, ".blob").is_some() {
                usage.blobs += 1;
                usage.bytes += about.len();
            } else if part_of(path).is_some() {
                usage.parts += 1;
                usage.part_bytes += about.len();
            }
        })?;
        Ok(usage)
    }

    /// Ids begin with a time, so the directories are named for the last two characters, which are chance.
    fn rack(&self, blob: BlobId) -> PathBuf {
        let id = blob.to_string();
        self.dir.join(&id[id.len() - 2..])
    }

    fn each(&self, visit: &mut dyn FnMut(&Path, &Metadata)) -> Result<(), Error> {
        for rack in files::list(&self.dir)? {
            if !rack.is_dir() {
                continue;
            }
            for path in files::list(&rack)? {
                match std::fs::symlink_metadata(&path) {
                    Ok(about) if about.is_file() => visit(&path, &about),
                    // finished or taken away since the directory was read
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(Error::io(format!("looking at `{}`", path.display()), error)),
                    Ok(_) => {}
                }
            }
        }
        Ok(())
    }
}

fn parts_in(rack: &Path) -> Result<Vec<(BlobId, PathBuf)>, Error> {
    Ok(files::list(rack)?.into_iter().filter_map(|path| Some((part_of(&path)?, path))).collect())
}

fn blob_of(path: &Path, ending: &str) -> Option<BlobId> {
    path.file_name()?.to_str()?.strip_suffix(ending)?.parse().ok()
}

fn part_of(path: &Path) -> Option<BlobId> {
    path.file_name()?.to_str()?.strip_suffix(".part")?.split_once('.')?.0.parse().ok()
}

fn stored(blob: BlobId, about: &Metadata) -> Stored {
    let since = about.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let micros = since.and_then(|since| i64::try_from(since.as_micros()).ok()).unwrap_or(0);
    Stored { blob, bytes: about.len(), modified: Timestamp::from_micros(micros) }
}
