//! SQL functions of ours: what SQLite's own cannot do (its `lower` knows ASCII only).

use std::borrow::Cow;

use aws_lc_rs::digest::{Context, SHA256};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

/// Makes them known to a connection. They are pure; triggers and views of the application may not call them.
pub(crate) fn register(connection: &Connection) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("exeunt_fold", 1, flags, |arguments| Ok(fold(arguments.get_raw(0))))?;
    connection
        .create_scalar_function("exeunt_digits", 1, flags, |arguments| Ok(digits(arguments.get_raw(0))))?;
    connection
        .create_scalar_function("exeunt_lower", 1, flags, |arguments| Ok(lower(arguments.get_raw(0))))?;
    connection.create_scalar_function("exeunt_digest", -1, flags, |arguments| {
        let mut digest = Context::new(&SHA256);
        for place in 0..arguments.len() {
            add(&mut digest, arguments.get_raw(place));
        }
        Ok(digest.finish().as_ref()[..16].to_vec())
    })
}

/// Text without surrounding blanks, in lower case.
fn fold(value: ValueRef<'_>) -> Option<String> {
    as_text(value).map(|text| text.trim_matches([' ', '\t', '\n', '\r']).to_lowercase())
}

/// Only the digits.
fn digits(value: ValueRef<'_>) -> Option<String> {
    as_text(value).map(|text| text.chars().filter(char::is_ascii_digit).collect())
}

/// Lower case.
fn lower(value: ValueRef<'_>) -> Option<String> {
    as_text(value).map(|text| {
        if text.is_ascii() { text.into_owned().to_ascii_lowercase() } else { text.to_lowercase() }
    })
}

fn as_text(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string().into()),
        ValueRef::Real(number) => Some(number.to_string().into()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes)),
    }
}

/// A tag for the storage class and a length keep `1`, `1.0`, `'1'` and `x'31'`, and neighbors, apart.
fn add(digest: &mut Context, value: ValueRef<'_>) {
    let mut put = |tag: u8, bytes: &[u8]| {
        digest.update(&[tag]);
        digest.update(&(bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    match value {
        ValueRef::Null => put(0, &[]),
        ValueRef::Integer(number) => put(1, &number.to_be_bytes()),
        ValueRef::Real(number) => put(2, &number.to_bits().to_be_bytes()),
        ValueRef::Text(bytes) => put(3, bytes),
        ValueRef::Blob(bytes) => put(4, bytes),
    }
}
