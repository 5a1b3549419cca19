//! Rows that stay by law: their keys, remembered sealed until their time is over, and what they are looked at by.

use std::collections::{BTreeMap, HashMap};

use exeunt_base::{Cell, JobId, ModelRef, Name, Row, Secret, TableRef, codec};
use exeunt_plan::document::Document;
use exeunt_source::{KeyBy, Read, Rows};
use exeunt_store::kept::KeptRows;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::people::Claimant;
use crate::sealing;

/// Rows of one part: few enough to be opened at once.
const PART: u64 = 4_096;

/// The keyring's word for what seals keys of kept rows.
const PURPOSE: &str = "kept rows";

/// Keys of kept rows of one model.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Keys {
    /// The columns of the key; none where rows are known by all their values and cannot be found again.
    pub columns: Vec<Name>,
    /// Each row's key, and the date its time is counted from as it was seen first: `Null` until then.
    pub rows: Vec<(Row, Cell)>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({} rows)", self.rows.len())
    }
}

impl Keys {
    /// Bytes to be sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = head(&self.columns);
        for (key, seen) in &self.rows {
            codec::put_row(&mut out, key);
            codec::put_cell(&mut out, seen);
        }
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, codec::Error> {
        let (version, mut rest) = bytes.split_first().ok_or(codec::Error::Truncated)?;
        if *version != 1 {
            return Err(codec::Error::Truncated);
        }
        let mut keys = Self::default();
        for _ in 0..codec::take_varint(&mut rest)? {
            let name = std::str::from_utf8(codec::take_bytes(&mut rest)?).ok();
            keys.columns.push(name.and_then(|name| Name::new(name).ok()).ok_or(codec::Error::NotUtf8)?);
        }
        while !rest.is_empty() {
            keys.rows.push((codec::take_row(&mut rest)?, codec::take_cell(&mut rest)?));
        }
        Ok(keys)
    }
}

fn head(columns: &[Name]) -> Vec<u8> {
    let mut out = vec![1];
    codec::put_varint(&mut out, columns.len() as u64);
    for column in columns {
        codec::put_bytes(&mut out, column.as_str().as_bytes());
    }
    out
}

/// Keys of one part, as they are sealed, and how many.
type Part = (Vec<u8>, u64);

/// Rows of a census that stay by a law with an end, written down as they are found.
#[derive(Default)]
pub(crate) struct Remembered {
    /// By set: the columns of its key; `None` for those that are not kept.
    sets: Vec<Option<Vec<Name>>>,
    /// By set and claimant.
    found: BTreeMap<(usize, u32), Vec<Part>>,
}

impl Remembered {
    pub(crate) fn new(document: &Document) -> Self {
        let ends = document.kept.iter().filter(|kept| !kept.until.is_empty());
        let columns = |set: usize| match document.sets[set].key() {
            KeyBy::Columns(columns) => columns.clone(),
            KeyBy::WholeRow => Vec::new(),
        };
        let mut sets = vec![None; document.sets.len()];
        for kept in ends {
            sets[kept.set] = Some(columns(kept.set));
        }
        Self { sets, found: BTreeMap::new() }
    }

    /// A row of a set, and whose it is.
    pub(crate) fn take(&mut self, set: usize, who: &[u32], key: &[Cell]) {
        let Some(Some(columns)) = self.sets.get(set) else { return };
        for claimant in who {
            let parts = self.found.entry((set, *claimant)).or_default();
            if parts.last().is_none_or(|(_, rows)| *rows == PART) {
                parts.push((head(columns), 0));
            }
            let Some((bytes, rows)) = parts.last_mut() else { continue };
            codec::put_row(bytes, if columns.is_empty() { &[] } else { key });
            codec::put_cell(bytes, &Cell::Null);
            *rows += 1;
        }
    }
}

