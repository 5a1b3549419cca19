//! Entering somebody by hand: they objected to marketing, or were erased by other means than ours.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, RequestId, Timestamp};
use exeunt_engine::suppression::mac;
use exeunt_rights::identity::Identity;
use exeunt_store::suppressions::{Entry, Purpose};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;
use crate::suppression::{ADD, MOST_ADDED, SUBJECT};

/// Identifiers of fewer characters may stand in a reason by chance.
const SHORT: usize = 4;

/// Whom to enter, for what, and why.
#[derive(Debug)]
pub struct Addition {
    /// What for.
    pub purpose: Purpose,
    /// Kind and value of each identifier of one person.
    pub identifiers: Vec<(String, Personal)>,
    /// Why, in one line that names nobody.
    pub because: String,
    /// The request in which they said so, if there is one.
    pub request: Option<RequestId>,
}

impl Office {
    /// Enters somebody, from this moment on. Says until when; whether they were there already is not told.
    pub async fn add_suppression(&self, actor: &Actor, new: &Addition) -> Result<Timestamp, Error> {
        self.allow(actor, Permission::AddSuppression)?;
        let because = reason(&new.because)?;
        let days = self.suppression_days(new.purpose);
        if days == 0 {
            return Err(Error::Usage(
                "E0980",
                String::from(
                    "the settings keep nobody who was erased (`suppression_days: 0`): nobody can be entered",
                ),
            ));
        }
        let identities = self.listable(&new.identifiers, MOST_ADDED).await?;
        names_nobody(&because, &identities)?;
        if let Some(request) = new.request {
            self.allow(actor, Permission::ReadRequests)?;
            self.request(request).await?;
        }
        let key = self.engine.suppression_key()?;
        let entries: Vec<Entry<'_>> = identities
            .iter()
            .map(|identity| Entry { kind: identity.kind().as_str(), mac: mac(&key, new.purpose, identity) })
            .collect();
        let now = self.engine.world.now();
        let mut event = self
            .event(Kind::SuppressionAdded, actor)
            .fact("purpose", new.purpose.as_str())
            .count("identifiers", entries.len() as u64)
            .commit("reason", Commitment::new(&self.chance(), ADD, because.as_bytes()));
        if let Some(request) = new.request {
            event = event.about(request);
        }
        let mut change = self.engine.store.begin().await?;
        change.suppress(self.organization.id, new.purpose, &entries, new.request, now).await?;
        change.add_reason(&self.reason_of(actor, SUBJECT.to_owned(), ADD, &because)).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(now.plus_days(days))
    }
}

/// Refuses a reason by which the list would hold in words what it holds as digests only.
pub(super) fn names_nobody(because: &str, identities: &[Identity]) -> Result<(), Error> {
    let said = because.to_lowercase();
    let named = |identity: &Identity| {
        let mut forms =
            [identity.given(), identity.normal()].into_iter().map(|form| form.expose().to_lowercase());
        // a short number stands in many a reason
        forms.any(|form| form.chars().count() >= SHORT && said.contains(&form))
    };
    if said.contains('@') || identities.iter().any(named) {
        return Err(Error::Usage(
            "E0983",
            String::from("the reason holds the identifier or an address: say why, and not who"),
        ));
    }
    Ok(())
}
