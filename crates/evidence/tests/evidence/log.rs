//! A log of a fixture: one entry a day, some of which bind receipts and a plan; and packs made from it.

use std::collections::HashMap;
use std::ops::Range;

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::event::{Actor, Event};
use exeunt_audit::kind::Kind;
use exeunt_audit::merkle::{Frontier, Hash, Node, consistency_proof, inclusion_proof, leaf_hash};
use exeunt_audit::note::{CosigningKey, Note, SigningKey};
use exeunt_audit::policy::{Known, Policy};
use exeunt_audit::proof::LogProof;
use exeunt_audit::receipt::{Digest, Receipt, Times};
use exeunt_base::{OrganizationId, PlanId, ReceiptId, RequestId, Secret, Timestamp, canonical};
use exeunt_evidence::{Contents, FACT, Found, Pack, Scope, Stretch};

const ORIGIN: &str = "example.com/audit";
const PLAN: &str = r#"{"steps":[1]}"#;

/// So many days after 1 January 2026.
pub(crate) fn at(day: i64) -> Timestamp {
    Timestamp::from_micros(1_767_225_600_000_000).plus_days(day)
}

pub(crate) fn log_key(seed: u8) -> SigningKey {
    SigningKey::new(ORIGIN, Secret::new([seed; 32])).unwrap()
}

pub(crate) fn witness(seed: u8) -> CosigningKey {
    CosigningKey::new(&format!("witness.example/w{seed}"), Secret::new([100 + seed; 32])).unwrap()
}

fn organization() -> OrganizationId {
    OrganizationId::new(at(0), [1; 10])
}

fn request() -> RequestId {
    RequestId::new(at(0), [2; 10])
}

fn plan() -> PlanId {
    PlanId::new(at(0), [3; 10])
}

fn receipt(day: i64) -> Receipt {
    Receipt {
        receipt: ReceiptId::new(at(day), [4; 10]),
        organization: organization(),
        request: request(),
        right: String::from("erasure"),
        plan: plan(),
        plan_digest: Digest::of(PLAN.as_bytes()),
        census_digest: None,
        done: Vec::new(),
        held: Vec::new(),
        vault: Vec::new(),
        scrubs: Vec::new(),
        look_again: None,
        times: Times { received: at(0), approved: None, settled: None, purged: None, issued: at(day) },
    }
}

/// The log.
pub(crate) struct Log {
    entries: Vec<Vec<u8>>,
}

impl Log {
    /// One entry a day: the third approves a plan, the fourth and every tenth after it issue a receipt.
    pub(crate) fn new(days: i64) -> Self {
        let event = |day: i64| match day {
            6 => Event::new(at(day), Kind::PlanApproved, Actor::System, organization())
                .about(plan())
                .fact("digest", format_args!("sha256:{}", Digest::of(PLAN.as_bytes()))),
            4 | 8 | 18 => receipt(day).issued_by(Actor::System).unwrap(),
            _ => Event::new(at(day), Kind::BatchClosed, Actor::System, organization())
                .count("rows", day.unsigned_abs()),
        };
        Self { entries: (0..days).map(|day| event(day).to_entry().unwrap()).collect() }
    }

    /// The pack of a period, signed by these witnesses.
    pub(crate) fn period(&self, from: Timestamp, to: Timestamp, signers: &[u8]) -> Vec<u8> {
        let time = |entry: &Vec<u8>| Event::parse(entry).unwrap().at;
        let first = self.entries.iter().position(|entry| time(entry) >= from).unwrap_or(self.entries.len());
        let end = self.entries.iter().position(|entry| time(entry) >= to).unwrap_or(self.entries.len());
        let end = (end + 1).min(self.entries.len()) as u64;
        self.made(from, to, (first as u64).saturating_sub(1)..end, signers, |_| ())
    }

    /// A pack of a period with these entries, and with whatever its maker did to it.
    pub(crate) fn made(
        &self,
        from: Timestamp,
        to: Timestamp,
        entries: Range<u64>,
        signers: &[u8],
        change: impl Fn(&mut Contents),
    ) -> Vec<u8> {
        let before = (0..entries.start)
            .fold(Frontier::default(), |tree, place| tree.append(leaf_hash(&self.entries[place as usize])).0);
        let within = |day: i64| from <= at(day) && at(day) < to && day < self.entries.len() as i64;
        let slice = entries.map(|place| (place, self.entries[place as usize].clone())).collect();
        let mut contents = self.contents(
            Scope::Period { from, to },
            Stretch::Unbroken { before, entries: slice },
            &[4, 8, 18].into_iter().filter(|day| within(*day)).collect::<Vec<_>>(),
            within(6),
        );
        change(&mut contents);
        self.finished(contents, signers)
    }