impl Engine {
    /// Seals what a census remembered. It is looked at as soon as nothing of the request can come back any more.
    pub(crate) fn seal_remembered(
        &self,
        job: JobId,
        document: &Document,
        claimants: &[Claimant],
        remembered: Remembered,
    ) -> Result<Vec<KeptRows>, Error> {
        let mut sealed: Vec<KeptRows> = Vec::new();
        if remembered.found.is_empty() {
            return Ok(sealed);
        }
        let key = self.keyring.purpose_key(self.organization, PURPOSE)?;
        let mut numbers: HashMap<(ModelRef, u32), u64> = HashMap::new();
        for ((set, who), parts) in remembered.found {
            let Some(claimant) = claimants.get(who as usize) else { continue };
            let model = &document.sets[set].model;
            for (bytes, rows) in parts {
                // several sets of one model go on counting
                let number = numbers.entry((model.clone(), who)).or_default();
                let mut kept = KeptRows {
                    organization: self.organization,
                    request: claimant.request,
                    model: model.to_string(),
                    job,
                    part: *number,
                    rows,
                    keys: Vec::new(),
                    since: document.today.clone(),
                    next_check: document.today.clone(),
                    ends: None,
                    follow_up: None,
                    trouble: None,
                };
                *number += 1;
                self.seal_bytes(&key, &mut kept, &bytes);
                sealed.push(kept);
            }
        }
        Ok(sealed)
    }

    fn seal_bytes(&self, key: &Secret<[u8; 32]>, kept: &mut KeptRows, bytes: &[u8]) {
        let mut nonce = [0; 12];
        self.world.chance(&mut nonce);
        kept.keys = sealing::seal(key, &context(kept), nonce, bytes);
    }

    /// Seals keys for the part they belong to.
    pub fn seal_kept(&self, kept: &mut KeptRows, keys: &Keys) -> Result<(), Error> {
        kept.rows = keys.rows.len() as u64;
        let key = self.keyring.purpose_key(self.organization, PURPOSE)?;
        self.seal_bytes(&key, kept, &keys.to_bytes());
        Ok(())
    }

    /// Opens a part.
    pub fn open_kept(&self, kept: &KeptRows) -> Result<Keys, Error> {
        let damaged = |why: String| Error::Damaged { what: "the keys of kept rows", why };
        let key = self.keyring.purpose_key(self.organization, PURPOSE)?;
        let bytes = sealing::open(&key, &context(kept), &kept.keys)
            .ok_or_else(|| damaged(String::from("wrong key, or not the same bytes")))?;
        Keys::from_bytes(&bytes).map_err(|error| damaged(error.to_string()))
    }

    /// Reads one column of the rows with these keys; `None` for those that are gone. Without a column, which rows are there.
    pub async fn read_kept(
        &self,
        source: &Name,
        table: &TableRef,
        keys: &Keys,
        column: Option<&Name>,
    ) -> Result<Vec<Option<Cell>>, Error> {
        let rows: Vec<Row> = keys.rows.iter().map(|(key, _)| key.clone()).collect();
        let mut found = vec![None; rows.len()];
        let read = Read {
            table: table.clone(),
            columns: column.or(keys.columns.first()).into_iter().cloned().collect(),
            rows: Rows::Keyed(KeyBy::Columns(keys.columns.clone()), rows),
        };
        let mut reader = self.source(source)?.snapshot().await.map_err(Error::at(source))?;
        let mut pages = reader.read(&read).await.map_err(Error::at(source))?;
        while let Some(page) = pages.next().await.map_err(Error::at(source))? {
            for mut row in page {
                let place = row.first().and_then(Cell::as_int).and_then(|place| usize::try_from(place).ok());
                let cell = if row.len() > 1 { row.swap_remove(1) } else { Cell::Null };
                if let Some(slot) = place.and_then(|place| found.get_mut(place)) {
                    *slot = Some(cell);
                }
            }
        }
        Ok(found)
    }
}

fn context(kept: &KeptRows) -> String {
    format!("{} {} {} {}", kept.request, kept.model, kept.job, kept.part)
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Cell, Name};

    use super::Keys;

    #[test]
    fn keys_survive_the_round_trip_and_are_never_shown() {
        let keys = Keys {
            columns: vec![Name::new("id").unwrap()],
            rows: vec![
                (vec![Cell::Int(7)], Cell::Null),
                (vec![Cell::text("canary")], Cell::text("2026-03-15")),
            ],
        };
        let bytes = keys.to_bytes();
        assert_eq!(Keys::from_bytes(&bytes).as_ref(), Ok(&keys));
        assert_eq!(&bytes[..5], b"\x01\x01\x02id", "as this release writes it for ever");
        for cut in [0, 1, 3, bytes.len() - 1] {
            assert!(Keys::from_bytes(&bytes[..cut]).is_err(), "{cut}");
        }
        assert!(!format!("{keys:?}").contains("canary"));
    }
}
