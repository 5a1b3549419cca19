//! Strikes: changes by key inside a transaction, with the rows' images given back.

use std::collections::HashSet;

use async_trait::async_trait;
use exeunt_base::{Cell, Fault, FaultKind, Name, Row};
use exeunt_source::sql::{self, Forms, Given};
use exeunt_source::strike::Triggers;
use exeunt_source::{Delete, Insert, KeyBy, Lock, Marker, Pages, Referrer, Transaction, Update, Way};

use crate::bind;
use crate::page::Session;
use crate::placing::{AsIs, ByNumbers, Placing, Shaper};
use exeunt_postgres::fault::Blame;

const LOUD: &str = "SET LOCAL session_replication_role = origin";
const QUIET: &str = "SET LOCAL session_replication_role = replica";

#[async_trait]
impl Transaction for Session {
    async fn marker(&mut self) -> Result<Option<Marker>, Fault> {
        self.settle().await;
        crate::confirm::marker(self).await
    }

    async fn lock(&mut self, what: &Lock, keys: Vec<Row>) -> Result<Pages, Fault> {
        let (placing, given) = Placing::of(&self.schema, &what.table, &what.key, &keys)?;
        let statement = sql::lock(&*self.schema, what, &given)?;
        let bound = bind::rows(&statement, keys, false)?;
        let doing = format!("locking rows of `{}`", what.table);
        self.stream(doing, Blame::Shape, &statement, &bound, placing, None).await
    }

    async fn referred(&mut self, table: &Lock, by: &Referrer, keys: &[Row]) -> Result<Vec<u32>, Fault> {
        let statement = sql::referred(&*self.schema, &table.table, &table.key, by, &Given::Arrays)?;
        let bound = bind::rows(&statement, keys.to_vec(), false)?;
        let doing = format!("asking which rows of `{}` are referred to by `{}`", table.table, by.table);
        let answer = self.ask(&doing, Blame::Shape, &statement, &bound).await?;
        let place =
            |row: &Row| row.first().and_then(Cell::as_int).and_then(|place| u32::try_from(place).ok());
        Ok(answer.iter().filter_map(place).collect())
    }

    async fn delete(&mut self, what: &Delete, keys: Vec<Row>) -> Result<Pages, Fault> {
        let (placing, given) = Placing::of(&self.schema, &what.table, &what.key, &keys)?;
        let statement = sql::delete(&*self.schema, what, &given)?;
        let bound = bind::rows(&statement, keys, false)?;
        let doing = format!("deleting rows of `{}`", what.table);
        self.stream(doing, Blame::Rows, &statement, &bound, placing, None).await
    }

    async fn delete_found(&mut self, what: &Delete, keys: Vec<Row>, way: &Way) -> Result<Pages, Fault> {
        let numbers = ByNumbers::of(&self.schema, &what.table, &what.key, &keys)?;
        let bounds = numbers.as_ref().and_then(ByNumbers::bounds);
        let (Some(numbers), Some((least, most)), [_]) = (numbers, bounds, way.selection.branches.as_slice())
        else {
            return self.delete(what, keys).await;
        };
        let statement = sql::delete_found(&*self.schema, what, &way.selection, (&least, &most))?;
        let bound = bind::question(&statement, &way.anchors)?;
        let doing = format!("deleting rows of `{}`", what.table);
        self.plan_afresh(&statement);
        self.stream(doing, Blame::Rows, &statement, &bound, numbers.along_a_way(), None).await
    }

    async fn update(&mut self, what: &Update, rows: Vec<Row>) -> Result<Pages, Fault> {
        let statement = sql::update(&*self.schema, what, &Given::Arrays)?;
        let bound = bind::rows(&statement, rows, true)?;
        let doing = format!("changing rows of `{}`", what.table);
        let quiet = what.triggers == Triggers::Quiet && self.facts.quiet_triggers;
        if quiet {
            self.settle().await;
            self.run(&doing, QUIET).await?;
        }
        self.stream(doing, Blame::Rows, &statement, &bound, AsIs, quiet.then_some(LOUD)).await
    }

