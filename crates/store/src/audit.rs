//! The append-only log: entries, tree nodes and the signed head, written in the transaction of the change they tell of.

mod about;

use exeunt_audit::event::Event;
use exeunt_audit::merkle::{self, Frontier, Hash};
use exeunt_audit::tile::{Content, FULL, Tile};
use exeunt_base::OrganizationId;

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// Signs the head of a log. The one who holds the key is given at the door; this room never sees it.
pub trait Notary: Send + Sync {
    /// The signed checkpoint (a C2SP signed note) for a log of this organization, size and root.
    fn sign(&self, organization: OrganizationId, size: u64, root: &Hash) -> Result<String, String>;

    /// Told after the commit, so that a checkpoint can be kept outside the store.
    fn committed(&self, organization: OrganizationId, size: u64, checkpoint: &str);
}

/// The head of an organization's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Entries.
    pub size: u64,
    /// The signed checkpoint; empty for an empty log.
    pub checkpoint: String,
}

fn damaged(why: impl Into<String>) -> Error {
    Error::Damaged { what: "audit log", why: why.into() }
}

fn hash(bytes: &[u8]) -> Result<Hash, Error> {
    bytes.try_into().map(Hash).map_err(|_| damaged("a node is not 32 bytes"))
}

pub(crate) async fn append(
    connection: &mut Connection,
    notary: &dyn Notary,
    organization: OrganizationId,
    events: &[Event],
) -> Result<Head, Error> {
    let doing = "append to the audit log";
    let owner = organization.to_string();
    let mut frontier = load_frontier(connection, organization).await?;
    for event in events {
        let entry = event.to_entry().map_err(|error| Error::Audit(error.to_string()))?;
        query("INSERT INTO audit_entries (organization, position, entry) VALUES ($1, $2, $3)")
            .bind(&owner)
            .bind(signed(frontier.size()))
            .bind(&entry)
            .execute(connection)
            .await
            .map_err(Error::while_doing(doing))?;
        about::note(connection, &owner, frontier.size(), event).await?;
        let (next, nodes) = frontier.append(merkle::leaf_hash(&entry));
        for node in nodes {
            query("INSERT INTO audit_nodes (organization, level, position, hash) VALUES ($1, $2, $3, $4)")
                .bind(&owner)
                .bind(i64::from(node.level))
                .bind(signed(node.index))
                .bind(node.hash.0.as_slice())
                .execute(connection)
                .await
                .map_err(Error::while_doing(doing))?;
        }
        frontier = next;
    }
    let checkpoint = notary.sign(organization, frontier.size(), &frontier.root()).map_err(Error::Audit)?;
    let edge: Vec<u8> = frontier.edge().iter().flat_map(|hash| hash.0).collect();
    query(
        "INSERT INTO audit_heads (organization, size, edge, checkpoint) VALUES ($1, $2, $3, $4)
         ON CONFLICT (organization) DO UPDATE SET size = excluded.size, edge = excluded.edge, checkpoint = excluded.checkpoint",
    )
    .bind(&owner)
    .bind(signed(frontier.size()))
    .bind(edge)
    .bind(&checkpoint)
    .execute(connection)
    .await
    .map_err(Error::while_doing(doing))?;
    Ok(Head { size: frontier.size(), checkpoint })
}

async fn load_frontier(connection: &mut Connection, organization: OrganizationId) -> Result<Frontier, Error> {
    let row = query("SELECT size, edge FROM audit_heads WHERE organization = $1")
        .bind(organization.to_string())
        .fetch_optional(connection)
        .await
        .map_err(Error::while_doing("read the audit log"))?;
    let (size, edge) = match row {
        None => (0, Vec::new()),
        Some(row) => {
            let reading = Reading { row: &row, what: "audit log" };
            let edge: Vec<u8> = reading.get("edge")?;
            (reading.count("size")?, edge.chunks(32).map(hash).collect::<Result<Vec<_>, _>>()?)
        }
    };
    Frontier::new(size, edge).ok_or_else(|| damaged("its edge does not fit its size"))
}

impl Change<'_> {
    /// The place of the next entry that this change writes. Nobody else writes meanwhile.
    pub async fn next_entry(&mut self, organization: OrganizationId) -> Result<u64, Error> {
        Ok(load_frontier(&mut self.connection, organization).await?.size())
    }
}

