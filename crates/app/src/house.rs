//! A house: one installation with the offices of its organizations, behind one door.

use std::collections::BTreeMap;
use std::sync::Arc;

use exeunt_base::OrganizationId;
use exeunt_engine::World;
use exeunt_store::Store;
use tokio::sync::Notify;

use crate::error::Error;
use crate::office::Office;

/// An open house.
#[derive(Clone)]
pub struct House {
    offices: Arc<BTreeMap<OrganizationId, Office>>,
    /// Our own memory.
    pub store: Store,
    /// Time and chance.
    pub world: Arc<dyn World>,
    /// Rings when there is new work for this process's workers.
    pub bell: Arc<Notify>,
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "House({} offices)", self.offices.len())
    }
}

impl House {
    /// The house of one office.
    pub fn of(office: Office) -> Self {
        Self {
            store: office.engine.store.clone(),
            world: Arc::clone(&office.engine.world),
            bell: Arc::clone(&office.bell),
            offices: Arc::new([(office.organization.id, office)].into()),
        }
    }

    /// The office of an organization.
    pub fn office(&self, organization: OrganizationId) -> Result<&Office, Error> {
        self.offices.get(&organization).ok_or_else(|| {
            let id = organization.to_string();
            exeunt_store::Error::NotFound { what: "organization", id }.into()
        })
    }

    /// All of them.
    pub fn offices(&self) -> impl Iterator<Item = &Office> {
        self.offices.values()
    }
}
