//! Beginning again from a backup: an empty folder and an empty store get what the old ones held. Whether anything happened since
//! the backup was made is not known here: the store is refused until somebody says that it is an older one (REL-13), and the
//! service does not begin before the ledger was held against the sources.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use exeunt_audit::event::{Actor as By, Event};
use exeunt_audit::kind::Kind;
use exeunt_engine::World;
use exeunt_package::Key;
use exeunt_store::filling::Filling;
use exeunt_store::shape::Table;
use exeunt_store::{Place, Store};
use exeunt_vault::{Keeper, Keyring, Shelf};

use crate::actor::Actor;
use crate::backups::check::{Piece, Reader, archive};
use crate::backups::error::Error;
use crate::backups::files;
use crate::backups::form::{self, End, Head};
use crate::home::files::make_dir;
use crate::home::gate;
use crate::home::layout::Layout;
use crate::home::notary::Notary;

/// Where a backup goes.
pub struct Target<'a> {
    /// The new home.
    pub layout: Layout,
    /// The new store.
    pub store: Place,
    /// Time and chance.
    pub world: &'a dyn World,
    /// The word the one at the door is known by.
    pub operator: &'a str,
}

impl std::fmt::Debug for Target<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Target({})", self.layout.home.display())
    }
}

/// What is done with one entry once its bytes were read.
enum Next {
    Nothing,
    Fill(Table, Vec<u8>),
}

/// Makes a home and a store from a backup. Refuses where either is. `keeper` is asked once the home's files are there, for the
/// salt of a passphrase is one of them. When anything fails, a folder that was not there before is taken away again.
pub async fn open<R, E>(
    from: R,
    key: &Key,
    target: Target<'_>,
    keeper: impl FnOnce() -> Result<Box<dyn Keeper>, E>,
) -> Result<(Head, End), E>
where
    R: Read,
    E: From<crate::Error>,
{
    let home = target.layout.home.clone();
    let fresh = !home.exists();
    let opened = fill(from, key, target, keeper).await;
    if opened.is_err() && fresh {
        let _ = fs::remove_dir_all(home);
    }
    opened
}

async fn fill<R, E>(
    from: R,
    key: &Key,
    target: Target<'_>,
    keeper: impl FnOnce() -> Result<Box<dyn Keeper>, E>,
) -> Result<(Head, End), E>
where
    R: Read,
    E: From<crate::Error>,
{
    let Target { layout, store, world, operator } = target;
    let refused = |error: Error| crate::Error::from(error);
    if layout.store().exists() || layout.root_key().exists() || layout.settings().exists() {
        return Err(crate::Error::HomeExists(layout.home).into());
    }
    Store::must_be_vacant(&store).await.map_err(crate::Error::from)?;
    let mut archive = archive(from, key).map_err(refused)?;
    let mut reader = Reader::default();
    let mut keeper = Some(keeper);
    let (mut filling, mut ring, mut head) = (None, None, None);
    for entry in archive.entries().map_err(Error::Damaged).map_err(refused)? {
        let mut entry = entry.map_err(Error::Damaged).map_err(refused)?;
        let mut next = Next::Nothing;
        let taken = reader.take(&mut entry, |piece| {
            match piece {
                Piece::Head(found) => head = Some(found),
                Piece::File(name, bytes) => write(&layout, name, bytes)?,
                Piece::Rows(table, bytes) => next = Next::Fill(table.clone(), bytes.to_vec()),
                Piece::End => {}
            }
            Ok(())
        });
        taken.map_err(refused)?;
        let Next::Fill(table, bytes) = next else { continue };
        if let (None, Some(keeper), Some(head)) = (&filling, keeper.take(), &head) {
            let keyring = keeper()?;
            let keyring = Keyring::open(&layout.ring(), &*keyring).map_err(crate::Error::from)?;
            let keyring = Arc::new(keyring);
            let notary = Arc::new(Notary::new(layout.clone(), Arc::clone(&keyring)));
            let begun = Filling::begin(&store, head.schema, notary).await;
            filling = Some(begun.map_err(crate::Error::from)?);
            ring = Some(keyring);
        }
        if let Some(filling) = &mut filling {
            let rows = form::rows(&bytes, &table).map_err(refused)?;
            filling.put(&table, &rows).await.map_err(crate::Error::from)?;
        }
    }
    let (head, end) = reader.finish().map_err(refused)?;
    let (Some(filling), Some(_)) = (filling, ring) else {
        return Err(refused(Error::NotWhole(String::from("it holds no rows"))).into());
    };
    finish(filling, &layout, &head, &end, world, operator).await?;
    Ok((head, end))
}

async fn finish(
    filling: Filling,
    layout: &Layout,
    head: &Head,
    end: &End,
    world: &dyn World,
    operator: &str,
) -> Result<(), crate::Error> {
    for folder in [&layout.packages, &layout.receipts(), &layout.checkpoints] {
        make_dir(folder)?;
    }
    Shelf::open(&layout.vault())?;
    let mut events = Vec::new();
    for organization in head.ids()? {
        let actor = Actor::meet(&layout.operators(), operator, organization, world)?;
        let by = actor.id.map_or(By::System, By::Known);
        let event = Event::new(world.now(), Kind::BackupOpened, by, organization);
        events.push((organization, event.count("files", end.files).count("rows", end.rows.values().sum())));
        // before the store is there: whoever dies in between has a gate that is shut
        gate::shut(layout, organization)?;
    }
    Ok(filling.finish(&events).await?)
}

fn write(layout: &Layout, name: &str, bytes: &mut dyn Read) -> Result<(), Error> {
    let Some(path) = files::place(layout, name) else {
        return Err(Error::NotWhole(String::from("it holds a file that belongs nowhere in a home")));
    };
    // what the log's public key is, somebody else may have kept already
    if path == layout.settings() && layout.settings().exists() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    make_dir(folder).map_err(|_| Error::Write(io::Error::other("a folder could not be made")))?;
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_same(&path, bytes) => return Ok(()),
        Err(error) => return Err(Error::Write(error)),
    };
    io::copy(bytes, &mut file).and_then(|_| file.sync_all()).map_err(Error::Write)
}

/// Whether a small file that is there holds the same: the checkpoints of the old home may have outlived it.
fn is_same(path: &Path, bytes: &mut dyn Read) -> bool {
    let mut wanted = Vec::new();
    let read = bytes.take(1 << 16).read_to_end(&mut wanted);
    read.is_ok() && fs::read(path).is_ok_and(|found| found == wanted)
}
