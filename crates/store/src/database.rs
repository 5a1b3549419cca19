//! One text for each statement, two databases that run it: which one it is shows nowhere above this module.
//!
//! Values are text, whole numbers or bytes, and nothing else; so each kind of database is told the type of every
//! parameter, and answers with the same types.

mod lanes;
mod place;
mod postgres;
mod query;
mod sqlite;
mod trouble;
mod value;

use crate::database::postgres::Session;
use crate::database::sqlite::File;

pub(crate) use crate::database::lanes::Lanes;
pub use crate::database::place::{Place, Server};
pub(crate) use crate::database::query::{Query, made, query};
pub use crate::database::trouble::Trouble;
pub(crate) use crate::database::value::{Column, Row, Value};

/// One connection, and whether a transaction is open on it.
pub(crate) struct Connection {
    kind: Kind,
    open: bool,
    /// A statement failed in the open transaction. PostgreSQL commits nothing then, and so neither does SQLite.
    spoiled: bool,
}

enum Kind {
    Sqlite(File),
    Postgres(Box<Session>),
}

/// A script of ours in the words of a place's database.
pub(crate) fn spelled(place: &Place, script: &str) -> String {
    match place {
        Place::File(_) => script.to_owned(),
        Place::Postgres(_) => postgres::spelled(script),
    }
}

impl Connection {
    fn sqlite(file: File) -> Self {
        Self { kind: Kind::Sqlite(file), open: false, spoiled: false }
    }

    fn postgres(session: Session) -> Self {
        Self { kind: Kind::Postgres(Box::new(session)), open: false, spoiled: false }
    }

    /// Begins a transaction that no other process writes beside.
    pub(crate) async fn begin(&mut self) -> Result<(), Trouble> {
        // set before anything is sent: whoever is dropped while waiting leaves it to be rolled back
        self.open = true;
        self.spoiled = false;
        let begun = match &mut self.kind {
            Kind::Sqlite(file) => file.script("BEGIN IMMEDIATE").await,
            Kind::Postgres(session) => session.begin().await,
        };
        self.open = begun.is_ok();
        begun
    }

    /// Begins to read what is there at this moment, whatever others write meanwhile.
    pub(crate) async fn begin_reading(&mut self) -> Result<(), Trouble> {
        self.open = true;
        self.spoiled = false;
        let begun = match &mut self.kind {
            Kind::Sqlite(file) => file.script(sqlite::READ).await,
            Kind::Postgres(session) => session.begin_reading().await,
        };
        self.open = begun.is_ok();
        begun
    }

    /// Commits it. An error means that it did not happen, unless it says otherwise.
    pub(crate) async fn commit(&mut self) -> Result<(), Trouble> {
        if self.spoiled {
            return Err(Trouble::Spoiled);
        }
        match &mut self.kind {
            Kind::Sqlite(file) => file.script("COMMIT").await?,
            Kind::Postgres(session) => session.commit().await?,
        }
        self.open = false;
        Ok(())
    }

    /// Undoes it.
    pub(crate) async fn rollback(&mut self) -> Result<(), Trouble> {
        let done = match &mut self.kind {
            Kind::Sqlite(file) => file.script("ROLLBACK").await,
            Kind::Postgres(session) => session.rollback().await,
        };
        self.open = false;
        done
    }

    /// Rolls back what somebody left open who was dropped half-way.
    async fn settle(&mut self) {
        if self.open {
            // it may have been sent already: then there is nothing left to roll back, and nobody to tell
            let _ = self.rollback().await;
        }
    }

    /// Sends the rollback of what is open without waiting for the answer: others need not wait for whoever comes next.
    pub(crate) fn abandon(&mut self) {
        if self.open {
            let waker = std::task::Waker::noop();
            let mut context = std::task::Context::from_waker(waker);
            {
                let rollback = std::pin::pin!(self.rollback());
                // asked once, it has been sent; the answer is read by whoever uses the connection next
                let _ = rollback.poll(&mut context);
            }
            self.open = true;
        }
    }

    /// Runs a script without values.
    pub(crate) async fn script(&mut self, text: &str) -> Result<(), Trouble> {
        match &mut self.kind {
            Kind::Sqlite(file) => file.script(text).await,
            Kind::Postgres(session) => session.script(self.open, text).await,
        }
    }

    /// The tables there are, ours or others'.
    pub(crate) async fn tables(&mut self) -> Result<Vec<String>, Trouble> {
        let text = match &self.kind {
            Kind::Sqlite(_) => sqlite::TABLES,
            Kind::Postgres(_) => postgres::TABLES,
        };
        let rows = query(text).fetch_all(self).await?;
        rows.iter().map(|row| row.get("name").map_err(Trouble::Unread)).collect()
    }

    /// Every column of every table, in the order of their making: `table_name`, `name`, `kind`, `key`.
    pub(crate) async fn columns(&mut self) -> Result<Vec<Row>, Trouble> {
        let text = match &self.kind {
            Kind::Sqlite(_) => sqlite::COLUMNS,
            Kind::Postgres(_) => postgres::COLUMNS,
        };
        query(text).fetch_all(self).await
    }

    /// Makes what must be there before the first table.
    pub(crate) async fn make_room(&mut self) -> Result<(), Trouble> {
        match &mut self.kind {
            Kind::Sqlite(_) => Ok(()),
            Kind::Postgres(session) => session.make_schema().await,
        }
    }

    /// Clears away what deleted and overwritten rows left behind, as far as this database can.
    pub(crate) async fn flush_destroyed(&mut self) -> Result<(), Trouble> {
        let script = match &self.kind {
            Kind::Sqlite(_) => sqlite::FLUSH,
            Kind::Postgres(_) => postgres::FLUSH,
        };
        self.script(script).await
    }

    async fn close(self) -> Result<(), Trouble> {
        match self.kind {
            Kind::Sqlite(file) => file.close().await,
            Kind::Postgres(_) => Ok(()),
        }
    }
}
