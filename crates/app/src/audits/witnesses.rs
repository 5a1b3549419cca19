//! Having the log's head signed by witnesses. Nothing waits for them: one that cannot be reached is told of and asked again.

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::note::{Note, Signature};
use exeunt_audit::policy::{Judged, Policy};
use exeunt_audit::witness::Submission;
use exeunt_store::audit::Head;
use exeunt_store::witnesses::{Witness as Stands, WitnessedHead};
use exeunt_witness::Answer;
use tokio::task::JoinSet;

use crate::access::Permission;
use crate::actor::Actor;
use crate::audits::publication::Witness;
use crate::error::Error;
use crate::office::Office;

/// How often a witness may say that it saw another size before it is left for later.
const ROUNDS: usize = 3;

/// Kept heads that are looked through for one with enough signatures.
const LOOK_BACK: u32 = 16;

/// A head after the witnesses were asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// It, with their signatures.
    pub note: Note,
    /// What that is worth.
    pub judged: Judged,
}

/// How one witness stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its key, as everybody may have it.
    pub key: String,
    /// Where it is asked.
    pub url: String,
    /// What is known of it; nothing before it was asked.
    pub stands: Option<Stands>,
}

impl Office {
    /// Whom to trust about this log: its key, its witnesses, and how many of them must have signed.
    pub fn trust_policy(&self, actor: &Actor) -> Result<Policy, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        Ok(self.publication.policy(&self.log_key))
    }

    /// How its witnesses stand.
    pub async fn witness_standings(&self, actor: &Actor) -> Result<Vec<Standing>, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let known = self.engine.store.witnesses(self.organization.id).await?;
        let one = |witness: &Witness| Standing {
            key: witness.key.to_string(),
            url: witness.address.to_string(),
            stands: known.iter().find(|one| one.witness == witness.word()).cloned(),
        };
        Ok(self.publication.witnesses.iter().map(one).collect())
    }

    /// The head to show: the longest that enough witnesses signed, or the log's own where none are wanted.
    pub async fn published_checkpoint(&self, actor: &Actor) -> Result<String, Error> {
        let head = self.audit_checkpoint(actor).await?;
        let policy = self.publication.policy(&self.log_key);
        for kept in self.engine.store.witnessed_heads(self.organization.id, LOOK_BACK).await? {
            let judged =
                Note::parse(kept.checkpoint.as_bytes()).ok().and_then(|note| policy.judge(&note).ok());
            if judged
                .is_some_and(|judged| judged.quorum && (policy.wants_witnesses() || same(&head, &judged)))
            {
                return Ok(kept.checkpoint);
            }
        }
        Ok(head)
    }

    /// Asks every witness to sign the head as it is now, and keeps what they signed; for whoever may read the log.
    pub async fn ask_witnesses(&self, actor: &Actor) -> Result<Witnessed, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let (id, policy) = (self.organization.id, self.publication.policy(&self.log_key));
        let head = self.engine.store.audit_head(id).await?;
        let unreadable =
            |why: String| Error::Damaged { what: String::from("the head of the audit log"), why };
        let mut note =
            Note::parse(head.checkpoint.as_bytes()).map_err(|error| unreadable(error.to_string()))?;
        let checkpoint =
            Checkpoint::open(&note, &self.log_key).map_err(|error| unreadable(error.to_string()))?;
        let known = self.engine.store.witnesses(id).await?;
        let mut asking = JoinSet::new();
        for witness in &self.publication.witnesses {
            let from = known.iter().find(|one| one.witness == witness.word()).map_or(0, |one| one.size);
            let (office, witness, head) = (self.clone(), witness.clone(), head.clone());
            asking.spawn(async move {
                let asked = office.ask_one(&witness, &head, from).await;
                (witness, asked)
            });
        }
        let mut stands = Vec::new();
        while let Some(asked) = asking.join_next().await {
            let Ok((witness, asked)) = asked else { continue };
            let now = self.engine.world.now();
            let (size, signed_at, trouble) = match asked {
                Ok(Some(signature)) => {
                    note.add(signature).map_err(|error| unreadable(error.to_string()))?;
                    (checkpoint.size, Some(now), None)
                }
                Ok(None) => continue,
                Err(trouble) => (0, None, Some(trouble)),
            };
            if let Some(trouble) = &trouble {
                tracing::warn!(organization = %id, witness = witness.key.name(), "a witness did not sign: {trouble}");
            }
            stands.push(Stands { witness: witness.word(), size, signed_at, asked_at: now, trouble });
        }
        let judged = policy.judge(&note).map_err(|error| unreadable(error.to_string()))?;
        if !stands.is_empty() {
            // bookkeeping: an entry for each head would make a head for each entry
            let mut change = self.engine.store.begin().await?;
            for one in &stands {
                change.keep_witness(id, one).await?;
            }
            if judged.quorum && judged.signed() > 0 {
                let (size, at) = (checkpoint.size, self.engine.world.now());
                let kept = WitnessedHead { size, checkpoint: note.to_string(), at };
                change.keep_witnessed_head(id, &kept).await?;
            }
            change.commit_bookkeeping().await?;
        }
        Ok(Witnessed { note, judged })
    }

    /// One witness's signature; `None` where it saw a later head of this log meanwhile, which another process sent it.
    async fn ask_one(&self, witness: &Witness, head: &Head, from: u64) -> Result<Option<Signature>, String> {
        let (store, id) = (&self.engine.store, self.organization.id);
        let own = |error: exeunt_store::Error| error.to_string();
        let mut old = from.min(head.size);
        for _ in 0..ROUNDS {
            let proof = store.audit_consistency(id, old, head.size).await.map_err(own)?;
            let mut note = Note::parse(head.checkpoint.as_bytes()).map_err(|error| error.to_string())?;
            let submission = Submission { old, proof, checkpoint: note.clone() };
            let answer = self.publication.client.submit(&witness.address, &submission).await;
            match answer.map_err(|error| error.to_string())? {
                Answer::Signed(signatures) => {
                    let mine = signatures.into_iter().find(|one| witness.key.is_named_by(one));
                    let mine = mine.ok_or("it signed with another key than the settings name")?;
                    note.add(mine.clone()).map_err(|error| error.to_string())?;
                    note.verify(&[&witness.key]).map_err(|_| "its signature does not verify")?;
                    return Ok(Some(mine));
                }
                Answer::OtherSize(size) if size <= head.size && size != old => old = size,
                Answer::OtherSize(size) if size > head.size => {
                    let now = store.audit_head(id).await.map_err(own)?.size;
                    return if size <= now {
                        Ok(None)
                    } else {
                        Err(format!("it saw {size} entries and the log has {now}: the log was taken back"))
                    };
                }
                Answer::OtherSize(_) | Answer::Refused(409 | 422) => {
                    return Err(String::from(
                        "it saw another history of this log: the log was changed, or taken back and went on",
                    ));
                }
                Answer::Refused(403) => return Err(String::from("it knows this log by another key")),
                Answer::Refused(404) => return Err(String::from("it does not watch this log")),
                Answer::Refused(status) => return Err(format!("it answered with status {status}")),
            }
        }
        Err(String::from("it was ahead each time it was asked"))
    }

    /// Asks where there is something to sign: for the scheduler.
    pub(crate) async fn ask_witnesses_if_grown(&self) -> Result<(), Error> {
        let id = self.organization.id;
        let head = self.engine.store.audit_head(id).await?;
        let known = self.engine.store.witnesses(id).await?;
        let behind = self.publication.witnesses.iter().any(|witness| {
            let stands = known.iter().find(|one| one.witness == witness.word());
            !stands.is_some_and(|one| one.size >= head.size && one.trouble.is_none())
        });
        if behind && head.size > 0 {
            self.ask_witnesses(&Actor::service(id)).await?;
        }
        Ok(())
    }
}

fn same(head: &str, judged: &Judged) -> bool {
    Note::parse(head.as_bytes()).is_ok_and(|note| note.text() == judged.checkpoint.body())
}
