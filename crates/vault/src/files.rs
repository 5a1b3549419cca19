//! Files that are there after a power cut, or not there at all. Owner-only, and never half written.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Makes a directory for the owner alone, and its parents, durably. Does nothing when it is there.
pub(crate) fn make_dir(path: &Path) -> Result<(), Error> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = parent(path);
    if !parent.as_os_str().is_empty() {
        make_dir(parent)?;
    }
    let doing = || format!("making the directory `{}`", path.display());
    trip().and_then(|()| DirBuilder::new().mode(0o700).create(path)).or_else(|error| match error.kind() {
        io::ErrorKind::AlreadyExists if path.is_dir() => Ok(()),
        _ => Err(Error::io(doing(), error)),
    })?;
    sync_dir(parent)
}

/// Makes a file for the owner alone; an error when there is one.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    trip()?;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Writes all bytes.
pub(crate) fn write_all(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    trip()?;
    file.write_all(bytes)
}

/// Waits until the file's bytes and length are on the disk.
pub(crate) fn sync(file: &File) -> io::Result<()> {
    trip()?;
    file.sync_all()
}

/// Gives a file its final name, over whatever had it.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    trip()?;
    fs::rename(from, to)
}

/// Gives a file a second name; an error when something has it.
pub(crate) fn link(from: &Path, to: &Path) -> io::Result<()> {
    trip()?;
    fs::hard_link(from, to)
}

/// Waits until the names in a directory are on the disk.
pub(crate) fn sync_dir(path: &Path) -> Result<(), Error> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    trip()
        .and_then(|()| File::open(path)?.sync_all())
        .map_err(|error| Error::io(format!("making the directory `{}` durable", path.display()), error))
}

/// Takes a file away, durably; false when there was none.
pub(crate) fn remove(path: &Path) -> Result<bool, Error> {
    match trip().and_then(|()| fs::remove_file(path)) {
        Ok(()) => sync_dir(parent(path)).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io(format!("removing `{}`", path.display()), error)),
    }
}

/// Reads a small file; `None` when there is none.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    let doing = || format!("reading `{}`", path.display());
    let file = match trip().and_then(|()| File::open(path)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io(doing(), error)),
    };
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(|error| Error::io(doing(), error))?;
    Ok(Some(bytes))
}

/// Writes a whole file durably unless there is one already; false when there was, which then stays as it is.
pub(crate) fn write_once(path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    let temporary = write_beside(path, bytes)?;
    // a hard link, unlike a rename, refuses to take the place of another process's file
    let linked = link(&temporary, path);
    let removed = fs::remove_file(&temporary);
    match linked {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(Error::io(format!("naming `{}`", path.display()), error)),
    }
    removed.map_err(|error| Error::io(format!("removing `{}`", temporary.display()), error))?;
    sync_dir(parent(path)).map(|()| true)
}

/// Writes a whole file durably, over whatever was there, in one step.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let temporary = write_beside(path, bytes)?;
    if let Err(error) = rename(&temporary, path) {
        let _ = fs::remove_file(&temporary);
        return Err(Error::io(format!("naming `{}`", path.display()), error));
    }
    sync_dir(parent(path))
}

/// Waits until nobody else holds this file, and holds it until it is dropped. Makes it where it is not there.
pub(crate) fn lock(path: &Path) -> Result<File, Error> {
    let locked = trip().and_then(|()| {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        file.lock()?;
        Ok(file)
    });
    locked.map_err(|error| Error::io(format!("locking `{}`", path.display()), error))
}

/// Overwrites a file with `noise`, then zeros, then takes it away, each step on the disk before the next; also every
/// half-made copy a crash left beside it. False when there was nothing. Doing it again finishes what was begun.
pub(crate) fn destroy(path: &Path, noise: &[u8; 32]) -> Result<bool, Error> {
    let mut found = false;
    for copy in temporaries(path)?.into_iter().chain([path.to_owned()]) {
        let doing = || format!("destroying `{}`", copy.display());
        let mut file = match trip().and_then(|()| OpenOptions::new().write(true).open(&copy)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::io(doing(), error)),
        };
        found = true;
        let length = file.metadata().map_err(|error| Error::io(doing(), error))?.len();
        for pattern in [noise, &[0; 32]] {
            overwrite(&mut file, length, pattern).map_err(|error| Error::io(doing(), error))?;
        }
        drop(file);
        remove(&copy)?;
    }
    Ok(found)
}

/// The directory a file is in.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn overwrite(file: &mut File, length: u64, pattern: &[u8; 32]) -> io::Result<()> {
    use std::io::Seek;
    file.rewind()?;
    let mut left = usize::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge)?;
    while left > 0 {
        let step = left.min(pattern.len());
        write_all(file, &pattern[..step])?;
        left -= step;
    }
    sync(file)
}

fn temporary_prefix(path: &Path) -> String {
    format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy())
}

fn temporaries(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let prefix = temporary_prefix(path);
    list(parent(path)).map(|entries| {
        let is_ours = |entry: &PathBuf| {
            let name = entry.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&prefix) && name.ends_with(".tmp")
        };
        entries.into_iter().filter(is_ours).collect()
    })
}

/// What is in a directory, in name order; nothing when it is not there.
pub(crate) fn list(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let place = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let entries = match trip().and_then(|()| fs::read_dir(place)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io(format!("listing `{}`", path.display()), error)),
    };
    let mut found = entries
        .map(|entry| entry.map(|entry| path.join(entry.file_name())))
        .collect::<io::Result<Vec<_>>>()
        .map_err(|error| Error::io(format!("listing `{}`", path.display()), error))?;
    found.sort();
    Ok(found)
}

fn write_beside(path: &Path, bytes: &[u8]) -> Result<PathBuf, Error> {
    let doing = || format!("writing `{}`", path.display());
    for attempt in 0..u16::MAX {
        let temporary =
            parent(path).join(format!("{}{}-{attempt}.tmp", temporary_prefix(path), std::process::id()));
        let mut file = match create_new(&temporary) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(Error::io(doing(), error)),
        };
        return match write_all(&mut file, bytes).and_then(|()| sync(&file)) {
            Ok(()) => Ok(temporary),
            Err(error) => {
                let _ = fs::remove_file(&temporary);
                Err(Error::io(doing(), error))
            }
        };
    }
    Err(Error::io(doing(), io::ErrorKind::AlreadyExists.into()))
}

/// In tests, the place where the n-th operation fails; otherwise nothing.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn trip() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(crate) use crate::faults::trip;
