//! Ghosts: rows made from a template that references are pointed to, one shared or one for each person.

use std::collections::{BTreeMap, HashMap};

use exeunt_base::{Cell, Kind, Name, Row, hex};
use exeunt_plan::document::{Action, Assign, Claims, Document, Ghost, Value};
use exeunt_source::catalog::Catalog;
use exeunt_source::{
    Anchor, Branch, Compare, Filter, Insert, KeyBy, Read, Rows, Selection, Test, Transaction,
};

use crate::batch::seal::{Images, Picture};
use crate::error::Error;
use crate::image::{Change, Shape};
use crate::world::World;

/// Ghosts that exist, by number and (for personal ones) claimant, with their key cells.
#[derive(Default, Clone)]
pub struct Ghosts {
    keys: HashMap<(usize, Option<u32>), Row>,
    numbered: HashMap<usize, Numbered>,
}

/// A ghost whose key is one whole number that the template leaves open. It gets a number below zero instead of the next
/// of the sequence: a sequence that moved could not be restored.
#[derive(Debug, Clone, Copy)]
struct Numbered {
    least: i64,
}

impl Ghosts {
    /// For a plan's ghosts, by what the live catalogs say of their keys.
    pub fn new(document: &Document, catalogs: &BTreeMap<Name, Catalog>) -> Self {
        let numbered = document.ghosts.iter().enumerate();
        let numbered = numbered
            .filter_map(|(place, ghost)| Some((place, numbered_of(document, place, ghost, catalogs)?)));
        let numbered = numbered.collect();
        Self { keys: HashMap::new(), numbered }
    }

    fn place(document: &Document, ghost: usize, claimant: Option<u32>) -> (usize, Option<u32>) {
        let personal = document.ghosts.get(ghost).is_some_and(|ghost| ghost.per_person);
        (ghost, if personal { claimant } else { None })
    }

    /// Takes up a ghost that is there already.
    pub(crate) fn recall(&mut self, document: &Document, ghost: usize, claimant: u32, key: Row) {
        self.keys.insert(Self::place(document, ghost, Some(claimant)), key);
    }

    /// A cell of a ghost's key.
    pub fn cell(
        &self,
        document: &Document,
        ghost: usize,
        claimant: Option<u32>,
        column: &Name,
    ) -> Result<Cell, Error> {
        let key = self.keys.get(&Self::place(document, ghost, claimant));
        let at =
            document.ghosts.get(ghost).and_then(|ghost| ghost.key.iter().position(|name| name == column));
        key.zip(at).and_then(|(key, at)| key.get(at)).cloned().ok_or_else(|| Error::Damaged {
            what: "the plan",
            why: format!("ghost {ghost} has no key column `{column}`"),
        })
    }

    /// Makes sure a ghost exists, within the transaction that will point to it.
    pub async fn ensure(
        &mut self,
        document: &Document,
        number: usize,
        claimants: &[u32],
        tx: &mut dyn Transaction,
        images: &mut dyn Images,
        world: &dyn World,
    ) -> Result<(), Error> {
        let place = Self::place(document, number, claimants.first().copied());
        if self.keys.contains_key(&place) {
            return Ok(());
        }
        let ghost = document
            .ghosts
            .get(number)
            .ok_or_else(|| Error::Damaged { what: "the plan", why: format!("there is no ghost {number}") })?;
        if !ghost.per_person
            && let Some(key) = look_up(ghost, tx).await?
        {
            self.keys.insert(place, key);
            return Ok(());
        }
        let key = make(ghost, self.numbered.get(&number).copied(), claimants, tx, images, world).await?;
        self.keys.insert(place, key);
        Ok(())
    }
}

/// Below it JavaScript and whatever else counts in floating point confuses a number with its neighbors: an application that
/// reads ids so would ask for another row.
const LEAST_EXACT: i64 = -((1 << 53) - 1);

fn numbered_of(
    document: &Document,
    place: usize,
    ghost: &Ghost,
    catalogs: &BTreeMap<Name, Catalog>,
) -> Option<Numbered> {
    let [key] = ghost.key.as_slice() else { return None };
    if ghost.row.iter().any(|(column, _)| column == key) {
        return None;
    }
    let table = catalogs.get(&ghost.source)?.table(&ghost.table)?;
    let checked = table.checks.iter().any(|check| check.columns.is_empty() || check.columns.contains(key));
    match table.column(key)?.kind {
        Kind::Integer { min, .. } if min < 0 && !checked => {
            let least = pointing(document, place, catalogs).fold(min, i64::max).max(LEAST_EXACT);
            (least < -2).then_some(Numbered { least })
        }
        _ => None,
    }
}

