//! The log as files: tiles of hashes and bundles of entries, for whoever may read it (C2SP tlog-tiles).

use exeunt_audit::tile::{Content, FULL, Tile, encode_entries};

use crate::access::{Permission, Powers};
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Whoever reads a log that is open to everybody, and may do nothing else; nobody where it is not.
    pub fn anybody(&self) -> Option<Actor> {
        let powers: Powers = [Permission::ReadAudit].into_iter().collect();
        self.publication.public.then_some(Actor { id: None, organization: self.organization.id, powers })
    }

    /// The bytes of a tile or bundle. One that the log does not reach yet is not there.
    pub async fn log_tile(&self, actor: &Actor, tile: &Tile) -> Result<Vec<u8>, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let id = self.organization.id;
        let missing = || exeunt_store::Error::NotFound { what: "tile", id: tile.to_string() };
        if let Content::Hashes(_) = tile.content() {
            return Ok(self.engine.store.audit_tile(id, tile).await?.ok_or_else(missing)?);
        }
        let first = tile.index().checked_mul(u64::from(FULL)).filter(|first| i64::try_from(*first).is_ok());
        let first = first.ok_or_else(missing)?;
        let entries = self.engine.store.audit_entries(id, first, u32::from(tile.width())).await?;
        // a log that lost an entry in the middle has no such bundle
        let whole = entries.len() == usize::from(tile.width())
            && entries.iter().zip(first..).all(|((position, _), place)| *position == place);
        if !whole {
            return Err(missing().into());
        }
        encode_entries(entries.iter().map(|(_, entry)| entry.as_slice()))
            .map_err(|error| Error::Damaged { what: String::from("the audit log"), why: error.to_string() })
    }
}
