//! A storage belongs to one home. Two that shared one would sweep away what they take for each other's leftovers.

use std::io::Read;

use exeunt_base::hex;
use exeunt_vault::storage::Reader;
use exeunt_vault::{Error as Vault, Storage};

use crate::error::Error;
use crate::office::Office;

/// What says whose it is.
pub(crate) const NAME: &str = "home";
/// More than it ever holds.
const MOST: u64 = 256;

/// Writes down whose the vault's storage is, or refuses another home's. `own` is the office of the home's own organization.
pub(crate) fn claim(own: &Office) -> Result<(), Error> {
    let storage = own.engine.shelf.storage();
    let mine = format!("{}\n", own.organization.id);
    let found = match read(storage)? {
        Some(found) => found,
        None => {
            let mut attempt = [0; 8];
            own.engine.world.chance(&mut attempt);
            let mut draft = storage.begin(NAME, &hex::encode(&attempt))?;
            draft.write(mine.as_bytes())?;
            match draft.finish() {
                Ok(()) => return Ok(()),
                // another process was faster: perhaps one of ours
                Err(Vault::Exists { .. }) => read(storage)?.unwrap_or_default(),
                Err(error) => return Err(error.into()),
            }
        }
    };
    if found == mine {
        return Ok(());
    }
    Err(Vault::Unsuitable {
        place: storage.place(""),
        why: String::from("it is another home's; give each home a `prefix` of its own"),
    }
    .into())
}

fn read(storage: &dyn Storage) -> Result<Option<String>, Error> {
    let item = match storage.open(NAME) {
        Ok(item) => item,
        Err(Vault::Missing { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut text = String::new();
    let read = Reader::new(item).take(MOST).read_to_string(&mut text);
    Ok(Some(read.map(|_| text).unwrap_or_default()))
}
