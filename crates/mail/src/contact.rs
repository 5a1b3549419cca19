//! Where a person gets their letters: an address, how they are called, and their language.

use exeunt_base::Personal;
use lettre::Address;

use crate::language::Language;

/// Most characters of a name.
const NAME: usize = 200;
/// Most characters of an address.
const ADDRESS: usize = 254;

/// Where a person gets their letters. Cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Their e-mail address.
    pub email: Personal,
    /// How they are called, where they said it.
    pub name: Option<Personal>,
    /// Their language.
    pub language: Language,
}

/// Why no letter could reach somebody. Never says what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadContact {
    /// Not an address.
    #[error("this is not an e-mail address letters could be sent to")]
    Address,
    /// Not a name.
    #[error("a name is one line of at most {NAME} characters")]
    Name,
}

impl Contact {
    /// Checks what was given.
    pub fn new(email: &Personal, name: Option<&Personal>, language: Language) -> Result<Self, BadContact> {
        let email = email.expose().trim();
        if email.len() > ADDRESS || email.chars().any(char::is_control) || email.parse::<Address>().is_err() {
            return Err(BadContact::Address);
        }
        let name = name.map(|name| name.expose().trim()).filter(|name| !name.is_empty());
        if name.is_some_and(|name| name.chars().count() > NAME || name.chars().any(char::is_control)) {
            return Err(BadContact::Name);
        }
        Ok(Self {
            email: Personal::new(email.to_owned()),
            name: name.map(|name| Personal::new(name.to_owned())),
            language,
        })
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Personal;

    use super::{BadContact, Contact};
    use crate::language::Language;

    fn contact(email: &str, name: &str) -> Result<Contact, BadContact> {
        let personal = |text: &str| Personal::new(text.to_owned());
        Contact::new(&personal(email), Some(&personal(name)), Language::English)
    }

    #[test]
    fn what_would_break_a_header_is_refused_and_not_repeated() {
        assert!(contact(" ada@example.test ", "Ada \"the first\" <L>").is_ok());
        assert_eq!(contact("ada@example.test", "").map(|contact| contact.name), Ok(None));
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.test",
            "ada@example.test\r\nBcc: eve@example.test",
            "ada@example.test\n",
            "ada@example.test, eve@example.test",
            "Ada <ada@example.test>",
            "<ada@example.test>",
            "ada@exa mple.test",
        ] {
            let refused = contact(bad, "");
            // a line break at an end is no part of the address
            if bad.trim() == "ada@example.test" {
                assert!(refused.is_ok());
            } else {
                assert_eq!(refused, Err(BadContact::Address), "{bad:?}");
            }
        }
        assert_eq!(contact("ada@example.test", "Ada\r\nBcc: eve@example.test"), Err(BadContact::Name));
        assert_eq!(contact("ada@example.test", &"a".repeat(201)), Err(BadContact::Name));
    }
}
