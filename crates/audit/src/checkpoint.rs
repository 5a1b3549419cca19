//! C2SP checkpoints: the head of a log as a signed note, and how a store compares with one kept outside it.

use crate::merkle::{self, Hash, Nodes};
use crate::note::{self, Algorithm, Note, SigningKey, VerifyingKey, is_key_name};

/// The head of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a name like `example.com/audit/org_…`, the name of its key too.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Why a text is not a checkpoint we accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The note around it is not accepted.
    #[error("could not open the checkpoint's note")]
    Note(#[from] note::Error),
    /// Not three lines: origin, size, root.
    #[error("a checkpoint has three lines: origin, size and root hash")]
    Malformed,
    /// Lines after the root, which we neither write nor accept.
    #[error("the checkpoint has extension lines")]
    Extended,
    /// A checkpoint of another log than the key's.
    #[error("the checkpoint belongs to the log `{found}`, not to `{expected}`")]
    OtherLog {
        /// The origin it names.
        found: String,
        /// The origin wanted.
        expected: String,
    },
}

/// How our log stands to a checkpoint that was kept outside the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The log is the same or has grown from it.
    Grown,
    /// The log is shorter: the store was rolled back.
    RolledBack,
    /// The log is not shorter, but its beginning is another: history was changed.
    Forked,
}

impl Checkpoint {
    /// The three lines.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Reads the three lines.
    pub fn parse(body: &str) -> Result<Self, Error> {
        let lines = body.strip_suffix('\n').ok_or(Error::Malformed)?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(Error::Malformed);
        };
        if lines.next().is_some() {
            return Err(Error::Extended);
        }
        if !is_key_name(origin) {
            return Err(Error::Malformed);
        }
        let size = read_decimal(size).ok_or(Error::Malformed)?;
        let root = Hash::from_base64(root).ok_or(Error::Malformed)?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Signs it, as a note. The key's name must be the origin.
    pub fn sign(&self, key: &SigningKey) -> Result<Note, Error> {
        same_log(&self.origin, key.public().name())?;
        Ok(Note::sign(&self.body(), &[key])?)
    }

    /// The checkpoint in a note, when this key signed it and it is a checkpoint of this key's log.
    pub fn open(note: &Note, key: &VerifyingKey) -> Result<Self, Error> {
        if key.algorithm() != Algorithm::Ed25519 {
            // a witness says that it saw a log, not that it is one
            return Err(note::Error::NoTrustedSignature.into());
        }
        let checkpoint = Self::parse(note.verify(&[key])?)?;
        same_log(&checkpoint.origin, key.name())?;
        Ok(checkpoint)
    }

    /// Compares the log we hold, by its size and stored nodes, with this older statement about it.
    pub fn compare(&self, our_size: u64, nodes: &Nodes<'_>) -> Result<Standing, merkle::Error> {
        if our_size < self.size {
            return Ok(Standing::RolledBack);
        }
        let began_with = merkle::root(self.size, nodes)?;
        Ok(if began_with == self.root { Standing::Grown } else { Standing::Forked })
    }
}

/// A decimal number without sign or leading zeros.
pub(crate) fn read_decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

fn same_log(found: &str, expected: &str) -> Result<(), Error> {
    if found == expected {
        Ok(())
    } else {
        Err(Error::OtherLog { found: found.to_owned(), expected: expected.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use exeunt_base::Secret;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Checkpoint, Error, Standing};
    use crate::merkle::{Frontier, Hash, empty_root, leaf_hash};
    use crate::note::{Note, SigningKey};

    fn key(name: &str) -> SigningKey {
        SigningKey::new(name, Secret::new([3; 32])).expect("a key")
    }

    #[test]
    fn the_example_of_the_specification_reads_and_prints() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
        let note = Note::parse(text.as_bytes()).expect("a note");
        let checkpoint = Checkpoint::parse(note.text()).expect("a checkpoint");
        assert_eq!(
            (checkpoint.origin.as_str(), checkpoint.size),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert_eq!(checkpoint.body(), note.text());
        assert_eq!(note.to_string(), text);
    }

    #[test]
    fn a_checkpoint_opens_for_its_own_key_alone() {
        let checkpoint = Checkpoint { origin: "example.com/a".to_owned(), size: 0, root: empty_root() };
        let note = checkpoint.sign(&key("example.com/a")).expect("signed");
        assert_eq!(Checkpoint::open(&note, key("example.com/a").public()), Ok(checkpoint.clone()));
        assert!(matches!(Checkpoint::open(&note, key("example.com/b").public()), Err(Error::Note(_))));
        assert!(matches!(checkpoint.sign(&key("example.com/b")), Err(Error::OtherLog { .. })));
        let borrowed = Note::sign(&checkpoint.body(), &[&key("example.com/b")]).expect("plain text");
        assert!(matches!(
            Checkpoint::open(&borrowed, key("example.com/b").public()),
            Err(Error::OtherLog { .. })
        ));
    }

    #[test]
    fn what_is_not_a_checkpoint_is_refused() {
        let root = empty_root();
        for bad in [
            String::new(),
            format!("log\n1\n{root}"),
            format!("log\n01\n{root}\n"),
            format!("log\n+1\n{root}\n"),
            format!("log\n18446744073709551616\n{root}\n"),
            format!("lo g\n1\n{root}\n"),
            format!("\n1\n{root}\n"),
            "log\n1\nAAAA\n".to_owned(),
            "log\n1\n".to_owned(),
        ] {
            assert_eq!(Checkpoint::parse(&bad), Err(Error::Malformed), "{bad:?}");
        }
        assert_eq!(Checkpoint::parse(&format!("log\n1\n{root}\nmore\n")), Err(Error::Extended));
        assert_eq!(Checkpoint::parse(&format!("log\n1\n{root}\n\n")), Err(Error::Extended));
    }

    #[test]
    fn a_store_that_was_rolled_back_or_changed_is_noticed() {
        let mut nodes = BTreeMap::new();
        let mut frontier = Frontier::default();
        let mut kept = None;
        for number in 0..10u8 {
            let (next, made) = frontier.append(leaf_hash(&[number]));
            frontier = next;
            nodes.extend(made.into_iter().map(|node| ((node.level, node.index), node.hash)));
            if number == 6 {
                kept = Some(Checkpoint { origin: "log".to_owned(), size: 7, root: frontier.root() });
            }
        }
        let kept = kept.expect("kept at seven");
        let lookup = |level, index| nodes.get(&(level, index)).copied();
        assert_eq!(kept.compare(10, &lookup), Ok(Standing::Grown));
        assert_eq!(kept.compare(7, &lookup), Ok(Standing::Grown));
        assert_eq!(kept.compare(6, &lookup), Ok(Standing::RolledBack));
        let other = Checkpoint { root: Hash([1; 32]), ..kept.clone() };
        assert_eq!(other.compare(10, &lookup), Ok(Standing::Forked));
        assert!(kept.compare(10, &|_, _| None).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_prints_as_it_was(text in any::<String>(), size: u64, hash: [u8; 32]) {
            if let Ok(checkpoint) = Checkpoint::parse(&text) {
                prop_assert_eq!(checkpoint.body(), text);
            }
            let checkpoint = Checkpoint { origin: "log".to_owned(), size, root: Hash(hash) };
            prop_assert_eq!(Checkpoint::parse(&checkpoint.body()), Ok(checkpoint));
        }
    }
}
