//! A storage belongs to one home. Two that shared one would sweep away what they take for each other's leftovers.

use std::io::Read;
use std::time::Duration;

use exeunt_base::hex;
use exeunt_vault::storage::Reader;
use exeunt_vault::{Error as Vault, Storage};

use crate::error::Error;
use crate::office::Office;

/// What says whose it is.
pub(crate) const NAME: &str = "home";
/// More than it ever holds.
const MOST: u64 = 256;

/// Processes that start at once take each other's draft away. Each then waits for a while that chance chooses, so that one of them
/// gets through; the others find what it wrote.
const TRIES: u32 = 16;

/// Milliseconds of the first such while at the most; each is twice as long, up to 64 times that.
const WHILE: u64 = 4;

/// Writes down whose the vault's storage is, or refuses another home's. `own` is the office of the home's own organization.
pub(crate) fn claim(own: &Office) -> Result<(), Error> {
    let storage = own.engine.shelf.storage();
    let mine = format!("{}\n", own.organization.id);
    let chance = || {
        let mut chance = [0; 8];
        own.engine.world.chance(&mut chance);
        chance
    };
    if written(storage, &mine, chance)? == mine {
        return Ok(());
    }
    Err(Vault::Unsuitable {
        place: storage.place(""),
        why: String::from("it is another home's; give each home a `prefix` of its own"),
    }
    .into())
}

/// What stands there, after writing `mine` where nothing did.
fn written(storage: &dyn Storage, mine: &str, chance: impl Fn() -> [u8; 8]) -> Result<String, Error> {
    let mut tried = 0;
    loop {
        if let Some(found) = read(storage)? {
            return Ok(found);
        }
        let draft = storage.begin(NAME, &hex::encode(&chance()));
        match draft.and_then(|mut draft| draft.write(mine.as_bytes()).and_then(|()| draft.finish())) {
            Ok(()) => return Ok(mine.to_owned()),
            Err(_) if tried < TRIES => {
                let longest = WHILE << tried.min(6);
                std::thread::park_timeout(Duration::from_millis(u64::from_le_bytes(chance()) % longest));
                tried += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU64, Ordering};

    use exeunt_vault::Disk;

    use super::written;

    #[test]
    fn of_processes_that_start_at_once_one_claims_and_the_others_read_it() {
        let chance = AtomicU64::new(0);
        for _ in 0..50 {
            let dir = tempfile::tempdir().unwrap();
            let together = Barrier::new(4);
            let found = std::thread::scope(|scope| {
                let process = |_| {
                    scope.spawn(|| {
                        let storage = Disk::open(dir.path()).unwrap();
                        together.wait();
                        // the golden ratio's multiples are spread like chance
                        let step = || chance.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
                        let chance = || step().to_be_bytes();
                        written(&storage, "ours\n", chance).unwrap()
                    })
                };
                let started: Vec<_> = (0..4).map(process).collect();
                started.into_iter().map(|process| process.join().unwrap()).collect::<Vec<_>>()
            });
            assert_eq!(found, ["ours\n"; 4]);
        }
    }
}
