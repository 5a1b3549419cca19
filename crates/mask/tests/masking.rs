//! What methods do to columns: refused with a reason, or honored for every value, hostile ones included.

use std::collections::HashSet;

use exeunt_base::{Cell, Kind, Secret};
use exeunt_mask::check::{Check, Verdict};
use exeunt_mask::{Dialect, Facts, MaskKey, Masker, Method, Note, Place, Reason, Scalar};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

const INT4: Kind = Kind::Integer { min: i32::MIN as i64, max: i32::MAX as i64 };
const TEXT: Kind = Kind::Text { max: None };

fn varchar(max: u32) -> Kind {
    Kind::Text { max: Some(max) }
}

fn method(spelling: &str) -> Method {
    let (word, argument) = match spelling.split_once('=') {
        Some((word, argument)) => (word, Some(argument)),
        None => (spelling, None),
    };
    Method::parse(word, argument).expect("a method")
}

fn key() -> MaskKey {
    MaskKey::new(&Secret::new([9; 32]))
}

fn masked(spelling: &str, facts: &Facts, cells: &[Cell]) -> Vec<Cell> {
    let masker = Masker::plan(&method(spelling), facts).expect("an honored method");
    masker.apply(&key(), Place { scope: "shop.customers.c", first_row: 0 }, cells).cells
}

fn one(spelling: &str, facts: &Facts, cell: Cell) -> Cell {
    masked(spelling, facts, &[cell]).remove(0)
}

fn shown(cell: &Cell) -> String {
    cell.to_plain().unwrap_or_else(|| "NULL".to_owned())
}

#[track_caller]
fn gives(spelling: &str, facts: &Facts, cell: Cell, expected: &str) {
    assert_eq!(shown(&one(spelling, facts, cell)), expected, "{spelling}");
}

#[track_caller]
fn refused(spelling: &str, facts: &Facts, reason: &Reason) {
    let refusal = Masker::plan(&method(spelling), facts).map(|_| ()).expect_err("a refusal");
    assert_eq!(refusal.reason, *reason, "{refusal}");
    assert!(!refusal.suggestion.is_empty());
}

#[test]
fn what_cannot_be_honored_is_refused_before_anything_is_touched() {
    let adult = Facts::new("age", INT4).required().check("CHECK ((age >= 18))");
    refused("redact", &adult, &Reason::Check);
    refused("null", &adult, &Reason::NotNull);
    refused("null", &Facts::new("c", TEXT).check("c IS NOT NULL"), &Reason::NotNull);
    refused("fixed=x", &Facts::new("c", TEXT).unique(), &Reason::Unique);
    refused("redact", &Facts::new("c", TEXT).unique(), &Reason::Unique);
    refused("shuffle", &Facts::new("c", TEXT).unique(), &Reason::Unique);
    refused("partial=1,1", &Facts::new("c", TEXT).unique(), &Reason::Unique);
    refused("generalize=year", &Facts::new("c", TEXT), &Reason::WrongKind("text".into()));
    refused("generalize=day", &Facts::new("c", Kind::Date), &Reason::WrongKind("date".into()));
    refused("generalize=prefix:2", &Facts::new("c", INT4), &Reason::WrongKind("integer".into()));
    refused("truncate_ip", &Facts::new("c", INT4), &Reason::WrongKind("integer".into()));
    refused("noise=5", &Facts::new("c", Kind::Date), &Reason::WrongKind("date".into()));
    refused("fake=name", &Facts::new("c", Kind::Uuid), &Reason::WrongKind("uuid".into()));
    refused("hash", &Facts::new("c", varchar(7)), &Reason::TooLong { longest: 7 });
    refused("fake=email", &Facts::new("c", varchar(20)).unique(), &Reason::TooLong { longest: 20 });
    refused("fixed=toolong", &Facts::new("c", varchar(3)), &Reason::TooLong { longest: 3 });
    refused("fixed=abc", &Facts::new("c", INT4), &Reason::NotOfKind("integer".into()));
    refused("fixed=3000000000", &Facts::new("c", INT4), &Reason::OutOfRange);
    refused("fixed=17", &adult, &Reason::Check);
    let words = vec!["new".to_owned(), "paid".to_owned()];
    let status = Facts::new("status", Kind::Enum(words.clone())).required();
    refused("fixed=gone", &status, &Reason::NotInList(words));
    refused("redact", &status, &Reason::NothingNeutral("enum".into()));
    refused("hash", &status, &Reason::WrongKind("enum".into()));
    let computed = Facts { generated: true, ..Facts::new("c", TEXT) };
    refused("null", &computed, &Reason::Generated);
    assert!(Masker::plan(&Method::Keep, &computed).is_ok());
}

