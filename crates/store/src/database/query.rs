//! A statement and its values, run on whichever database it is.

use std::borrow::Cow;

use crate::database::{Connection, Kind, Row, Trouble, Value};

/// A statement about to be run. Its places are `$1`, `$2`… or, in statements of many rows, `?`.
pub(crate) struct Query {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement as it stands in the source.
pub(crate) fn query(text: &'static str) -> Query {
    Query { text: Cow::Borrowed(text), values: Vec::new() }
}

/// A statement put together: only ever of pieces that stand in the source, and of places.
pub(crate) fn made(text: String) -> Query {
    Query { text: Cow::Owned(text), values: Vec::new() }
}

impl Query {
    /// The next value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it and tells how many rows it changed.
    pub(crate) async fn execute(self, on: &mut Connection) -> Result<u64, Trouble> {
        let done = match &mut on.kind {
            Kind::Sqlite(file) => file.execute(self.text, self.values).await,
            Kind::Postgres(session) => session.execute(on.open, &self.text, &self.values).await,
        };
        on.spoiled |= done.is_err();
        done
    }

    /// Its rows.
    pub(crate) async fn fetch_all(self, on: &mut Connection) -> Result<Vec<Row>, Trouble> {
        let rows = match &mut on.kind {
            Kind::Sqlite(file) => file.fetch_all(self.text, self.values).await,
            Kind::Postgres(session) => session.fetch_all(on.open, &self.text, &self.values).await,
        };
        on.spoiled |= rows.is_err();
        rows
    }

    /// Its first row, if any.
    pub(crate) async fn fetch_optional(self, on: &mut Connection) -> Result<Option<Row>, Trouble> {
        let row = match &mut on.kind {
            Kind::Sqlite(file) => file.fetch_optional(self.text, self.values).await,
            Kind::Postgres(session) => {
                let rows = session.fetch_all(on.open, &self.text, &self.values).await;
                rows.map(|rows| rows.into_iter().next())
            }
        };
        on.spoiled |= row.is_err();
        row
    }

    /// Its row, of a statement that always has one.
    pub(crate) async fn fetch_one(self, on: &mut Connection) -> Result<Row, Trouble> {
        self.fetch_optional(on).await?.ok_or(Trouble::NoRow)
    }
}
