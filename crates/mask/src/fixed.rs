//! A value written in a map, as the column's own kind of value.

use std::net::IpAddr;

use exeunt_base::{Cell, Kind, hex};

use crate::date::{Moment, is_endless};
use crate::decimal::{Decimal, ten_to};
use crate::facts::Facts;
use crate::method::Scalar;
use crate::stand_in::bool_cell;

/// Why a written value cannot stand in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misfit {
    NotOfKind,
    TooLong,
    OutOfRange,
    NotInList,
}

/// The value as a cell.
pub(crate) fn cell(value: &Scalar, facts: &Facts, kind: &Kind) -> Result<Cell, Misfit> {
    let text = value.to_string();
    match kind {
        Kind::Any => Ok(match value {
            Scalar::Int(value) => Cell::Int(*value),
            Scalar::Bool(value) => bool_cell(*value, facts.dialect),
            Scalar::Number(number) => Cell::real(number.parse().map_err(|_| Misfit::NotOfKind)?),
            Scalar::Text(text) => Cell::text(text),
        }),
        Kind::Text { max } => {
            let fits = max.is_none_or(|max| text.chars().count() <= max as usize);
            if fits { Ok(Cell::Text(text)) } else { Err(Misfit::TooLong) }
        }
        Kind::Integer { min, max } => {
            let value: i64 = text.trim().parse().map_err(|_| Misfit::NotOfKind)?;
            if (min..=max).contains(&&value) { Ok(Cell::Int(value)) } else { Err(Misfit::OutOfRange) }
        }
        Kind::Decimal { precision, scale } => {
            let value = Decimal::parse(&text).ok_or(Misfit::NotOfKind)?;
            let scale = scale.unwrap_or(value.scale);
            let value = value.rescaled(scale).ok_or(Misfit::OutOfRange)?;
            let most = precision.and_then(ten_to).unwrap_or(i128::MAX);
            if value.digits.abs() < most {
                Ok(Cell::Text(value.to_string()))
            } else {
                Err(Misfit::OutOfRange)
            }
        }
        Kind::Real => text.trim().parse().map(Cell::real).map_err(|_| Misfit::NotOfKind),
        Kind::Bool => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "t" | "1" => Ok(bool_cell(true, facts.dialect)),
            "false" | "f" | "0" => Ok(bool_cell(false, facts.dialect)),
            _ => Err(Misfit::NotOfKind),
        },
        Kind::Date | Kind::Timestamp { .. } => {
            let dated = is_endless(&text) || Moment::parse(&text).is_some();
            if dated { Ok(Cell::Text(text)) } else { Err(Misfit::NotOfKind) }
        }
        Kind::Time => {
            let timed = Moment::parse(&format!("2000-01-01 {text}")).is_some();
            if timed { Ok(Cell::Text(text)) } else { Err(Misfit::NotOfKind) }
        }
        Kind::Enum(words) => {
            if words.contains(&text) {
                Ok(Cell::Text(text))
            } else {
                Err(Misfit::NotInList)
            }
        }
        Kind::Uuid => {
            let digits = hex::decode(&text.replace('-', "")).filter(|bytes| bytes.len() == 16);
            if digits.is_some() { Ok(Cell::Text(text)) } else { Err(Misfit::NotOfKind) }
        }
        Kind::Inet => {
            let address = text.split_once('/').map_or(text.as_str(), |(address, _)| address);
            if address.parse::<IpAddr>().is_ok() { Ok(Cell::Text(text)) } else { Err(Misfit::NotOfKind) }
        }
        Kind::Json => {
            let parsed: Result<serde_json::Value, _> = serde_json::from_str(&text);
            if parsed.is_ok() { Ok(Cell::Text(text)) } else { Err(Misfit::NotOfKind) }
        }
        Kind::Bytes => {
            let bytes = text.strip_prefix("\\x").and_then(hex::decode);
            bytes.map(Cell::Bytes).ok_or(Misfit::NotOfKind)
        }
        Kind::Array(_) => {
            let listed = text.starts_with('{') && text.ends_with('}');
            if listed { Ok(Cell::Text(text)) } else { Err(Misfit::NotOfKind) }
        }
        Kind::Interval | Kind::Other(_) => Ok(Cell::Text(text)),
    }
}
