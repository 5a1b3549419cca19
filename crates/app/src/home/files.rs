//! Small files of a home: for their owner alone, and whole or not there.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Makes a folder and its parents, for their owner alone.
pub(crate) fn make_dir(path: &Path) -> Result<(), Error> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| Error::file("make the folder", path, source))
}

/// Writes a file unless there is one; false when there was.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    // a link, unlike a new name, refuses to take the place of another process's file
    let written = Part::beside(path).and_then(|part| {
        part.write(bytes)?;
        part.file.sync_all()?;
        fs::hard_link(&part.path, path)
    });
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(source) => Err(Error::file("write", path, source)),
    }
}

/// Writes a file over whatever was there, in one step.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = Part::beside(path)?;
    part.write(bytes)?;
    fs::rename(&part.path, path)
}

/// Takes away what a process that was killed left beside a file it was writing.
pub(crate) fn clear_beside(path: &Path) -> std::io::Result<()> {
    let prefix = part_prefix(path);
    for entry in fs::read_dir(path.parent().unwrap_or(Path::new(".")))? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(&prefix) {
            continue;
        }
        let file = match File::open(entry.path()) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            // nobody writes it: dropping takes it away
            Ok(()) => drop(Part { path: entry.path(), file }),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(())
}

/// A file that is not whole yet. Whoever writes it holds its lock, so that one without is known to be left over; it goes when
/// this is dropped, unless it got another name.
struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    /// Two processes may write at once: each has a file of its own until the last step.
    fn beside(path: &Path) -> std::io::Result<Self> {
        let path = path.with_file_name(format!("{}{}", part_prefix(path), std::process::id()));
        loop {
            let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
            file.lock()?;
            let part = Self { path: path.clone(), file };
            // whoever held the lock before may have given the file its name, or taken it away
            if part.is_there() {
                return Ok(part);
            }
        }
    }

    fn is_there(&self) -> bool {
        let there = fs::metadata(&self.path).and_then(|there| Ok((there, self.file.metadata()?)));
        there.is_ok_and(|(there, ours)| (there.dev(), there.ino()) == (ours.dev(), ours.ino()))
    }

    fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.set_len(0)?;
        (&self.file).write_all(bytes)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.is_there() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn part_prefix(path: &Path) -> String {
    format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Waits until a file is on the disk.
pub(crate) fn settle(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()
}

/// A small file's text; `None` when there is none.
pub(crate) fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::file("read", path, source)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Part, clear_beside, replace, write_new};

    #[test]
    fn what_a_killed_process_left_is_taken_away_and_what_is_being_written_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint");
        replace(&path, b"whole").unwrap();
        fs::write(dir.path().join(".checkpoint.1"), b"ha").unwrap();
        fs::write(dir.path().join(".other.1"), b"another's").unwrap();
        let writing = Part::beside(&path).unwrap();
        clear_beside(&path).unwrap();
        assert!(writing.is_there());
        drop(writing);
        let mut left: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".other.1", "checkpoint"]);
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn of_many_who_write_at_once_each_writes_a_whole_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint");
        std::thread::scope(|scope| {
            for letter in b'a'..=b'h' {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..50 {
                        replace(path, &[letter; 100]).unwrap();
                        clear_beside(path).unwrap();
                    }
                });
            }
        });
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.len() == 100 && bytes.iter().all(|byte| *byte == bytes[0]));
        assert!(!write_new(&path, b"later").unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
