//! Compares what a database holds with what should have become of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::{Cut, Erased};
use crate::world::{Edge, Method, Record, STAMP, Type, Value, World};

/// Every table's rows, as read back.
pub(crate) type Actual = Vec<Vec<Record>>;

/// Whether the rows are exactly those expected; else the first differences.
pub(crate) fn compare(world: &World, erased: &Erased, actual: &Actual, people: usize) -> Result<(), String> {
    let mut wrong = Vec::new();
    for (at, table) in world.tables.iter().enumerate() {
        let known_by = table.known_by();
        let key = |row: &Record| known_by.iter().map(|column| row[column].clone()).collect::<Vec<_>>();
        let mut here: BTreeMap<Vec<Value>, Vec<&Record>> = BTreeMap::new();
        actual[at].iter().for_each(|row| here.entry(key(row)).or_default().push(row));
        let stayed: BTreeMap<Vec<Value>, &Record> =
            erased.waiting.iter().flat_map(|rows| &rows[at]).map(|row| (key(row), row)).collect();
        for (place, before) in table.rows.iter().enumerate() {
            let now = here.get_mut(&key(before)).and_then(Vec::pop);
            let gone = erased.deleted.contains(&(at, place));
            let waits = erased.waiting.is_some() && stayed.get(&key(before)) == now.as_ref();
            let returns = erased.somebody_back && shared(world, at);
            match now {
                _ if waits => {}
                None if gone => {}
                None => wrong.push(format!("t{at} [{place}] is gone and should not be")),
                Some(_) if gone && returns => {}
                Some(_) if gone => wrong.push(format!("t{at} [{place}] should be gone")),
                Some(now) => wrong.extend(cells(world, erased, actual, (at, place), now)),
            }
        }
        let strange: Vec<&Record> = here.into_values().flatten().collect();
        let allowed = match table.ghost {
            Some(true) => people,
            Some(false) => 1,
            None => 0,
        };
        let ghosts = strange.iter().filter(|row| row["note"] == Value::Text(format!("ghost{at}"))).count();
        if ghosts != strange.len() || ghosts > allowed {
            wrong.push(format!("t{at} has {} rows that were not there before: {strange:?}", strange.len()));
        }
    }
    wrong.truncate(12);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// A shared row comes back with any of its people, also where the row by which that one owned it waits for another.
fn shared(world: &World, table: usize) -> bool {
    world.tables.iter().enumerate().any(|(holder, held)| {
        held.relations.iter().filter(|relation| relation.shared).any(|relation| match relation.edge {
            Edge::OwnedBy => holder == table,
            _ => relation.to == table,
        })
    })
}

fn cells(world: &World, erased: &Erased, actual: &Actual, at: (usize, usize), now: &Record) -> Vec<String> {
    let (table, before) = (&world.tables[at.0], world.row(at));
    let none = BTreeMap::new();
    let masks = erased.masks.get(&at).unwrap_or(&none);
    let cuts: &[Cut] = erased.cuts.get(&at).map_or(&[], Vec::as_slice);
    let mut wrong = Vec::new();
    for column in &table.columns {
        let (name, was, is) = (&column.name, &before[&column.name], &now[&column.name]);
        if name == "cnt" {
            let counter = world.counters.iter().find(|counter| counter.to == at.0).unwrap();
            let rows = &actual[counter.holder];
            let count = rows.iter().filter(|row| row[&counter.column] == before["id"]).count();
            if *is != Value::Int(count as i64) {
                wrong.push(format!("t{} [{}] cnt is {is:?}, but {count} rows refer to it", at.0, at.1));
            }
            continue;
        }
        if name == STAMP && (!masks.is_empty() || !cuts.is_empty()) {
            continue; // somebody touched the row
        }
        let mut open: Vec<&Cut> = cuts.iter().filter(|cut| cut.columns.contains(name)).collect();
        let fits = match masks.get(name) {
            Some(methods) => {
                let from =
                    |was: &Value| methods.iter().any(|method| made_by(world, at.0, name, method, was, is));
                // one method may have had what another left
                let redacted = methods.contains(&Method::Redact) && column.kind == Type::Int;
                from(was) || redacted && from(&Value::Int(0))
            }
            None if open.is_empty() => is == was,
            None => false,
        };
        let cut = open.iter_mut().any(|cut| match &cut.ghost {
            Some((to, on)) => {
                let part = cut.columns.iter().position(|column| column == name).unwrap();
                actual[*to]
                    .iter()
                    .any(|row| row["note"] == Value::Text(format!("ghost{to}")) && row[&on[part]] == *is)
            }
            None if cut.columns.len() == 1 => *is == Value::Null,
            None => *is == Value::Null && !table.required(name) || is == was,
        });
        let returned = erased.somebody_back && is == was && shared(world, at.0);
        if !fits && !cut && !returned {
            wrong.push(format!(
                "t{} [{}] {name}: {was:?} became {is:?}; masks {:?}, cuts {open:?}",
                at.0,
                at.1,
                masks.get(name)
            ));
        }
    }
    for cut in cuts.iter().filter(|cut| cut.ghost.is_none() && cut.columns.len() > 1) {
        if cut.columns.iter().all(|column| now[column] != Value::Null) {
            wrong.push(format!("t{} [{}] still refers by {:?}", at.0, at.1, cut.columns));
        }
    }
    wrong
}

/// Whether a method may have made this of that.
fn made_by(world: &World, table: usize, column: &str, method: &Method, was: &Value, is: &Value) -> bool {
    if matches!(method, Method::Fixed) {
        return *is == Value::text("gone");
    }
    if *was == Value::Null {
        return *is == Value::Null || *method == Method::Shuffle;
    }
    let text = |value: &Value| value.as_text().map(str::to_owned).unwrap_or_default();
    let day = |value: &Value| -> i64 {
        let text = text(value);
        let parts: Vec<i32> = text.split('-').map(|part| part.parse().unwrap()).collect();
        let month = time::Month::try_from(parts[1] as u8).unwrap();
        i64::from(time::Date::from_calendar_date(parts[0], month, parts[2] as u8).unwrap().to_julian_day())
    };
    match (method, was, is) {
        (Method::Keep, ..) => is == was,
        (Method::Null, ..) => *is == Value::Null,
        (Method::Redact, Value::Int(_), _) => *is == Value::Int(0),
        (Method::Redact | Method::Hash | Method::Pseudonym | Method::FakeName | Method::FakeEmail, ..) => {
            is.as_text().is_some() && is != was
        }
        (Method::Prefix(length), ..) => text(is) == text(was).chars().take(*length).collect::<String>(),
        (Method::Year, ..) => text(is) == format!("{}-01-01", &text(was)[..4]),
        (Method::Month, ..) => text(is) == format!("{}-01", &text(was)[..7]),
        (Method::Band(width), Value::Int(old), _) => *is == Value::Int(old.div_euclid(*width) * width),
        (Method::NoiseAmount(by), Value::Int(old), Value::Int(new)) => (old - new).abs() <= *by && old != new,
        (Method::NoiseDays(by), ..) => {
            let away = (day(was) - day(is)).abs();
            away <= *by && away > 0
        }
        (Method::TruncateIp, ..) => {
            let old = text(was);
            text(is) == format!("{}.0", &old[..old.rfind('.').unwrap()])
        }
        (Method::Partial(start, end), ..) => {
            let old: Vec<char> = text(was).chars().collect();
            let stars = old.len() - start - end;
            let made: String = old[..*start]
                .iter()
                .copied()
                .chain(std::iter::repeat_n('*', stars))
                .chain(old[old.len() - end..].iter().copied())
                .collect();
            text(is) == made
        }
        (Method::Shuffle, ..) => {
            let values: BTreeSet<&Value> = world.tables[table].rows.iter().map(|row| &row[column]).collect();
            values.contains(is)
                || *is == Value::Null && !world.tables[table].required(column)
                || is.as_text().is_some() && world.tables[table].column(column).kind == Type::Text
        }
        _ => false,
    }
}

/// What must hold even where a row stopped the work half-way: nothing goes that should not, and nothing dangles.
pub(crate) fn nothing_too_much(world: &World, erased: &Erased, actual: &Actual) -> Result<(), String> {
    for (at, table) in world.tables.iter().enumerate() {
        let known_by = table.known_by();
        let key = |row: &Record| known_by.iter().map(|column| row[column].clone()).collect::<Vec<_>>();
        let here: BTreeSet<Vec<Value>> = actual[at].iter().map(key).collect();
        for (place, before) in table.rows.iter().enumerate() {
            if !erased.deleted.contains(&(at, place)) && !here.contains(&key(before)) {
                return Err(format!("t{at} [{place}] is gone and should not be (the work was stopped)"));
            }
        }
    }
    Ok(())
}
