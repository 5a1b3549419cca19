//! Cells as bytes, without loss and with one spelling for each value, so digests over them mean something.
//!
//! A row is a varint count, then each cell: a tag byte and its value. Version 1; a new version gets new tags.

use crate::cell::{Cell, RealBits, Row};

/// Why bytes are not cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes stop in the middle of a value.
    #[error("encoded rows end in the middle of a value")]
    Truncated,
    /// A tag of no known kind.
    #[error("encoded rows hold an unknown tag {0}")]
    UnknownTag(u8),
    /// Text that is not UTF-8.
    #[error("encoded rows hold text that is not UTF-8")]
    NotUtf8,
    /// A length that no value can have.
    #[error("encoded rows hold an impossible length")]
    TooLong,
}

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const REAL: u8 = 4;
const TEXT: u8 = 5;
const BYTES: u8 = 6;
const BROKEN_TEXT: u8 = 7;

/// Appends an unsigned number, seven bits a byte, low bits first.
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a number off the front of `bytes`.
pub fn take_varint(bytes: &mut &[u8]) -> Result<u64, Error> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(Error::Truncated)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Error::TooLong)
}

/// Appends bytes with their length before them.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Takes bytes with their length off the front of `bytes`.
pub fn take_bytes<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], Error> {
    let length = usize::try_from(take_varint(bytes)?).map_err(|_| Error::TooLong)?;
    if bytes.len() < length {
        return Err(Error::Truncated);
    }
    let (value, rest) = bytes.split_at(length);
    *bytes = rest;
    Ok(value)
}

/// Appends one cell.
pub fn put_cell(out: &mut Vec<u8>, cell: &Cell) {
    match cell {
        Cell::Null => out.push(NULL),
        Cell::Bool(false) => out.push(FALSE),
        Cell::Bool(true) => out.push(TRUE),
        Cell::Int(value) => {
            out.push(INT);
            // zigzag: small numbers of either sign stay short
            put_varint(out, ((value << 1) ^ (value >> 63)) as u64);
        }
        Cell::Real(value) => {
            out.push(REAL);
            out.extend_from_slice(&value.bits().to_le_bytes());
        }
        Cell::Text(value) => {
            out.push(TEXT);
            put_bytes(out, value.as_bytes());
        }
        Cell::Bytes(value) => {
            out.push(BYTES);
            put_bytes(out, value);
        }
        Cell::BrokenText(value) => {
            out.push(BROKEN_TEXT);
            put_bytes(out, value);
        }
    }
}

/// Takes one cell off the front of `bytes`.
pub fn take_cell(bytes: &mut &[u8]) -> Result<Cell, Error> {
    let (tag, rest) = bytes.split_first().ok_or(Error::Truncated)?;
    *bytes = rest;
    Ok(match *tag {
        NULL => Cell::Null,
        FALSE => Cell::Bool(false),
        TRUE => Cell::Bool(true),
        INT => {
            let value = take_varint(bytes)?;
            Cell::Int(((value >> 1) as i64) ^ -((value & 1) as i64))
        }
        REAL => {
            let (value, rest) = bytes.split_first_chunk::<8>().ok_or(Error::Truncated)?;
            *bytes = rest;
            Cell::Real(RealBits::from_bits(u64::from_le_bytes(*value)))
        }
        TEXT => Cell::Text(std::str::from_utf8(take_bytes(bytes)?).map_err(|_| Error::NotUtf8)?.to_owned()),
        BYTES => Cell::Bytes(take_bytes(bytes)?.to_vec()),
        BROKEN_TEXT => Cell::BrokenText(take_bytes(bytes)?.to_vec()),
        other => return Err(Error::UnknownTag(other)),
    })
}

/// Appends a row.
pub fn put_row(out: &mut Vec<u8>, row: &[Cell]) {
    put_varint(out, row.len() as u64);
    row.iter().for_each(|cell| put_cell(out, cell));
}

/// Takes a row off the front of `bytes`.
pub fn take_row(bytes: &mut &[u8]) -> Result<Row, Error> {
    let count = usize::try_from(take_varint(bytes)?).map_err(|_| Error::TooLong)?;
    if count > bytes.len() {
        // each cell takes at least its tag
        return Err(Error::Truncated);
    }
    (0..count).map(|_| take_cell(bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Error, put_row, take_row};
    use crate::cell::Cell;

    #[test]
    fn every_kind_of_cell_survives_the_round_trip() {
        let row = vec![
            Cell::Null,
            Cell::Bool(true),
            Cell::Bool(false),
            Cell::Int(i64::MIN),
            Cell::Int(-1),
            Cell::Int(i64::MAX),
            Cell::real(f64::NAN),
            Cell::real(-0.0),
            Cell::real(f64::INFINITY),
            Cell::text("ünï\0code\u{202e}"),
            Cell::Bytes(vec![0, 255]),
            Cell::BrokenText(vec![0xff, 0xfe]),
        ];
        let mut bytes = Vec::new();
        put_row(&mut bytes, &row);
        let mut rest = bytes.as_slice();
        assert_eq!(take_row(&mut rest), Ok(row));
        assert!(rest.is_empty());
        for cut in 0..bytes.len() {
            assert!(take_row(&mut &bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert_eq!(take_row(&mut [1u8, 99].as_slice()), Err(Error::UnknownTag(99)));
    }
}
