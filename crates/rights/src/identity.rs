//! What identifies a person, made comparable, and refused where it would match anybody or everybody.

use std::fmt;

use exeunt_base::Personal;

/// The kind of an identifier. Maps may name further kinds; those are compared as they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKind {
    /// The organization's own number or key for the person.
    CustomerId,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// Any other kind a map names: `username`, `device_id`.
    Other(String),
}

/// An identifier of one person. It has no voice: `Debug` shows its kind and length.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    kind: IdentityKind,
    given: Personal,
    normal: Personal,
}

/// How values of a kind are made comparable. A source may do the same in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Normalization {
    /// Compared as they are, byte for byte.
    AsIs,
    /// Spaces at the ends removed, letters in lower case.
    TrimLower,
    /// Only digits, and the plus before a country's code.
    PhoneDigits,
}

/// Why a text cannot identify a person. Never says what the text was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing, or only spaces.
    #[error("the identifier is empty")]
    Empty,
    /// `null`, `none`, `undefined` and the like: what programs write when they have nothing.
    #[error("the identifier is a word for nothing, such as `null`")]
    WordForNothing,
    /// `%`, `_` or `*` alone or at an end.
    #[error("the identifier holds a wildcard; give the whole value of one person")]
    Wildcard,
    /// Longer than 1,024 characters.
    #[error("the identifier is longer than 1,024 characters")]
    TooLong,
    /// Control or invisible characters.
    #[error("the identifier holds control or invisible characters")]
    Control,
    /// Not shaped like an e-mail address.
    #[error("this is not an e-mail address")]
    NotEmail,
    /// Not shaped like a phone number.
    #[error("this is not a phone number of 5 to 15 digits")]
    NotPhone,
}

const LONGEST: usize = 1_024;
const NOTHING: [&str; 14] = [
    "null",
    "(null)",
    "<null>",
    "none",
    "nil",
    "undefined",
    "n/a",
    "#n/a",
    "nan",
    "\\n",
    "unknown",
    "empty",
    "[object object]",
    "not set",
];

impl Identity {
    /// Takes an identifier somebody gave, or refuses it.
    pub fn new(kind: IdentityKind, given: &str) -> Result<Self, Refused> {
        if given.chars().count() > LONGEST {
            return Err(Refused::TooLong);
        }
        let trimmed = given.trim();
        if trimmed.is_empty() {
            return Err(Refused::Empty);
        }
        if trimmed.chars().any(|c| c.is_control() || is_invisible(c)) {
            return Err(Refused::Control);
        }
        if NOTHING.contains(&trimmed.to_lowercase().as_str()) {
            return Err(Refused::WordForNothing);
        }
        if has_wildcard(trimmed, &kind) {
            return Err(Refused::Wildcard);
        }
        let normalization = kind.normalization();
        let normal = normalization.apply(trimmed);
        match kind {
            IdentityKind::Email if !is_email(&normal) => return Err(Refused::NotEmail),
            IdentityKind::Phone if !is_phone(trimmed, &normal) => return Err(Refused::NotPhone),
            _ => {}
        }
        // as it is: a customer id with spaces around it is not the same customer's, but nobody means the spaces
        Ok(Self { kind, given: Personal::new(trimmed.to_owned()), normal: Personal::new(normal) })
    }

    /// The kind.
    pub const fn kind(&self) -> &IdentityKind {
        &self.kind
    }

    /// As it was given, without spaces at the ends.
    pub const fn given(&self) -> &Personal {
        &self.given
    }

    /// The comparable form: what ledgers and suppression lists digest.
    pub const fn normal(&self) -> &Personal {
        &self.normal
    }

    /// Every spelling worth an exact comparison, the given one first: an index can answer these.
    pub fn exact_forms(&self) -> Vec<Personal> {
        let mut forms = vec![self.given.clone()];
        let mut add = |text: &str| {
            let form = Personal::new(text.to_owned());
            if !forms.contains(&form) {
                forms.push(form);
            }
        };
        add(self.normal.expose());
        if let (IdentityKind::Phone, Some(digits)) = (&self.kind, self.normal.expose().strip_prefix('+')) {
            add(digits);
            add(&format!("00{digits}"));
        }
        forms
    }

    /// Whether a stored value is this identifier once both are made comparable.
    pub fn matches(&self, stored: &str) -> bool {
        self.kind.normalization().apply(stored) == self.normal.expose()
    }
}

