//! A storage that is a folder, for its owner alone: `<name>`, and `<name>.<attempt>.part` while it is being written.

use std::fs::{File, Metadata};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use exeunt_base::Timestamp;

use crate::error::Error;
use crate::files;
use crate::storage::{Draft, Found, Item, Storage};

/// A folder of this machine, or of a file system that several mount.
#[derive(Debug, Clone)]
pub struct Disk {
    dir: PathBuf,
}

impl Disk {
    /// Opens the folder, making it where it is missing.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        files::make_dir(dir)?;
        Ok(Self { dir: dir.to_owned() })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Every file below a folder, racks included.
    fn each(&self, folder: &Path, visit: &mut dyn FnMut(String, &Metadata)) -> Result<(), Error> {
        for path in files::list(folder)? {
            match std::fs::symlink_metadata(&path) {
                Ok(about) if about.is_dir() => self.each(&path, visit)?,
                Ok(about) if about.is_file() => {
                    if let Some(name) = path.strip_prefix(&self.dir).ok().and_then(Path::to_str) {
                        visit(name.to_owned(), &about);
                    }
                }
                // finished or taken away since the folder was read
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::io(format!("looking at `{}`", path.display()), error)),
                Ok(_) => {}
            }
        }
        Ok(())
    }
}

impl Storage for Disk {
    fn begin(&self, name: &str, attempt: &str) -> Result<Box<dyn Draft>, Error> {
        let path = self.path(name);
        let folder = files::parent(&path);
        files::make_dir(folder)?;
        for found in files::list(folder)? {
            if part_of(&found).is_some_and(|(whose, _)| Some(whose) == name_in(&path)) {
                // its writer, should one still live, cannot finish without it
                files::remove(&found)?;
            }
        }
        let part = self.path(&format!("{name}.{attempt}.part"));
        let file = files::create_new(&part)
            .map_err(|error| Error::io(format!("making `{}`", part.display()), error))?;
        Ok(Box::new(Part { file, part, path, name: name.to_owned(), done: false }))
    }

    fn open(&self, name: &str) -> Result<Box<dyn Item>, Error> {
        item_of(&self.path(name), name)
    }

    fn holds(&self, name: &str) -> Result<bool, Error> {
        Ok(self.path(name).is_file())
    }

    fn delete(&self, name: &str) -> Result<bool, Error> {
        files::remove(&self.path(name))
    }

    fn list(&self, under: &str) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        self.each(&self.dir, &mut |name, about| {
            if part_of(Path::new(&name)).is_none() && name.starts_with(under) {
                found.push(found_as(name, String::new(), about));
            }
        })?;
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    fn drafts(&self) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        self.each(&self.dir, &mut |name, about| {
            let Some((_, attempt)) = part_of(Path::new(&name)) else { return };
            let (attempt, ending) = (attempt.to_owned(), format!(".{attempt}.part"));
            let name = name.strip_suffix(&ending).unwrap_or(&name).to_owned();
            found.push(found_as(name, attempt, about));
        })?;
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    fn discard(&self, draft: &Found) -> Result<(), Error> {
        files::remove(&self.path(&format!("{}.{}.part", draft.name, draft.attempt))).map(|_| ())
    }

    fn look(&self) -> Result<(), Error> {
        let doing = || format!("looking at `{}`", self.dir.display());
        std::fs::metadata(&self.dir).map(|_| ()).map_err(|error| Error::io(doing(), error))
    }

    fn prove(&self, attempt: &str) -> Result<Vec<String>, Error> {
        let name = format!("probe-{attempt}");
        let mut draft = self.begin(&name, attempt)?;
        draft.write(b"probe")?;
        draft.finish()?;
        self.delete(&name)?;
        Ok(Vec::new())
    }

    fn place(&self, name: &str) -> String {
        let path = if name.is_empty() { self.dir.clone() } else { self.path(name) };
        path.display().to_string()
    }
}

/// A file that is no part of a storage, as one of its things.
pub fn item_of(path: &Path, what: &str) -> Result<Box<dyn Item>, Error> {
    let doing = || format!("reading {what}");
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::Missing { what: what.to_owned() },
        _ => Error::io(doing(), error),
    })?;
    let length = file.metadata().map_err(|error| Error::io(doing(), error))?.len();
    Ok(Box::new(Whole { file, length, what: what.to_owned() }))
}

#[derive(Debug)]
struct Whole {
    file: File,
    length: u64,
    what: String,
}

impl Item for Whole {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> Result<(), Error> {
        self.file
            .read_exact_at(bytes, offset)
            .map_err(|error| Error::io(format!("reading {}", self.what), error))
    }
}

struct Part {
    file: File,
    part: PathBuf,
    path: PathBuf,
    name: String,
    done: bool,
}

impl Draft for Part {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        files::write_all(&mut self.file, bytes)
            .map_err(|error| Error::io(format!("writing {}", self.name), error))
    }

    fn finish(mut self: Box<Self>) -> Result<(), Error> {
        let doing = || format!("making {} durable", self.name);
        files::sync(&self.file).map_err(|error| Error::io(doing(), error))?;
        // a link, unlike a rename, refuses to take the place of what is there
        files::link(&self.part, &self.path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Error::Exists { what: self.name.clone() },
            _ => Error::io(doing(), error),
        })?;
        self.done = true;
        // durable by the next line; left behind, it is a name too many and not a byte
        let _ = std::fs::remove_file(&self.part);
        files::sync_dir(files::parent(&self.path))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.done {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

fn found_as(name: String, attempt: String, about: &Metadata) -> Found {
    let since = about.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let micros = since.and_then(|since| i64::try_from(since.as_micros()).ok()).unwrap_or(0);
    Found { name, attempt, bytes: about.len(), modified: Timestamp::from_micros(micros) }
}

fn name_in(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// The file a part is to become, and its attempt.
fn part_of(path: &Path) -> Option<(&str, &str)> {
    name_in(path)?.strip_suffix(".part")?.rsplit_once('.')
}
