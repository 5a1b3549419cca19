//! C2SP tlog-witness: what a log sends to a witness, and what the witness makes of it. Pure: keeping what was signed is the
//! caller's, and must be done before the answer goes out.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::{Checkpoint, read_decimal};
use crate::merkle::{self, Hash, verify_consistency};
use crate::note::{Note, VerifyingKey};

/// The most hashes a submission may have.
pub const MAX_HASHES: usize = 63;

/// The content type of a refusal that tells how far the witness has seen a log.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// A checkpoint on its way to a witness, and the proof that it grew from the one the witness saw last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// How many entries the log had when the witness saw it last; 0 when it never did.
    pub old: u64,
    /// The consistency proof.
    pub proof: Vec<Hash>,
    /// The signed head.
    pub checkpoint: Note,
}

/// Why a witness does not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a submission, or one that goes backwards by its own word.
    #[error("this is not a checkpoint with the way to it from an older one")]
    Malformed,
    /// A log the witness does not know.
    #[error("this witness does not watch that log")]
    UnknownLog,
    /// Not signed by the log's key.
    #[error("the checkpoint is not signed by the log's key")]
    NotSigned,
    /// The witness saw another size last.
    #[error("the last checkpoint seen here has {0} entries")]
    OtherSize(u64),
    /// Another history of the same length: a split view.
    #[error("the checkpoint has as many entries as the last one seen here ({0}), and other ones")]
    OtherHistory(u64),
    /// The proof does not lead from the one to the other.
    #[error("the checkpoint does not grow from the last one seen here")]
    NotGrown,
}

impl Refusal {
    /// The HTTP status it is told by.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::UnknownLog => 404,
            Self::NotSigned => 403,
            Self::OtherSize(_) | Self::OtherHistory(_) => 409,
            Self::NotGrown => 422,
        }
    }

    /// The size the witness saw last, where it tells.
    pub fn size(self) -> Option<u64> {
        match self {
            Self::OtherSize(size) | Self::OtherHistory(size) => Some(size),
            _ => None,
        }
    }
}

impl Submission {
    /// The log it says it is of, unproven.
    pub fn origin(&self) -> Result<String, Refusal> {
        Ok(Checkpoint::parse(self.checkpoint.text()).map_err(|_| Refusal::Malformed)?.origin)
    }

    /// What a witness decides that knows this log by `key` and signed `last` before. What it gives back it may sign.
    pub fn decide(&self, key: &VerifyingKey, last: Option<&Checkpoint>) -> Result<Checkpoint, Refusal> {
        let new = Checkpoint::open(&self.checkpoint, key).map_err(|_| Refusal::NotSigned)?;
        if self.old > new.size {
            return Err(Refusal::Malformed);
        }
        let seen = last.map_or(0, |last| last.size);
        if self.old != seen {
            return Err(Refusal::OtherSize(seen));
        }
        let root = last.map_or_else(merkle::empty_root, |last| last.root);
        if seen == new.size && root != new.root {
            return Err(Refusal::OtherHistory(seen));
        }
        verify_consistency(seen, root, new.size, new.root, &self.proof).map_err(|_| Refusal::NotGrown)?;
        Ok(new)
    }
}

