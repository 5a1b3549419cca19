//! Evidence packs: gathering what was done for a request or in a period, and binding it in the log.

mod documents;
mod entries;

use std::collections::BTreeSet;

use exeunt_audit::event::{Event, Object};
use exeunt_audit::kind::Kind;
use exeunt_audit::proof::LogProof;
use exeunt_base::RequestId;
use exeunt_evidence::{Contents, FACT, Pack, Scope, Slice, Stretch, Trust, Verified, verify};
use exeunt_rights::Day;

use crate::access::Permission;
use crate::actor::Actor;
use crate::audits::witnesses::Witnessed;
use crate::error::Error;
use crate::office::Office;

/// A finished pack.
#[derive(Clone)]
pub struct Made {
    /// The archive.
    pub bytes: Vec<u8>,
    /// What checking it finds.
    pub verified: Verified,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Made({} bytes)", self.bytes.len())
    }
}

impl Office {
    /// Makes the pack of a request: everything the log says of it, its plan, its receipts, and where it stands.
    pub async fn make_request_evidence(&self, actor: &Actor, request: RequestId) -> Result<Made, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let found = self.request(request).await?;
        let size = self.engine.store.audit_head(self.organization.id).await?.size;
        let entries = self.entries_about(&found, size).await?;
        self.make_evidence(actor, Scope::Request(request), size, Stretch::Some(entries)).await
    }

    /// Makes the pack of a period, both days counted, in the organization's own zone. In it nothing is missing.
    pub async fn make_period_evidence(&self, actor: &Actor, from: Day, to: Day) -> Result<Made, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        if from > to {
            return Err(Error::Usage(
                "E0801",
                format!("a period goes from a day to a later one; {from} is after {to}"),
            ));
        }
        let zone = &self.policy.law.zone;
        let (from, to) = (zone.start_of(from), zone.start_of(to.plus_days(1)));
        let size = self.engine.store.audit_head(self.organization.id).await?.size;
        let entries = self.entries_between(from, to, size).await?;
        let first = entries.first().map_or(0, |(index, _)| *index);
        let before = self.engine.store.audit_frontier(self.organization.id, first).await?;
        self.make_evidence(actor, Scope::Period { from, to }, size, Stretch::Unbroken { before, entries })
            .await
    }

    async fn make_evidence(
        &self,
        actor: &Actor,
        scope: Scope,
        log_size: u64,
        stretch: Stretch,
    ) -> Result<Made, Error> {
        let id = self.organization.id;
        let (Stretch::Some(entries) | Stretch::Unbroken { entries, .. }) = &stretch;
        let about = About::of(scope, entries);
        let contents = Contents {
            organization: id,
            name: self.organization.name.clone(),
            made_at: self.engine.world.now(),
            scope,
            log_size,
            policy: self.publication.policy(&self.log_key),
            requests: self.request_records(&about.requests).await?,
            plans: self.approved_plans(&about.plans).await?,
            receipts: self.issued_receipts(&about.receipts).await?,
            stretch,
        };
        let bound = contents.bind().map_err(too_large)?;
        let mut event = self.event(Kind::EvidenceMade, actor).fact(FACT, bound.fact());
        event = match scope {
            Scope::Request(request) => event.about(request),
            Scope::Period { from, to } => event.fact("from", from).fact("to", to),
        };
        let mut change = self.engine.store.begin().await?;
        let place = change.next_entry(id).await?;
        change.commit(id, &[event.count("files", bound.files() as u64)]).await?;

        let Witnessed { note, judged } = self.ask_witnesses(actor).await?;
        let size = judged.checkpoint.size;
        let store = &self.engine.store;
        let prove = async |index: u64| -> Result<LogProof, Error> {
            let entry = store.audit_entries(id, index, 1).await?.into_iter().next();
            let hashes = store.audit_inclusion(id, index, size).await?;
            Ok(LogProof { extra: entry.map(|(_, entry)| entry), index, hashes, checkpoint: note.clone() })
        };
        let mut proofs = Vec::with_capacity(bound.to_prove.len());
        for index in &bound.to_prove {
            proofs.push(prove(*index).await?);
        }
        let after = match bound.ends_at {
            Some(end) => store.audit_consistency(id, end, size).await?,
            None => Vec::new(),
        };
        let pack = Pack { bound: prove(place).await?, checkpoint: note, proofs, after };
        let bytes = bound.finish(&pack).map_err(too_large)?;
        // a pack that does not hold is given to nobody
        let trust = Trust::Key(Box::new(self.log_key.clone()));
        let verified = verify(&bytes, &trust).map_err(|error| {
            Error::NotVerified(format!("the pack that was made does not verify: {error}"))
        })?;
        Ok(Made { bytes, verified })
    }
}

fn too_large(error: exeunt_evidence::PackError) -> Error {
    Error::Refused("E0982", error.to_string())
}

/// What entries name.
struct About {
    requests: BTreeSet<RequestId>,
    plans: Vec<exeunt_base::PlanId>,
    receipts: Vec<(RequestId, exeunt_base::ReceiptId)>,
}

impl About {
    fn of(scope: Scope, entries: &Slice) -> Self {
        let mut about = Self { requests: BTreeSet::new(), plans: Vec::new(), receipts: Vec::new() };
        for event in entries.iter().filter_map(|(_, entry)| Event::parse(entry).ok()) {
            // what a period's neighbors name is not of the period
            if let Scope::Period { from, to } = scope
                && (event.at < from || event.at >= to)
            {
                continue;
            }
            let request = event.objects.iter().find_map(|object| match object {
                Object::Request(id) => Some(*id),
                _ => None,
            });
            for object in &event.objects {
                match (object, request) {
                    (Object::Request(id), _) if matches!(scope, Scope::Period { .. }) => {
                        about.requests.insert(*id);
                    }
                    (Object::Plan(id), _) if event.kind == Kind::PlanApproved => about.plans.push(*id),
                    (Object::Receipt(id), Some(request)) if event.kind == Kind::ReceiptIssued => {
                        about.receipts.push((request, *id));
                    }
                    _ => {}
                }
            }
        }
        if let Scope::Request(request) = scope {
            about.requests.insert(request);
        }
        about
    }
}

/// Checks a pack. Needs no home.
pub fn verify_pack(bytes: &[u8], trust: &Trust) -> Result<Verified, Error> {
    verify(bytes, trust).map_err(|error| {
        Error::NotVerified(format!(
            "the evidence pack does not verify: {error}. Believe nothing that is in it"
        ))
    })
}