/// The least numbers of the columns that are to point to a ghost: they may be narrower than its key.
fn pointing<'a>(
    document: &'a Document,
    place: usize,
    catalogs: &'a BTreeMap<Name, Catalog>,
) -> impl Iterator<Item = i64> + 'a {
    document.steps.iter().flat_map(move |step| {
        let set = &document.sets[step.set];
        let table = catalogs.get(&set.model.source).and_then(|catalog| catalog.table(set.table()));
        let assigned: &[Assign] = match &step.action {
            Action::Update { assign, .. } => assign,
            Action::Delete { .. } => &[],
        };
        assigned.iter().filter_map(move |assign| match &assign.to {
            Value::Ghost { ghost, .. } if *ghost == place => match table?.column(&assign.column)?.kind {
                Kind::Integer { min, .. } => Some(min),
                _ => None,
            },
            _ => None,
        })
    })
}

/// The row of a shared ghost, when it is there already: not one of somebody who happens to have its values.
async fn look_up(ghost: &Ghost, tx: &mut dyn Transaction) -> Result<Option<Row>, Error> {
    let mut filters = ghost.known_by.clone();
    if filters.is_empty() {
        let known = ghost.row.iter().filter(|(_, value)| !value.is_null());
        let equal = |(column, value): &(Name, Cell)| Filter {
            column: column.clone(),
            test: Test::Equals(value.clone()),
        };
        filters = known.map(equal).collect();
    }
    let constant = filters.iter().position(|filter| matches!(filter.test, Test::Equals(_)));
    let Some(Filter { column, test: Test::Equals(value) }) = constant.map(|place| filters.remove(place))
    else {
        return Ok(None);
    };
    let selection = Selection {
        table: ghost.table.clone(),
        key: KeyBy::Columns(ghost.key.clone()),
        branches: vec![Branch {
            filters,
            joins: Vec::new(),
            columns: vec![column.clone()],
            anchor: 0,
            compare: Compare::Exact,
        }],
        filters: Vec::new(),
        unless: Vec::new(),
    };
    let anchors = vec![Anchor { rows: vec![(0, vec![value.clone()])] }];
    let read = Read {
        table: ghost.table.clone(),
        columns: ghost.key.clone(),
        rows: Rows::Selected(selection, anchors),
    };
    let rows = tx.read(&read).await.map_err(Error::at(&ghost.source))?.collect().await;
    Ok(rows.map_err(Error::at(&ghost.source))?.into_iter().next())
}

async fn make(
    ghost: &Ghost,
    numbered: Option<Numbered>,
    claimants: &[u32],
    tx: &mut dyn Transaction,
    images: &mut dyn Images,
    world: &dyn World,
) -> Result<Row, Error> {
    let mut token = [0; 8];
    world.chance(&mut token);
    let token = hex::encode(&token);
    let mut columns: Vec<Name> = ghost.row.iter().map(|(column, _)| column.clone()).collect();
    let mut row: Row = ghost
        .row
        .iter()
        .map(|(_, value)| match value {
            // so that a ghost for each person can satisfy a unique column
            Cell::Text(text) => Cell::Text(text.replace("{token}", &token)),
            other => other.clone(),
        })
        .collect();
    if let Some(Numbered { least }) = numbered {
        let mut chance = [0; 8];
        world.chance(&mut chance);
        // never -1, which some applications give a meaning
        let number =
            -2 - i64::from_le_bytes(chance).rem_euclid(least.saturating_add(2).saturating_neg().max(1));
        columns.extend(ghost.key.iter().cloned());
        row.push(Cell::Int(number));
    }
    let insert = Insert { table: ghost.table.clone(), columns: columns.clone(), answer: ghost.key.clone() };
    let rows = tx.insert(&insert, vec![row.clone()]).await.map_err(Error::at(&ghost.source))?.collect().await;
    let key = rows.map_err(Error::at(&ghost.source))?.into_iter().next().map(|mut row| row.split_off(1));
    let key = key.ok_or_else(|| {
        Error::Refused(
            "E0406",
            format!(
                "the ghost row of {} could not be added: its key or a unique column is taken by another row",
                ghost.table
            ),
        )
    })?;
    let shape = Shape {
        v: 1,
        source: ghost.source.clone(),
        table: ghost.table.clone(),
        key: KeyBy::Columns(ghost.key.clone()),
        columns,
        types: Vec::new(),
        change: Change::Inserted,
        because: String::from("ghost"),
        set: Vec::new(),
    };
    images.shape("ghost", &shape, if ghost.per_person { Claims::All } else { Claims::Any }).await?;
    let claimants = claimants.to_vec();
    images.rows(vec![Picture { claimants, key: key.clone(), before: row, after: None }]).await?;
    Ok(key)
}
