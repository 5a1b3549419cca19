//! Gathering images by who claims them, so that each request's rows can be opened, restored or forgotten alone.

use std::collections::HashMap;

use exeunt_base::{Cell, RequestId, Row};
use exeunt_plan::document::Claims;
use exeunt_vault::{BlobWriter, Content, SegmentMeta};

use crate::error::Error;
use crate::image::{self, Change, Shape};
use crate::people::Claimant;

/// A group is sealed when it has gathered this much.
const GROUP_BYTES: usize = 4 << 20;
/// All groups are sealed when together they hold this much.
const ALL_BYTES: usize = 32 << 20;

/// Where images go: into a blob, or nowhere (a dry run counts only).
pub trait Images: Send {
    /// The rows that follow have this shape.
    fn shape(&mut self, model: &str, shape: &Shape, claims: Claims) -> Result<(), Error>;

    /// One row.
    fn row(
        &mut self,
        claimants: &[u32],
        key: &[Cell],
        before: &[Cell],
        after: Option<&Row>,
    ) -> Result<(), Error>;

    /// No more rows of this shape.
    fn end(&mut self) -> Result<(), Error>;
}

/// Seals images into a blob.
pub struct Sealer<'a> {
    writer: BlobWriter,
    claimants: &'a [Claimant],
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

impl<'a> Sealer<'a> {
    /// Seals into a blob that was begun.
    pub fn new(writer: BlobWriter, claimants: &'a [Claimant]) -> Self {
        Self { writer, claimants, shape: None, groups: HashMap::new(), held: 0, rows_of: HashMap::new() }
    }

    /// Ends the blob: when this returns, every image is durable. Also gives rows by request.
    pub fn finish(mut self) -> Result<(exeunt_vault::SealedBlob, Vec<(RequestId, u64)>), Error> {
        self.end()?;
        let sealed = self.writer.finish()?;
        let mut rows: Vec<(RequestId, u64)> = self
            .rows_of
            .iter()
            .filter_map(|(number, rows)| Some((self.claimants.get(*number as usize)?.request, *rows)))
            .collect();
        rows.sort_unstable_by_key(|(request, _)| *request);
        Ok((sealed, rows))
    }

    fn push(&mut self, who: &[u32]) -> Result<(), Error> {
        let Some(shaped) = &self.shape else { return Ok(()) };
        let Some(group) = self.groups.get_mut(who) else { return Ok(()) };
        if group.rows == 0 {
            return Ok(());
        }
        let claimants: Vec<(RequestId, &exeunt_vault::Salt)> = who
            .iter()
            .filter_map(|number| self.claimants.get(*number as usize))
            .map(|claimant| (claimant.request, &claimant.salt))
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
        self.held -= group.bytes.len();
        group.bytes.clear();
        group.rows = 0;
        Ok(())
    }
}

impl Images for Sealer<'_> {
    fn shape(&mut self, model: &str, shape: &Shape, claims: Claims) -> Result<(), Error> {
        self.end()?;
        self.shape =
            Some(Shaped { model: model.to_owned(), columns: shape.to_bytes(), change: shape.change, claims });
        Ok(())
    }

    fn row(
        &mut self,
        claimants: &[u32],
        key: &[Cell],
        before: &[Cell],
        after: Option<&Row>,
    ) -> Result<(), Error> {
        if !self.groups.contains_key(claimants) {
            self.groups.insert(claimants.to_vec(), Group::default());
        }
        let Some(group) = self.groups.get_mut(claimants) else { return Ok(()) };
        let length = group.bytes.len();
        image::put(&mut group.bytes, key, before, after);
        group.rows += 1;
        let full = group.bytes.len() > GROUP_BYTES;
        self.held += group.bytes.len() - length;
        for claimant in claimants {
            *self.rows_of.entry(*claimant).or_default() += 1;
        }
        if full {
            return self.push(claimants);
        }
        if self.held > ALL_BYTES { self.flush() } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), Error> {
        self.flush()?;
        self.groups.clear();
        self.shape = None;
        Ok(())
    }
}

impl Sealer<'_> {
    fn flush(&mut self) -> Result<(), Error> {
        let mut groups: Vec<Vec<u32>> = self.groups.keys().cloned().collect();
        groups.sort_unstable();
        groups.iter().try_for_each(|who| self.push(who))
    }
}

/// Takes images and forgets them: for a dry run.
#[derive(Debug, Default)]
pub struct Nowhere;

impl Images for Nowhere {
    fn shape(&mut self, _: &str, _: &Shape, _: Claims) -> Result<(), Error> {
        Ok(())
    }

    fn row(&mut self, _: &[u32], _: &[Cell], _: &[Cell], _: Option<&Row>) -> Result<(), Error> {
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