impl Store {
    /// The head of an organization's log.
    pub async fn audit_head(&self, organization: OrganizationId) -> Result<Head, Error> {
        let mut connection = self.reader().await;
        let row = query("SELECT size, checkpoint FROM audit_heads WHERE organization = $1")
            .bind(organization.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read the audit log"))?;
        let Some(row) = row else { return Ok(Head { size: 0, checkpoint: String::new() }) };
        let reading = Reading { row: &row, what: "audit log" };
        Ok(Head { size: reading.count("size")?, checkpoint: reading.get("checkpoint")? })
    }

    /// Entries from `from` on, at most `limit`, as they were hashed.
    pub async fn audit_entries(
        &self,
        organization: OrganizationId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Vec<u8>)>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT position, entry FROM audit_entries WHERE organization = $1 AND position >= $2 ORDER BY position LIMIT $3",
        )
        .bind(organization.to_string())
        .bind(signed(from))
        .bind(i64::from(limit))
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read the audit log"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "audit entry" };
                Ok((reading.count("position")?, reading.get("entry")?))
            })
            .collect()
    }

    /// The inclusion proof of one entry in the log when it had `size` entries.
    pub async fn audit_inclusion(
        &self,
        organization: OrganizationId,
        index: u64,
        size: u64,
    ) -> Result<Vec<Hash>, Error> {
        let mut connection = self.reader().await;
        with_nodes(&mut connection, organization, |nodes| merkle::inclusion_proof(index, size, nodes)).await
    }

    /// The proof that the log of `new` entries only grew since it had `old` ones.
    pub async fn audit_consistency(
        &self,
        organization: OrganizationId,
        old: u64,
        new: u64,
    ) -> Result<Vec<Hash>, Error> {
        let mut connection = self.reader().await;
        with_nodes(&mut connection, organization, |nodes| merkle::consistency_proof(old, new, nodes)).await
    }

    /// The roots of the complete subtrees of the log of `size` entries: what is needed to go on from there.
    pub async fn audit_frontier(&self, organization: OrganizationId, size: u64) -> Result<Frontier, Error> {
        let mut connection = self.reader().await;
        with_nodes(&mut connection, organization, |nodes| Frontier::load(size, nodes)).await
    }

    /// The bytes of a tile of hashes; `None` where the log does not reach so far.
    pub async fn audit_tile(
        &self,
        organization: OrganizationId,
        tile: &Tile,
    ) -> Result<Option<Vec<u8>>, Error> {
        let Content::Hashes(level @ 0..8) = tile.content() else { return Ok(None) };
        let first = tile.index().saturating_mul(u64::from(FULL));
        let rows = query(
            "SELECT hash FROM audit_nodes
             WHERE organization = $1 AND level = $2 AND position >= $3 AND position < $4 ORDER BY position",
        )
        .bind(organization.to_string())
        .bind(i64::from(level) * 8)
        .bind(i64::try_from(first).unwrap_or(i64::MAX))
        .bind(i64::try_from(first.saturating_add(u64::from(tile.width()))).unwrap_or(i64::MAX))
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("read the audit log"))?;
        if rows.len() < usize::from(tile.width()) {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(rows.len() * 32);
        for row in &rows {
            let node: Vec<u8> = Reading { row, what: "audit node" }.get("hash")?;
            bytes.extend_from_slice(&hash(&node)?.0);
        }
        Ok(Some(bytes))
    }

    /// The root the stored nodes give at a smaller or equal size, for comparing with a checkpoint kept outside.
    pub async fn audit_root_at(&self, organization: OrganizationId, size: u64) -> Result<Hash, Error> {
        let mut connection = self.reader().await;
        with_nodes(&mut connection, organization, |nodes| merkle::root(size, nodes)).await
    }
}

/// The nodes that a computation asks for.
fn asked_by<T>(
    compute: &impl Fn(&merkle::Nodes<'_>) -> Result<T, merkle::Error>,
) -> Result<std::collections::BTreeSet<(u8, u64)>, Error> {
    let asked = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let stand_in = |level, index| {
        asked.borrow_mut().insert((level, index));
        Some(Hash([0; 32]))
    };
    compute(&stand_in).map_err(|error| damaged(error.to_string()))?;
    Ok(asked.into_inner())
}

/// Runs a computation over stored nodes, fetching only those it asks for: a first pass over stand-ins tells which.
async fn with_nodes<T>(
    connection: &mut Connection,
    organization: OrganizationId,
    compute: impl Fn(&merkle::Nodes<'_>) -> Result<T, merkle::Error>,
) -> Result<T, Error> {
    let mut nodes = std::collections::HashMap::new();
    for (level, index) in asked_by(&compute)? {
        let row =
            query("SELECT hash FROM audit_nodes WHERE organization = $1 AND level = $2 AND position = $3")
                .bind(organization.to_string())
                .bind(i64::from(level))
                .bind(signed(index))
                .fetch_optional(connection)
                .await
                .map_err(Error::while_doing("read the audit log"))?;
        if let Some(row) = row {
            let bytes: Vec<u8> = Reading { row: &row, what: "audit node" }.get("hash")?;
            nodes.insert((level, index), hash(&bytes)?);
        }
    }
    compute(&|level, index| nodes.get(&(level, index)).copied()).map_err(|error| damaged(error.to_string()))
}
