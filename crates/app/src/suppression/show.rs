//! What the list holds: counts and times, and why people were entered or taken out by hand. Never who.

use exeunt_base::Timestamp;
use exeunt_store::reasons::Reason;
use exeunt_store::suppressions::{Counted, Purpose};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::faces::Face;
use crate::suppression::SUBJECT;

/// Most reasons that are told.
const REASONS: u32 = 20;

/// The entries of one purpose and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How many, and since when.
    pub counted: Counted,
    /// When the oldest go.
    pub first_ends: Timestamp,
    /// When the newest go.
    pub last_ends: Timestamp,
}

impl Office {
    /// What there is, by purpose and kind.
    pub async fn show_suppression(&self, actor: &Actor) -> Result<Vec<Line>, Error> {
        self.allow(actor, Permission::ReadSuppression)?;
        let counted = self.engine.store.suppressions(self.organization.id).await?;
        let line = |counted: Counted| {
            let days = self.suppression_days(counted.purpose);
            Line {
                first_ends: counted.oldest.plus_days(days),
                last_ends: counted.newest.plus_days(days),
                counted,
            }
        };
        Ok(counted.into_iter().map(line).collect())
    }

    /// What people said when they entered somebody or took somebody out, the latest first.
    pub async fn reasons_of_suppression(&self, actor: &Actor) -> Result<Vec<(Reason, Face)>, Error> {
        self.allow(actor, Permission::ReadSuppression)?;
        let mut faces = self.faces().await?;
        let mut told = Vec::new();
        for reason in self.engine.store.latest_reasons(self.organization.id, SUBJECT, REASONS).await? {
            let face = match reason.by {
                Some(by) => faces.of_actor(by).await?,
                None => Face::default(),
            };
            told.push((reason, face));
        }
        Ok(told)
    }

    /// Kinds of identifiers that can be on the list.
    pub fn kinds_of_suppression(&self, actor: &Actor) -> Result<Vec<String>, Error> {
        self.allow(actor, Permission::ReadSuppression)?;
        let kinds: Vec<String> = self.kinds_of_the_list().into_iter().collect();
        Ok(if kinds.is_empty() { vec![String::from("email"), String::from("phone")] } else { kinds })
    }
}

/// What an entry is for, in words.
pub fn words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Erased => "erased: not brought back by an import",
        Purpose::Marketing => "objected to marketing: not written to",
    }
}
