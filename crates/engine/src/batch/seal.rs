//! Gathering images by who claims them, so that each request's rows can be opened, restored or forgotten alone.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use exeunt_base::{RequestId, Row};
use exeunt_plan::document::Claims;
use exeunt_vault::{BlobWriter, Content, Salt, SealedBlob, SegmentMeta};

use crate::error::Error;
use crate::image::{self, Change, Shape};

/// A group is sealed when it has gathered this much.
const GROUP_BYTES: usize = 4 << 20;
/// All groups are sealed when together they hold this much.
const ALL_BYTES: usize = 32 << 20;

/// One row on its way into the vault.
pub struct Picture {
    /// Who claims it, ascending.
    pub claimants: Vec<u32>,
    /// Its key.
    pub key: Row,
    /// What it was (for an added row: what was added).
    pub before: Row,
    /// What it became, when it was changed.
    pub after: Option<Row>,
}

/// Where images go: into a blob, or nowhere (a dry run counts only).
#[async_trait]
pub trait Images: Send {
    /// The rows that follow have this shape.
    async fn shape(&mut self, model: &str, shape: &Shape, claims: Claims) -> Result<(), Error>;

    /// Some rows.
    async fn rows(&mut self, rows: Vec<Picture>) -> Result<(), Error>;
}

/// Who may open rows again: a request and its salt, by the claimant's number.
pub type Openers = Arc<[(RequestId, Salt)]>;

/// What a sealed batch left: its blob, and rows by request.
pub type Sealed = (SealedBlob, Vec<(RequestId, u64)>);

/// Seals images into a blob.
pub(crate) struct Sealer {
    writer: BlobWriter,
    openers: Openers,
    shape: Option<Shaped>,
    groups: HashMap<Vec<u32>, Group>,
    held: usize,
    rows_of: HashMap<u32, u64>,
}

struct Shaped {
    model: String,
    columns: Vec<u8>,
    change: Change,
    claims: Claims,
}

#[derive(Default)]
struct Group {
    bytes: Vec<u8>,
    rows: u32,
}

impl Sealer {
    /// Seals into a blob that was begun.
    pub(crate) fn new(writer: BlobWriter, openers: Openers) -> Self {
        Self { writer, openers, shape: None, groups: HashMap::new(), held: 0, rows_of: HashMap::new() }
    }

    /// The rows that follow have this shape.
    pub(crate) fn shape(&mut self, model: String, shape: &Shape, claims: Claims) -> Result<(), Error> {
        self.end()?;
        self.shape = Some(Shaped { model, columns: shape.to_bytes(), change: shape.change, claims });
        Ok(())
    }

    /// One row.
    pub(crate) fn row(&mut self, row: &Picture) -> Result<(), Error> {
        if !self.groups.contains_key(&row.claimants) {
            self.groups.insert(row.claimants.clone(), Group::default());
        }
        let Some(group) = self.groups.get_mut(&row.claimants) else { return Ok(()) };
        let length = group.bytes.len();
        image::put(&mut group.bytes, &row.key, &row.before, row.after.as_ref());
        group.rows += 1;
        let full = group.bytes.len() > GROUP_BYTES;
        self.held += group.bytes.len() - length;
        if full {
            return self.push(&row.claimants);
        }
        if self.held > ALL_BYTES { self.flush() } else { Ok(()) }
    }

    /// Ends the blob: when this returns, every image is durable.
    pub(crate) fn finish(mut self) -> Result<Sealed, Error> {
        self.end()?;
        let sealed = self.writer.finish()?;
        let mut rows: Vec<(RequestId, u64)> = self
            .rows_of
            .iter()
            .filter_map(|(number, rows)| Some((self.openers.get(*number as usize)?.0, *rows)))
            .collect();
        rows.sort_unstable_by_key(|(request, _)| *request);
        Ok((sealed, rows))
    }

    fn end(&mut self) -> Result<(), Error> {
        self.flush()?;
        self.groups.clear();
        self.shape = None;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        let mut groups: Vec<Vec<u32>> = self.groups.keys().cloned().collect();
        groups.sort_unstable();
        groups.iter().try_for_each(|who| self.push(who))
    }

    fn push(&mut self, who: &[u32]) -> Result<(), Error> {
        let Some(shaped) = &self.shape else { return Ok(()) };
        let Some(group) = self.groups.get_mut(who) else { return Ok(()) };
        if group.rows == 0 {
            return Ok(());
        }
        let claimants: Vec<(RequestId, &Salt)> = who
            .iter()
            .filter_map(|number| self.openers.get(*number as usize))
            .map(|(request, salt)| (*request, salt))
            .collect();
        self.writer.push(
            &SegmentMeta {
                model: &shaped.model,
                content: match shaped.change {
                    Change::Deleted => Content::Deleted,
                    Change::Updated => Content::Updated,
                    Change::Inserted => Content::Inserted,
                },
                columns: &shaped.columns,
                rows: group.rows,
                claims: match shaped.claims {
                    Claims::All => exeunt_vault::Claims::All,
                    Claims::Any => exeunt_vault::Claims::Any,
                },
                claimants: &claimants,
            },
            &group.bytes,
        )?;
        for claimant in who {
            *self.rows_of.entry(*claimant).or_default() += u64::from(group.rows);
        }
        self.held -= group.bytes.len();
        group.bytes.clear();
        group.rows = 0;
        Ok(())
    }
}

/// Takes images and forgets them: for a dry run.
#[derive(Debug, Default)]
pub struct Nowhere;

#[async_trait]
impl Images for Nowhere {
    async fn shape(&mut self, _: &str, _: &Shape, _: Claims) -> Result<(), Error> {
        Ok(())
    }

    async fn rows(&mut self, _: Vec<Picture>) -> Result<(), Error> {
        Ok(())
    }
}