#[test]
fn a_refusal_says_why_and_what_instead() {
    let facts = Facts::new("e\nmail", TEXT).required().unique();
    let refusal = Masker::plan(&Method::Null, &facts).expect_err("a refusal").to_string();
    assert_eq!(
        refusal,
        "cannot apply `null` to column `e\\nmail`: it must have a value (NOT NULL, or a check that says so); \
         use `pseudonym` or `hash`, or delete the row"
    );
}

#[test]
fn stand_ins_are_neutral_and_fit() {
    gives("redact", &Facts::new("note", TEXT), Cell::text("Ada"), "[erased]");
    gives("redact", &Facts::new("c", varchar(3)), Cell::text("Ada"), "-");
    gives("redact", &Facts::new("c", varchar(0)), Cell::text(""), "");
    gives("redact", &Facts::new("email", TEXT), Cell::text("ada@x.test"), "erased@erased.invalid");
    let wants_at = Facts::new("c", TEXT).check("((c)::text ~~ '%@%'::text)");
    gives("redact", &wants_at, Cell::text("ada@x.test"), "erased@erased.invalid");
    gives("redact", &Facts::new("c", TEXT).check("length(c) = 5"), Cell::text("10115"), "-----");
    gives("redact", &Facts::new("c", INT4), Cell::Int(9), "0");
    gives("redact", &Facts::new("c", Kind::Date), Cell::text("2026-11-21"), "1970-01-01");
    gives("redact", &Facts::new("c", Kind::Json), Cell::text("{\"a\":1}"), "{}");
    let tags = Facts { default_literal: Some("'[]'::jsonb".into()), ..Facts::new("c", Kind::Json) };
    gives("redact", &tags, Cell::text("[1]"), "[]");
    gives("redact", &Facts::new("c", Kind::Inet), Cell::text("10.0.0.1"), "0.0.0.0");
    gives("redact", &Facts::new("c", Kind::Any), Cell::Int(7), "0");
    gives("redact", &Facts::new("c", TEXT), Cell::Null, "NULL");
    gives("fixed=gone", &Facts::new("c", TEXT), Cell::Null, "gone");
    let sqlite_flag = Facts::new("c", Kind::Bool).dialect(Dialect::Sqlite);
    assert!(one("redact", &sqlite_flag, Cell::Int(1)) == Cell::Int(0));
}

#[test]
fn values_are_generalized_in_the_form_they_came_in() {
    let zoned = Facts::new("c", Kind::Timestamp { zoned: true });
    gives("generalize=year", &zoned, Cell::text("2026-11-21 09:30:00+00"), "2026-01-01 00:00:00+00");
    gives("generalize=month", &Facts::new("c", Kind::Date), Cell::text("0044-03-15 BC"), "0044-03-01 BC");
    gives("generalize=year", &Facts::new("c", Kind::Date), Cell::text("infinity"), "infinity");
    let sqlite = Facts::new("born", TEXT).dialect(Dialect::Sqlite);
    gives("generalize=year", &sqlite, Cell::text("1815-12-10"), "1815-01-01");
    gives("generalize=year", &sqlite, Cell::text("10.12.1815"), "NULL");
    gives("generalize=year", &sqlite, Cell::Int(1_763_700_000), "NULL");
    gives("generalize=year", &sqlite.required(), Cell::text("Tuesday"), "[erased]");
    gives("generalize=prefix:2", &Facts::new("zip", TEXT), Cell::text("10115"), "10");
    gives("generalize=band:10", &Facts::new("age", INT4), Cell::Int(37), "30");
    gives("truncate_ip", &Facts::new("ip", Kind::Inet), Cell::text("203.0.113.77"), "203.0.113.0");
    gives("partial=1,0", &Facts::new("c", TEXT), Cell::text("Ada"), "A**");
    // the band's lower end is refused by the check, so a value that fits stands in
    let adult = Facts::new("age", INT4).required().check("age >= 18");
    gives("generalize=band:10", &adult, Cell::Int(19), "18");
    gives("generalize=band:10", &adult, Cell::Int(29), "20");
}

