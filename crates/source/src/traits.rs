//! The traits. Seven calls on a source, few on a transaction: an ability comes before a method.

use async_trait::async_trait;
use exeunt_base::{Fault, Name, Row, TableRef, Timestamp};

use crate::abilities::Abilities;
use crate::catalog::Catalog;
use crate::journal::Journals;
use crate::pages::Pages;
use crate::selection::{Anchor, Read, Sample, Sampled, Search, SearchHit, Selection, Way};
use crate::strike::{Delete, Fate, Insert, Lock, Marker, Referrer, Residue, Update};

/// A database, warehouse or lake that holds people's data.
#[async_trait]
pub trait Source: Send + Sync {
    /// What it can do. No I/O.
    fn abilities(&self) -> Abilities;

    /// The live schema, read anew; also what later statements render types by.
    async fn describe(&self) -> Result<Catalog, Fault>;

    /// A read-only view of one consistent state, open until dropped.
    async fn snapshot(&self) -> Result<Box<dyn Reader>, Fault>;

    /// A transaction to strike in. Dropped without commit, it is rolled back.
    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault>;

    /// How a transaction ended whose commit nobody saw answered.
    async fn fate(&self, marker: &Marker) -> Result<Fate, Fault>;

    /// Runs the source's own purge recipe on these tables and says what is left, and until when.
    async fn scrub(&self, tables: &[TableRef], now: Timestamp) -> Result<Residue, Fault>;

    /// What an operator should know of this connection: too many rights, too few, risky settings. Sentences without values.
    async fn advise(&self) -> Result<Vec<String>, Fault>;

    /// A script for its administrator: the least rights that reading and erasing these tables takes. Nothing where whoever can
    /// open it may do everything. No I/O.
    fn grants(&self, tables: &[TableRef]) -> Option<String> {
        let _ = tables;
        None
    }

    /// Its journals, where it can keep some.
    fn journals(&self) -> Option<&dyn Journals> {
        None
    }
}

/// Reads within one consistent state.
#[async_trait]
pub trait Reader: Send {
    /// Keys of the rows a selection reaches: `Int(claimant)`, the key's cells, then the `carried` columns.
    /// One answer for each claimant and row, in key order, claimants of one row next to each other in ascending order.
    async fn find(&mut self, what: &Selection, anchors: &[Anchor], carried: &[Name]) -> Result<Pages, Fault>;

    /// Whole rows.
    async fn read(&mut self, what: &Read) -> Result<Pages, Fault>;

    /// In how many rows texts are found.
    async fn search(&mut self, what: &Search) -> Result<Vec<SearchHit>, Fault>;

    /// How many of some references find their row. Bounded in rows and in work: a look that takes too long is a fault
    /// (`Contended` or `Cancelled`), which leaves the reader as it was.
    async fn sample(&mut self, what: &Sample) -> Result<Sampled, Fault>;
}

/// Changes that happen together or not at all. Each answer starts with `Int(n)`, the row's place in the list given.
/// An answer must be read to its end before the next call.
#[async_trait]
pub trait Transaction: Reader {
    /// Its name, asked for before the commit; `None` where the source has none.
    async fn marker(&mut self) -> Result<Option<Marker>, Fault>;

    /// Locks rows and gives their images. Rows that are gone are left out.
    async fn lock(&mut self, what: &Lock, keys: Vec<Row>) -> Result<Pages, Fault>;

    /// Which of these keys are still referred to by a row of the referrer, by their place in the list.
    async fn referred(&mut self, table: &Lock, by: &Referrer, keys: &[Row]) -> Result<Vec<u32>, Fault>;

    /// Deletes rows and gives their images. Rows that are gone are left out.
    async fn delete(&mut self, what: &Delete, keys: Vec<Row>) -> Result<Pages, Fault>;

    /// Deletes rows by key, as [`Self::delete`] does, by the way they were found. Rows that it does not lead to any more
    /// may be left out of the answer, and then stay. One that it leads to beside the keys may stay as well, or is a fault
    /// (`Contended`; `Refused` when it could not go), after which the transaction can only be rolled back. For tables whose
    /// triggers do nothing on delete, and that do not refer to themselves.
    async fn delete_found(&mut self, what: &Delete, keys: Vec<Row>, way: &Way) -> Result<Pages, Fault> {
        let _ = way;
        self.delete(what, keys).await
    }

    /// Changes rows (key cells, then new cells) and gives their images after.
    async fn update(&mut self, what: &Update, rows: Vec<Row>) -> Result<Pages, Fault>;

    /// Adds rows and gives the answer columns of those that were added.
    async fn insert(&mut self, what: &Insert, rows: Vec<Row>) -> Result<Pages, Fault>;

    /// Makes it so. When this fails by `Unreachable`, only `fate` can tell whether it did.
    async fn commit(self: Box<Self>) -> Result<(), Fault>;

    /// Undoes it.
    async fn rollback(self: Box<Self>) -> Result<(), Fault>;

    /// Undoes it, once all was checked that [`Self::commit`] checks at the end (deferred constraints and triggers): a fault
    /// where the commit would have been refused. Undone in either case.
    async fn rehearse(self: Box<Self>) -> Result<(), Fault>;
}
