//! Choosing requests: by name, or as the list is filtered.

use std::collections::BTreeSet;

use exeunt_base::RequestId;
use exeunt_rights::search::Search;
use exeunt_store::requests::Filter;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::bulk::MOST;

/// Which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// These.
    Named(Vec<RequestId>),
    /// All that the list of requests shows under this filter, newest first.
    Filtered(Filter),
    /// All that are looked for.
    Searched(Search),
}

impl Office {
    /// The chosen requests, each once. More than can be done at a time are none.
    pub(super) async fn chosen(&self, actor: &Actor, choice: &Choice) -> Result<Vec<RequestId>, Error> {
        if !matches!(choice, Choice::Named(_)) {
            self.allow(actor, Permission::ReadRequests)?;
        }
        let chosen = match choice {
            Choice::Named(ids) => {
                let mut known = BTreeSet::new();
                ids.iter().copied().filter(|id| known.insert(*id)).collect()
            }
            Choice::Filtered(filter) => {
                let most = u32::try_from(MOST + 1).unwrap_or(u32::MAX);
                let found = self.page_of_requests(actor, filter, None, most).await?;
                found.iter().map(|request| request.id).collect::<Vec<_>>()
            }
            Choice::Searched(search) => {
                let most = u32::try_from(MOST + 1).unwrap_or(u32::MAX);
                let wanted = self.in_the_stores_words(actor, search);
                let store = &self.engine.store;
                let found = store.search_requests(self.organization.id, &wanted, None, most).await?;
                found.iter().map(|place| place.id).collect()
            }
        };
        match chosen.len() {
            0 => Err(Error::Usage("E0945", String::from("no request was chosen, or the filter finds none"))),
            1..=MOST => Ok(chosen),
            _ => Err(Error::Usage(
                "E0945",
                format!("these are more than {MOST} requests, the most at a time; choose fewer"),
            )),
        }
    }
}
