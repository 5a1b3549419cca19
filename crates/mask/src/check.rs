//! What a CHECK constraint says about a value before it is written.
//!
//! Common forms are understood in PostgreSQL's and SQLite's spelling; everything else is *unknown*, never assumed.

mod atom;
mod judge;
mod lex;
mod limits;
mod parse;
mod regex;

use exeunt_base::{Cell, Kind};

use crate::check::judge::Truth;
use crate::check::parse::Expr;
use crate::facts::Dialect;

pub(crate) use crate::check::limits::Limits;

/// What is known about a value under a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The constraint takes it.
    Holds,
    /// The constraint refuses it.
    Fails,
    /// It takes a database to know.
    Unknown,
}

/// A CHECK constraint as seen from one of its columns.
#[derive(Clone)]
pub struct Check {
    expr: Expr,
    texts: Vec<String>,
    numbers: Vec<String>,
    dialect: Dialect,
}

impl Check {
    /// Reads a constraint such as `CHECK ((age >= 18))` or its bare expression. Never fails: what is not understood
    /// is unknown.
    pub fn read(sql: &str, column: &str, dialect: Dialect) -> Self {
        let tokens = lex::tokens(sql).unwrap_or_default();
        let texts = tokens.iter().filter_map(|token| token.as_text().map(str::to_owned)).collect();
        let numbers = tokens.iter().filter_map(|token| token.as_number().map(str::to_owned)).collect();
        Self { expr: parse::expression(&tokens, column), texts, numbers, dialect }
    }

    /// What the constraint says when the column holds this value.
    pub fn judge(&self, value: &Cell, kind: &Kind) -> Verdict {
        match judge::truth(&self.expr, value, kind, self.dialect) {
            // SQL lets a row pass whose constraint is neither true nor false
            Truth::True | Truth::Null => Verdict::Holds,
            Truth::False => Verdict::Fails,
            Truth::Unknown => Verdict::Unknown,
        }
    }

    /// Whether every piece of the constraint can be judged.
    pub(crate) fn is_understood(&self) -> bool {
        self.expr.is_understood()
    }

    /// Whether one of the constraint's literals holds this text: a pattern with an `@` wants an e-mail address.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.texts.iter().any(|literal| literal.contains(text))
    }

    /// The texts and whole numbers the constraint spells out: one of them may be what it asks for.
    pub(crate) fn listed(&self) -> Vec<String> {
        self.texts.iter().cloned().chain(self.numbers.iter().cloned()).take(100).collect()
    }

    /// What the constraint's conjunctions say about range, length and list.
    pub(crate) fn narrow(&self, limits: &mut Limits) {
        limits::narrow(&self.expr, limits);
    }
}

