//! Triggers, read from their text: when they fire, and what they write.

use exeunt_base::{Name, TableRef, hex};
use exeunt_source::catalog::{Events, Trigger, TriggerWrite, Verb, Writes};

use crate::describe::tokens::{Sort, Token, parenthesis, tokens};

/// Reads a trigger. `spelled` gives a table's name as the schema spells it.
pub(crate) fn read(name: Name, text: &str, spelled: &dyn Fn(&str) -> Option<Name>) -> Trigger {
    let all = tokens(text);
    let start = all.iter().position(|token| token.is("TRIGGER")).unwrap_or(0);
    let begin = begin(&all[start..]).map(|place| start + place);
    let head = &all[start..begin.unwrap_or(all.len())];
    // The name itself may be any word: the events stand between it and ON.
    let on = head.iter().position(|token| token.is("ON")).unwrap_or(head.len());
    let fires = |event: &str| head[..on].iter().skip(1).any(|token| token.is(event));
    let writes = match begin {
        Some(begin) => body(&all[begin + 1..], spelled),
        None => Err("its text has no body".to_owned()),
    };
    Trigger {
        name,
        on: Events { insert: fires("INSERT"), update: fires("UPDATE"), delete: fires("DELETE") },
        before: fires("BEFORE"),
        enabled: true,
        writes: writes.map_or_else(Writes::Unknown, Writes::Known),
        digest: hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()).as_ref()),
    }
}

/// Where the body begins.
fn begin(head: &[Token]) -> Option<usize> {
    let on = head.iter().position(|token| token.is("ON"))?;
    head[on..].iter().position(|token| token.is("BEGIN")).map(|place| on + place)
}

fn body(tokens: &[Token], spelled: &dyn Fn(&str) -> Option<Name>) -> Result<Vec<TriggerWrite>, String> {
    let mut writes = Vec::new();
    for statement in tokens.split(|token| token.is_sign(';')) {
        if statement.is_empty() || (statement.len() == 1 && statement[0].is("END")) {
            continue;
        }
        for (table, verb) in statement_writes(statement)? {
            let name = spelled(&table).ok_or_else(|| "it writes a table that is not there".to_owned())?;
            let schema = Name::new("main").expect("`main` is a name");
            let write = TriggerWrite { table: TableRef { schema, name }, verb };
            if !writes.contains(&write) {
                writes.push(write);
            }
        }
    }
    Ok(writes)
}

/// What one statement writes.
fn statement_writes(statement: &[Token]) -> Result<Vec<(String, Verb)>, String> {
    let unclear = || "a statement of its body could not be read".to_owned();
    let outer = outside(statement);
    let verbs = ["SELECT", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE"];
    let start = if outer.first().is_some_and(|token| token.is("WITH")) {
        outer.iter().position(|token| verbs.iter().any(|verb| token.is(verb))).ok_or_else(unclear)?
    } else {
        0
    };
    let rest = &outer[start..];
    let first = rest.first().ok_or_else(unclear)?;
    let replaces = first.is("REPLACE") || (rest.len() > 2 && rest[1].is("OR") && rest[2].is("REPLACE"));
    if first.is("SELECT") || first.is("VALUES") {
        return Ok(Vec::new());
    }
    let after = |keyword: &str| rest.iter().position(|token| token.is(keyword)).map(|place| place + 1);
    let mut writes = Vec::new();
    if first.is("INSERT") || first.is("REPLACE") {
        let table = table_at(rest, after("INTO").ok_or_else(unclear)?).ok_or_else(unclear)?;
        if replaces {
            writes.push((table.clone(), Verb::Delete));
        }
        let updates = rest.windows(2).any(|pair| pair[0].is("DO") && pair[1].is("UPDATE"));
        if updates {
            writes.push((table.clone(), Verb::Update));
        }
        writes.push((table, Verb::Insert));
    } else if first.is("UPDATE") {
        let place = if rest.get(1).is_some_and(|token| token.is("OR")) { 3 } else { 1 };
        let table = table_at(rest, place).ok_or_else(unclear)?;
        if replaces {
            writes.push((table.clone(), Verb::Delete));
        }
        let set = statement.iter().position(|token| token.is("SET")).ok_or_else(unclear)?;
        let verb = if only_counts(&statement[set + 1..]) { Verb::Count } else { Verb::Update };
        writes.push((table, verb));
    } else if first.is("DELETE") {
        writes.push((table_at(rest, after("FROM").ok_or_else(unclear)?).ok_or_else(unclear)?, Verb::Delete));
    } else {
        return Err(unclear());
    }
    Ok(writes)
}

/// The tokens outside of parentheses.
fn outside(statement: &[Token]) -> Vec<&Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = statement.get(at) {
        if token.is_sign('(') {
            at += parenthesis(&statement[at..]);
        } else {
            found.push(token);
            at += 1;
        }
    }
    found
}

