//! Holds beyond one request, heeded before anything of a request is destroyed: one on a person or on a whole model stops its
//! purge; one on some rows keeps a sealed copy of just these, and the others go.

use std::collections::BTreeSet;

use exeunt_base::{HoldId, Personal, Secret, codec};
use exeunt_store::holds::{Hold, Part, SET_ASIDE};
use exeunt_store::requests::Request;
use serde::{Deserialize, Serialize};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::image::{self, Change, Image, Shape};
use crate::job::prepare::ledger_mac;
use crate::people::Known;
use crate::purge::tally::{Held, Tally};
use crate::restore::chosen::plain_key;
use crate::restore::plan::WHOLE;
use crate::sealing;

/// The keyring's word for what seals holds.
const PURPOSE: &str = "holds";
/// A part is sealed when it has gathered this much.
const PART_BYTES: usize = 1 << 20;

/// What a hold covers.
#[derive(Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything of a person: kinds of identifiers and values, one of which is enough.
    Person(Vec<(String, Personal)>),
    /// Every row of a model: `shop.orders`.
    Model(String),
    /// Rows of a model, by their keys (each key's cells in plain text).
    Rows {
        /// The model, `shop.orders`.
        model: String,
        /// The keys.
        keys: Vec<Vec<String>>,
    },
}

impl std::fmt::Debug for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(_) => f.write_str("Person"),
            Self::Model(model) => write!(f, "Model({model})"),
            Self::Rows { model, keys } => write!(f, "Rows({model}, {})", keys.len()),
        }
    }
}

impl Scope {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Model(_) => "model",
            Self::Rows { .. } => "rows",
        }
    }

    /// The model, where it is about one.
    pub fn model(&self) -> Option<&str> {
        match self {
            Self::Person(_) => None,
            Self::Model(model) | Self::Rows { model, .. } => Some(model),
        }
    }
}

/// What is sealed of a scope.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sealed {
    Person(Vec<(String, String)>),
    Keys(Vec<Vec<String>>),
}

/// A row that a hold keeps, as it was.
pub struct Kept {
    /// The model.
    pub model: String,
    /// What the row looks like.
    pub shape: Shape,
    /// The row.
    pub image: Image,
}

/// What holds make of a request that is to be purged.
#[derive(Default)]
pub(crate) struct Heeded {
    /// Every hold that was looked at.
    pub(crate) seen: BTreeSet<HoldId>,
    /// What each of them keeps.
    aside: Vec<(HoldId, Vec<Part>)>,
    /// The same for the tally.
    held: Vec<Held>,
}

impl Engine {
    /// What is to be stored of a scope; nothing for a whole model, whose name says all.
    pub fn seal_scope(&self, id: HoldId, salt: &[u8], scope: &Scope) -> Result<Option<Vec<u8>>, Error> {
        let sealed = match scope {
            Scope::Model(_) => return Ok(None),
            Scope::Person(identifiers) => {
                let plain = |(kind, value): &(String, Personal)| (kind.clone(), value.expose().to_owned());
                Sealed::Person(identifiers.iter().map(plain).collect())
            }
            Scope::Rows { keys, .. } => Sealed::Keys(keys.clone()),
        };
        let bytes = serde_json::to_vec(&sealed).expect("texts always make JSON");
        let key = self.hold_key(id, salt)?;
        Ok(Some(sealing::seal(&key, &id.to_string(), self.nonce(), &bytes)))
    }

    /// What a standing hold covers.
    pub fn open_scope(&self, hold: &Hold) -> Result<Scope, Error> {
        let model = || hold.model.clone().ok_or_else(|| damaged("it names no model"));
        let Some(sealed) = &hold.sealed else { return Ok(Scope::Model(model()?)) };
        let salt = hold.salt.as_deref().ok_or_else(|| damaged("its key is destroyed"))?;
        let bytes = sealing::open(&self.hold_key(hold.id, salt)?, &hold.id.to_string(), sealed)
            .ok_or_else(|| damaged("wrong key, or not the same bytes"))?;
        match serde_json::from_slice(&bytes).map_err(|_| damaged("this release does not know it"))? {
            Sealed::Keys(keys) => Ok(Scope::Rows { model: model()?, keys }),
            Sealed::Person(all) => {
                Ok(Scope::Person(all.into_iter().map(|(kind, value)| (kind, Personal::new(value))).collect()))
            }
        }
    }

