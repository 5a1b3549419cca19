//! What of a request waits in the vault, by model: for whoever decides what to bring back.

use std::collections::BTreeMap;

use exeunt_base::RequestId;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

/// Most blobs that are looked into for one look at a request.
const MOST_BLOBS: usize = 200;

/// What the vault calls the rows of nobody that references were pointed to.
const GHOST: &str = "ghost";

/// Rows that wait in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// By model and what was done to them, in the order of the models.
    ByModel(Vec<(String, Vec<(String, u64)>)>),
    /// So many that they are not counted by model.
    Many(u64),
}

impl Office {
    /// The rows of a request that can still come back.
    pub async fn waiting_rows(&self, actor: &Actor, id: RequestId) -> Result<Waiting, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let request = self.request(id).await?;
        let claims = self.engine.store.claims_of(id).await?;
        if claims.len() > MOST_BLOBS {
            return Ok(Waiting::Many(claims.iter().map(|(_, rows)| rows).sum()));
        }
        let mut models: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
        for line in self.engine.tally(&request).await?.lines {
            // a veiled row is counted when it goes, and a ghost is nobody's
            if line.action != "veil" && line.model != GHOST {
                models.entry(line.model).or_default().push((line.action, line.rows));
            }
        }
        Ok(Waiting::ByModel(models.into_iter().collect()))
    }
}
