//! A house: one installation with the offices of its organizations, behind one door.

use std::collections::BTreeMap;
use std::sync::Arc;

use exeunt_base::OrganizationId;
use exeunt_datamap::suggest;
use exeunt_engine::World;
use exeunt_store::Store;
use tokio::sync::Notify;

use crate::error::Error;
use crate::office::Office;
use crate::watch::Meters;

/// An open house.
#[derive(Clone)]
pub struct House {
    own: OrganizationId,
    offices: Arc<BTreeMap<OrganizationId, Office>>,
    /// Our own memory.
    pub store: Store,
    /// Time and chance.
    pub world: Arc<dyn World>,
    /// Rings when there is new work for this process's workers.
    pub bell: Arc<Notify>,
    /// What this process counts while it works.
    pub meters: Arc<Meters>,
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "House({} offices)", self.offices.len())
    }
}

impl House {
    /// The house of these offices, which share one store; the first is the one the home was made for.
    pub(crate) fn of(offices: Vec<Office>) -> Self {
        let own = offices.first().expect("a home is made with an organization");
        Self {
            own: own.organization.id,
            store: own.engine.store.clone(),
            world: Arc::clone(&own.engine.world),
            bell: Arc::clone(&own.bell),
            meters: Arc::default(),
            offices: Arc::new(offices.into_iter().map(|office| (office.organization.id, office)).collect()),
        }
    }

    /// The same house with offices that were furnished anew.
    pub(crate) fn refurnished(&self, offices: Vec<Office>) -> Self {
        let offices = offices.into_iter().map(|office| (office.organization.id, office)).collect();
        Self { offices: Arc::new(offices), ..self.clone() }
    }

    /// The office of the organization that the home was made for.
    pub fn own(&self) -> &Office {
        self.offices.get(&self.own).expect("it was put in")
    }

    /// The office of an organization of this name.
    pub fn named(&self, name: &str) -> Result<&Office, Error> {
        self.offices.values().find(|office| office.organization.name == name).ok_or_else(|| {
            Error::Usage(
                "E0908",
                format!(
                    "there is no organization `{}` here, or the settings do not know it; they name its \
                     file under `organizations:`, and `exeunt organization add` makes it",
                    suggest::shown(name)
                ),
            )
        })
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