#[test]
fn tokens_take_the_shape_their_column_asks_for() {
    let email = one("pseudonym", &Facts::new("email", varchar(40)), Cell::text("ada@x.test"));
    assert!(shown(&email).ends_with("@erased.invalid"));
    let wants_at =
        Facts::new("c", TEXT).required().unique().check("c LIKE '%_@_%._%'").dialect(Dialect::Sqlite);
    assert!(shown(&one("veil", &wants_at, Cell::text("ada@x.test"))).contains("@erased.invalid"));
    let upper = Facts::new("code", TEXT).check("((code)::text = upper((code)::text))");
    let code = shown(&one("hash", &upper, Cell::text("ABC")));
    assert_eq!(code, code.to_uppercase());
    assert_eq!(shown(&one("hash", &Facts::new("c", TEXT), Cell::text("x"))).len(), 32);
    assert_eq!(shown(&one("hash", &Facts::new("c", varchar(12)), Cell::text("x"))).len(), 12);
    assert_eq!(shown(&one("hash", &Facts::new("c", Kind::Uuid), Cell::text("x"))).len(), 36);
    assert!(
        shown(&one("hash", &Facts::new("c", Kind::Inet), Cell::text("x")))
            .parse::<std::net::Ipv6Addr>()
            .is_ok()
    );
    let exact = Facts::new("c", TEXT).check("(char_length((c)::text) = 36)");
    assert_eq!(shown(&one("pseudonym", &exact, Cell::text("x"))).len(), 36);
    let fax = one("veil", &Facts::new("phone", varchar(20)).required().unique(), Cell::text("+49"));
    assert!(shown(&fax).starts_with("+999"));
}

#[test]
fn joins_hold_within_a_job_and_break_between_jobs() {
    let (customers, orders) = (Facts::new("customer_ref", varchar(60)).unique(), Facts::new("buyer", TEXT));
    let ada = || Cell::text("C-1815");
    for spelling in ["hash", "pseudonym"] {
        assert!(one(spelling, &customers, ada()) == one(spelling, &orders, ada()), "{spelling}");
    }
    let masker = Masker::plan(&Method::Hash, &orders).expect("a masker");
    let place = Place { scope: "s", first_row: 0 };
    let other = MaskKey::new(&Secret::new([8; 32]));
    assert!(masker.apply(&key(), place, &[ada()]).cells != masker.apply(&other, place, &[ada()]).cells);
}

#[test]
fn numbers_stay_unique_and_keep_away_from_living_ones() {
    let facts = Facts::new("number", INT4).required().unique();
    let cells: Vec<Cell> = (1..=5_000).map(Cell::Int).collect();
    let tokens = masked("pseudonym", &facts, &cells);
    assert!(tokens.iter().all(|token| token.as_int().is_some_and(|n| n < 0 && n >= i64::from(i32::MIN))));
    assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 5_000);
    let positive = facts.check("number > 0");
    let masker = Masker::plan(&Method::Pseudonym, &positive).expect("a masker");
    assert!(masker.notes().contains(&Note::MayMeetLiving));
    let tokens = masker.apply(&key(), Place { scope: "s", first_row: 0 }, &cells).cells;
    assert!(tokens.iter().all(|token| token.as_int().is_some_and(|n| n > 0)));
    assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 5_000);
    refused(
        "hash",
        &Facts::new("c", INT4).required().unique().check("c BETWEEN 1 AND 99"),
        &Reason::TooFewValues,
    );
}