    /// The rows a standing hold keeps of requests that were purged.
    pub async fn held_rows(&self, hold: &Hold) -> Result<Vec<Kept>, Error> {
        let parts = self.store.held_rows(hold.id).await?;
        let salt = hold.salt.as_deref().ok_or_else(|| damaged("its key is destroyed"))?;
        let key = self.hold_key(hold.id, salt)?;
        let mut rows = Vec::new();
        for part in parts {
            let bytes = sealing::open(&key, &context(hold.id, &part.request.to_string()), &part.sealed)
                .ok_or_else(|| damaged("wrong key, or not the same bytes"))?;
            take_rows(&bytes, &mut rows)?;
        }
        Ok(rows)
    }

    /// Looks at a request with the eyes of every hold that did not look at it yet. Refuses where one stops its purge, and
    /// writes that down: it is not tried again before the hold is lifted.
    pub(crate) async fn heed_holds(&self, request: &Request) -> Result<Heeded, Error> {
        let mut heeded = Heeded::default();
        let holds = self.store.standing_holds(self.organization).await?;
        if holds.is_empty() {
            return Ok(heeded);
        }
        let done: BTreeSet<HoldId> = self
            .store
            .holds_about(request.id)
            .await?
            .into_iter()
            .filter_map(|(id, state, _)| (state == SET_ASIDE).then_some(id))
            .collect();
        let known = self.open_known(request)?;
        let models = self.models_of(request).await?;
        for hold in holds {
            heeded.seen.insert(hold.id);
            if done.contains(&hold.id) {
                continue;
            }
            match self.open_scope(&hold)? {
                Scope::Person(identifiers) if self.is_one_of(&known, &identifiers)? => {
                    return Err(self.stopped_by(&hold, request).await?);
                }
                Scope::Model(model) if models.contains(&model) => {
                    return Err(self.stopped_by(&hold, request).await?);
                }
                Scope::Rows { model, keys } if models.contains(&model) => {
                    let keys: BTreeSet<Vec<String>> = keys.into_iter().collect();
                    let (rows, parts) = self.copies(&hold, request, &model, &keys).await?;
                    if rows > 0 {
                        heeded.held.push(Held { hold: hold.id, model, rows });
                    }
                    heeded.aside.push((hold.id, parts));
                }
                Scope::Person(_) | Scope::Model(_) | Scope::Rows { .. } => {}
            }
        }
        Ok(heeded)
    }

    /// Writes what holds keep of a request in the change that goes on with its purge.
    pub(crate) async fn set_aside(
        &self,
        change: &mut exeunt_store::Change<'_>,
        request: &Request,
        tally: &mut Tally,
        heeded: Heeded,
    ) -> Result<(), Error> {
        for (hold, parts) in heeded.aside {
            change.set_aside(hold, request.id, &parts, self.world.now()).await?;
        }
        tally.held.extend(heeded.held);
        Ok(())
    }

    async fn stopped_by(&self, hold: &Hold, request: &Request) -> Result<Error, Error> {
        let mut change = self.store.begin().await?;
        change.stop_for(hold.id, request.id).await?;
        change.commit_bookkeeping().await?;
        Ok(Error::Held { request: request.id, because: format!("{}: {}", hold.id, hold.because) })
    }

    fn is_one_of(&self, known: &Known, identifiers: &[(String, Personal)]) -> Result<bool, Error> {
        let key = self.keyring.purpose_key(self.organization, PURPOSE)?;
        let theirs: BTreeSet<[u8; 32]> = known
            .identifiers()
            .into_iter()
            .filter_map(|(kind, value)| ledger_mac(&key, kind, value))
            .collect();
        Ok(identifiers
            .iter()
            .filter_map(|(kind, value)| ledger_mac(&key, kind, value.expose()))
            .any(|mac| theirs.contains(&mac)))
    }

    /// The models of which the vault holds rows of a request.
    async fn models_of(&self, request: &Request) -> Result<BTreeSet<String>, Error> {
        let mut models = BTreeSet::new();
        for batch in self.store.batches_of_request(request.id).await? {
            let blob = self.shelf.take(batch.blob)?;
            let mine = blob.segments().filter(|segment| segment.claimants.contains(&request.id));
            models.extend(mine.map(|segment| segment.model.to_string()));
        }
        Ok(models)
    }

