//! The server's binary values as cells. Where a type has no variant of its own, the cell is the very text the server
//! itself would write under our session settings (ISO dates, UTC), so that it can be cast back without loss.

mod address;
mod calendar;
mod numeric;

use exeunt_base::{Cell, Fault, FaultKind, Row};
use tokio_postgres::types::{FromSql, Type};

/// How one column's bytes become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decoder {
    Bool,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Text,
    Bytes,
    Numeric,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Uuid,
    Jsonb,
    Inet,
}

impl Decoder {
    /// For a type as the server announces it (domains arrive as what they are made of).
    pub(crate) fn of(ty: &Type) -> Option<Self> {
        Some(match *ty {
            Type::BOOL => Self::Bool,
            Type::INT2 => Self::Int2,
            Type::INT4 => Self::Int4,
            Type::INT8 => Self::Int8,
            Type::FLOAT4 => Self::Float4,
            Type::FLOAT8 => Self::Float8,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR => Self::Text,
            Type::BYTEA => Self::Bytes,
            Type::NUMERIC => Self::Numeric,
            Type::DATE => Self::Date,
            Type::TIME => Self::Time,
            Type::TIMESTAMP => Self::Timestamp,
            Type::TIMESTAMPTZ => Self::TimestampTz,
            Type::UUID => Self::Uuid,
            Type::JSONB => Self::Jsonb,
            Type::INET => Self::Inet,
            _ => return None,
        })
    }

    /// The cell; `None` when the bytes are not of the type.
    fn cell(self, raw: &[u8]) -> Option<Cell> {
        Some(match self {
            Self::Bool => Cell::Bool(*raw.first()? != 0),
            Self::Int2 => Cell::Int(i16::from_be_bytes(raw.try_into().ok()?).into()),
            Self::Int4 => Cell::Int(i32::from_be_bytes(raw.try_into().ok()?).into()),
            Self::Int8 => Cell::Int(i64::from_be_bytes(raw.try_into().ok()?)),
            // Every float4 is a float8 as well, and comes back as the same float4.
            Self::Float4 => Cell::real(f32::from_be_bytes(raw.try_into().ok()?).into()),
            Self::Float8 => Cell::real(f64::from_be_bytes(raw.try_into().ok()?)),
            Self::Text => Cell::Text(std::str::from_utf8(raw).ok()?.to_owned()),
            Self::Bytes => Cell::Bytes(raw.to_vec()),
            Self::Numeric => Cell::Text(numeric::text(raw)?),
            Self::Date => Cell::Text(calendar::date(i32::from_be_bytes(raw.try_into().ok()?))),
            Self::Time => Cell::Text(calendar::time(i64::from_be_bytes(raw.try_into().ok()?))),
            Self::Timestamp => Cell::Text(calendar::timestamp(i64::from_be_bytes(raw.try_into().ok()?), "")),
            Self::TimestampTz => {
                Cell::Text(calendar::timestamp(i64::from_be_bytes(raw.try_into().ok()?), "+00"))
            }
            Self::Uuid => Cell::Text(uuid(raw.try_into().ok()?)),
            Self::Jsonb => {
                let (version, text) = raw.split_first()?;
                if *version != 1 {
                    return None;
                }
                Cell::Text(std::str::from_utf8(text).ok()?.to_owned())
            }
            Self::Inet => Cell::Text(address::text(raw)?),
        })
    }
}

/// Decoders for a statement's answer.
pub(crate) fn decoders(columns: &[tokio_postgres::Column]) -> Result<Vec<Decoder>, Fault> {
    let one = |column: &tokio_postgres::Column| {
        Decoder::of(column.type_()).ok_or_else(|| {
            let text = format!("the answer holds a type nobody asked for: {}", column.type_().name());
            Fault::new(FaultKind::Internal, text)
        })
    };
    columns.iter().map(one).collect()
}

/// A row of cells.
pub(crate) fn row(from: &tokio_postgres::Row, decoders: &[Decoder]) -> Result<Row, Fault> {
    let mut cells = Vec::with_capacity(decoders.len());
    for (place, decoder) in decoders.iter().enumerate() {
        let raw: Option<Raw<'_>> =
            from.try_get(place).map_err(|_| Fault::new(FaultKind::Corrupt, "a row has too few columns"))?;
        cells.push(match raw {
            None => Cell::Null,
            Some(Raw(bytes)) => decoder
                .cell(bytes)
                .ok_or_else(|| Fault::new(FaultKind::Corrupt, "a value is not of its column's type"))?,
        });
    }
    Ok(cells)
}

/// A value's bytes, whatever its type.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn uuid(bytes: &[u8; 16]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push(DIGITS[usize::from(byte >> 4)].into());
        out.push(DIGITS[usize::from(byte & 15)].into());
    }
    out
}

#[cfg(test)]
mod tests {
    use exeunt_base::Cell;

    use super::Decoder;

    #[test]
    fn bytes_that_are_not_of_the_type_are_refused() {
        for decoder in [Decoder::Int4, Decoder::Uuid, Decoder::Numeric, Decoder::Inet, Decoder::Jsonb] {
            assert!(decoder.cell(&[9, 9, 9]).is_none(), "{decoder:?}");
        }
        assert!(Decoder::Text.cell(&[0xff]).is_none());
    }

    #[test]
    fn a_small_float_keeps_its_bits() {
        for bits in [0x7fc0_0001_u32, 0x8000_0000, 0x0000_0001, 0x3dcc_cccd, 0xff80_0000] {
            let Some(Cell::Real(wide)) = Decoder::Float4.cell(&bits.to_be_bytes()) else { panic!("a real") };
            assert_eq!((wide.value() as f32).to_bits(), bits);
        }
    }
}
