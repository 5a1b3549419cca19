//! Looking at one person as the sources have them now: their own rows, how many others hang on them, and pages of those.
//! Nothing is written down, and everything is found as a package would find it, under the same guards.

use std::collections::{BTreeMap, HashSet};

use exeunt_base::{Cell, Name, Personal, Row};
use exeunt_plan::document::{Document, ReadModel, RowSet};
use exeunt_source::{KeyBy, Read, Reader, Rows};
use exeunt_vault::Salt;

use crate::cabinet::Engine;
use crate::census::yields::Yields;
use crate::census::{Caps, Finder};
use crate::error::Error;
use crate::people::{Claimant, Known};

/// Most rows of a model that are told apart for paging; beyond them there is the package.
pub const MOST_PAGED: usize = 10_000;

/// A model of which the person has rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its place in the plan's list of reads.
    pub read: usize,
    /// The model: `shop.orders`.
    pub model: String,
    /// Rows.
    pub rows: u64,
    /// Whether these are the person's own rows of a Users model.
    pub subject: bool,
    /// Shown because the person has access to them, and not theirs.
    pub accessed: bool,
}

/// Rows of one model.
#[derive(Clone, Default)]
pub struct Page {
    /// The rows, with the cells of the read's fields in their order.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub more: bool,
}

/// A person found, as of one snapshot.
pub struct Look<'a> {
    document: &'a Document,
    finder: Finder<'a>,
    readers: BTreeMap<Name, Box<dyn Reader>>,
    claimants: Vec<Claimant>,
    counts: Vec<u64>,
    /// Keys of the sets whose rows are paged.
    keys: BTreeMap<usize, Vec<Row>>,
}

impl Engine {
    /// Somebody of these identifiers who asked for nothing: looked at, and never written down.
    pub fn nobodys_claimant(&self, given: Vec<(String, Personal)>) -> Claimant {
        Claimant {
            number: 0,
            request: self.new_request(),
            known: Known::given(given),
            salt: Salt::new(*self.new_secret().expose()),
        }
    }

    /// Finds a person by identifiers. `paged` are the sets whose rows are to be told apart.
    pub async fn look<'a>(
        &self,
        document: &'a Document,
        given: Vec<(String, Personal)>,
        paged: &HashSet<usize>,
    ) -> Result<Look<'a>, Error> {
        self.catalogs(document).await?;
        let mut claimants = vec![self.nobodys_claimant(given)];
        let caps = Caps { matches: self.settings.matches_cap, rows: u64::MAX, identity_confirmed: false };
        let mut readers = self.snapshots(document).await?;
        let mut finder = Finder::new(document, caps, HashSet::new());
        let mut counts = vec![0u64; document.sets.len()];
        let mut keys: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
        let mut yields = Yields::new(document);
        let wanted: HashSet<usize> =
            document.reads.iter().map(|read| read.set).chain(finder.starts()).collect();
        let mut sink = |set: usize, who: &[u32], key: &[Cell]| {
            if yields.yields(set, who, key) {
                return Ok(());
            }
            counts[set] += 1;
            if paged.contains(&set) {
                let known = keys.entry(set).or_default();
                if known.len() < MOST_PAGED {
                    known.push(key.to_vec());
                }
            }
            Ok(())
        };
        finder.run(&mut readers, &mut claimants, &wanted, &mut sink).await?;
        Ok(Look { document, finder, readers, claimants, counts, keys })
    }
}

impl Look<'_> {
    /// The models of which the person has rows, in the order a package shows them.
    pub fn models(&self) -> Vec<Model> {
        let model = |(place, read): (usize, &ReadModel)| {
            let set = &self.document.sets[read.set];
            Model {
                read: place,
                model: set.model.to_string(),
                rows: self.counts[read.set],
                subject: set.subject,
                accessed: read.accessed,
            }
        };
        self.document.reads.iter().enumerate().map(model).filter(|model| model.rows > 0).collect()
    }

    /// Rows of a model that was found with its keys: `most` after the first `skip`. What another person is to be protected from is
    /// left out, as a package leaves it out.
    pub async fn page(&mut self, read: usize, skip: usize, most: usize) -> Result<Page, Error> {
        let Some(read) = self.document.reads.get(read) else { return Ok(Page::default()) };
        let set = &self.document.sets[read.set];
        let columns: Vec<Name> = read.fields.iter().map(|field| field.column.clone()).collect();
        let (rows, numbered, more) = self.named(set, skip, most)?;
        let Some(rows) = rows else { return Ok(Page::default()) };
        let what = Read { table: set.table().clone(), columns, rows };
        let source = &set.model.source;
        let reader = self.readers.get_mut(source).ok_or_else(|| Error::NoSource(source.clone()))?;
        let mut pages = reader.read(&what).await.map_err(Error::at(source))?;
        let mut page = Page { rows: Vec::new(), more };
        // rows known by all their values are read from the first, and dropped up to here
        let mut left = if numbered { 0 } else { skip };
        while let Some(part) = pages.next().await.map_err(Error::at(source))? {
            for mut row in part {
                if left > 0 {
                    left -= 1;
                    continue;
                }
                if page.rows.len() == most {
                    page.more = true;
                    return Ok(page);
                }
                if numbered {
                    row.remove(0);
                }
                for (cell, field) in row.iter_mut().zip(&read.fields) {
                    if field.redacted {
                        *cell = Cell::Null;
                    }
                }
                page.rows.push(row);
            }
        }
        Ok(page)
    }

    /// How the rows of a page are named to the source, whether they come numbered, and whether more follow.
    fn named(&self, set: &RowSet, skip: usize, most: usize) -> Result<(Option<Rows>, bool, bool), Error> {
        if *set.key() == KeyBy::WholeRow && !self.finder.in_rounds(set) {
            let anchors = self.finder.anchors(set, &self.claimants)?;
            return Ok((Some(Rows::Selected(set.selection.clone(), anchors)), false, false));
        }
        let known = self.keys.get(&set.number).map_or(&[][..], Vec::as_slice);
        let keys: Vec<Row> = known.iter().skip(skip).take(most).cloned().collect();
        let more = known.len() > skip + keys.len();
        let rows = (!keys.is_empty()).then(|| Rows::Keyed(set.key().clone(), keys));
        Ok((rows, true, more))
    }
}
