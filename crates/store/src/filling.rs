//! Filling an empty place with what another store remembered: the rows as they were, in the shape they had, and only then the
//! steps to this release's shape. All of it happens, or nothing.

use std::sync::Arc;

use exeunt_audit::event::Event;
use exeunt_base::OrganizationId;

use crate::audit::{self, Notary};
use crate::bulk;
use crate::connect::Store;
use crate::database::{Lanes, Place, made};
use crate::error::Error;
use crate::migrate;
use crate::shape::{self, Table, quoted};
use crate::snapshot::Cell;

/// A place being filled.
pub struct Filling {
    lanes: Lanes,
    place: Place,
    notary: Arc<dyn Notary>,
    known: Vec<Table>,
}

impl std::fmt::Debug for Filling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Filling")
    }
}

const DOING: &str = "be filled";

impl Filling {
    /// Begins. Refuses a place that is somebody's, and a shape that this release does not know yet.
    pub async fn begin(place: &Place, version: u64, notary: Arc<dyn Notary>) -> Result<Self, Error> {
        let known = migrate::KNOWN as u64;
        if version > known {
            let signed = |version| i64::try_from(version).unwrap_or(i64::MAX);
            return Err(Error::TooNew { found: signed(version), known: signed(known) });
        }
        Store::must_be_vacant(place).await?;
        let mut lanes = Lanes::open(place, true).await.map_err(Error::while_doing("be opened"))?;
        // not through the lock, whose holder would find the transaction open and roll it back
        let writer = lanes.writer_mut();
        migrate::run_to(writer, place, true, usize::try_from(version).unwrap_or(migrate::KNOWN)).await?;
        if migrate::version(writer).await? != version {
            return Err(Error::NoStore {
                place: place.to_string(),
                why: "it has the tables of another release",
            });
        }
        writer.begin().await.map_err(Error::while_doing(DOING))?;
        let known = shape::tables(writer).await?;
        Ok(Self { lanes, place: place.clone(), notary, known })
    }

    /// Puts rows into a table, parents before children.
    pub async fn put(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Result<(), Error> {
        let damaged = |why: String| Error::Damaged { what: "copy of a control store", why };
        let Some(known) = self.known.iter().find(|known| known.name == table.name) else {
            return Err(damaged(format!("there is no table {} in this version", table.name)));
        };
        let fits = |column: &shape::Column| {
            known.columns.iter().any(|known| (&known.name, known.kind) == (&column.name, column.kind))
        };
        if let Some(column) = table.columns.iter().find(|column| !fits(column)) {
            return Err(damaged(format!(
                "there is no column {}.{} in this version",
                table.name, column.name
            )));
        }
        if rows.iter().any(|row| row.len() != table.columns.len()) || rows.is_empty() {
            return Err(damaged(format!("a row of table {} is not as long as the others", table.name)));
        }
        let columns: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
        for rows in rows.chunks(bulk::ROWS) {
            let places = bulk::rows(rows.len(), columns.len());
            let into = quoted(&table.name);
            let mut query = made(format!("INSERT INTO {into} ({}) VALUES {places}", columns.join(", ")));
            for row in rows {
                for (cell, column) in row.iter().zip(&table.columns) {
                    query = query.bind(cell.to_value(column.kind));
                }
            }
            query.execute(self.lanes.writer_mut()).await.map_err(Error::while_doing(DOING))?;
        }
        Ok(())
    }

    /// Writes the entry into each organization's log, commits, and takes the steps to this release's shape.
    pub async fn finish(mut self, events: &[(OrganizationId, Event)]) -> Result<(), Error> {
        if events.is_empty() {
            return Err(Error::Audit(String::from("a change needs an entry")));
        }
        let writer = self.lanes.writer_mut();
        for (organization, event) in events {
            let event = std::slice::from_ref(event);
            audit::append(writer, &*self.notary, *organization, event).await?;
        }
        writer.commit().await.map_err(Error::while_doing(DOING))?;
        migrate::run(writer, &self.place, false).await?;
        self.lanes.close().await.map_err(Error::while_doing("be closed"))
    }

    /// Undoes it at once.
    pub async fn give_up(mut self) -> Result<(), Error> {
        self.lanes.writer_mut().rollback().await.map_err(Error::while_doing(DOING))?;
        self.lanes.close().await.map_err(Error::while_doing("be closed"))
    }
}
