//! A schema in few words: `orders(id int key, customer_id int! -> customers cascade, paid_at date) ~1000`.
//!
//! After a column's type: `!` NOT NULL, `key`, `unique`, `computed`, `default X`, `check X`, and `-> table.column` with
//! `cascade`, `set_null`, `set_default`, `deferrable` or `loose` (not enforced). Among the columns also `pk(a b)`,
//! `unique(a b)`, `fk(a b) -> table(x y) …`. Lines may also read `trigger T on orders delete writes log insert`,
//! `view V of orders`, `materialized V of orders`, `rule orders`, `security orders`, `remote orders`, `source: other`.

use std::collections::BTreeMap;

use exeunt_base::{Kind, Name, TableRef};
use exeunt_source::catalog::{
    Catalog, Check, Column, Events, ForeignKey, Generated, Hazard, Rule, Table, TableSort, Trigger,
    TriggerWrite, Unique, Verb, View, Writes,
};

use crate::name;

pub(crate) fn sources(text: &str) -> BTreeMap<Name, Catalog> {
    let mut sources: BTreeMap<Name, Catalog> = BTreeMap::new();
    let mut current = name("shop");
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(source) = line.strip_prefix("source:") {
            current = name(source.trim());
            continue;
        }
        let catalog = sources.entry(current.clone()).or_insert_with(|| Catalog {
            product: "test".into(),
            default_schema: Some(name("main")),
            ..Catalog::default()
        });
        read_line(catalog, line);
    }
    for catalog in sources.values_mut() {
        let keys: BTreeMap<TableRef, Vec<Name>> =
            catalog.tables.iter().map(|table| (table.name.clone(), table.primary_key.clone())).collect();
        for key in catalog.tables.iter_mut().flat_map(|table| &mut table.foreign_keys) {
            if key.to_columns.is_empty() {
                key.to_columns.clone_from(&keys[&key.to]);
            }
        }
    }
    sources
}

pub(crate) fn main(table: &str) -> TableRef {
    TableRef { schema: name("main"), name: name(table) }
}

fn read_line(catalog: &mut Catalog, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[0] {
        "trigger" => {
            let on = words[4].split('+');
            let mut events = Events::default();
            for event in on {
                match event {
                    "insert" => events.insert = true,
                    "update" => events.update = true,
                    _ => events.delete = true,
                }
            }
            let writes = match words.get(5).copied() {
                Some("unknown") => Writes::Unknown("dynamic SQL".into()),
                Some("writes") => Writes::Known(vec![TriggerWrite {
                    table: main(words[6]),
                    verb: match words[7] {
                        "insert" => Verb::Insert,
                        "update" => Verb::Update,
                        "count" => Verb::Count,
                        _ => Verb::Delete,
                    },
                }]),
                _ => Writes::Known(Vec::new()),
            };
            let trigger = Trigger {
                name: name(words[1]),
                on: events,
                before: false,
                enabled: true,
                writes,
                digest: "d".into(),
            };
            table(catalog, words[3]).triggers.push(trigger);
        }
        "view" | "materialized" => catalog.views.push(View {
            name: main(words[1]),
            materialized: words[0] == "materialized",
            reads: vec![main(words[3])],
        }),
        "rule" => table(catalog, words[1]).hazards.push(Hazard::Rule("r".into())),
        "security" => table(catalog, words[1]).hazards.push(Hazard::RowSecurity),
        "remote" => table(catalog, words[1]).sort = TableSort::Remote("fts5".into()),
        "partition" => table(catalog, words[1]).sort = TableSort::PartitionOf(main(words[3])),
        _ => {
            let made = read_table(line);
            catalog.tables.push(made);
        }
    }
}

fn table<'a>(catalog: &'a mut Catalog, wanted: &str) -> &'a mut Table {
    catalog.tables.iter_mut().find(|table| table.name.name.as_str() == wanted).expect(wanted)
}

fn read_table(line: &str) -> Table {
    let (head, rest) = line.split_once('(').expect(line);
    let (body, tail) = rest.rsplit_once(')').expect(line);
    let mut table = Table {
        name: main(head.trim()),
        sort: TableSort::Ordinary,
        columns: Vec::new(),
        primary_key: Vec::new(),
        uniques: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        triggers: Vec::new(),
        hazards: Vec::new(),
        estimated_rows: tail.trim().strip_prefix('~').map(|rows| rows.parse().unwrap()),
    };
    for item in split(body) {
        read_item(&mut table, item.trim());
    }
    table
}

