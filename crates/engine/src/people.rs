//! Who a request is about: the identifiers given, and what the census learned from the person's own rows.
//! It exists in memory only as long as needed, and outside it only sealed.

use exeunt_base::{Cell, Personal, RequestId, Row, codec};
use exeunt_mail::{Contact, Language};
use exeunt_source::Compare;
use exeunt_vault::Salt;

/// A person with a request, numbered within its job.
#[derive(Clone)]
pub struct Claimant {
    /// Its number, also its place in the job's list.
    pub number: u32,
    /// The request.
    pub request: RequestId,
    /// What is known of the person.
    pub known: Known,
    /// Opens the person's rows in the vault.
    pub salt: Salt,
}

impl std::fmt::Debug for Claimant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claimant({}, {})", self.number, self.request)
    }
}

/// What is known of a person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Identifiers given: kind and value.
    pub given: Vec<(String, Personal)>,
    /// Identifiers read from the person's rows: set, kind and value.
    pub learned: Vec<(usize, String, Personal)>,
    /// Rows of subject sets: set, key cells and carried cells together. What is left to find the person's other rows by,
    /// once their own is struck.
    pub subjects: Vec<(usize, Row)>,
    /// Where the person gets letters, if they said so.
    pub contact: Option<Contact>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Known({} given, {} learned)", self.given.len(), self.learned.len())
    }
}

impl Known {
    /// From identifiers given.
    pub fn given(given: Vec<(String, Personal)>) -> Self {
        Self { given, ..Self::default() }
    }

    /// Values of a kind: those given, and those learned from the sets listed.
    pub fn values<'a>(&'a self, kind: &'a str, learned_from: &'a [usize]) -> impl Iterator<Item = &'a str> {
        let given = self.given.iter().filter(move |(have, _)| have == kind).map(|(_, value)| value.expose());
        let learned = self
            .learned
            .iter()
            .filter(move |(set, have, _)| have == kind && learned_from.contains(set))
            .map(|(_, _, value)| value.expose());
        given.chain(learned)
    }

    /// Every identifier of the person with its kind, each once.
    pub fn identifiers(&self) -> Vec<(&str, &str)> {
        let given = self.given.iter().map(|(kind, value)| (kind.as_str(), value.expose()));
        let learned = self.learned.iter().map(|(_, kind, value)| (kind.as_str(), value.expose()));
        let mut all: Vec<_> = given.chain(learned).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Bytes to be sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        // the first form knows no contact, and is what earlier releases read
        let mut out = vec![if self.contact.is_some() { 2 } else { 1 }];
        codec::put_varint(&mut out, self.given.len() as u64);
        for (kind, value) in &self.given {
            codec::put_bytes(&mut out, kind.as_bytes());
            codec::put_bytes(&mut out, value.expose().as_bytes());
        }
        codec::put_varint(&mut out, self.learned.len() as u64);
        for (set, kind, value) in &self.learned {
            codec::put_varint(&mut out, *set as u64);
            codec::put_bytes(&mut out, kind.as_bytes());
            codec::put_bytes(&mut out, value.expose().as_bytes());
        }
        codec::put_varint(&mut out, self.subjects.len() as u64);
        for (set, row) in &self.subjects {
            codec::put_varint(&mut out, *set as u64);
            codec::put_row(&mut out, row);
        }
        if let Some(Contact { email, name, language }) = &self.contact {
            codec::put_bytes(&mut out, email.expose().as_bytes());
            // a name is never empty
            codec::put_bytes(&mut out, name.as_ref().map_or("", Personal::expose).as_bytes());
            codec::put_bytes(&mut out, language.as_str().as_bytes());
        }
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, codec::Error> {
        let (version, mut rest) = bytes.split_first().ok_or(codec::Error::Truncated)?;
        if !(1..=2).contains(version) {
            return Err(codec::Error::Truncated);
        }
        let rest = &mut rest;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| codec::Error::NotUtf8);
        let mut known = Self::default();
        for _ in 0..codec::take_varint(rest)? {
            let kind = text(codec::take_bytes(rest)?)?;
            known.given.push((kind, Personal::new(text(codec::take_bytes(rest)?)?)));
        }
        for _ in 0..codec::take_varint(rest)? {
            let set = codec::take_varint(rest)? as usize;
            let kind = text(codec::take_bytes(rest)?)?;
            known.learned.push((set, kind, Personal::new(text(codec::take_bytes(rest)?)?)));
        }
        for _ in 0..codec::take_varint(rest)? {
            let set = codec::take_varint(rest)? as usize;
            known.subjects.push((set, codec::take_row(rest)?));
        }
        if *version == 2 {
            let email = Personal::new(text(codec::take_bytes(rest)?)?);
            let name =
                Some(text(codec::take_bytes(rest)?)?).filter(|name| !name.is_empty()).map(Personal::new);
            let language = Language::from_code(&text(codec::take_bytes(rest)?)?).unwrap_or_default();
            known.contact = Some(Contact { email, name, language });
        }
        Ok(known)
    }
}

/// A value in the form a comparison wants its anchors in.
pub fn normalized(compare: Compare, value: &str) -> Option<Cell> {
    let text = match compare {
        Compare::Exact => value.trim().to_owned(),
        Compare::Folded => value.trim().to_lowercase(),
        Compare::Digits => value.chars().filter(char::is_ascii_digit).collect(),
    };
    // an empty identifier would match everybody's empty column
    (!text.is_empty()).then_some(Cell::Text(text))
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Cell, Personal};

    use exeunt_mail::{Contact, Language};

    use super::Known;

    #[test]
    fn what_is_known_survives_the_round_trip_and_is_never_shown() {
        let personal = |text: &str| Personal::new(text.to_owned());
        let mut known = Known {
            given: vec![(String::from("email"), personal("canary@example.test"))],
            learned: vec![(3, String::from("phone"), personal("+49 30 1"))],
            subjects: vec![(0, vec![Cell::Int(7), Cell::text("canary")])],
            contact: None,
        };
        assert_eq!(known.to_bytes()[0], 1, "as earlier releases read it");
        assert_eq!(Known::from_bytes(&known.to_bytes()).as_ref(), Ok(&known));
        for name in [None, Some(personal("Ada canary"))] {
            let email = personal("ada.canary@example.test");
            known.contact = Some(Contact { email, name, language: Language::French });
            assert_eq!(Known::from_bytes(&known.to_bytes()).as_ref(), Ok(&known));
        }
        let german = Known {
            given: vec![(String::from("email"), personal("a@b.test"))],
            contact: Some(Contact { email: personal("a@b.test"), name: None, language: Language::German }),
            ..Known::default()
        };
        let golden = b"\x02\x01\x05email\x08a@b.test\x00\x00\x08a@b.test\x00\x02de";
        assert_eq!(german.to_bytes(), golden, "as this release writes it for ever");
        for cut in 0..known.to_bytes().len() {
            assert!(Known::from_bytes(&known.to_bytes()[..cut]).is_err(), "{cut}");
        }
        assert!(!format!("{known:?}").contains("canary"));
    }
}