/// What all constraints of a column say together.
pub fn judge_all(checks: &[Check], value: &Cell, kind: &Kind) -> Verdict {
    let mut all = Verdict::Holds;
    for check in checks {
        match check.judge(value, kind) {
            Verdict::Fails => return Verdict::Fails,
            Verdict::Unknown => all = Verdict::Unknown,
            Verdict::Holds => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Cell, Kind};

    use super::{Check, Verdict};
    use crate::facts::Dialect;

    fn check(sql: &str, value: Cell, kind: &Kind, expected: Verdict) {
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            assert_eq!(Check::read(sql, "c", dialect).judge(&value, kind), expected, "{sql}");
        }
    }

    const TEXT: Kind = Kind::Text { max: None };
    const INT: Kind = Kind::Integer { min: i64::MIN, max: i64::MAX };

    #[test]
    fn numbers_are_compared_exactly() {
        for sql in [
            "CHECK ((c >= 18))",
            "c >= 18",
            "18 <= c",
            "c > 17.5",
            "NOT c < 18",
            "c BETWEEN 18 AND 120",
            "((c >= 18) AND (c <= 120))",
            "c + 2 >= 20",
        ] {
            check(sql, Cell::Int(17), &INT, Verdict::Fails);
            check(sql, Cell::Int(18), &INT, Verdict::Holds);
        }
        check(
            "(c > (0)::numeric)",
            Cell::text("0.00"),
            &Kind::Decimal { precision: None, scale: None },
            Verdict::Fails,
        );
        check("c NOT BETWEEN -5 AND 5", Cell::Int(-3), &INT, Verdict::Fails);
    }

    #[test]
    fn lists_are_read_in_every_spelling() {
        for sql in [
            "c IN ('a', 'b')",
            "\"c\" in ('a','b')",
            "((c)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            "(c = ANY (ARRAY['a'::text, 'b'::text]))",
            "c = 'a' OR c = 'b'",
            "CONSTRAINT x CHECK (t.c IN ('a','b'))",
            "(c <> ALL (ARRAY['[erased]'::text]))",
        ] {
            check(sql, Cell::text("[erased]"), &TEXT, Verdict::Fails);
            check(sql, Cell::text("a"), &TEXT, Verdict::Holds);
            check(sql, Cell::Null, &TEXT, Verdict::Holds);
        }
    }

    #[test]
    fn lengths_count_characters_and_patterns_match() {
        check("(char_length(c) <= 3)", Cell::text("äöü"), &TEXT, Verdict::Holds);
        check("length(c) <= 3", Cell::text("äöüß"), &TEXT, Verdict::Fails);
        check("((c)::text ~~ '%@%'::text)", Cell::text("x"), &TEXT, Verdict::Fails);
        check("c LIKE '_@%'", Cell::text("é@erased.invalid"), &TEXT, Verdict::Holds);
        check("c NOT LIKE '% %'", Cell::text("a b"), &TEXT, Verdict::Fails);
        check("c !~~ '% %'::text", Cell::text("ab"), &TEXT, Verdict::Holds);
        check("TRIM(c) <> ''", Cell::text("  "), &TEXT, Verdict::Fails);
        check("(lower((c)::text) = (c)::text)", Cell::text("Abc"), &TEXT, Verdict::Fails);
    }

    #[test]
    fn what_postgres_prints_is_read() {
        check("CHECK ((char_length(TRIM(BOTH FROM c)) > 0))", Cell::text(" "), &TEXT, Verdict::Fails);
        check("CHECK (((c % 2) = 0))", Cell::Int(3), &INT, Verdict::Fails);
        check("CHECK ((COALESCE(c, 0) >= 0))", Cell::Int(-1), &INT, Verdict::Fails);
        check("CHECK ((COALESCE(c, 0) >= 0))", Cell::Null, &INT, Verdict::Holds);
        check("CHECK ((c IS NOT TRUE))", Cell::Bool(true), &Kind::Bool, Verdict::Fails);
        check("CHECK ((c IS NOT TRUE))", Cell::Null, &Kind::Bool, Verdict::Holds);
        check("((EXTRACT(year FROM c) > 5) AND (c IS NOT NULL))", Cell::Null, &Kind::Date, Verdict::Fails);
    }

    #[test]
    fn patterns_are_matched_where_they_are_plain() {
        for sql in
            ["c ~ '^[0-9]{5}$'::text", "((c)::text ~ '^\\d{5}$'::text)", "c GLOB '[0-9][0-9][0-9][0-9][0-9]'"]
        {
            check(sql, Cell::text("10115"), &TEXT, Verdict::Holds);
            check(sql, Cell::text("[erased]"), &TEXT, Verdict::Fails);
        }
        check("c !~* '[A-Z]'", Cell::text("abc"), &TEXT, Verdict::Fails);
    }

    #[test]
    fn null_passes_unless_the_constraint_asks_for_a_value() {
        check("c > 3", Cell::Null, &INT, Verdict::Holds);
        check("c IS NOT NULL", Cell::Null, &INT, Verdict::Fails);
        check("(c IS NULL) OR (c > 3)", Cell::Null, &INT, Verdict::Holds);
        check("(other IS NOT NULL) OR (c IS NOT NULL)", Cell::Null, &INT, Verdict::Unknown);
        check("c ~ '^[a-z]+$'", Cell::Null, &TEXT, Verdict::Holds);
        check("(other > 3) AND (c > 3)", Cell::Int(2), &INT, Verdict::Fails);
        check("(other > 3) OR (c > 3)", Cell::Int(4), &INT, Verdict::Holds);
    }

    #[test]
    fn dates_order_as_dates() {
        check("(c > '1900-01-01'::date)", Cell::text("1899-12-31"), &Kind::Date, Verdict::Fails);
        check("c >= '1970-01-01'", Cell::text("1970-01-01"), &Kind::Date, Verdict::Holds);
        check("(c < CURRENT_DATE)", Cell::text("1970-01-01"), &Kind::Date, Verdict::Unknown);
        let zoned = Kind::Timestamp { zoned: true };
        check(
            "c >= '1970-01-01 00:00:00+00'::timestamp with time zone",
            Cell::text("1970-01-01 00:00:00+00"),
            &zoned,
            Verdict::Holds,
        );
    }

    #[test]
    fn what_is_not_understood_is_unknown() {
        let deep = format!("{}c > 1{}", "(".repeat(100_000), ")".repeat(100_000));
        for sql in [
            r"c ~ '(.)\1'",
            "c ~* '[[:alpha:]]'::text",
            "my_check(c)",
            "c > other",
            "c IS",
            "c COLLATE",
            "c::x.",
            "c REGEXP 'x'",
            "(((",
            "'",
            "",
            "c = 'a' COLLATE nocase",
            "CASE WHEN c > 1 THEN true END",
            "c SIMILAR TO 'x'",
            deep.as_str(),
        ] {
            check(sql, Cell::text("x"), &TEXT, Verdict::Unknown);
        }
    }
}
