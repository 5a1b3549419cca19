//! Identifiers as the list can hold them, each with what is wrong with it.

use std::collections::BTreeSet;

use exeunt_base::Personal;
use exeunt_rights::identity::{Identity, IdentityKind};

use crate::error::{Error, Unfit};
use crate::office::Office;

/// Kinds that may be asked for whether the map knows them or not: people are written to by them.
const USUAL: [&str; 2] = ["email", "phone"];

impl Office {
    /// All of them, in their order, or every one that will not do. A kind that is misspelled would always answer *no match*: it is
    /// refused instead.
    pub(super) async fn listable(
        &self,
        given: &[(String, Personal)],
        most: usize,
    ) -> Result<Vec<Identity>, Error> {
        if given.is_empty() || given.len() > most {
            let words = match most {
                1 => String::from("this takes one identifier at a time"),
                most => format!("this takes 1 to {most} identifiers at a time"),
            };
            return Err(Error::Usage("E0980", words));
        }
        let mut kinds = self.kinds_of_the_list();
        let asked: BTreeSet<&String> = given.iter().map(|(kind, _)| kind).collect();
        for kind in asked {
            // the map may have known others when somebody was entered
            let unknown = !kinds.is_empty() && !kinds.contains(kind);
            if unknown && self.engine.store.lists_kind(self.organization.id, kind).await? {
                kinds.insert(kind.clone());
            }
        }
        let (mut fit, mut unfit) = (Vec::with_capacity(given.len()), Vec::new());
        for (at, (kind, value)) in given.iter().enumerate() {
            match listable(kind, value, &kinds) {
                Ok(identity) => fit.push(identity),
                Err(why) => unfit.push(Unfit { at, why }),
            }
        }
        if unfit.is_empty() { Ok(fit) } else { Err(Error::Unfit(unfit)) }
    }

    /// Kinds that somebody can be on the list by; none where nobody can say, because there is no map.
    pub(super) fn kinds_of_the_list(&self) -> BTreeSet<String> {
        let known = self.kinds_of_identifiers();
        let usual = if known.is_empty() { None } else { Some(USUAL.map(String::from)) };
        known.into_iter().chain(usual.into_iter().flatten()).collect()
    }
}

fn listable(kind: &str, value: &Personal, kinds: &BTreeSet<String>) -> Result<Identity, String> {
    if exeunt_datamap::model::IdentityKind::new(kind).is_none()
        || kind.starts_with(exeunt_datamap::kept::PREFIX)
    {
        return Err(String::from("its kind is no word such as `email`, `phone` or `customer_id`"));
    }
    if !kinds.is_empty() && !kinds.contains(kind) {
        let known: Vec<&str> = kinds.iter().map(String::as_str).collect();
        return Err(format!("nobody is known by its kind; known are {}", known.join(", ")));
    }
    Identity::new(IdentityKind::from_word(kind), value.expose()).map_err(|refused| refused.to_string())
}
