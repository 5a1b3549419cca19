//! Doing what was looked at: each request in a change of its own, with its entry in the log, if it still is as it was seen.

use std::collections::HashMap;

use exeunt_base::{RequestId, Timestamp, hex};
use exeunt_engine::sealing;
use exeunt_store::calls::Call;
use exeunt_store::versions::Once;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::bulk::deed::Deed;
use crate::requests::bulk::preview::Seen;
use crate::requests::bulk::units::Unit;
use crate::requests::bulk::{Item, PREVIEW_HOURS, Verdict};

/// What was looked at, and is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// When.
    pub at: Timestamp,
    /// Each request to which it is to be done, in the order of the preview.
    pub seen: Vec<Seen>,
    /// The preview's digest.
    pub digest: String,
}

impl Office {
    /// Does an act to the requests of a preview, as far as they are what they were. The same again tells the same.
    pub async fn commit_bulk(
        &self,
        actor: &Actor,
        deed: &Deed,
        previewed: &Previewed,
    ) -> Result<Vec<Item>, Error> {
        self.allow(actor, deed.permission())?;
        let Previewed { at, seen, digest } = previewed;
        let known = self.bulk_digest(actor, deed, *at, seen)?;
        let now = self.engine.world.now();
        let same = aws_lc_rs::constant_time::verify_slices_are_equal(known.as_bytes(), digest.as_bytes());
        if same.is_err() || now >= at.plus_seconds(PREVIEW_HOURS * 3_600) {
            return Err(Error::Refused(
                "E0946",
                format!(
                    "this is not what you were shown, or that was more than {PREVIEW_HOURS} hours ago; look again, and do what \
                     you see then"
                ),
            ));
        }
        self.lift_ended_holds().await?;
        let chosen: Vec<_> = seen.iter().map(|one| one.request).collect();
        let mut items = HashMap::new();
        for unit in self.units(deed, &chosen).await? {
            // what goes wrong with one is told of that one: others may be done already
            let verdict = match self.do_unit(actor, deed, previewed, &unit).await {
                Ok(verdict) => verdict,
                Err(error) => Verdict::of(&error),
            };
            items.extend(unit.items(&verdict).map(|item| (item.request, item)));
        }
        Ok(chosen.iter().filter_map(|id| items.remove(id)).collect())
    }

    async fn do_unit(
        &self,
        actor: &Actor,
        deed: &Deed,
        previewed: &Previewed,
        unit: &Unit,
    ) -> Result<Verdict, Error> {
        let call = self.bulk_call(actor, &previewed.digest, unit)?;
        let done = async || -> Result<bool, Error> {
            Ok(self.engine.store.earlier_call(self.organization.id, &call).await?.is_some())
        };
        if done().await? {
            return Ok(Verdict::Done);
        }
        let is_as_seen = |(request, version): &(RequestId, Option<String>)| {
            previewed.seen.iter().any(|one| one.request == *request && Some(&one.version) == version.as_ref())
        };
        let Some((what, id, version)) = unit.guard().filter(|_| unit.requests.iter().all(is_as_seen)) else {
            return Ok(Verdict::Changed);
        };
        let once =
            Once { organization: self.organization.id, call: call.clone(), at: self.engine.world.now() };
        let mut office = self.clone();
        office.engine.store = self.engine.store.if_still_once(what, &id, version, once);
        match office.do_deed(actor, deed, &unit.what).await {
            Ok(()) => Ok(Verdict::Done),
            Err(Error::Proposed(id) | Error::SecondPerson(id)) => Ok(Verdict::Proposed(id)),
            // the very same call may have been made twice at once
            Err(error) if error.is_changed() && done().await? => Ok(Verdict::Done),
            Err(error) => Err(error),
        }
    }

    /// This act on this unit, by a name of its own.
    fn bulk_call(&self, actor: &Actor, digest: &str, unit: &Unit) -> Result<Call, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, "calls")?;
        let first = unit.requests.first().map(|(request, _)| request.to_string()).unwrap_or_default();
        let name = hex::encode(&sealing::mac(&key, &[b"bulk unit", digest.as_bytes(), first.as_bytes()]));
        let caller = actor.id.map(|id| id.to_string()).unwrap_or_default();
        Ok(Call { caller, key: name, digest: digest.to_owned() })
    }
}
