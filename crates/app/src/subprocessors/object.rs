//! Objections: who has what against a sub-processor. Sealed; the log only commits to them.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, SubprocessorId, Timestamp};
use exeunt_engine::sealing;
use exeunt_store::subprocessors::Objection;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::subprocessors::PURPOSE;
use crate::subprocessors::announce::stands;
use crate::subprocessors::list::Stands;

/// Most characters of an objection.
const LONGEST: usize = 5_000;

impl Office {
    /// Writes an objection down. Says its number.
    pub async fn object_to_subprocessor(
        &self,
        actor: &Actor,
        id: SubprocessorId,
        words: &Personal,
    ) -> Result<u64, Error> {
        self.allow(actor, Permission::ManageSubprocessors)?;
        let text = words.expose().trim();
        if text.is_empty() || text.chars().count() > LONGEST {
            return Err(Error::Usage(
                "E0801",
                format!("an objection says who has what against it, in 1 to {LONGEST} characters"),
            ));
        }
        let one = self.subprocessor(id).await?;
        if Stands::of(&one) == Stands::Ended {
            return Err(stands(&one, "objected to"));
        }
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        let mut nonce = [0; 12];
        self.engine.world.chance(&mut nonce);
        let mut change = self.engine.store.begin().await?;
        let number = change.next_objection(id).await?;
        let objection = Objection {
            number,
            words: sealing::seal(&key, &format!("{id} {number}"), nonce, text.as_bytes()),
            at: self.now(),
        };
        let event = self
            .event(Kind::SubprocessorObjected, actor)
            .about(id)
            .count("number", number)
            .commit("words", Commitment::new(&self.chance(), "objection", text.as_bytes()));
        change.add_objection(id, &objection).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(number)
    }

    /// Reads the objections to a sub-processor: when, and what they say.
    pub async fn read_objections(
        &self,
        actor: &Actor,
        id: SubprocessorId,
    ) -> Result<Vec<(Timestamp, Personal)>, Error> {
        self.allow(actor, Permission::ManageSubprocessors)?;
        self.subprocessor(id).await?;
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        let mut all = Vec::new();
        for objection in self.engine.store.objections(id).await? {
            let context = format!("{id} {}", objection.number);
            let words = sealing::open(&key, &context, &objection.words)
                .and_then(|plain| String::from_utf8(plain).ok())
                .ok_or_else(|| Error::Damaged {
                    what: String::from("an objection"),
                    why: String::from("wrong key, or not the same bytes"),
                })?;
            all.push((objection.at, Personal::new(words)));
        }
        Ok(all)
    }
}
