//! A JSON Schema (2020-12) for each model's JSON file: what every field is, in words and in types.

use serde_json::{Map, Value, json};

use crate::formats::json::Natural;
use crate::view::{Column, Model};

/// The schema of one model's file.
pub(crate) fn of(model: &Model) -> Value {
    let properties: Map<String, Value> =
        model.columns.iter().map(|column| (column.field.name.clone(), property(column))).collect();
    let required: Vec<_> = model.columns.iter().map(|column| column.field.name.as_str()).collect();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": model.title,
    });
    if let Some(description) = &model.description {
        schema["description"] = json!(description);
    }
    schema["type"] = json!("array");
    schema["items"] = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if !model.withheld.is_empty() {
        schema["x-exeunt-withheld"] = model
            .withheld
            .iter()
            .map(|withheld| json!({ "name": withheld.name, "kind": withheld.kind }))
            .collect();
    }
    if !model.left_out.is_empty() {
        schema["x-exeunt-left-out-as-inferred"] = json!(model.left_out);
    }
    schema["$defs"] = json!({ "marked": marked() });
    schema
}

fn property(column: &Column) -> Value {
    let field = &column.field;
    let mut property = Map::new();
    property.insert("title".into(), json!(column.label()));
    if let Some(description) = describe(column) {
        property.insert("description".into(), json!(description));
    }
    let marked = json!({ "$ref": "#/$defs/marked" });
    let choices = match Natural::of(&field.kind) {
        Natural::Integer => json!([
            { "type": "integer" },
            { "type": "string", "pattern": "^-?[0-9]{16,19}$" },
            { "type": "null" },
            marked,
        ]),
        Natural::Real => json!([{ "type": ["number", "null"] }, marked]),
        Natural::Bool => json!([{ "type": ["boolean", "integer", "null"] }, marked]),
        // any JSON value, marked where no reader would keep it
        Natural::Document => json!([true, marked]),
        Natural::List(_) => json!([{ "type": ["array", "null"] }, marked]),
        Natural::Free => json!([{ "type": ["string", "number", "boolean", "null"] }, marked]),
    };
    property.insert("anyOf".into(), choices);
    property.insert("x-exeunt-kind".into(), json!(field.kind.word()));
    if let Some(category) = &field.category {
        property.insert("x-exeunt-category".into(), json!(category));
    }
    if field.computed {
        property.insert("x-exeunt-origin".into(), json!("inferred"));
    }
    if let Some(ground) = &column.redacted {
        property.insert("x-exeunt-redacted".into(), json!(**ground));
    }
    let codes: Map<String, Value> =
        column.codes().map(|(raw, label)| (raw.to_owned(), json!(label))).collect();
    if !codes.is_empty() {
        property.insert("x-exeunt-codes".into(), Value::Object(codes));
    }
    Value::Object(property)
}

fn describe(column: &Column) -> Option<String> {
    let inferred = "Inferred or computed from other data, not provided by the person.";
    match (&column.field.description, column.field.computed) {
        (Some(text), true) => Some(format!("{text} {inferred}")),
        (Some(text), false) => Some(text.clone()),
        (None, true) => Some(inferred.to_owned()),
        (None, false) => None,
    }
}

/// What JSON has no word for.
fn marked() -> Value {
    let base64 = json!({ "type": "string", "contentEncoding": "base64" });
    json!({
        "description": "A value JSON has no exact word for, or one that is hidden.",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false,
        "properties": {
            "$int": { "type": "string", "pattern": "^-?[0-9]+$" },
            "$real": { "type": "string", "pattern": "^(NaN(:[0-9a-f]{16})?|-?Infinity|-?[0-9].*)$" },
            "$bool": { "type": "boolean" },
            "$text": { "type": "string" },
            "$json": { "description": "JSON's own null, or a document that looks like a mark." },
            "$bytes": base64.clone(),
            "$broken_text": base64,
            "$redacted": { "type": "string", "description": "Hidden for the sake of others; the text says why." },
        },
    })
}
