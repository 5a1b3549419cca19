//! A random schema with a random map and random rows, all from one seed.

use std::collections::BTreeMap;
use std::fmt::Write;

use rusqlite::Connection;

/// Numbers from a seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// A number below `below`.
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.roll(count) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.roll(list.len())]
    }
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
}

pub(crate) type Record = BTreeMap<String, Value>;

/// A reference of a table.
pub(crate) struct Link {
    pub(crate) column: String,
    pub(crate) to: usize,
    pub(crate) enforced: bool,
}

/// A table and its rows by `rowid`.
pub(crate) struct Table {
    pub(crate) keyed: bool,
    pub(crate) links: Vec<Link>,
    pub(crate) rows: BTreeMap<i64, Record>,
}

/// Everything from one seed.
pub(crate) struct World {
    pub(crate) schema: String,
    pub(crate) map: String,
    ddl: String,
    pub(crate) tables: Vec<Table>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let dice = &mut Dice::new(seed);
        let count = 2 + dice.roll(6);
        let abroad: Vec<bool> = (0..count).map(|at| at > 1 && dice.one_in(6)).collect();
        let keyed: Vec<bool> = (0..count).map(|at| at == 0 || !dice.one_in(10)).collect();
        let dated: Vec<bool> = (0..count).map(|at| at > 0 && dice.one_in(6)).collect();
        let (mut ddl, mut schema, mut models) =
            (String::new(), [String::new(), String::new()], [String::new(), String::new()]);
        let mut tables = Vec::new();
        for at in 0..count {
            let mut columns = Vec::new();
            let mut words = Vec::new();
            if keyed[at] {
                columns.push("id integer primary key".to_owned());
                words.push("id int key".to_owned());
            }
            columns.push("email text, note text, kind text, paid text".to_owned());
            words.push("email text, note text, kind text, paid date".to_owned());
            let (mut links, mut relations) = (Vec::new(), String::new());
            let most = if at == 0 { 2 } else { 1 + dice.roll(3) };
            for place in 0..most {
                if at == 0 && !dice.one_in(4) {
                    continue;
                }
                let to =
                    if place == 0 && at > 0 && !dice.one_in(5) { dice.roll(at) } else { dice.roll(count) };
                if !keyed[to] {
                    continue;
                }
                let column = format!("r{place}");
                let forward = to >= at;
                let required = dice.one_in(3) && (!forward || dice.one_in(4));
                let deferrable = forward && required || dice.one_in(10);
                let enforced = abroad[at] == abroad[to] && !dice.one_in(4);
                let rule = *dice.pick(&["", "", "cascade", "set_null"]);
                let rule = if rule == "set_null" && required { "" } else { rule };
                let mut word = format!("{column} int{}", if required { "!" } else { "" });
                let mut sql = format!("{column} integer{}", if required { " not null" } else { "" });
                if enforced {
                    let _ = write!(word, " -> t{to} {rule}{}", if deferrable { " deferrable" } else { "" });
                    let _ = write!(
                        sql,
                        " references t{to}(id){}{}",
                        match rule {
                            "cascade" => " on delete cascade",
                            "set_null" => " on delete set null",
                            _ => "",
                        },
                        if deferrable { " deferrable initially deferred" } else { "" }
                    );
                }
                columns.push(sql);
                words.push(word);
                let polymorphic = !enforced && dice.one_in(3);
                relation(
                    dice,
                    &mut relations,
                    (at, to),
                    (&column, required),
                    abroad[to] != abroad[at],
                    abroad[to],
                    polymorphic,
                );
                links.push(Link { column, to, enforced });
            }
            let _ = writeln!(ddl, "create table t{at}({});", columns.join(", "));
            let _ = writeln!(schema[usize::from(abroad[at])], "t{at}({})", words.join(", "));
            model(dice, &mut models[usize::from(abroad[at])], at, keyed[at], dated[at], &relations);
            tables.push(Table { keyed: keyed[at], links, rows: BTreeMap::new() });
        }
        let mut world = Self {
            schema: format!("source: here\n{}source: there\n{}", schema[0], schema[1]),
            map: format!("source: here\nmodels:\n{}", models[0]),
            ddl,
            tables,
        };
        if models[1].is_empty() {
            world.schema = format!("source: here\n{}", schema[0]);
        } else {
            let _ = write!(world.map, "---\nsource: there\nmodels:\n{}", models[1]);
        }
        world.excuse_strangers();
        world.fill(dice);
        world
    }

    /// A model no relation leads to must say why it is there.
    fn excuse_strangers(&mut self) {
        let Err(wrong) = exeunt_datamap::parse(&[(String::new(), self.map.clone())]) else { return };
        for problem in wrong.0.iter().filter(|problem| problem.what.contains("leads to a person")) {
            let model = problem.path.rsplit('.').next().unwrap();
            let head = format!("  {model}:\n");
            self.map = self.map.replace(&head, &format!("{head}    unlinked: chance\n"));
        }
    }

    fn fill(&mut self, dice: &mut Dice) {
        let sizes: Vec<i64> =
            (0..self.tables.len()).map(|at| 1 + dice.roll(if at == 0 { 4 } else { 9 }) as i64).collect();
        for at in 0..self.tables.len() {
            let required: Vec<bool> = self.tables[at]
                .links
                .iter()
                .map(|link| self.ddl_line(at).contains(&format!("{} integer not null", link.column)))
                .collect();
            for id in 1..=sizes[at] {
                let mut row = Record::new();
                if self.tables[at].keyed {
                    row.insert("id".into(), Value::Int(id));
                }
                row.insert(
                    "email".into(),
                    Value::Text(format!("p{}", if at == 0 { id } else { 1 + dice.roll(4) as i64 })),
                );
                row.insert("note".into(), Value::Text("hello".into()));
                row.insert("kind".into(), Value::Text((*dice.pick(&["a", "b"])).into()));
                row.insert(
                    "paid".into(),
                    match dice.roll(3) {
                        0 => Value::Null,
                        1 => Value::Text("2001-05-05".into()),
                        _ => Value::Text("2026-05-05".into()),
                    },
                );
                for (link, required) in self.tables[at].links.iter().zip(&required) {
                    let empty = !required && dice.one_in(4);
                    let to = 1 + dice.roll(sizes[link.to] as usize) as i64;
                    row.insert(link.column.clone(), if empty { Value::Null } else { Value::Int(to) });
                }
                self.tables[at].rows.insert(id, row);
            }
        }
    }

    fn ddl_line(&self, at: usize) -> &str {
        self.ddl.lines().nth(at).unwrap()
    }

    /// The rows in a database of their own.
    pub(crate) fn database(&self) -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("pragma foreign_keys = off").unwrap();
        db.execute_batch(&self.ddl).unwrap();
        for (at, table) in self.tables.iter().enumerate() {
            for (id, row) in &table.rows {
                let columns: Vec<&str> =
                    row.keys().map(String::as_str).filter(|column| *column != "id").collect();
                let values: Vec<String> = columns.iter().map(|column| literal(&row[*column])).collect();
                let sql = format!(
                    "insert into t{at}(rowid, {}) values ({id}, {})",
                    columns.join(", "),
                    values.join(", ")
                );
                db.execute_batch(&sql).unwrap();
            }
        }
        db.execute_batch("pragma foreign_keys = on").unwrap();
        db
    }

    pub(crate) fn rows_text(&self) -> String {
        let mut out = String::new();
        for (at, table) in self.tables.iter().enumerate() {
            for (id, row) in &table.rows {
                let values: Vec<String> =
                    row.iter().map(|(column, value)| format!("{column}={}", literal(value))).collect();
                let _ = writeln!(out, "t{at} {id}: {}", values.join(" "));
            }
        }
        out
    }
}