/// Parts between commas that stand in no parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn names(text: &str) -> Vec<Name> {
    text.split_whitespace().map(name).collect()
}

fn read_item(table: &mut Table, item: &str) {
    if let Some(rest) = item.strip_prefix("pk(") {
        table.primary_key = names(rest.trim_end_matches(')'));
    } else if let Some(rest) = item.strip_prefix("unique(") {
        table.uniques.push(Unique {
            name: "u".into(),
            columns: names(rest.trim_end_matches(')')),
            whole: true,
        });
    } else if let Some(rest) = item.strip_prefix("fk(") {
        let (columns, rest) = rest.split_once(')').unwrap();
        let (_, target) = rest.split_once("->").unwrap();
        let (to, rest) = target.split_once('(').unwrap();
        let (to_columns, rules) = rest.split_once(')').unwrap();
        let key = foreign_key(names(columns), to.trim(), names(to_columns), rules);
        table.foreign_keys.push(key);
    } else {
        read_column(table, item);
    }
}

fn foreign_key(columns: Vec<Name>, to: &str, to_columns: Vec<Name>, rules: &str) -> ForeignKey {
    let has = |word: &str| rules.split_whitespace().any(|rule| rule == word);
    ForeignKey {
        name: "fk".into(),
        columns,
        to: main(to),
        to_columns,
        on_delete: if has("cascade") {
            Rule::Cascade
        } else if has("set_null") {
            Rule::SetNull
        } else if has("set_default") {
            Rule::SetDefault
        } else {
            Rule::Refuse
        },
        deferrable: has("deferrable"),
        enforced: !has("loose"),
    }
}

fn read_column(table: &mut Table, item: &str) {
    let (plain, reference) =
        item.split_once("->").map_or((item, None), |(plain, reference)| (plain, Some(reference)));
    let (plain, check) =
        plain.split_once(" check ").map_or((plain, None), |(plain, check)| (plain, Some(check)));
    let mut words = plain.split_whitespace();
    let column = name(words.next().expect("a column"));
    let type_name = words.next().unwrap_or("int");
    let rest: Vec<&str> = words.collect();
    let key = rest.contains(&"key");
    table.columns.push(Column {
        name: column.clone(),
        type_name: type_name.trim_end_matches('!').into(),
        kind: kind(type_name.trim_end_matches('!')),
        not_null: type_name.ends_with('!') || key,
        default: rest.iter().position(|word| *word == "default").map(|at| rest[at + 1].to_owned()),
        generated: if rest.contains(&"computed") { Generated::Computed } else { Generated::No },
    });
    if key {
        table.primary_key.push(column.clone());
    }
    if rest.contains(&"unique") {
        table.uniques.push(Unique { name: "u".into(), columns: vec![column.clone()], whole: true });
    }
    if let Some(check) = check {
        table.checks.push(Check {
            name: "c".into(),
            expression: check.trim().into(),
            columns: vec![column.clone()],
        });
    }
    if let Some(reference) = reference {
        let mut words = reference.split_whitespace();
        let target = words.next().unwrap();
        let (to, to_columns) = match target.split_once('.') {
            Some((to, column)) => (to, vec![name(column)]),
            None => (target, Vec::new()),
        };
        let rules: Vec<&str> = words.collect();
        table.foreign_keys.push(foreign_key(vec![column], to, to_columns, &rules.join(" ")));
    }
}

fn kind(word: &str) -> Kind {
    match word {
        "int" => Kind::Integer { min: i64::MIN, max: i64::MAX },
        "date" => Kind::Date,
        "timestamptz" => Kind::Timestamp { zoned: true },
        "timestamp" => Kind::Timestamp { zoned: false },
        "bool" => Kind::Bool,
        "json" => Kind::Json,
        "uuid" => Kind::Uuid,
        "inet" => Kind::Inet,
        "numeric" => Kind::Decimal { precision: None, scale: None },
        "any" => Kind::Any,
        "bytes" => Kind::Bytes,
        text => match text.strip_prefix("text(") {
            Some(max) => Kind::Text { max: Some(max.trim_end_matches(')').parse().unwrap()) },
            None => Kind::Text { max: None },
        },
    }
}