#[test]
fn a_veil_fits_every_column_that_has_room() {
    gives("veil", &Facts::new("c", TEXT), Cell::text("Ada"), "NULL");
    let name = one("veil", &Facts::new("name", TEXT).required(), Cell::text("Ada"));
    assert!(shown(&name).starts_with("erased_"));
    let status = Kind::Enum(vec!["new".into(), "paid".into()]);
    gives("veil", &Facts::new("c", status).required(), Cell::text("paid"), "new");
    gives("veil", &Facts::new("age", INT4).required().check("age >= 18"), Cell::Int(40), "18");
    let listed = Facts::new("sex", varchar(1)).required().check("(sex = ANY (ARRAY['f'::text, 'm'::text]))");
    gives("veil", &listed, Cell::text("m"), "f");
    refused("veil", &Facts::new("c", Kind::Bool).required().unique(), &Reason::TooFewValues);
    let at = Facts::new("c", Kind::Timestamp { zoned: true }).required().unique();
    assert!(shown(&one("veil", &at, Cell::text("2026-11-21 09:30:00+00"))).starts_with("17"));
}

#[test]
fn nobody_keeps_their_own_value_in_a_shuffle() {
    let cells: Vec<Cell> = (0..100).map(Cell::Int).chain([Cell::Null]).collect();
    let shuffled = masked("shuffle", &Facts::new("c", INT4), &cells);
    assert!(cells[..100].iter().zip(&shuffled).all(|(before, after)| before != after));
    assert_eq!(shuffled.iter().collect::<HashSet<_>>(), cells.iter().collect::<HashSet<_>>());
    assert!(shuffled[100].is_null());
    gives("shuffle", &Facts::new("c", INT4), Cell::Int(7), "NULL");
    gives("shuffle", &Facts::new("c", INT4).required(), Cell::Int(7), "0");
}

#[test]
fn an_unreadable_check_is_shown_beside_the_plan() {
    let facts = Facts::new("c", TEXT).check("well_spelled(c)");
    let masker = Masker::plan(&Method::Redact, &facts).expect("a masker");
    assert_eq!(masker.notes(), [Note::CheckUnknown]);
    let pattern = Facts::new("c", TEXT).check("c ~ '(.)\\1'");
    assert_eq!(Masker::plan(&Method::Null, &pattern).expect("a masker").notes(), []);
}

#[test]
fn one_statement_is_enough_where_one_value_is_written() {
    let constant =
        |spelling, facts: &Facts| Masker::plan(&method(spelling), facts).expect("a masker").constant();
    let facts = Facts::new("c", TEXT);
    assert!(constant("null", &facts).is_some_and(|c| c.over_null && c.cell.is_null()));
    assert!(constant("redact", &facts).is_some_and(|c| !c.over_null));
    assert!(constant("hash", &facts).is_none());
    let number = Method::Fixed(Scalar::Number("1.50".into()));
    let decimal = Facts::new("c", Kind::Decimal { precision: Some(4), scale: Some(2) });
    let constant = Masker::plan(&number, &decimal).expect("a masker").constant().expect("a constant");
    assert_eq!(shown(&constant.cell), "1.50");
}