impl IdentityKind {
    /// The kind by the word maps use.
    pub fn from_word(word: &str) -> Self {
        match word {
            "customer_id" => Self::CustomerId,
            "email" => Self::Email,
            "phone" => Self::Phone,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The word maps use.
    pub fn as_str(&self) -> &str {
        match self {
            Self::CustomerId => "customer_id",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Other(word) => word,
        }
    }

    /// How values of this kind are made comparable.
    pub const fn normalization(&self) -> Normalization {
        match self {
            Self::Email => Normalization::TrimLower,
            Self::Phone => Normalization::PhoneDigits,
            Self::CustomerId | Self::Other(_) => Normalization::AsIs,
        }
    }
}

impl fmt::Display for IdentityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Normalization {
    /// The comparable form of a value.
    pub fn apply(self, value: &str) -> String {
        match self {
            Self::AsIs => value.to_owned(),
            Self::TrimLower => value.trim().to_lowercase(),
            Self::PhoneDigits => {
                let value = value.trim();
                // `(0)` is how people write the zero that a country's code replaces
                let value = if value.starts_with('+') { value.replace("(0)", "") } else { value.to_owned() };
                let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                match (value.starts_with('+'), digits.strip_prefix("00")) {
                    (true, _) => format!("+{digits}"),
                    (false, Some(rest)) => format!("+{rest}"),
                    (false, None) => digits,
                }
            }
        }
    }
}

/// Characters that print as nothing or turn the line round.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{00ad}')
}

fn has_wildcard(text: &str, kind: &IdentityKind) -> bool {
    let at_an_end = |part: &str, wild: &[char]| part.starts_with(wild) || part.ends_with(wild);
    let all = |part: &str| !part.is_empty() && part.chars().all(|c| matches!(c, '%' | '_' | '*'));
    match (kind, text.rsplit_once('@')) {
        // an underscore before or after a name is a common way to get an address that was taken
        (IdentityKind::Email, Some((local, domain))) => {
            all(local) || at_an_end(local, &['%', '*']) || domain.contains(['%', '_', '*'])
        }
        _ => at_an_end(text, &['%', '_', '*']),
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let local_is_one = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && local.chars().all(|c| {
            !c.is_whitespace()
                && !matches!(c, '"' | '(' | ')' | ',' | ':' | ';' | '<' | '>' | '[' | ']' | '\\')
        });
    local_is_one && domain.contains('.') && domain.len() <= 255 && domain.split('.').all(label)
}

fn is_phone(given: &str, normal: &str) -> bool {
    let digits = normal.strip_prefix('+').unwrap_or(normal);
    let plain = given.chars().enumerate().all(|(at, c)| {
        c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}') || c == '+' && at == 0
    });
    let some = digits.bytes().any(|digit| digit != b'0');
    plain && some && (5..=15).contains(&digits.len())
}

#[cfg(test)]
mod tests {
    use super::{Identity, IdentityKind, Refused};

    #[track_caller]
    fn check(kind: IdentityKind, given: &str, expected: Result<&str, Refused>) {
        let found = Identity::new(kind, given).map(|identity| identity.normal().expose().to_owned());
        assert_eq!(found, expected.map(str::to_owned), "{given:?}");
    }

    #[test]
    fn addresses_are_compared_without_case() {
        check(IdentityKind::Email, " Ada@Example.TEST ", Ok("ada@example.test"));
        check(IdentityKind::Email, "ada.b+shop@sub.example.test", Ok("ada.b+shop@sub.example.test"));
        check(IdentityKind::Email, "_ada_@example.test", Ok("_ada_@example.test"));
        check(IdentityKind::Email, "jürgen@müller.test", Ok("jürgen@müller.test"));
        for bad in [
            "ada",
            "@example.test",
            "ada@",
            "ada@localhost",
            "a b@example.test",
            "ada@example..test",
            "a@b@c.test",
            "ada@-x.test",
        ] {
            check(IdentityKind::Email, bad, Err(Refused::NotEmail));
        }
    }

    #[test]
    fn phones_are_compared_by_digits() {
        check(IdentityKind::Phone, "+49 (0)30 / 1234-567", Ok("+49301234567"));
        check(IdentityKind::Phone, "0049 30 1234567", Ok("+49301234567"));
        check(IdentityKind::Phone, "030 1234567", Ok("0301234567"));
        for bad in ["12", "+49 30 1234567 ext 5", "call me", "0000000", "+123456789012345678"] {
            check(IdentityKind::Phone, bad, Err(Refused::NotPhone));
        }
        let identity = Identity::new(IdentityKind::Phone, "+49 30 1234567").expect("a phone");
        assert!(identity.matches("0049-30-1234567") && !identity.matches("+49 30 1234568"));
        let forms: Vec<_> = identity.exact_forms().iter().map(|form| form.expose().to_owned()).collect();
        assert_eq!(forms, ["+49 30 1234567", "+49301234567", "49301234567", "0049301234567"]);
    }

    #[test]
    fn what_would_match_nobody_or_everybody_is_refused() {
        for kind in [
            IdentityKind::CustomerId,
            IdentityKind::Email,
            IdentityKind::Phone,
            IdentityKind::Other("x".into()),
        ] {
            for (bad, why) in [
                ("", Refused::Empty),
                (" \t\n", Refused::Empty),
                ("NULL", Refused::WordForNothing),
                (" none ", Refused::WordForNothing),
                ("Undefined", Refused::WordForNothing),
                ("n/a", Refused::WordForNothing),
                ("%", Refused::Wildcard),
                ("_", Refused::Wildcard),
                ("*", Refused::Wildcard),
                ("ada%", Refused::Wildcard),
                ("*ada", Refused::Wildcard),
                ("a\0b", Refused::Control),
                ("a\u{202e}b", Refused::Control),
            ] {
                check(kind.clone(), bad, Err(why));
            }
            check(kind, &"x".repeat(1_025), Err(Refused::TooLong));
        }
        for bad in ["%@example.test", "*@example.test", "_@example.test", "ada@%", "ada%@example.test"] {
            check(IdentityKind::Email, bad, Err(Refused::Wildcard));
        }
    }

    #[test]
    fn customer_ids_are_taken_as_they_are() {
        check(IdentityKind::CustomerId, "C-1815/ä", Ok("C-1815/ä"));
        check(IdentityKind::CustomerId, "0", Ok("0"));
        check(IdentityKind::CustomerId, "'; DROP TABLE x; --", Ok("'; DROP TABLE x; --"));
        let identity = Identity::new(IdentityKind::CustomerId, "Ab").expect("an id");
        assert!(!identity.matches("ab"));
    }

    #[test]
    fn an_identity_has_no_voice() {
        let identity = Identity::new(IdentityKind::Email, "canary@example.test").expect("an address");
        assert!(!format!("{identity:?}").contains("canary"));
    }
}
