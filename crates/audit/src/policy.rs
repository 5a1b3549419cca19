//! C2SP tlog-policy: which logs are believed, which witnesses are known, and how many of them must have signed.

mod parse;
#[cfg(test)]
mod tests;

use std::fmt;

use exeunt_base::Timestamp;

use crate::checkpoint::{self, Checkpoint};
use crate::note::{self, Note, VerifyingKey, cosigned_at};

/// Most logs, witnesses or groups of a policy.
pub const MOST: usize = 64;

/// A policy as its file says. Prints as a file that reads back as the same policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The logs' keys; a checkpoint by any of them is one.
    pub logs: Vec<Known>,
    /// The witnesses, each by the name it has in this policy.
    pub witnesses: Vec<(String, Known)>,
    groups: Vec<Group>,
    quorum: Rule,
}

/// A key, and where its holder is reached if the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The key.
    pub key: VerifyingKey,
    /// The address.
    pub url: Option<String>,
}

/// So many of these.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: String,
    least: usize,
    members: Vec<Rule>,
}

/// Whose signatures are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Nobody,
    Witness(usize),
    Group(usize),
}

/// Why a text is not a policy, or a checkpoint is not one by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A line that cannot be read, or names what is not there; counted from 1.
    #[error("line {line} of the policy: {why}")]
    BadLine {
        /// Which.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Not exactly one quorum.
    #[error("the policy does not say which quorum it wants")]
    NoQuorum,
    /// A policy cannot want more witnesses than it knows.
    #[error("the policy wants {wanted} of {known} witnesses")]
    TooFew {
        /// How many.
        wanted: usize,
        /// Of how many.
        known: usize,
    },
    /// No log of the policy signed.
    #[error("the checkpoint is not signed by a log that the policy names")]
    NoLog,
    /// Something about the note.
    #[error("could not accept the checkpoint")]
    Checkpoint(#[from] checkpoint::Error),
    /// A signature by a known witness that does not hold.
    #[error("could not accept the witnesses' signatures")]
    Note(#[from] note::Error),
}

/// What a policy makes of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The head.
    pub checkpoint: Checkpoint,
    /// The key of the log that signed it.
    pub log: VerifyingKey,
    /// Each witness in the policy's order, by its key's name, and when it signed if it did.
    pub witnesses: Vec<(String, Option<Timestamp>)>,
    /// Whether enough of them did.
    pub quorum: bool,
}

impl Judged {
    /// How many witnesses signed.
    pub fn signed(&self) -> usize {
        self.witnesses.iter().filter(|(_, at)| at.is_some()).count()
    }
}

impl Policy {
    /// One log, and so many of these witnesses; 0 wants none.
    pub fn of(log: Known, witnesses: Vec<Known>, least: usize) -> Result<Self, Error> {
        if least > witnesses.len() {
            return Err(Error::TooFew { wanted: least, known: witnesses.len() });
        }
        let named = witnesses.into_iter().zip(1..).map(|(known, number)| (format!("w{number}"), known));
        let mut policy =
            Self { logs: vec![log], witnesses: named.collect(), groups: Vec::new(), quorum: Rule::Nobody };
        if least > 0 {
            let members = (0..policy.witnesses.len()).map(Rule::Witness).collect();
            policy.groups.push(Group { name: String::from("enough"), least, members });
            policy.quorum = Rule::Group(0);
        }
        Ok(policy)
    }

    /// Whether it wants any witness at all.
    pub fn wants_witnesses(&self) -> bool {
        self.quorum != Rule::Nobody
    }

    /// Says what a checkpoint is worth: refused when no log of the policy signed it, or a known witness's signature is wrong.
    pub fn judge(&self, note: &Note) -> Result<Judged, Error> {
        let origin = Checkpoint::parse(note.text())?.origin;
        let mine = self.logs.iter().map(|log| &log.key).filter(|key| key.name() == origin);
        let log = mine.into_iter().find(|key| note.signatures().iter().any(|one| key.is_named_by(one)));
        let log = log.ok_or(Error::NoLog)?;
        let checkpoint = Checkpoint::open(note, log)?;
        let keys: Vec<&VerifyingKey> = self.witnesses.iter().map(|(_, known)| &known.key).collect();
        match note.verify(&keys) {
            Ok(_) | Err(note::Error::NoTrustedSignature) => {}
            Err(error) => return Err(error.into()),
        }
        let at: Vec<Option<Timestamp>> = keys.iter().map(|key| cosigned_at(note, key)).collect();
        let quorum = self.holds(self.quorum, &at);
        let witnesses = keys.iter().zip(at).map(|(key, at)| (key.name().to_owned(), at)).collect();
        Ok(Judged { checkpoint, log: log.clone(), witnesses, quorum })
    }

    fn holds(&self, rule: Rule, signed: &[Option<Timestamp>]) -> bool {
        match rule {
            Rule::Nobody => true,
            Rule::Witness(place) => signed[place].is_some(),
            Rule::Group(place) => {
                // a group names only what stands before it, so this ends
                let group = &self.groups[place];
                group.members.iter().filter(|member| self.holds(**member, signed)).count() >= group.least
            }
        }
    }

    fn name(&self, rule: Rule) -> &str {
        match rule {
            Rule::Nobody => parse::NONE,
            Rule::Witness(place) => &self.witnesses[place].0,
            Rule::Group(place) => &self.groups[place].name,
        }
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)?;
        self.url.iter().try_for_each(|url| write!(f, " {url}"))
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.logs.iter().try_for_each(|log| writeln!(f, "log {log}"))?;
        for (name, known) in &self.witnesses {
            writeln!(f, "witness {name} {known}")?;
        }
        for group in &self.groups {
            write!(f, "group {} {}", group.name, group.least)?;
            group.members.iter().try_for_each(|member| write!(f, " {}", self.name(*member)))?;
            writeln!(f)?;
        }
        writeln!(f, "quorum {}", self.name(self.quorum))
    }
}