#[test]
fn hostile_values_pass_through_every_method() {
    let hostile = [
        Cell::Text("x".repeat(10 << 20)),
        Cell::text("👩‍👩‍👧‍👦🇩🇪"),
        Cell::text("\u{202e}gro.elpmaxe@ada"),
        Cell::text("a\0b"),
        Cell::text("'; DROP TABLE customers; --"),
        Cell::text(""),
        Cell::BrokenText(vec![0xff, 0xfe]),
        Cell::Bytes(vec![0; 64]),
        Cell::Int(i64::MIN),
        Cell::Int(i64::MAX),
        Cell::real(f64::NAN),
        Cell::real(f64::NEG_INFINITY),
        Cell::Bool(true),
        Cell::Null,
    ];
    for kind in [varchar(40), Kind::Any] {
        for facts in [Facts::new("c", kind.clone()), Facts::new("c", kind.clone()).required()] {
            for spelling in [
                "redact",
                "hash",
                "pseudonym",
                "generalize=prefix:3",
                "truncate_ip",
                "partial=1,1",
                "shuffle",
                "fake",
                "veil",
            ] {
                let out = masked(spelling, &facts, &hostile);
                assert_eq!(out.len(), hostile.len());
                if spelling == "shuffle" {
                    continue;
                }
                for cell in &out {
                    if let Some(text) = cell.as_text() {
                        assert!(spelling == "partial=1,1" || text.chars().count() <= 40, "{spelling}");
                    }
                }
            }
        }
    }
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        prop::option::of(0u32..80).prop_map(|max| Kind::Text { max }),
        Just(INT4),
        Just(Kind::Integer { min: i64::MIN, max: i64::MAX }),
        Just(Kind::Integer { min: 0, max: 255 }),
        (1u32..20, 0u32..6).prop_map(|(p, s)| Kind::Decimal { precision: Some(p + s), scale: Some(s) }),
        Just(Kind::Real),
        Just(Kind::Date),
        Just(Kind::Timestamp { zoned: true }),
        Just(Kind::Uuid),
        Just(Kind::Inet),
        Just(Kind::Json),
        Just(Kind::Bytes),
        Just(Kind::Bool),
        Just(Kind::Enum(vec!["new".into(), "paid".into()])),
    ]
}

fn value_of(kind: &Kind, seed: i64) -> Cell {
    match kind {
        Kind::Text { max } => {
            let text = format!("é{seed}👩{}", seed.wrapping_mul(7));
            Cell::Text(text.chars().take(max.unwrap_or(60) as usize).collect())
        }
        Kind::Integer { min, max } => Cell::Int(seed.clamp(*min, *max)),
        Kind::Decimal { precision, scale } => {
            let (precision, scale) = (precision.unwrap_or(9), scale.unwrap_or(0));
            let whole = i128::from(seed) % 10i128.pow(precision - scale);
            let point = if scale > 0 { "." } else { "" };
            Cell::Text(format!("{whole}{point}{}", "5".repeat(scale as usize)))
        }
        Kind::Real => Cell::real(seed as f64 / 3.0),
        Kind::Date => Cell::Text(format!(
            "{:04}-{:02}-{:02}",
            1900 + seed.rem_euclid(200),
            1 + seed.rem_euclid(12),
            1 + seed.rem_euclid(28)
        )),
        Kind::Timestamp { .. } => {
            Cell::Text(format!("{:04}-02-28 12:30:00.5+00", 1900 + seed.rem_euclid(200)))
        }
        Kind::Uuid => {
            Cell::Text(format!("00000000-0000-4000-8000-{:012x}", seed.unsigned_abs() & 0xffff_ffff))
        }
        Kind::Inet => Cell::Text(std::net::Ipv4Addr::from(seed as u32).to_string()),
        Kind::Json => Cell::Text(format!("{{\"n\":{seed}}}")),
        Kind::Bytes => Cell::Bytes(seed.to_le_bytes().to_vec()),
        Kind::Bool => Cell::Bool(seed & 1 == 0),
        Kind::Enum(words) => Cell::text(&words[(seed & 1) as usize]),
        _ => Cell::Null,
    }
}

/// Whether a database column of this kind would take the cell.
fn accepts(kind: &Kind, cell: &Cell) -> bool {
    match (kind, cell) {
        (_, Cell::Null) => true,
        (Kind::Text { max }, Cell::Text(text)) => max.is_none_or(|max| text.chars().count() <= max as usize),
        (Kind::Integer { min, max }, Cell::Int(value)) => (min..=max).contains(&value),
        (Kind::Decimal { precision, scale }, Cell::Text(text)) => {
            let digits = text.trim_start_matches('-');
            let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            let room = precision.unwrap_or(99) - scale.unwrap_or(0);
            let whole = whole.trim_start_matches('0');
            whole.len() <= room as usize
                && fraction.len() <= scale.unwrap_or(99) as usize
                && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        }
        (Kind::Real, Cell::Real(_)) | (Kind::Bytes, Cell::Bytes(_)) | (Kind::Bool, Cell::Bool(_)) => true,
        (Kind::Date, Cell::Text(text)) => text.len() == 10,
        (Kind::Timestamp { .. }, Cell::Text(text)) => text.len() >= 19 && text.ends_with("+00"),
        (Kind::Uuid, Cell::Text(text)) => text.len() == 36,
        (Kind::Inet, Cell::Text(text)) => text.parse::<std::net::IpAddr>().is_ok(),
        (Kind::Json, Cell::Text(text)) => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        (Kind::Enum(words), Cell::Text(text)) => words.contains(text),
        _ => false,
    }
}