    /// The pack of the request: the plan that was approved and two receipts.
    pub(crate) fn request(&self, signers: &[u8]) -> Vec<u8> {
        let places = [4, 6, 8];
        let entries = places.map(|place| (place as u64, self.entries[place].clone())).into();
        let contents = self.contents(Scope::Request(request()), Stretch::Some(entries), &[4, 8], true);
        self.finished(contents, signers)
    }

    fn contents(&self, scope: Scope, stretch: Stretch, receipts: &[i64], with_plan: bool) -> Contents {
        let log = Known { key: log_key(1).public().clone(), url: None };
        let witnesses =
            [1, 2, 3].map(|seed| Known { key: witness(seed).public().clone(), url: None }).to_vec();
        let receipts = receipts.iter().map(|day| receipt(*day));
        Contents {
            organization: organization(),
            name: String::from("<b>Acme & Sons"),
            made_at: at(59),
            scope,
            log_size: self.entries.len() as u64,
            policy: Policy::of(log, witnesses, 1).unwrap(),
            stretch,
            requests: vec![Found { id: request().to_string(), text: String::from("{}") }],
            plans: if with_plan {
                vec![Found { id: plan().to_string(), text: PLAN.to_owned() }]
            } else {
                Vec::new()
            },
            receipts: receipts
                .map(|one| Found { id: one.receipt.to_string(), text: one.to_json().unwrap() })
                .collect(),
        }
    }

    fn finished(&self, contents: Contents, signers: &[u8]) -> Vec<u8> {
        let made_at = contents.made_at;
        let bound = contents.bind().unwrap();
        let entry = Event::new(made_at, Kind::EvidenceMade, Actor::System, organization())
            .fact(FACT, bound.fact())
            .to_entry()
            .unwrap();
        let entries: Vec<&Vec<u8>> = self.entries.iter().chain([&entry]).collect();
        let (mut tree, mut nodes) = (Frontier::default(), HashMap::new());
        for entry in &entries {
            let (next, made) = tree.append(leaf_hash(entry));
            tree = next;
            nodes.extend(made.into_iter().map(|Node { level, index, hash }| ((level, index), hash)));
        }
        let nodes = |level, index| -> Option<Hash> { nodes.get(&(level, index)).copied() };
        let size = tree.size();
        let head = Checkpoint { origin: ORIGIN.to_owned(), size, root: tree.root() };
        let mut checkpoint: Note = head.sign(&log_key(1)).unwrap();
        for signer in signers {
            checkpoint.add(witness(*signer).cosign(&head, made_at)).unwrap();
        }
        let proof = |index: u64| LogProof {
            extra: Some(entries[index as usize].clone()),
            index,
            hashes: inclusion_proof(index, size, &nodes).unwrap(),
            checkpoint: checkpoint.clone(),
        };
        let proofs = bound.to_prove.iter().map(|index| proof(*index)).collect();
        let after =
            bound.ends_at.map(|end| consistency_proof(end, size, &nodes).unwrap()).unwrap_or_default();
        let pack = Pack { bound: proof(size - 1), checkpoint: checkpoint.clone(), proofs, after };
        bound.finish(&pack).unwrap()
    }
}

/// An archive of these files, spelled as packs are; written anew here, so that the one under test is held against another.
pub(crate) fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let size = (content.len() as u32).to_le_bytes();
        let sum = crc32fast::hash(content).to_le_bytes();
        let about =
            [&[10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &sum, &size, &size, &(name.len() as u16).to_le_bytes()]
                .concat();
        list.extend([b"PK\x01\x02\x0a\x03", &about[..], &[0; 8][..]].concat());
        list.extend([&[0u8, 0, 0xa4, 0x81][..], &(out.len() as u32).to_le_bytes(), name.as_bytes()].concat());
        out.extend([b"PK\x03\x04", &about[..], &[0, 0], name.as_bytes(), content].concat());
    }
    let count = (files.len() as u16).to_le_bytes();
    let end = [
        b"PK\x05\x06\0\0\0\0",
        &count[..],
        &count,
        &(list.len() as u32).to_le_bytes(),
        &(out.len() as u32).to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    [out, list, end].concat()
}

/// The same pack with a manifest whose digests fit what is in it now.
pub(crate) fn with_manifest_mended(pack: &[u8]) -> Vec<u8> {
    let mut archive_of = zip::ZipArchive::new(std::io::Cursor::new(pack)).unwrap();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for place in 0..archive_of.len() {
        let mut file = archive_of.by_index(place).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    let place = files.iter().position(|(name, _)| name == "manifest.json").unwrap();
    let mut manifest: serde_json::Value = serde_json::from_slice(&files[place].1).unwrap();
    for listed in manifest["files"].as_array_mut().unwrap() {
        let (_, content) = files.iter().find(|(name, _)| *name == listed["name"]).unwrap();
        listed["bytes"] = content.len().into();
        listed["sha256"] = Digest::of(content).to_string().into();
    }
    files[place].1 = canonical::to_string(&manifest).into_bytes();
    archive(&files)
}
