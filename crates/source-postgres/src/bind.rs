//! Cells as parameters. What is bound cannot be printed: the driver shows parameters in its debug log.

use std::fmt;

use bytes::{BufMut, BytesMut};
use exeunt_base::{Cell, Fault, FaultKind, Row};
use exeunt_source::Anchor;
use exeunt_source::sql::{Slot, Statement};
use tokio_postgres::types::{IsNull, ToSql, Type};

/// One parameter.
pub(crate) enum Bound {
    Bool(Option<bool>),
    Int(Option<i64>),
    Real(Option<f64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
    Uuid(Option<Uuid>),
    Bools(Vec<Option<bool>>),
    Ints(Vec<Option<i64>>),
    Reals(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
    Blobs(Vec<Option<Vec<u8>>>),
    Uuids(Vec<Option<Uuid>>),
}

/// Sixteen bytes.
pub(crate) struct Uuid([u8; 16]);

/// A statement's parameters for a question: anchors and values. Anchor rows that cannot equal anything of the
/// column's type (NULL, `abc` for a number) are left out.
pub(crate) fn question(statement: &Statement, anchors: &[Anchor]) -> Result<Vec<Bound>, Fault> {
    // A row is left out of all of an anchor's arrays, or of none: they are read side by side.
    let usable = |anchor: usize| -> Result<Vec<&(u32, Row)>, Fault> {
        let given = anchors.get(anchor).ok_or_else(|| {
            Fault::new(FaultKind::Unsupported, "a way starts from an anchor that was not given")
        })?;
        let fits = |row: &Row| {
            statement.slots.iter().all(|slot| match slot {
                Slot::Anchor { anchor: of, column, wire } if *of == anchor => {
                    row.get(*column).is_some_and(|cell| !cell.is_null() && fits(wire, cell))
                }
                _ => true,
            })
        };
        Ok(given.rows.iter().filter(|(_, row)| fits(row)).collect())
    };
    statement
        .slots
        .iter()
        .map(|slot| match slot {
            Slot::Value { cell, wire } => {
                let cell = if fits(wire, cell) { cell.clone() } else { Cell::Null };
                one(wire, cell).ok_or_else(misfit)
            }
            Slot::Claimants { anchor } => Ok(Bound::Ints(
                usable(*anchor)?.iter().map(|(claimant, _)| Some(i64::from(*claimant))).collect(),
            )),
            Slot::Anchor { anchor, column, wire } => {
                many(wire, usable(*anchor)?.into_iter().map(|(_, row)| row[*column].clone()))
                    .ok_or_else(misfit)
            }
            Slot::Rows { .. } | Slot::Row { .. } => {
                Err(Fault::new(FaultKind::Internal, "a question has no rows to bind"))
            }
        })
        .collect()
}

/// A statement's parameters for given keys or rows. Keys that cannot equal anything are bound as NULL and match
/// nothing; `strict` refuses them instead: they are to be stored.
pub(crate) fn rows(statement: &Statement, mut given: Vec<Row>, strict: bool) -> Result<Vec<Bound>, Fault> {
    let mut bound = Vec::with_capacity(statement.slots.len());
    for slot in &statement.slots {
        let Slot::Rows { column, wire } = slot else {
            return Err(Fault::new(FaultKind::Internal, "a strike binds rows and nothing else"));
        };
        let mut cells = Vec::with_capacity(given.len());
        for row in &mut given {
            let cell =
                row.get_mut(*column).map(|cell| std::mem::replace(cell, Cell::Null)).ok_or_else(|| {
                    Fault::new(FaultKind::Unsupported, "a row has fewer cells than the statement has columns")
                })?;
            match fits(wire, &cell) {
                true => cells.push(cell),
                false if strict => return Err(misfit()),
                false => cells.push(Cell::Null),
            }
        }
        bound.push(many(wire, cells.into_iter()).ok_or_else(misfit)?);
    }
    Ok(bound)
}

/// How many rows the parameters hold: the length of the longest array.
pub(crate) fn length(bound: &[Bound]) -> usize {
    let one = |bound: &Bound| match bound {
        Bound::Bools(values) => values.len(),
        Bound::Ints(values) => values.len(),
        Bound::Reals(values) => values.len(),
        Bound::Texts(values) => values.len(),
        Bound::Blobs(values) => values.len(),
        Bound::Uuids(values) => values.len(),
        Bound::Bool(_)
        | Bound::Int(_)
        | Bound::Real(_)
        | Bound::Text(_)
        | Bound::Blob(_)
        | Bound::Uuid(_) => 1,
    };
    bound.iter().map(one).max().unwrap_or(0)
}

fn misfit() -> Fault {
    Fault::new(FaultKind::Refused, "a value is not of its column's type")
}

/// Whether a cell can travel as this type.
fn fits(wire: &str, cell: &Cell) -> bool {
    match cell {
        Cell::Null => true,
        _ => match wire {
            "int8" => int(cell).is_some(),
            "bool" => truth(cell).is_some(),
            "float8" => real(cell).is_some(),
            "uuid" => uuid(cell).is_some(),
            "bytea" => matches!(cell, Cell::Bytes(_)),
            _ => {
                matches!(cell, Cell::Bool(_) | Cell::Int(_) | Cell::Real(_) | Cell::Bytes(_))
                // PostgreSQL's text cannot hold a NUL.
                || cell.as_text().is_some_and(|text| !text.contains('\0'))
            }
        },
    }
}

fn one(wire: &str, cell: Cell) -> Option<Bound> {
    let null = cell.is_null();
    Some(match wire {
        "int8" => Bound::Int(int(&cell)),
        "bool" => Bound::Bool(truth(&cell)),
        "float8" => Bound::Real(real(&cell)),
        "uuid" => Bound::Uuid(uuid(&cell).map(Uuid)),
        "bytea" if null => Bound::Blob(None),
        "bytea" => Bound::Blob(Some(blob(cell)?)),
        "text" if null => Bound::Text(None),
        "text" => Bound::Text(Some(text(cell)?)),
        _ => return None,
    })
}

fn many(wire: &str, cells: impl Iterator<Item = Cell>) -> Option<Bound> {
    Some(match wire {
        "int8" => Bound::Ints(cells.map(|cell| int(&cell)).collect()),
        "bool" => Bound::Bools(cells.map(|cell| truth(&cell)).collect()),
        "float8" => Bound::Reals(cells.map(|cell| real(&cell)).collect()),
        "uuid" => Bound::Uuids(cells.map(|cell| uuid(&cell).map(Uuid)).collect()),
        "bytea" => Bound::Blobs(cells.map(blob).collect()),
        "text" => Bound::Texts(cells.map(text).collect()),
        _ => return None,
    })
}

/// The whole number a cell stands for.
pub(crate) fn int(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Int(value) => Some(*value),
        Cell::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn truth(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::Bool(value) => Some(*value),
        Cell::Int(0) => Some(false),
        Cell::Int(1) => Some(true),
        Cell::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn real(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Real(value) => Some(value.value()),
        Cell::Int(value) => Some(*value as f64),
        Cell::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn uuid(cell: &Cell) -> Option<[u8; 16]> {
    let text = cell.as_text()?;
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | '{' | '}')).collect();
    exeunt_base::hex::decode(&digits)?.try_into().ok()
}

fn blob(cell: Cell) -> Option<Vec<u8>> {
    match cell {
        Cell::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn text(cell: Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text),
        Cell::Bytes(bytes) => Some(format!("\\x{}", exeunt_base::hex::encode(&bytes))),
        Cell::Null | Cell::BrokenText(_) => None,
        Cell::Bool(_) | Cell::Int(_) | Cell::Real(_) => cell.to_plain(),
    }
}

impl ToSql for Bound {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Bool(value) => value.to_sql(ty, out),
            Self::Int(value) => value.to_sql(ty, out),
            Self::Real(value) => value.to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Blob(value) => value.to_sql(ty, out),
            Self::Uuid(value) => value.to_sql(ty, out),
            Self::Bools(values) => values.to_sql(ty, out),
            Self::Ints(values) => values.to_sql(ty, out),
            Self::Reals(values) => values.to_sql(ty, out),
            Self::Texts(values) => values.to_sql(ty, out),
            Self::Blobs(values) => values.to_sql(ty, out),
            Self::Uuids(values) => values.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        // Every parameter is written with its type, so the server never asks for another.
        matches!(
            *ty,
            Type::BOOL
                | Type::INT8
                | Type::FLOAT8
                | Type::TEXT
                | Type::BYTEA
                | Type::UUID
                | Type::BOOL_ARRAY
                | Type::INT8_ARRAY
                | Type::FLOAT8_ARRAY
                | Type::TEXT_ARRAY
                | Type::BYTEA_ARRAY
                | Type::UUID_ARRAY
        )
    }

    tokio_postgres::types::to_sql_checked!();
}

impl ToSql for Uuid {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.put_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::UUID
    }

    tokio_postgres::types::to_sql_checked!();
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bound")
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("uuid")
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Cell;
    use exeunt_source::Anchor;
    use exeunt_source::sql::{Slot, Statement};

    use super::{Bound, question};

    #[test]
    fn what_cannot_equal_anything_is_left_out_of_all_arrays_alike() {
        let statement = Statement {
            text: String::new(),
            slots: vec![
                Slot::Claimants { anchor: 0 },
                Slot::Anchor { anchor: 0, column: 0, wire: "int8" },
                Slot::Anchor { anchor: 0, column: 1, wire: "uuid" },
            ],
        };
        let good = "00000000-0000-0000-0000-00000000000a";
        let rows = vec![
            (1, vec![Cell::Int(7), Cell::text(good)]),
            (2, vec![Cell::text("abc"), Cell::text(good)]),
            (3, vec![Cell::Null, Cell::text(good)]),
            (4, vec![Cell::Int(7), Cell::text("not one")]),
            (5, vec![Cell::text("8"), Cell::text(good)]),
        ];
        let bound = question(&statement, &[Anchor { rows }]).unwrap();
        let (Bound::Ints(claimants), Bound::Ints(ids), Bound::Uuids(uuids)) =
            (&bound[0], &bound[1], &bound[2])
        else {
            panic!("two arrays of numbers and one of uuids")
        };
        assert_eq!((claimants, ids), (&vec![Some(1), Some(5)], &vec![Some(7), Some(8)]));
        assert_eq!(uuids.len(), 2);
    }

    #[test]
    fn a_parameter_shows_nothing() {
        assert_eq!(format!("{:?}", Bound::Text(Some("canary".into()))), "bound");
        assert_eq!(format!("{:?}", Bound::Texts(vec![Some("canary".into())])), "bound");
    }
}