    /// Sealed copies of a request's rows with these keys, and how many rows that is.
    async fn copies(
        &self,
        hold: &Hold,
        request: &Request,
        model: &str,
        keys: &BTreeSet<Vec<String>>,
    ) -> Result<(u64, Vec<Part>), Error> {
        let salt = hold.salt.as_deref().ok_or_else(|| damaged("its key is destroyed"))?;
        let secret = self.hold_key(hold.id, salt)?;
        let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
        let mut parts = Vec::new();
        let mut open = (Vec::new(), 0u64);
        for batch in self.store.batches_of_request(request.id).await? {
            let blob = self.shelf.take(batch.blob)?;
            let key = self.keyring.epoch_key(self.organization, blob.meta().epoch)?;
            let returned = self.store.returned(batch.blob).await?;
            let mine = blob
                .segments()
                .filter(|segment| segment.claimants.contains(&request.id) && *segment.model == *model);
            for segment in mine.cloned().collect::<Vec<_>>() {
                let shape = Shape::from_bytes(&segment.columns)?;
                if returned.contains(&(segment.number, WHOLE)) || shape.change == Change::Inserted {
                    continue;
                }
                let salts = self.salts_with(request, &segment.claimants).await?;
                let Ok(plain) = blob.open_segment(segment.number, &key, &|id| salts.get(&id).cloned()) else {
                    // shared with somebody whose rows are gone for ever: gone with them
                    continue;
                };
                for (place, image) in (0u32..).zip(image::take_all(shape.change, &plain)?) {
                    let key = plain_key(&image.key);
                    if !keys.contains(&key) || returned.contains(&(segment.number, place)) {
                        continue;
                    }
                    put_row(&mut open.0, model, &segment.columns, &image);
                    // several images may tell of one row
                    open.1 += u64::from(found.insert(key));
                    if open.0.len() >= PART_BYTES {
                        parts.push(self.seal_part(hold, request, &secret, std::mem::take(&mut open)));
                    }
                }
            }
        }
        if !open.0.is_empty() {
            parts.push(self.seal_part(hold, request, &secret, open));
        }
        Ok((found.len() as u64, parts))
    }

    fn seal_part(
        &self,
        hold: &Hold,
        request: &Request,
        secret: &Secret<[u8; 32]>,
        (bytes, rows): (Vec<u8>, u64),
    ) -> Part {
        let context = context(hold.id, &request.id.to_string());
        Part { request: request.id, rows, sealed: sealing::seal(secret, &context, self.nonce(), &bytes) }
    }

    fn hold_key(&self, id: HoldId, salt: &[u8]) -> Result<Secret<[u8; 32]>, Error> {
        let purpose = self.keyring.purpose_key(self.organization, PURPOSE)?;
        Ok(sealing::derive(&purpose, salt, &format!("exeunt hold v1 {id}")))
    }

    fn nonce(&self) -> [u8; 12] {
        let mut nonce = [0; 12];
        self.world.chance(&mut nonce);
        nonce
    }
}

fn context(hold: HoldId, request: &str) -> String {
    format!("{hold} {request}")
}

fn damaged(why: &str) -> Error {
    Error::Damaged { what: "a hold", why: why.to_owned() }
}

fn put_row(out: &mut Vec<u8>, model: &str, shape: &[u8], image: &Image) {
    codec::put_bytes(out, model.as_bytes());
    codec::put_bytes(out, shape);
    let mut one = Vec::new();
    image::put(&mut one, &image.key, &image.before, image.after.as_ref());
    codec::put_bytes(out, &one);
}

fn take_rows(mut bytes: &[u8], rows: &mut Vec<Kept>) -> Result<(), Error> {
    let bad = |error: codec::Error| damaged(&error.to_string());
    while !bytes.is_empty() {
        let model = String::from_utf8(codec::take_bytes(&mut bytes).map_err(bad)?.to_vec())
            .map_err(|_| damaged("a model's name is no text"))?;
        let shape = Shape::from_bytes(codec::take_bytes(&mut bytes).map_err(bad)?)?;
        let one = codec::take_bytes(&mut bytes).map_err(bad)?;
        for image in image::take_all(shape.change, one)? {
            rows.push(Kept { model: model.clone(), shape: shape.clone(), image });
        }
    }
    Ok(())
}
