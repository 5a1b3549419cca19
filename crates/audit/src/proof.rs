//! C2SP tlog-proofs: that an entry is in the log, in one small text that anyone can check offline.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{self, Checkpoint, read_decimal};
use crate::merkle::{self, Hash, leaf_hash, verify_inclusion};
use crate::note::{self, Note, VerifyingKey};

/// The ending of files that hold a proof.
pub const FILE_EXTENSION: &str = "tlog-proof";

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// The most hashes a proof of any tree can have.
const MAX_HASHES: usize = 64;

/// Where an entry stands in a signed log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProof {
    /// Whatever the application wants beside the proof; not covered by any signature. Ours is the entry itself.
    pub extra: Option<Vec<u8>>,
    /// The entry's place.
    pub index: u64,
    /// From the leaf's sibling up to the root's child.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint of a tree that holds the entry.
    pub checkpoint: Note,
}

/// Why a proof is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A line that should not stand there; counted from 1.
    #[error("line {0} of the log proof is malformed")]
    BadLine(usize),
    /// The checkpoint at its end is no note.
    #[error("could not read the log proof's checkpoint")]
    Note(#[from] note::Error),
    /// The checkpoint is not by the trusted key, or not of its log.
    #[error("could not accept the log proof's checkpoint")]
    Checkpoint(#[from] checkpoint::Error),
    /// The entry is not where the proof says.
    #[error("could not follow the log proof from the entry to the checkpoint")]
    Path(#[from] merkle::Error),
}

impl LogProof {
    /// Checks that this entry is in the log whose key this is; gives back the checkpoint that says so.
    pub fn verify(&self, entry: &[u8], key: &VerifyingKey) -> Result<Checkpoint, Error> {
        self.verify_leaf(leaf_hash(entry), key)
    }

    /// Like [`LogProof::verify`], for whoever has only the entry's leaf hash.
    pub fn verify_leaf(&self, leaf: Hash, key: &VerifyingKey) -> Result<Checkpoint, Error> {
        let checkpoint = Checkpoint::open(&self.checkpoint, key)?;
        verify_inclusion(leaf, self.index, checkpoint.size, &self.hashes, checkpoint.root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for LogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = self.extra.as_deref().filter(|extra| !extra.is_empty()) {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for LogProof {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut rest = text;
        let mut number = 0;
        let mut next = || {
            number += 1;
            let (line, after) = rest.split_once('\n').ok_or(Error::BadLine(number))?;
            rest = after;
            Ok::<_, Error>((number, line))
        };
        let (number, line) = next()?;
        if line != FIRST_LINE {
            return Err(Error::BadLine(number));
        }
        let (mut number, mut line) = next()?;
        let mut extra = None;
        if let Some(encoded) = line.strip_prefix("extra ") {
            let decoded = STANDARD.decode(encoded).ok().filter(|decoded| !decoded.is_empty());
            extra = Some(decoded.ok_or(Error::BadLine(number))?);
            (number, line) = next()?;
        }
        let index = line.strip_prefix("index ").and_then(read_decimal).ok_or(Error::BadLine(number))?;
        let mut hashes = Vec::new();
        loop {
            let (number, line) = next()?;
            if line.is_empty() {
                break;
            }
            if hashes.len() == MAX_HASHES {
                return Err(Error::BadLine(number));
            }
            hashes.push(Hash::from_base64(line).ok_or(Error::BadLine(number))?);
        }
        Ok(Self { extra, index, hashes, checkpoint: Note::parse(rest.as_bytes())? })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use exeunt_base::Secret;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::{Error, LogProof};
    use crate::checkpoint::Checkpoint;
    use crate::merkle::{Frontier, inclusion_proof, leaf_hash};
    use crate::note::SigningKey;

    fn key(seed: u8) -> SigningKey {
        SigningKey::new("example.com/log", Secret::new([seed; 32])).expect("a key")
    }

    /// A proof for entry `index` of a log of one-byte entries.
    fn proof(index: u64, size: u8, extra: Option<Vec<u8>>) -> LogProof {
        let mut nodes = BTreeMap::new();
        let mut frontier = Frontier::default();
        for number in 0..size {
            let (next, made) = frontier.append(leaf_hash(&[number]));
            frontier = next;
            nodes.extend(made.into_iter().map(|node| ((node.level, node.index), node.hash)));
        }
        let lookup = |level, index| nodes.get(&(level, index)).copied();
        let hashes = inclusion_proof(index, u64::from(size), &lookup).expect("stored");
        let checkpoint =
            Checkpoint { origin: "example.com/log".to_owned(), size: u64::from(size), root: frontier.root() };
        LogProof { extra, index, hashes, checkpoint: checkpoint.sign(&key(1)).expect("signed") }
    }

    #[test]
    fn a_proof_reads_back_and_verifies_its_entry_alone() {
        let proof = proof(5, 11, Some(b"opening".to_vec()));
        let text = proof.to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra b3BlbmluZw==\nindex 5\n"), "{text}");
        assert_eq!(text.parse(), Ok(proof.clone()));
        assert_eq!(proof.verify(&[5], key(1).public()).map(|checkpoint| checkpoint.size), Ok(11));
        assert!(matches!(proof.verify(&[6], key(1).public()), Err(Error::Path(_))));
        assert!(matches!(proof.verify(&[5], key(2).public()), Err(Error::Checkpoint(_))));
    }

    #[test]
    fn a_log_of_one_entry_needs_no_hash() {
        let proof = proof(0, 1, None);
        assert_eq!(proof.to_string().lines().nth(2), Some(""));
        assert_eq!(proof.to_string().parse(), Ok(proof.clone()));
        assert!(proof.verify(&[0], key(1).public()).is_ok());
    }

    #[test]
    fn what_is_not_a_proof_is_refused() {
        let good = proof(2, 3, None).to_string();
        for (from, to) in [
            ("@v1", "@v2"),
            ("index 2", "index 02"),
            ("index 2", "index -2"),
            ("index 2", "Index 2"),
            ("index 2\n", "extra \nindex 2\n"),
            ("index 2\n", "extra !\nindex 2\n"),
            ("index 2\n", "index 2\nextra AAAA\n"),
            ("index 2\n", "index 2\nAAAA\n"),
            ("\n\nexample", "\nexample"),
            ("\n\nexample", "\n\n\nexample"),
            ("\n\nexample", "\n\nexam ple"),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good, "{from}");
            let accepted = bad.parse::<LogProof>().and_then(|proof| proof.verify(&[2], key(1).public()));
            assert!(accepted.is_err(), "{to}");
        }
        let long = good.replacen(
            "index 2\n",
            &format!("index 2\n{}", format!("{}\n", leaf_hash(b"")).repeat(65)),
            1,
        );
        assert_eq!(long.parse::<LogProof>(), Err(Error::BadLine(67)));
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_prints_as_it_was(
            text in "(c2sp.org/tlog-proof@v1\n)?(extra [A-Za-z]{0,8}={0,2}\n)?(index [0-9]{0,3}\n)?[^\u{0}-\u{9}]{0,60}",
            noise in any::<String>(),
        ) {
            for text in [text, noise] {
                if let Ok(proof) = text.parse::<LogProof>() {
                    prop_assert_eq!(proof.to_string(), text);
                }
            }
        }

        #[test]
        fn a_flipped_byte_never_passes_for_the_same_proof(at: usize, bit in 0..8u8) {
            let good = proof(4, 7, None);
            let mut bytes = good.to_string().into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            let accepted = String::from_utf8(bytes)
                .ok()
                .and_then(|text| text.parse::<LogProof>().ok())
                .and_then(|proof| proof.verify(&[4], key(1).public()).ok());
            prop_assert!(accepted.is_none());
        }
    }
}
