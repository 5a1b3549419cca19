//! What only a table's own `CREATE TABLE` tells: CHECKs, collations, names of constraints, deferred references.

use std::collections::HashMap;

use exeunt_base::Name;
use exeunt_source::catalog::Check;

use crate::describe::tokens::{Sort, Token, parenthesis, tokens};

/// A definition, read.
#[derive(Debug, Default)]
pub(crate) struct Definition {
    /// CHECK constraints, in order.
    pub(crate) checks: Vec<Check>,
    /// Collations by column, in lower case both.
    pub(crate) collations: HashMap<String, String>,
    /// References, in order; SQLite numbers them from the last to the first.
    pub(crate) references: Vec<Reference>,
    /// The module of a virtual table.
    pub(crate) module: Option<String>,
    /// Whether the row id never names a second row.
    pub(crate) autoincrement: bool,
}

/// A reference's clause.
#[derive(Debug, Default)]
pub(crate) struct Reference {
    /// Its name, when it has one.
    pub(crate) name: Option<String>,
    /// Whether it is checked at commit.
    pub(crate) deferred: bool,
}

/// Reads the text of a definition. `columns` are the table's.
pub(crate) fn read(text: &str, columns: &[Name]) -> Definition {
    let all = tokens(text);
    let mut found = Definition::default();
    if all.get(1).is_some_and(|token| token.is("VIRTUAL")) {
        let using = all.iter().position(|token| token.is("USING"));
        found.module = using.and_then(|place| all.get(place + 1)).and_then(Token::name).map(str::to_owned);
        return found;
    }
    let Some(open) = all.iter().position(|token| token.is_sign('(')) else { return found };
    let body = &all[open..open + parenthesis(&all[open..])];
    let mut reader = Reader { text, columns, found, column: None, named: None };
    reader.body(&body[1..body.len().max(2) - 1]);
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    columns: &'a [Name],
    found: Definition,
    /// The column whose definition we are in.
    column: Option<String>,
    /// The name given to the constraint that comes next.
    named: Option<String>,
}

impl Reader<'_> {
    fn body(&mut self, body: &[Token]) {
        let mut at = 0;
        let mut at_start = true;
        while let Some(token) = body.get(at) {
            let next = body.get(at + 1);
            if at_start {
                at_start = false;
                let constraint = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
                if constraint.iter().any(|word| token.is(word)) {
                    self.column = None;
                } else {
                    self.column = token.name().map(str::to_ascii_lowercase);
                    at += 1;
                    continue;
                }
            }
            if token.is_sign(',') {
                at_start = true;
                self.named = None;
            } else if token.is_sign('(') {
                at += parenthesis(&body[at..]);
                continue;
            } else if token.is("CONSTRAINT") {
                self.named = next.and_then(Token::name).map(str::to_owned);
                at += 1;
            } else if token.is("CHECK") && next.is_some_and(|next| next.is_sign('(')) {
                let length = parenthesis(&body[at + 1..]);
                self.check(&body[at + 1..at + 1 + length]);
                at += length;
            } else if token.is("COLLATE") {
                if let (Some(column), Some(name)) = (&self.column, next.and_then(Token::name)) {
                    self.found.collations.insert(column.clone(), name.to_ascii_lowercase());
                }
                at += 1;
            } else if token.is("REFERENCES") {
                self.found.references.push(Reference { name: self.named.take(), deferred: false });
                at += 1;
            } else if token.is("INITIALLY") && next.is_some_and(|next| next.is("DEFERRED")) {
                // `NOT DEFERRABLE INITIALLY DEFERRED` is allowed, and not deferred.
                let not = at >= 2 && body[at - 2].is("NOT");
                if let Some(last) = self.found.references.last_mut() {
                    last.deferred = !not;
                }
            } else if token.is("AUTOINCREMENT") {
                self.found.autoincrement = true;
            }
            at += 1;
        }
    }

    fn check(&mut self, expression: &[Token]) {
        let inside = &expression[1..expression.len().max(2) - 1];
        let text = match (inside.first(), inside.last()) {
            (Some(first), Some(last)) => &self.text[first.place.start..last.place.end],
            _ => "",
        };
        let names = inside.iter().enumerate().filter_map(|(place, token)| {
            let calls = inside.get(place + 1).is_some_and(|next| next.is_sign('('));
            match &token.sort {
                Sort::Word(name) if !calls => Some(name),
                Sort::Quoted(name) => Some(name),
                _ => None,
            }
        });
        let read: Vec<&String> = names.collect();
        let columns = self
            .columns
            .iter()
            .filter(|column| read.iter().any(|name| name.eq_ignore_ascii_case(column.as_str())));
        self.found.checks.push(Check {
            name: self.named.take().unwrap_or_default(),
            expression: text.to_owned(),
            columns: columns.cloned().collect(),
        });
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Name;

    use super::read;

    #[test]
    fn checks_are_found_wherever_they_hide() {
        let text = "CREATE TABLE \"odd (name\" (id INTEGER PRIMARY KEY AUTOINCREMENT, -- CHECK (no)
            \"check\" TEXT DEFAULT ('a,b)') CONSTRAINT short CHECK (length(\"check\") < 5) COLLATE NOCASE,
            b INT /* CHECK (never) */ CHECK (b IN (1, (2))) REFERENCES x(y) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT both CHECK (b > 0 OR [check] = 'id') CONSTRAINT up FOREIGN KEY (b) REFERENCES z
            NOT DEFERRABLE INITIALLY DEFERRED) STRICT";
        let columns = ["id", "check", "b"].map(|name| Name::new(name).unwrap());
        let found = read(text, &columns);
        let told = found.checks.iter().map(|check| {
            let columns: Vec<&str> = check.columns.iter().map(Name::as_str).collect();
            format!("{}|{}|{}", check.name, check.expression, columns.join(","))
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            ["short|length(\"check\") < 5|check", "|b IN (1, (2))|b", "both|b > 0 OR [check] = 'id'|check,b"]
        );
        assert_eq!(found.collations.get("check").map(String::as_str), Some("nocase"));
        let references = found.references.iter().map(|one| (one.name.as_deref(), one.deferred));
        assert_eq!(references.collect::<Vec<_>>(), [(None, true), (Some("up"), false)]);
        assert!(found.autoincrement);
    }

    #[test]
    fn broken_definitions_are_read_as_far_as_they_go() {
        for text in
            ["", "CREATE TABLE t", "CREATE TABLE t (", "CREATE TABLE t (a CHECK", "CREATE TABLE t (a CHECK ("]
        {
            assert!(read(text, &[]).checks.len() <= 1, "{text}");
        }
        let module = read("CREATE VIRTUAL TABLE v USING fts5(a, b)", &[]).module;
        assert_eq!(module.as_deref(), Some("fts5"));
    }
}
