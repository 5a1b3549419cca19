//! Looking for erased people in the sources as they are now.

use std::collections::BTreeSet;

use exeunt_engine::ledger::{Checked, registers_of};
use exeunt_plan::document::Right;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Looks through every subject model of the map.
    pub async fn check_ledger(&self, actor: &Actor) -> Result<Checked, Error> {
        self.allow(actor, Permission::UseLedger)?;
        let read = self.map()?;
        let kinds: BTreeSet<_> = read
            .map
            .subjects()
            .filter_map(|(_, model)| model.subject.as_ref())
            .flat_map(|by| by.keys().cloned())
            .collect();
        // an access plan knows the subject models' tables and keys, and asks for no decisions about erasing
        let plan = self.plan(Right::Access, &kinds).await?;
        self.may_handle(plan.document())?;
        Ok(self.engine.check_ledger(&registers_of(plan.document()), actor.id).await?)
    }

    /// How many identifiers of erased people the ledger knows.
    pub async fn ledger_size(&self, actor: &Actor) -> Result<u64, Error> {
        self.allow(actor, Permission::UseLedger)?;
        Ok(self.engine.store.ledger_size(self.organization.id).await?)
    }
}
