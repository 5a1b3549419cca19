//! The keys of a person's own rows, model by model, as delta tables tell them.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use exeunt_base::{Cell, Name, Row, hex};
use exeunt_plan::document::Document;
use exeunt_source::KeyBy;
use serde_json::{Map, Value};

use crate::people::Known;

/// Keys of one model's rows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keys(Vec<(Vec<Name>, Row)>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

impl Keys {
    /// One more, each once.
    pub fn add(&mut self, columns: &[Name], cells: &[Cell]) {
        let key = (columns.to_vec(), cells.to_vec());
        if !self.0.contains(&key) {
            self.0.push(key);
        }
    }

    /// As it is sealed and told.
    pub fn to_json(&self) -> String {
        Value::Array(self.0.iter().map(|(columns, cells)| object(columns, cells)).collect()).to_string()
    }
}

/// What stands between the texts of a key's columns when it is hashed: SQL's `chr(31)`.
const BETWEEN: &str = "\u{1f}";

/// The digests of keys, as a JSON list: each of the text of its one column, or of the texts of several with `chr(31)`
/// between them.
pub fn hashed(plain: &str) -> Option<String> {
    let Ok(Value::Array(keys)) = serde_json::from_str(plain) else { return None };
    let hash = |key: &Value| {
        let texts: Vec<String> = key.as_object()?.values().map(text).collect();
        let text = texts.join(BETWEEN);
        Some(Value::String(hex::encode(digest(&SHA256, text.as_bytes()).as_ref())))
    };
    Some(Value::Array(keys.iter().map(hash).collect::<Option<_>>()?).to_string())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn object(columns: &[Name], cells: &[Cell]) -> Value {
    let cell = |cell: &Cell| match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => Value::Bool(*value),
        Cell::Int(value) => Value::from(*value),
        other => other.to_plain().map_or(Value::Null, Value::String),
    };
    let columns = columns.iter().map(|column| column.as_str().to_owned());
    Value::Object(columns.zip(cells.iter().map(cell)).collect::<Map<_, _>>())
}

/// The Users models of a plan and what is known of a person's rows in them: `None` where they were not looked for, or have
/// no key to be told by.
pub fn of_person(document: &Document, known: Option<&Known>) -> BTreeMap<String, Option<Keys>> {
    let mut models: BTreeMap<String, Option<Keys>> = BTreeMap::new();
    for set in document.sets.iter().filter(|set| set.subject) {
        let (KeyBy::Columns(columns), Some(known)) = (set.key(), known) else {
            models.insert(set.model.to_string(), None);
            continue;
        };
        if let Some(keys) = models.entry(set.model.to_string()).or_insert_with(|| Some(Keys::default())) {
            for (_, row) in known.subjects.iter().filter(|(of, _)| *of == set.number) {
                keys.add(columns, &row[..columns.len().min(row.len())]);
            }
        }
    }
    models
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Cell, Name};

    use super::{Keys, hashed};

    fn names(text: &str) -> Vec<Name> {
        text.split_whitespace().map(|name| Name::new(name).expect("a name")).collect()
    }

    #[test]
    fn keys_are_told_by_column_and_hashed_as_texts() {
        let mut keys = Keys::default();
        keys.add(&names("id"), &[Cell::Int(9_007_199_254_740_993)]);
        keys.add(&names("id"), &[Cell::Int(9_007_199_254_740_993)]);
        keys.add(&names("id"), &[Cell::text("a\"b")]);
        assert_eq!(keys.to_json(), r#"[{"id":9007199254740993},{"id":"a\"b"}]"#);
        let seven = "7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451";
        assert_eq!(hashed(r#"[{"id":7}]"#), Some(format!("[\"{seven}\"]")));
        assert_eq!(hashed(r#"[{"id":"7"}]"#), Some(format!("[\"{seven}\"]")));
        // as PostgreSQL has it: encode(sha256(concat_ws(chr(31), 'a', 7)::bytea), 'hex')
        let both = "d3e346eca6e10460f4dd534444f55c280ba76d53316cc117bd4cdaeed3659311";
        assert_eq!(hashed(r#"[{"tenant":"a","id":7}]"#), Some(format!("[\"{both}\"]")));
        assert_eq!(hashed("[]"), Some(String::from("[]")));
        assert!(!format!("{keys:?}").contains("9007"));
    }
}
