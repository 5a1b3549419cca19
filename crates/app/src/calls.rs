//! Calls made twice: a caller names a call (`Idempotency-Key`), and the second of a name gets what the first made.

use std::fmt::Display;
use std::str::FromStr;

use exeunt_base::{OrganizationId, Timestamp, hex};
use exeunt_engine::sealing;
use exeunt_store::Change;
use exeunt_store::calls::Earlier;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

pub use exeunt_store::calls::Call;

impl Office {
    /// A call of this actor under a name of theirs, bound to what it asks. Both are kept as keyed digests: either may hold
    /// what nobody should read.
    pub fn call(&self, actor: &Actor, name: &str, path: &str, sent: &[u8]) -> Result<Call, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, "calls")?;
        let digest = |parts: &[&[u8]]| hex::encode(&sealing::mac(&key, parts));
        Ok(Call {
            caller: actor.id.map(|id| id.to_string()).unwrap_or_default(),
            key: digest(&[b"name", name.as_bytes()]),
            digest: digest(&[b"sent", path.as_bytes(), sent]),
        })
    }

    /// Whether a call of this name was made before.
    pub async fn was_made(&self, call: &Call) -> Result<bool, Error> {
        Ok(self.engine.store.earlier_call(self.organization.id, call).await?.is_some())
    }

    /// What an earlier call of this name made. It is asked before anything is looked at that may have changed since: who
    /// repeats a call because its answer was lost is not told that what they asked for is done.
    pub(crate) async fn made_before<I: FromStr>(&self, call: Option<&Call>) -> Result<Option<I>, Error> {
        let Some(call) = call else { return Ok(None) };
        let earlier = self.engine.store.earlier_call(self.organization.id, call).await?;
        earlier.map(|earlier| same(call, &earlier)).transpose()
    }
}

/// What an earlier call of this name made, unless it asked for something else.
fn same<I: FromStr>(call: &Call, earlier: &Earlier) -> Result<I, Error> {
    if call.digest != earlier.digest {
        return Err(Error::Refused(
            "E0902",
            String::from(
                "this idempotency key was used for another call within the last day; use a key of its own for each call",
            ),
        ));
    }
    earlier.made.parse().map_err(|_| {
        Error::Refused(
            "E0902",
            String::from("this idempotency key was used for a call of another kind; use a key of its own for each call"),
        )
    })
}

/// Writes down in a change what a call makes; gives back what an earlier one of its name made, and then nothing is written.
pub(crate) async fn claim<I: FromStr + Display>(
    change: &mut Change<'_>,
    organization: OrganizationId,
    call: Option<&Call>,
    made: I,
    now: Timestamp,
) -> Result<Option<Result<I, Error>>, Error> {
    let Some(call) = call else { return Ok(None) };
    let earlier = change.call_once(organization, call, &made.to_string(), now).await?;
    Ok(earlier.map(|earlier| same(call, &earlier)))
}
