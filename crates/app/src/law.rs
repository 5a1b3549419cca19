//! The law an organization answers to: regime packs, its zone and its calendar.

mod read;

use std::collections::BTreeMap;

use exeunt_datamap::suggest;
use exeunt_rights::regime::{IDS, Status};
use exeunt_rights::{Calendar, Pack, Zone};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

pub use crate::law::read::{Signed, read_pack, sign_pack};

/// The regime of whoever names none.
pub const USUAL: &str = "eu-gdpr";

/// A pack with the text it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPack {
    /// It.
    pub pack: Pack,
    /// Its own text.
    pub body: String,
    /// Who signed it; `None` for one that came with the program.
    pub signed_by: Option<String>,
}

/// What an organization chose about the law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Law {
    packs: BTreeMap<String, KeptPack>,
    usual: String,
    /// Where the organization's days begin and end.
    pub zone: Zone,
    /// Its working days.
    pub calendar: Calendar,
}

impl Default for Law {
    fn default() -> Self {
        Self::new(USUAL, Zone::default(), Calendar::default(), Vec::new()).expect("the usual pack is shipped")
    }
}

impl Law {
    /// The shipped packs and these besides; one of a shipped id takes its place.
    pub fn new(
        usual: &str,
        zone: Zone,
        calendar: Calendar,
        more: impl IntoIterator<Item = KeptPack>,
    ) -> Result<Self, Error> {
        let mut packs = BTreeMap::new();
        for id in IDS {
            let body = Pack::shipped_text(id).expect("a shipped id has a text").to_owned();
            let pack = Pack::parse(&body)?;
            packs.insert(id.to_owned(), KeptPack { pack, body, signed_by: None });
        }
        for kept in more {
            packs.insert(kept.pack.id.clone(), kept);
        }
        let law = Self { packs, usual: usual.to_owned(), zone, calendar };
        law.in_force(None)?;
        Ok(law)
    }

    /// Every pack, by id.
    pub fn packs(&self) -> impl Iterator<Item = &KeptPack> {
        self.packs.values()
    }

    /// The pack of an id, whatever its status.
    pub fn pack(&self, id: &str) -> Result<&KeptPack, Error> {
        named(self.packs.iter().map(|(known, kept)| (known.as_str(), kept)), id)
    }

    /// The pack under which a request may be opened: the one named, or the usual one.
    pub fn in_force(&self, named: Option<&str>) -> Result<&KeptPack, Error> {
        let kept = self.pack(named.unwrap_or(&self.usual))?;
        if kept.pack.status == Status::InForce {
            return Ok(kept);
        }
        let id = &kept.pack.id;
        Err(Error::Usage(
            "E0314",
            format!(
                "the pack of `{id}` is no more than a draft: let somebody who knows that law read it, set its `status` to \
                 `in_force`, and sign it with `exeunt regime sign`"
            ),
        ))
    }

    /// The id of the usual regime.
    pub fn usual(&self) -> &str {
        &self.usual
    }
}

/// The pack of an id among these, or which there are.
pub fn named<'a>(
    packs: impl Iterator<Item = (&'a str, &'a KeptPack)> + Clone,
    id: &str,
) -> Result<&'a KeptPack, Error> {
    packs.clone().find(|(known, _)| *known == id).map(|(_, kept)| kept).ok_or_else(|| {
        let known: Vec<&str> = packs.map(|(known, _)| known).collect();
        let near = suggest::did_you_mean(id, known.iter().copied());
        let hint = near.map(|near| format!("; {near}")).unwrap_or_default();
        let text =
            format!("there is no regime `{}`{hint}; there are {}", suggest::shown(id), known.join(", "));
        Error::Usage("E0314", text)
    })
}

impl Office {
    /// The law this organization answers to.
    pub fn law(&self, actor: &Actor) -> Result<&Law, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        Ok(&self.policy.law)
    }
}
