//! Reading columns back into our own types.

use std::str::FromStr;

use exeunt_base::Timestamp;

use crate::database::{Column, Row};
use crate::error::Error;

/// Reads columns of one row by name, saying what kind of thing it is when it cannot.
pub(crate) struct Reading<'a> {
    pub(crate) row: &'a Row,
    pub(crate) what: &'static str,
}

impl Reading<'_> {
    pub(crate) fn get<T: Column>(&self, column: &str) -> Result<T, Error> {
        self.row
            .get(column)
            .map_err(|why| Error::Damaged { what: self.what, why: format!("column {column}: {why}") })
    }

    pub(crate) fn count(&self, column: &str) -> Result<u64, Error> {
        let value: i64 = self.get(column)?;
        u64::try_from(value)
            .map_err(|_| Error::Damaged { what: self.what, why: format!("column {column} is negative") })
    }

    pub(crate) fn id<T: FromStr>(&self, column: &str) -> Result<T, Error> {
        let text: String = self.get(column)?;
        parse(self.what, column, &text)
    }

    pub(crate) fn id_if_any<T: FromStr>(&self, column: &str) -> Result<Option<T>, Error> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| parse(self.what, column, &text)).transpose()
    }

    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, Error> {
        self.get(column).map(Timestamp::from_micros)
    }

    pub(crate) fn time_if_any(&self, column: &str) -> Result<Option<Timestamp>, Error> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_micros))
    }
}

fn parse<T: FromStr>(what: &'static str, column: &str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::Damaged { what, why: format!("column {column} is not an id") })
}

/// Counts go in as signed numbers; more than 2^63 rows exist nowhere.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
