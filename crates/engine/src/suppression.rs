//! The suppression list at work: whoever was erased is entered in the change that finishes the purge, by keyed digests of the
//! identifiers that are known at that moment and of nothing else.

use exeunt_base::{RequestId, Secret};
use exeunt_plan::document::Document;
use exeunt_rights::Right;
use exeunt_rights::identity::{Identity, IdentityKind};
use exeunt_store::Change;
use exeunt_store::requests::Request;
use exeunt_store::suppressions::{Entry, Purpose};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::ledger::absent;
use crate::people::Known;
use crate::sealing;

/// The keyring's word for the list's key. It is derived from what organizations' keys hang on, so that it outlives a rotation and
/// stands in every backup (decision 0036).
const KEY: &str = "suppression";

impl Engine {
    /// The key of the list.
    pub fn suppression_key(&self) -> Result<Secret<[u8; 32]>, Error> {
        Ok(self.keyring.purpose_key(self.organization, KEY)?)
    }

    /// Enters whoever a purged request was about. Says how many identifiers.
    pub(crate) async fn suppress_erased(
        &self,
        change: &mut Change<'_>,
        request: &Request,
        document: &Document,
        known: &Known,
    ) -> Result<u64, Error> {
        if self.settings.suppression_days == 0 || !erases(request) {
            return Ok(0);
        }
        let key = self.suppression_key()?;
        let entries: Vec<Entry<'_>> = absent::identifiers(document, known)
            .into_iter()
            .filter_map(|(kind, value)| {
                Some(Entry { kind, mac: mac(&key, Purpose::Erased, &comparable(kind, value)?) })
            })
            .collect();
        let (id, now): (RequestId, _) = (request.id, self.world.now());
        change.suppress(self.organization, Purpose::Erased, &entries, Some(id), now).await?;
        Ok(entries.len() as u64)
    }
}

/// Whether a request takes somebody away: nobody who wanted to see their data is kept from coming back.
fn erases(request: &Request) -> bool {
    matches!(request.kind.parse(), Ok(Right::Erasure | Right::Anonymization))
}

/// An identifier in the form in which two of them can be compared; nothing for what nobody could ask with.
fn comparable(kind: &str, value: &str) -> Option<Identity> {
    Identity::new(IdentityKind::from_word(kind), value).ok()
}

/// The digest of an identifier for a purpose. Without the key it tells nothing, and nobody can hold one purpose's entries against
/// another's.
pub fn mac(key: &Secret<[u8; 32]>, purpose: Purpose, identity: &Identity) -> [u8; 32] {
    let (kind, normal) = (identity.kind().as_str(), identity.normal().expose());
    sealing::mac(key, &[b"suppression v1", purpose.as_str().as_bytes(), kind.as_bytes(), normal.as_bytes()])
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Secret, hex};
    use exeunt_store::suppressions::Purpose;

    use super::{comparable, mac};

    #[test]
    fn spellings_of_one_identifier_meet_and_purposes_kinds_and_keys_part() {
        let key = Secret::new([7; 32]);
        let other = Secret::new([8; 32]);
        let of = |key, purpose, kind: &str, value: &str| {
            mac(key, purpose, &comparable(kind, value).expect("fine"))
        };
        let ada = of(&key, Purpose::Erased, "email", "Ada@Example.test ");
        assert_eq!(of(&key, Purpose::Erased, "email", "ada@example.test"), ada);
        assert_ne!(of(&key, Purpose::Marketing, "email", "ada@example.test"), ada);
        assert_ne!(of(&key, Purpose::Erased, "login", "ada@example.test"), ada);
        assert_ne!(of(&other, Purpose::Erased, "email", "ada@example.test"), ada);
        let phone = of(&key, Purpose::Erased, "phone", "+49 (30) 12 34 56");
        assert_eq!(of(&key, Purpose::Erased, "phone", "0049 30 123456"), phone);
        // as this release writes it for ever: entries cannot be made anew
        assert_eq!(hex::encode(&ada), "6e106d971274454b25f38db3f3eab9f43b6be6cf7e684540e2d021ab19db8e2e");
    }

    #[test]
    fn what_nobody_could_ask_with_is_no_entry() {
        for (kind, value) in
            [("email", "canary"), ("phone", "call me"), ("email", "NULL"), ("customer_id", " ")]
        {
            assert!(comparable(kind, value).is_none());
        }
    }
}
