//! Values that go in and columns that come out: text, whole numbers, bytes. Yes and no come out too.

use bytes::BytesMut;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A value for a place in a statement. A missing one still has its type, which PostgreSQL asks for.
pub(crate) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

impl Value {
    /// What PostgreSQL calls its type.
    pub(crate) fn kind(&self) -> Type {
        match self {
            Self::Text(_) => Type::TEXT,
            Self::Number(_) => Type::INT8,
            Self::Bytes(_) => Type::BYTEA,
        }
    }
}

impl std::fmt::Debug for Value {
    /// What is bound may be sealed, but is nobody's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text",
            Self::Number(_) => "Number",
            Self::Bytes(_) => "Bytes",
        })
    }
}

macro_rules! values {
    ($($from:ty => $kind:ident($given:ident) $to:expr;)*) => {
        $(impl From<$from> for Value {
            fn from($given: $from) -> Self {
                Self::$kind($to)
            }
        })*
    };
}

values! {
    String => Text(text) Some(text);
    &String => Text(text) Some(text.clone());
    &str => Text(text) Some(text.to_owned());
    Option<String> => Text(text) text;
    &Option<String> => Text(text) text.clone();
    Option<&str> => Text(text) text.map(str::to_owned);
    i64 => Number(number) Some(number);
    Option<i64> => Number(number) number;
    Vec<u8> => Bytes(bytes) Some(bytes);
    &Vec<u8> => Bytes(bytes) Some(bytes.clone());
    &[u8] => Bytes(bytes) Some(bytes.to_vec());
    &Option<Vec<u8>> => Bytes(bytes) bytes.clone();
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Text(text) => text.to_sql(kind, out),
            Self::Number(number) => number.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // each statement is prepared with the types of its values
        true
    }

    to_sql_checked!();
}

/// What a column can be read as, on both.
pub(crate) trait Column:
    for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + for<'r> tokio_postgres::types::FromSql<'r>
{
}

impl<T> Column for T where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite>
        + sqlx::Type<sqlx::Sqlite>
        + for<'r> tokio_postgres::types::FromSql<'r>
{
}

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(tokio_postgres::Row),
}

impl Row {
    /// A column by name, or why it cannot be read.
    pub(crate) fn get<T: Column>(&self, column: &str) -> Result<T, String> {
        match self {
            Self::Sqlite(row) => row.try_get(column).map_err(|error| error.to_string()),
            Self::Postgres(row) => row.try_get(column).map_err(|error| error.to_string()),
        }
    }
}