    async fn insert(&mut self, what: &Insert, rows: Vec<Row>) -> Result<Pages, Fault> {
        let shape = self.schema.shape(&what.table)?;
        let given = |unique: &[Name]| unique.iter().all(|name| what.columns.contains(name));
        let uniques: Vec<Vec<Name>> = shape
            .uniques
            .iter()
            .map(|unique| unique.columns.clone())
            .filter(|columns| given(columns))
            .collect();
        let steps_aside = self.schema.steps_aside(&what.table);
        let mut places: Vec<usize> = (0..rows.len()).collect();
        let mut rows = rows;
        if !steps_aside {
            let taken = self.taken(what, &uniques, &rows).await?;
            places.retain(|place| !taken.contains(place));
            rows = rows
                .into_iter()
                .enumerate()
                .filter(|(n, _)| !taken.contains(n))
                .map(|(_, row)| row)
                .collect();
        }
        let unique = uniques.into_iter().next().unwrap_or_default();
        let keys = rows.iter().map(|row| pick(row, &what.columns, &unique)).collect();
        let answer: Vec<Name> = unique.iter().chain(&what.answer).cloned().collect();
        let statement = sql::insert(&*self.schema, what, &answer, &Given::Arrays)?;
        let bound = bind::rows(&statement, rows, true)?;
        let doing = format!("adding rows to `{}`", what.table);
        let walk = Walk { keys, width: unique.len(), asked: what.answer.len(), next: 0, places };
        self.stream(doing, Blame::Rows, &statement, &bound, walk, None).await
    }

    async fn commit(self: Box<Self>) -> Result<(), Fault> {
        // A bare COMMIT after a failed statement rolls back and calls it a success; the SELECT fails instead.
        self.end("committing", "SELECT 1; COMMIT").await
    }

    async fn rollback(self: Box<Self>) -> Result<(), Fault> {
        self.end("rolling back", "ROLLBACK").await
    }

    async fn rehearse(self: Box<Self>) -> Result<(), Fault> {
        // a refusal leaves the transaction failed, and with the session it is rolled back
        self.end("rehearsing a commit", "SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK").await
    }
}

impl Session {
    /// Which rows collide with one already there, where the server cannot step aside by itself.
    async fn taken(
        &mut self,
        what: &Insert,
        uniques: &[Vec<Name>],
        rows: &[Row],
    ) -> Result<HashSet<usize>, Fault> {
        let mut taken = HashSet::new();
        for unique in uniques {
            let keys = rows.iter().map(|row| pick(row, &what.columns, unique)).collect();
            let key = KeyBy::Columns(unique.clone());
            let statement = sql::read_keyed(&*self.schema, &what.table, &key, &[], &Given::Arrays)?;
            let bound = bind::rows(&statement, keys, false)?;
            let doing = format!("looking for rows of `{}` in the way", what.table);
            let answer = self.ask(&doing, Blame::Shape, &statement, &bound).await?;
            let place = |row: &Row| usize::try_from(row.first()?.as_int()?).ok();
            taken.extend(answer.iter().filter_map(place));
        }
        Ok(taken)
    }
}

/// The cells of some of a row's columns.
fn pick(row: &Row, columns: &[Name], wanted: &[Name]) -> Row {
    let cell = |name: &Name| {
        columns.iter().position(|column| column == name).and_then(|place| row.get(place)).cloned()
    };
    wanted.iter().map(|name| cell(name).unwrap_or(Cell::Null)).collect()
}

/// Finds the place of each added row: the answer comes in the order given, with those left out that collided.
struct Walk {
    keys: Vec<Row>,
    /// How many cells of the answer are the key, and how many were asked for.
    width: usize,
    asked: usize,
    next: usize,
    /// Places in the caller's list.
    places: Vec<usize>,
}

impl Shaper for Walk {
    fn shape(&mut self, mut row: Row) -> Result<Row, Fault> {
        let answer = row.split_off(self.width.min(row.len()));
        let is_it = |given: &Row| given.iter().zip(&row).all(|(given, added)| same(given, added));
        while self.next < self.keys.len() && !is_it(&self.keys[self.next]) {
            self.next += 1;
        }
        let place = *self.places.get(self.next).ok_or_else(lost)?;
        self.next += 1;
        let mut shaped = vec![Cell::Int(i64::try_from(place).map_err(|_| lost())?)];
        shaped.extend(answer.into_iter().take(self.asked));
        Ok(shaped)
    }

    fn end(&mut self) -> Result<(), Fault> {
        // Without a unique key nothing can collide, so a row that is missing was swallowed by a trigger or a rule.
        if self.width == 0 && self.next != self.places.len() { Err(lost()) } else { Ok(()) }
    }
}

/// Equal as the caller gave it or as the server spells it.
fn same(given: &Cell, added: &Cell) -> bool {
    given == added || (!given.is_null() && given.to_plain() == added.to_plain())
}

fn lost() -> Fault {
    Fault::new(
        FaultKind::Refused,
        "cannot tell which rows were added: a trigger or rule changed or dropped some of them",
    )
}