proptest! {
    #[test]
    fn whatever_is_planned_honors_the_column(
        kind in any_kind(),
        nullable in any::<bool>(),
        unique in any::<bool>(),
        spelling in prop::sample::select(vec![
            "null", "redact", "hash", "pseudonym", "generalize=year", "generalize=month", "generalize=prefix:3",
            "generalize=band:10", "truncate_ip", "partial=1,2", "shuffle", "noise=10%", "noise=5", "noise=30d",
            "fake", "fake=email", "fake=phone", "fake=street", "veil",
        ]),
        seeds in prop::collection::vec(any::<i64>(), 1..20),
        check in prop::option::of(prop::sample::select(vec![
            "c IS NOT NULL", "c > 10", "c BETWEEN 5 AND 200", "length(c) >= 6", "c LIKE '%@%'", "c <> ''", "c IN ('new','paid','5')",
        ])),
    ) {
        let mut facts = Facts { nullable, unique, ..Facts::new("c", kind.clone()) };
        facts.checks = check.map(str::to_owned).into_iter().collect();
        // what is refused touches nothing, so only what is planned is tried
        if let Ok(masker) = Masker::plan(&method(spelling), &facts) {
            let mut met = HashSet::new();
            let cells: Vec<Cell> = seeds.iter().map(|seed| value_of(&kind, *seed)).filter(|cell| met.insert(cell.clone())).collect();
            let place = Place { scope: "s", first_row: 40 };
            let masked = masker.apply(&key(), place, &cells);
            let again = masker.apply(&key(), place, &cells);
            prop_assert!(masked.cells == again.cells, "not the same twice");
            prop_assert_eq!(masked.cells.len(), cells.len());
            for cell in &masked.cells {
                prop_assert!(accepts(&kind, cell), "{} gives {} for {:?}", spelling, shown(cell), &kind);
                prop_assert!(nullable || !cell.is_null(), "{spelling} gives NULL");
                if spelling != "shuffle" {
                    for sql in &facts.checks {
                        let verdict = Check::read(sql, "c", Dialect::Postgres).judge(cell, &kind);
                        prop_assert!(verdict != Verdict::Fails, "{} gives {} against {}", spelling, shown(cell), sql);
                    }
                }
            }
            if unique {
                let values: Vec<_> = masked.cells.iter().filter(|cell| !cell.is_null()).collect();
                prop_assert_eq!(values.iter().collect::<HashSet<_>>().len(), values.len(), "{} meets", spelling);
            }
        }
    }

    #[test]
    fn null_stays_null(kind in any_kind(), spelling in prop::sample::select(vec!["redact", "hash", "pseudonym", "shuffle", "fake", "noise=5", "veil"])) {
        if let Ok(masker) = Masker::plan(&method(spelling), &Facts::new("c", kind)) {
            let masked = masker.apply(&key(), Place { scope: "s", first_row: 0 }, &[Cell::Null, Cell::Null]);
            prop_assert!(masked.cells.iter().all(Cell::is_null));
        }
    }

    #[test]
    fn no_constraint_text_can_upset_the_reader(sql in "\\PC{0,60}", words in prop::collection::vec(prop::sample::select(vec![
        "c", "(", ")", "AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL", "=", "ANY", "ARRAY", "[", "]", ",", "'a'", "5", "::", "text", "-", "CHECK", "CAST", "AS", "~",
    ]), 0..30)) {
        for text in [sql, words.join(" ")] {
            let check = Check::read(&text, "c", Dialect::Postgres);
            check.judge(&Cell::text("a"), &TEXT);
            check.judge(&Cell::Null, &TEXT);
        }
    }
}
