//! Taking blobs and packages from the folders of a home to another storage. May be stopped anywhere and begun again.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use exeunt_base::hex;
use exeunt_vault::storage::Reader;
use exeunt_vault::{Disk, Error as Vault, Storage};

use crate::error::Error;
use crate::home::layout::Layout;
use crate::home::open::Kept;
use crate::storage::claim;

/// What was moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Things.
    pub things: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Refuses a home whose folders still hold blobs or packages although they are to be kept elsewhere: a restore would not
/// find them, and nobody would destroy them.
pub(crate) fn must_be_moved(layout: &Layout) -> Result<(), Error> {
    for folder in [layout.vault(), layout.packages.clone()] {
        if !things(&folder)?.is_empty() {
            return Err(Error::Refused(
                "E0969",
                format!(
                    "the settings name a storage, and `{}` still holds sealed rows or packages; stop every process, then \
                     `exeunt storage move` takes them there",
                    folder.display()
                ),
            ));
        }
    }
    Ok(())
}

/// Moves everything: each thing is whole in its new place before it is taken from the old one.
pub fn move_all(layout: &Layout, kept: &Kept, chance: &dyn Fn(&mut [u8])) -> Result<Moved, Error> {
    let mut moved = Moved::default();
    for (folder, to) in [(layout.vault(), &kept.vault), (layout.packages.clone(), &kept.packages)] {
        let from = Disk::open(&folder)?;
        for name in things(&folder)? {
            let mut attempt = [0; 8];
            chance(&mut attempt);
            moved.bytes += copy(&from, to, &name, &hex::encode(&attempt))?;
            from.delete(&name)?;
            moved.things += 1;
        }
    }
    Ok(moved)
}

fn copy(from: &Disk, to: &Arc<dyn Storage>, name: &str, attempt: &str) -> Result<u64, Error> {
    let mut reader = Reader::new(from.open(name)?);
    let length = reader.length();
    let broken = |error: std::io::Error| match error.downcast::<Vault>() {
        Ok(error) => Error::Vault(error),
        Err(source) => Error::file("read", Path::new(name), source),
    };
    let mut draft = to.begin(name, attempt)?;
    let mut piece = vec![0; 1 << 20];
    loop {
        match reader.read(&mut piece).map_err(broken)? {
            0 => break,
            read => draft.write(&piece[..read])?,
        }
    }
    match draft.finish() {
        Ok(()) => {}
        // an earlier move came this far
        Err(Vault::Exists { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let there = to.open(name)?.length();
    if there != length {
        let what = format!("what lies at {}", to.place(name));
        return Err(Error::Damaged {
            what,
            why: String::from("it is not as long as what was to be moved there"),
        });
    }
    Ok(length)
}

fn things(folder: &Path) -> Result<Vec<String>, Error> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let found = Disk::open(folder)?.list("")?;
    let ours = |name: &String| name != claim::NAME && (name.ends_with(".blob") || name.ends_with(".age"));
    Ok(found.into_iter().map(|thing| thing.name).filter(ours).collect())
}
