//! The settings' JSON Schema, made from the structs that read them, so that an editor knows every key and its meaning.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::settings::Settings;

/// The schema.
pub(crate) fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Settings>().to_value();
    plain(&mut schema);
    schema
}

/// Every key there is, at whatever place, for advice on mistakes.
pub(crate) fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    collect(&schema(), &mut keys);
    keys
}

fn collect(value: &Value, keys: &mut BTreeSet<String>) {
    let Value::Object(object) = value else { return };
    for (word, inner) in object {
        if let ("properties", Value::Object(properties)) = (word.as_str(), inner) {
            keys.extend(properties.keys().cloned());
        }
        collect(inner, keys);
    }
}

/// Leaves out what says nothing: formats that are Rust's own, defaults that mean *nothing was said*, line ends of comments.
fn plain(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let ours = |format: &Value| format.as_str().is_some_and(|format| format.starts_with("uint"));
            if object.get("format").is_some_and(ours) {
                object.remove("format");
            }
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            object.values_mut().for_each(plain);
        }
        Value::Array(values) => values.iter_mut().for_each(plain),
        _ => {}
    }
}