/// The table named at a place, with or without its schema.
fn table_at(tokens: &[&Token], place: usize) -> Option<String> {
    let qualified = tokens.get(place + 1).is_some_and(|token| token.is_sign('.'));
    let place = if qualified { place + 2 } else { place };
    tokens.get(place)?.name().map(str::to_owned)
}

/// Whether assignments are all of the sort `c = c + 1`, `c = c - OLD.n`.
fn only_counts(assignments: &[Token]) -> bool {
    let mut rest = assignments;
    loop {
        let [column, equals, again, sign, tail @ ..] = rest else { return false };
        let same = match (&column.sort, &again.sort) {
            (Sort::Word(one) | Sort::Quoted(one), Sort::Word(two) | Sort::Quoted(two)) => {
                one.eq_ignore_ascii_case(two)
            }
            _ => false,
        };
        if !same || !equals.is_sign('=') || !(sign.is_sign('+') || sign.is_sign('-')) {
            return false;
        }
        rest = match tail {
            [number, tail @ ..] if number.sort == Sort::Number => tail,
            [row, dot, name, tail @ ..]
                if (row.is("NEW") || row.is("OLD")) && dot.is_sign('.') && name.name().is_some() =>
            {
                tail
            }
            _ => return false,
        };
        match rest.first() {
            None => return true,
            Some(next) if next.is("WHERE") => return true,
            Some(next) if next.is_sign(',') => rest = &rest[1..],
            Some(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Name;
    use exeunt_source::catalog::Writes;

    use super::read;

    fn told(text: &str) -> String {
        let name = Name::new("t").unwrap();
        let trigger =
            read(name, text, &|name| (name != "gone").then(|| Name::new(&name.to_lowercase()).unwrap()));
        let on = [(trigger.on.insert, 'i'), (trigger.on.update, 'u'), (trigger.on.delete, 'd')];
        let mut told: String = on.iter().filter(|(on, _)| *on).map(|(_, letter)| letter).collect();
        if trigger.before {
            told.push('<');
        }
        match trigger.writes {
            Writes::Known(writes) => {
                for write in writes {
                    told.push_str(&format!(" {:?} {}", write.verb, write.table));
                }
            }
            Writes::Unknown(why) => told.push_str(&format!(" ? {why}")),
        }
        told
    }

    #[test]
    fn writes_are_read_from_the_body() {
        for (text, expected) in [
            (
                "CREATE TRIGGER a AFTER INSERT ON b BEGIN UPDATE C SET n = n + 1 WHERE id = NEW.c; END",
                "i Count main.c",
            ),
            (
                "CREATE TRIGGER \"on\" BEFORE UPDATE OF x, y ON b WHEN CASE WHEN 1 THEN 2 END BEGIN
                 SELECT RAISE(ABORT, 'no; INSERT INTO gone') WHERE NEW.x < 0; END",
                "u<",
            ),
            (
                "CREATE TEMP TRIGGER IF NOT EXISTS a DELETE ON b BEGIN -- INSERT INTO gone
                 INSERT INTO main.[log] (a, b) SELECT ';', CASE 1 WHEN 1 THEN 2 END FROM x;
                 DELETE FROM `d` WHERE id IN (SELECT 1); update d set n = n - old.n, m=m+2; END;",
                "d Insert main.log Delete main.d Count main.d",
            ),
            (
                "CREATE TRIGGER a INSERT ON b BEGIN REPLACE INTO c VALUES (1);
                 INSERT INTO d VALUES (1) ON CONFLICT (x) DO UPDATE SET y = 1; UPDATE OR IGNORE e SET n = n * 2; END",
                "i Delete main.c Insert main.c Update main.d Insert main.d Update main.e",
            ),
            ("CREATE TRIGGER a INSERT ON b BEGIN DELETE FROM gone; END", "i ? it writes a table that is not there"),
            ("CREATE TRIGGER a INSERT ON b BEGIN FROB x; END", "i ? a statement of its body could not be read"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }
}