impl fmt::Display for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Submission {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let (head, rest) = text.split_once("\n\n").ok_or(Refusal::Malformed)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(read_decimal);
        let old = old.ok_or(Refusal::Malformed)?;
        let proof: Vec<Hash> = lines
            .take(MAX_HASHES + 1)
            .map(|line| Hash::from_base64(line).ok_or(Refusal::Malformed))
            .collect::<Result<_, _>>()?;
        if proof.len() > MAX_HASHES {
            return Err(Refusal::Malformed);
        }
        let checkpoint = Note::parse(rest.as_bytes()).map_err(|_| Refusal::Malformed)?;
        Ok(Self { old, proof, checkpoint })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use exeunt_base::Secret;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Refusal, Submission};
    use crate::checkpoint::Checkpoint;
    use crate::merkle::{Frontier, Hash, consistency_proof, leaf_hash};
    use crate::note::SigningKey;

    fn key(seed: u8) -> SigningKey {
        SigningKey::new("example.com/log", Secret::new([seed; 32])).unwrap()
    }

    /// A log whose entries from `fork` on are others than everybody else's.
    struct Log(HashMap<(u8, u64), Hash>, Vec<Hash>);

    impl Log {
        fn new(size: u64, fork: u64) -> Self {
            let (mut nodes, mut roots, mut tree) = (HashMap::new(), Vec::new(), Frontier::default());
            roots.push(tree.root());
            for place in 0..size {
                let entry = [place.to_le_bytes(), u64::from(place >= fork).to_le_bytes()].concat();
                let (next, made) = tree.append(leaf_hash(&entry));
                tree = next;
                nodes.extend(made.into_iter().map(|node| ((node.level, node.index), node.hash)));
                roots.push(tree.root());
            }
            Self(nodes, roots)
        }

        fn head(&self, size: u64) -> Checkpoint {
            Checkpoint { origin: String::from("example.com/log"), size, root: self.1[size as usize] }
        }

        fn submit(&self, old: u64, new: u64) -> Submission {
            let nodes = |level, index| self.0.get(&(level, index)).copied();
            let proof = consistency_proof(old, new, &nodes).unwrap();
            Submission { old, proof, checkpoint: self.head(new).sign(&key(1)).unwrap() }
        }
    }

    #[test]
    fn a_log_that_grows_is_signed_again_and_again() {
        let log = Log::new(40, 40);
        let mut last = None;
        for (old, new) in [(0, 0), (0, 1), (1, 1), (1, 7), (7, 8), (8, 40)] {
            let sent = log.submit(old, new).to_string();
            let read: Submission = sent.parse().unwrap();
            assert_eq!(read.to_string(), sent);
            assert_eq!(read.origin().unwrap(), "example.com/log");
            last = Some(read.decide(key(1).public(), last.as_ref()).unwrap());
            assert_eq!(last, Some(log.head(new)));
        }
    }

    #[test]
    fn a_split_view_a_rollback_and_a_stranger_are_refused() {
        let (log, other) = (Log::new(20, 20), Log::new(20, 8));
        let last = log.head(10);
        let decide = |submission: Submission| submission.decide(key(1).public(), Some(&last)).unwrap_err();
        assert_eq!(decide(other.submit(10, 10)), Refusal::OtherHistory(10));
        assert_eq!(decide(other.submit(10, 20)), Refusal::NotGrown);
        assert_eq!(decide(other.submit(8, 20)), Refusal::OtherSize(10), "where they still agree");
        assert_eq!(decide(log.submit(5, 9)), Refusal::OtherSize(10));
        assert_eq!(decide(log.submit(0, 20)), Refusal::OtherSize(10));
        assert_eq!(decide(Submission { old: 10, ..log.submit(0, 9) }), Refusal::Malformed);
        let with = |proof: &[Hash], to| Submission { old: 10, proof: proof.to_vec(), ..log.submit(0, to) };
        assert_eq!(decide(with(&[], 20)), Refusal::NotGrown);
        assert_eq!(decide(with(&[Hash([0; 32])], 10)), Refusal::NotGrown, "more than there is to prove");
        assert_eq!(log.submit(10, 20).decide(key(2).public(), Some(&last)), Err(Refusal::NotSigned));
        assert_eq!(with(&[Hash([0; 32])], 20).decide(key(1).public(), None), Err(Refusal::OtherSize(0)));
        let statuses = [
            (Refusal::Malformed, 400),
            (Refusal::NotSigned, 403),
            (Refusal::UnknownLog, 404),
            (Refusal::OtherSize(1), 409),
            (Refusal::NotGrown, 422),
        ];
        assert!(statuses.iter().all(|(refusal, status)| refusal.status() == *status));
    }

    #[test]
    fn the_example_of_the_specification_reads_and_prints() {
        let text = "old 20852014\n\
            PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
            jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
            5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
            /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n\
            example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
        let read: Submission = text.parse().unwrap();
        assert_eq!((read.old, read.proof.len()), (20_852_014, 4));
        assert_eq!(read.origin().unwrap(), "example.com/behind-the-sofa");
        assert_eq!(read.to_string(), text);
        for (from, to) in
            [("old 2", "old 02"), ("old ", "new "), ("old 20852014\n", "old 20852014\n\n"), ("PlRN", "!lRN")]
        {
            let bad = text.replacen(from, to, 1).parse::<Submission>();
            assert!(bad.is_err() || bad.unwrap().origin().is_err(), "{to}");
        }
        let hash = format!("{}\n", Hash([7; 32]));
        let long = text.replacen("PlRN", &format!("{}PlRN", hash.repeat(60)), 1);
        assert_eq!(long.parse::<Submission>(), Err(Refusal::Malformed));
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_prints_as_it_was(text in any::<String>()) {
            for text in [text.clone(), format!("old 1\n\n{text}")] {
                if let Ok(read) = text.parse::<Submission>() {
                    prop_assert_eq!(read.to_string(), text);
                }
            }
        }

        #[test]
        fn of_two_histories_at_most_one_is_ever_signed(
            fork in 0u64..30,
            steps in proptest::collection::vec((any::<bool>(), 0u64..=30), 1..12),
        ) {
            let (log, other) = (Log::new(30, 30), Log::new(30, fork));
            let mut last: Option<Checkpoint> = None;
            for (honest, size) in steps {
                let from = if honest { &log } else { &other };
                let old = last.as_ref().map_or(0, |last| last.size).min(size);
                if let Ok(new) = from.submit(old, size).decide(key(1).public(), last.as_ref()) {
                    // whatever was signed last begins with all that was signed before
                    if let Some(last) = &last {
                        proptest::prop_assert!(last.size <= new.size);
                        prop_assert_eq!(from.1[last.size as usize], last.root);
                    }
                    last = Some(new);
                }
            }
        }
    }
}
