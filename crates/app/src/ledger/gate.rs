//! Opening the gate that a store taken back shut: once the ledger was held against the sources as they are, and nobody was back.

use exeunt_audit::kind::Kind;
use exeunt_engine::ledger::Checked;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::home::gate;
use crate::office::Office;

impl Office {
    /// Whether the store was taken back and the ledger not held against the sources since.
    pub fn gate_is_shut(&self) -> bool {
        gate::is_shut(&self.layout, self.organization.id)
    }

    /// Opens the gate after a check of the sources that the settings name. False when it was open, or somebody is back.
    pub async fn open_gate(&self, actor: &Actor, checked: &Checked) -> Result<bool, Error> {
        self.allow(actor, Permission::UseLedger)?;
        let organization = self.organization.id;
        if !checked.back.is_empty() || !self.gate_is_shut() {
            return Ok(false);
        }
        let event = self.event(Kind::LedgerGateOpened, actor).count("looked_at", checked.looked_at);
        self.engine.store.begin().await?.commit(organization, &[event]).await?;
        gate::open(&self.layout, organization)
    }
}
