//! Where blobs and packages are kept: tried out at a start, asked whether it answers, and swept of what nobody needs.

pub mod claim;
pub mod moving;
pub mod sweep;

use exeunt_base::hex;
use exeunt_vault::Storage;

use crate::error::Error;
use crate::house::House;
use crate::office::Office;

impl Office {
    /// Blobs and packages, in that order.
    pub(crate) fn storages(&self) -> [&dyn Storage; 2] {
        [self.engine.shelf.storage(), &*self.engine.packages]
    }

    /// Tries out where blobs and packages are kept, and tells what is worth knowing. Nothing is left of it.
    pub fn prove_storage(&self) -> Result<Vec<String>, Error> {
        let mut told = Vec::new();
        for storage in self.storages() {
            let mut attempt = [0; 8];
            self.engine.world.chance(&mut attempt);
            for note in storage.prove(&hex::encode(&attempt))? {
                if !told.contains(&note) {
                    told.push(note);
                }
            }
        }
        Ok(told)
    }
}

impl House {
    /// Before the service begins: the storage keeps its promises, and it is this home's.
    pub fn open_storage(&self) -> Result<Vec<String>, Error> {
        let told = self.own().prove_storage()?;
        claim::claim(self.own())?;
        Ok(told)
    }

    /// Whether the storage answers, in one question.
    pub fn look_at_storage(&self) -> Result<(), Error> {
        Ok(self.own().engine.shelf.storage().look()?)
    }
}
