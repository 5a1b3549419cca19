//! What an organization's operator chose about its log: who may read it, and who watches it grow.

use exeunt_audit::note::VerifyingKey;
use exeunt_audit::policy::{Known, Policy};
use exeunt_witness::{Address, Client};

/// Who reads the log, and who signs its heads beside us.
#[derive(Debug, Clone, Default)]
pub struct Publication {
    /// Whether anybody may read the log's head, hashes and entries; else only whoever may read the audit.
    pub public: bool,
    /// Its witnesses.
    pub witnesses: Vec<Witness>,
    /// How many of them must have signed.
    pub quorum: usize,
    /// How they are asked.
    pub client: Client,
}

/// A witness, and where it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its key.
    pub key: VerifyingKey,
    /// Where.
    pub address: Address,
}

impl Witness {
    /// What the store calls it: the name and id of its key.
    pub fn word(&self) -> String {
        format!("{}+{:08x}", self.key.name(), self.key.id())
    }
}

impl Publication {
    /// What somebody trusts who trusts this log and as many of its witnesses as were chosen.
    pub fn policy(&self, log: &VerifyingKey) -> Policy {
        let known = |witness: &Witness| Known { key: witness.key.clone(), url: None };
        let log = Known { key: log.clone(), url: None };
        let least = self.quorum.min(self.witnesses.len());
        Policy::of(log, self.witnesses.iter().map(known).collect(), least)
            .expect("no more witnesses are wanted than there are")
    }
}
