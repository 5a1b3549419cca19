//! An access answer, through the engine's export and the opened package, against what the person has a right to see.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use exeunt_base::Personal;
use exeunt_engine::export::{Order, To};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::progress::Nobody;
use exeunt_package::{About, Format, Key, Opening};
use exeunt_plan::document::Right;

use crate::house::House;
use crate::oracle;
use crate::world::{Value, World};

type Answer = BTreeMap<(usize, bool), Vec<BTreeMap<String, serde_json::Value>>>;

/// Exports the first person's data and compares.
pub(crate) async fn access(world: &World, house: &House) -> Result<(), String> {
    let document = match crate::chain::plan(house, world, Right::Access).await {
        Ok(document) => document,
        Err(problems) => return Err(format!("no access plan: {}", problems[0])),
    };
    let given: Vec<(&str, &str)> =
        world.people[0].iter().map(|(kind, value)| (*kind, value.as_str())).collect();
    let request = house.submit("access", &given).await;
    let order = Order {
        formats: [Format::Json].into(),
        to: To::House,
        answer: String::from("here it is"),
        about: about(),
        subject: Personal::new(String::from("you")),
        confirmed: Confirmed { identity: true, nobody: true, ..Confirmed::default() },
        version: String::from("test"),
    };
    let told = |what: &'static str| move |error: exeunt_engine::Error| format!("{what}: {error}");
    let made = house.engine.export(request, &document, order, &Nobody, None).await.map_err(told("export"))?;
    let package = house.engine.store.package(made.package).await.map_err(|error| error.to_string())?;
    let key = Key::Identity(house.engine.package_identity(&package).map_err(told("key"))?);
    let target = house.dir.path().join("opened");
    let opened = exeunt_package::open(File::open(&made.file).unwrap(), &key, &Opening::default(), &target)
        .map_err(|error| format!("open: {error}"))?;
    let mut answer = Answer::new();
    for model in &opened.manifest.models {
        let table: usize = model.model.trim_start_matches('t').parse().unwrap();
        let accessed = model.reason == "accessed";
        let Some(file) = model.files.iter().find(|name| name.ends_with(".json")) else {
            if model.rows == 0 {
                continue;
            }
            return Err(format!("the package has no file for {}: {:?}", model.model, model.files));
        };
        let text = std::fs::read_to_string(target.join(file)).unwrap();
        let rows: Vec<BTreeMap<String, serde_json::Value>> =
            serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
        answer.entry((table, accessed)).or_default().extend(rows);
    }
    compare(world, &oracle::access(world, 0), answer)
}

fn compare(world: &World, shown: &oracle::Shown, mut answer: Answer) -> Result<(), String> {
    let none = BTreeSet::new();
    for (at, table) in world.tables.iter().enumerate() {
        for (rows, accessed) in [(&shown.owned, false), (&shown.accessed, true)] {
            let redacted = shown.redacted.get(&at).filter(|_| accessed).unwrap_or(&none);
            let perhaps = shown.perhaps.get(&at).filter(|_| accessed).unwrap_or(&none);
            let mut expected: Vec<BTreeMap<String, serde_json::Value>> = rows
                .iter()
                .filter(|row| row.0 == at)
                .map(|row| {
                    let visible = table.columns.iter().filter(|column| !column.hidden);
                    visible
                        .map(|column| (column.name.clone(), json(&world.row(*row)[&column.name])))
                        .collect()
                })
                .collect();
            let mut found = answer.remove(&(at, accessed)).unwrap_or_default();
            // an empty cell needs no blackening, and what only might be blackened is compared no further
            for row in &mut found {
                for column in perhaps.intersection(&row.keys().cloned().collect()) {
                    let value = &row[column];
                    let seen = value.is_null() || value.get("$redacted").is_some();
                    let word = if seen || !redacted.contains(column) { "redacted" } else { "plain" };
                    row.insert(column.clone(), serde_json::json!(word));
                }
            }
            for row in &mut expected {
                for column in perhaps.intersection(&row.keys().cloned().collect()) {
                    row.insert(column.clone(), serde_json::json!("redacted"));
                }
            }
            let key = |row: &BTreeMap<String, serde_json::Value>| format!("{row:?}");
            expected.sort_by_key(key);
            found.sort_by_key(key);
            if expected != found {
                let missing: Vec<_> = expected.iter().filter(|row| !found.contains(row)).take(3).collect();
                let strange: Vec<_> = found.iter().filter(|row| !expected.contains(row)).take(3).collect();
                return Err(format!(
                    "the answer shows {} rows of t{at} (accessed: {accessed}), {} are theirs to see\nmissing {missing:?}\nstrange {strange:?}",
                    found.len(),
                    expected.len()
                ));
            }
        }
    }
    Ok(())
}

/// Something under every heading: an answer without it is refused.
fn about() -> About {
    let said = || vec![String::from("said elsewhere")];
    About {
        confirmation: said(),
        controller: said(),
        purposes: said(),
        categories: said(),
        recipients: said(),
        retention: said(),
        rights: said(),
        complaint: said(),
        source: said(),
        automated_decisions: said(),
        transfers: said(),
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Int(number) => serde_json::json!(number),
        Value::Text(text) => serde_json::json!(text),
    }
}
