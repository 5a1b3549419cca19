//! Asking whether people are on the list: match or no match for each, in their order, and nothing else.

use exeunt_audit::kind::Kind;
use exeunt_base::Personal;
use exeunt_engine::suppression::mac;
use exeunt_rights::identity::Identity;
use exeunt_store::suppressions::{Entry, Purpose};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::attempts::Counted;
use crate::suppression::{MOST, Standing};

impl Office {
    /// For each identifier whether somebody of it is on the list. Whoever wants to bring people in asks for [`Purpose::Erased`];
    /// whoever wants to write to them asks for [`Purpose::Marketing`], and is told of those who were erased as well.
    ///
    /// Each call is written down with its counts, and slowed by who asks.
    pub async fn check_suppression(
        &self,
        actor: &Actor,
        purpose: Purpose,
        identifiers: &[(String, Personal)],
    ) -> Result<Vec<bool>, Error> {
        self.allow(actor, Permission::CheckSuppression)?;
        self.slow_down(actor)?;
        let asked = self.listable(identifiers, MOST).await?;
        let key = self.engine.suppression_key()?;
        let mut matches = vec![false; asked.len()];
        // both are always asked, whatever the first one says
        for purpose in purposes(purpose) {
            let entries: Vec<Entry<'_>> = asked
                .iter()
                .map(|identity| Entry { kind: identity.kind().as_str(), mac: mac(&key, *purpose, identity) })
                .collect();
            let found = self.engine.store.suppressed(self.organization.id, *purpose, &entries).await?;
            for (matched, entry) in matches.iter_mut().zip(&entries) {
                *matched |= found.contains(&(entry.kind.to_owned(), entry.mac.to_vec()));
            }
        }
        let event = self
            .event(Kind::SuppressionChecked, actor)
            .fact("purpose", purpose.as_str())
            .count("identifiers", matches.len() as u64)
            .count("matches", matches.iter().filter(|matched| **matched).count() as u64);
        self.engine.store.begin().await?.commit(self.organization.id, &[event]).await?;
        Ok(matches)
    }

    /// For what somebody of one of these identifiers is on the list, the longest for each purpose.
    pub(crate) async fn standing_of(&self, given: &[(String, Personal)]) -> Result<Vec<Standing>, Error> {
        let key = self.engine.suppression_key()?;
        let mut standing = Vec::new();
        for purpose in Purpose::ALL {
            let mut longest: Option<Standing> = None;
            for (kind, value) in given {
                let kind = exeunt_rights::identity::IdentityKind::from_word(kind);
                let Ok(identity) = Identity::new(kind, value.expose()) else { continue };
                let entry = Entry { kind: identity.kind().as_str(), mac: mac(&key, purpose, &identity) };
                let since = self.engine.store.suppressed_since(self.organization.id, purpose, entry).await?;
                let Some(since) = since else { continue };
                if longest.is_none_or(|known| known.since < since.at) {
                    let until = since.at.plus_days(self.suppression_days(purpose));
                    longest = Some(Standing { purpose, since: since.at, until, request: since.request });
                }
            }
            standing.extend(longest);
        }
        Ok(standing)
    }

    /// How many days somebody stands in the list for a purpose.
    pub fn suppression_days(&self, purpose: Purpose) -> i64 {
        i64::from(match purpose {
            Purpose::Erased => self.engine.settings.suppression_days,
            Purpose::Marketing => self.policy.objection_days,
        })
    }

    /// Lets an actor ask as often as an import has to, and not as often as somebody who guesses would.
    pub(super) fn slow_down(&self, actor: &Actor) -> Result<(), Error> {
        // whoever runs the machine could read the key
        if let Some(id) = actor.id.filter(|_| !actor.powers.are_all()) {
            self.guards.attempts.take(Counted::Suppression(id), self.engine.world.now())?;
        }
        Ok(())
    }
}

/// What is looked for when somebody asks for a purpose: nobody writes to those who are gone.
fn purposes(asked: Purpose) -> &'static [Purpose] {
    match asked {
        Purpose::Erased => &[Purpose::Erased],
        Purpose::Marketing => &[Purpose::Marketing, Purpose::Erased],
    }
}