pub(crate) fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => format!("'{text}'"),
    }
}

fn relation(
    dice: &mut Dice,
    out: &mut String,
    (at, to): (usize, usize),
    (column, required): (&str, bool),
    crossing: bool,
    there: bool,
    polymorphic: bool,
) {
    let kind = *dice.pick(&[
        "owned_by",
        "owned_by",
        "owned_by",
        "owned_by",
        "refers_to",
        "refers_to",
        "refers_to",
        "owns",
        "accessed_by",
        "",
    ]);
    if kind.is_empty() || at == 0 && kind == "owned_by" && !dice.one_in(3) {
        return;
    }
    let cut = if required { "repoint" } else { "null" };
    let decision = match kind {
        "owned_by" => *dice.pick(&[
            "",
            "",
            "",
            "",
            "delete",
            cut,
            "repoint",
            "refuse",
            "detach",
            "{ anonymize: { note: null } }",
        ]),
        "refers_to" => *dice.pick(&[cut, cut, "cascade", "repoint", "refuse"]),
        _ => *dice.pick(&["", "", cut, "cascade", "repoint", "refuse"]),
    };
    let decision = if required && matches!(decision, "null" | "detach") { "repoint" } else { decision };
    let model = match (crossing, there) {
        (false, _) => format!("t{to}"),
        (true, true) => format!("there.t{to}"),
        (true, false) => format!("here.t{to}"),
    };
    let _ = write!(out, "      - {{ to: {model}, by: {column}, as: {kind}");
    if polymorphic {
        out.push_str(", when: { kind: a }");
    }
    if matches!(kind, "owned_by" | "owns") && !crossing && dice.one_in(8) {
        out.push_str(", shared: last_owner");
    }
    if !decision.is_empty() {
        let _ = write!(out, ", on_erase: {decision}");
    }
    out.push_str(" }\n");
}

fn model(dice: &mut Dice, out: &mut String, at: usize, keyed: bool, dated: bool, relations: &str) {
    let _ = writeln!(out, "  t{at}:\n    table: t{at}");
    if keyed {
        out.push_str("    key: [id]\n    ghost: { row: { note: ghost } }\n");
    }
    if at == 0 {
        out.push_str("    subject: { email: email }\n");
    }
    out.push_str("    fields: { email: user.contact.email, note: user.content.private, kind: user.behavior, paid: user.behavior }\n");
    if !relations.is_empty() {
        let _ = write!(out, "    relations:\n{relations}");
    }
    let mask = dice.one_in(4);
    if dated {
        let when = if dice.one_in(2) { ", when: { kind: a }" } else { "" };
        let then = *dice.pick(&["delete", "{ anonymize: { note: null } }"]);
        let _ = writeln!(out, "    keep: {{ for: 10y, from: paid, because: tax, then: {then}{when} }}");
        out.push_str(if mask {
            "    on_erase: { anonymize: { note: null } }\n"
        } else {
            "    on_erase: keep\n"
        });
    } else if mask {
        out.push_str("    on_erase: { anonymize: { note: null } }\n");
    } else {
        out.push_str("    on_erase: delete\n");
    }
}
