//! Who a user is: a name and an e-mail address. Sealed wherever they are kept; looked up by a keyed digest.

use exeunt_base::{OrganizationId, Personal, Secret, UserId, codec};
use exeunt_engine::sealing;
use exeunt_engine::world::secret_bytes;
use exeunt_rights::identity::{Identity, IdentityKind};
use exeunt_vault::Keyring;

use crate::error::Error as AppError;
use crate::people::error::Error;

/// Most characters of a name.
const NAME: usize = 200;

/// A name and an address. Cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// How they are called.
    pub name: Personal,
    /// Where they get mail, and by what they sign in.
    pub email: Personal,
}

impl Person {
    /// Checks what was given.
    pub fn new(name: &Personal, email: &Personal) -> Result<Self, Error> {
        let trimmed = name.expose().trim();
        let wrong = |why: &str| Error::Person { what: "name", why: why.to_owned() };
        if trimmed.is_empty() {
            return Err(wrong("it is empty"));
        }
        if trimmed.chars().count() > NAME {
            return Err(wrong("it has more than 200 characters"));
        }
        if trimmed.chars().any(char::is_control) {
            return Err(wrong("it holds control characters"));
        }
        let email = Identity::new(IdentityKind::Email, email.expose())
            .map_err(|refused| Error::Person { what: "e-mail address", why: refused.to_string() })?;
        Ok(Self { name: Personal::new(trimmed.to_owned()), email: email.given().clone() })
    }

    /// Sealed, for this user alone.
    pub(crate) fn seal(
        &self,
        keyring: &Keyring,
        organization: OrganizationId,
        user: UserId,
        world: &dyn exeunt_engine::World,
    ) -> Result<Vec<u8>, AppError> {
        let mut bytes = vec![1];
        codec::put_bytes(&mut bytes, self.name.expose().as_bytes());
        codec::put_bytes(&mut bytes, self.email.expose().as_bytes());
        let (context, chance) = (format!("{user} person"), secret_bytes(world));
        Ok(keyring.seal_for(organization, PURPOSE, context.as_bytes(), &Secret::new(bytes), &chance)?)
    }

    /// Opened again.
    pub(crate) fn open(
        keyring: &Keyring,
        organization: OrganizationId,
        user: UserId,
        sealed: &[u8],
    ) -> Result<Self, AppError> {
        let plain = keyring.open_for(organization, PURPOSE, format!("{user} person").as_bytes(), sealed)?;
        read(plain.expose()).ok_or_else(|| AppError::Damaged {
            what: format!("what is known of user {user}"),
            why: String::from("it is not what was sealed"),
        })
    }
}

/// The purpose of the key that seals what is kept about users.
pub(crate) const PURPOSE: &str = "people";

fn read(bytes: &[u8]) -> Option<Person> {
    let mut rest = bytes.strip_prefix(&[1])?;
    let mut text =
        || Some(Personal::new(String::from_utf8(codec::take_bytes(&mut rest).ok()?.to_vec()).ok()?));
    Some(Person { name: text()?, email: text()? })
}

/// What a login is looked up by: a keyed digest of the address, upper and lower case alike.
pub(crate) fn login_of(keyring: &Keyring, email: &Personal) -> [u8; 32] {
    let normal = Secret::new(email.expose().trim().to_lowercase());
    sealing::mac(&keyring.installation_key("logins"), &[normal.expose().as_bytes()])
}

#[cfg(test)]
mod tests {
    use exeunt_base::Personal;

    use super::Person;

    fn person(name: &str, email: &str) -> Result<Person, String> {
        Person::new(&Personal::new(name.into()), &Personal::new(email.into()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_no_name_or_address_is_refused_without_being_quoted() {
        assert_eq!(person(" Ada Lovelace ", " Ada@example.test").map(|who| who.name.expose().len()), Ok(12));
        for (name, email) in [
            ("", "canary@example.test"),
            ("  ", "canary@example.test"),
            ("canary\u{7}", "canary@example.test"),
            (&"canary".repeat(40), "canary@example.test"),
            ("Ada", "canary"),
            ("Ada", "canary@%"),
            ("Ada", ""),
        ] {
            let error = person(name, email).expect_err("refused");
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
