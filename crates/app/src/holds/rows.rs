//! Reading the rows that a hold keeps, for whoever needs them before a court.

use exeunt_audit::kind::Kind;
use exeunt_base::HoldId;
use serde_json::{Map, Value};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

/// A row as it was before it was erased.
#[derive(Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// The model.
    pub model: String,
    /// What had been done to it: `delete`, `anonymize`, …
    pub action: String,
    /// Its columns, as plain text.
    pub columns: Map<String, Value>,
}

impl std::fmt::Debug for HeldRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HeldRow({}, {} columns)", self.model, self.columns.len())
    }
}

impl Office {
    /// The rows a standing hold keeps of requests that were purged. Every reading is written down.
    pub async fn read_held_rows(&self, actor: &Actor, id: HoldId) -> Result<Vec<HeldRow>, Error> {
        self.allow(actor, Permission::HoldRequests)?;
        self.lift_ended_holds().await?;
        let hold = self.hold(id).await?;
        if hold.lifted_at.is_some() {
            return Err(Error::Refused("E0312", format!("hold `{id}` does not stand any more")));
        }
        let rows: Vec<HeldRow> = self
            .engine
            .held_rows(&hold)
            .await?
            .into_iter()
            .map(|kept| {
                let cells = kept.shape.columns.iter().zip(&kept.image.before);
                let columns = cells.map(|(name, cell)| {
                    (name.to_string(), cell.to_plain().map_or(Value::Null, Value::String))
                });
                HeldRow { model: kept.model, action: kept.shape.because.clone(), columns: columns.collect() }
            })
            .collect();
        let event = self.event(Kind::HeldRowsRead, actor).about(id).count("rows", rows.len() as u64);
        self.engine.store.begin().await?.commit(self.organization.id, &[event]).await?;
        Ok(rows)
    }
}
