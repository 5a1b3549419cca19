//! The reference of the settings, `docs/settings.md`, made from their schema.

use serde_json::{Map, Value};

use crate::settings::schema;

/// What stands before the tables.
const HEAD: &str = "\
<!-- made by `exeunt settings reference`; do not edit -->

# Settings

`exeunt.yaml` in the home's folder, or the file that `--settings` or `EXEUNT_SETTINGS` names. It is read strictly: an unknown key
is an error with its line and the nearest known one. Paths are relative to the file. `exeunt settings check` says what is wrong with a file before anybody depends on it, and
[settings.schema.json](settings.schema.json) (`exeunt settings schema`) lets an editor know every key.

Secrets are best named and not written: by a file (`…_file`; the secrets of containers are files) or by a
variable (`…_env`).
";

/// The text.
pub(crate) fn reference() -> String {
    let schema = schema::schema();
    let mut text = String::from(HEAD);
    table(&mut text, &schema);
    let sections = schema["$defs"].as_object().into_iter().flatten();
    for (title, section) in sections.filter_map(|(name, section)| named(&schema, name, section)) {
        text.push_str(&format!("\n## {title}\n\n{}\n", words(section)));
        table(&mut text, section);
    }
    text
}

/// Where a section belongs: the key under which it stands, there or within another section.
fn named<'a>(schema: &Value, name: &str, section: &'a Value) -> Option<(String, &'a Value)> {
    let place = format!("#/$defs/{name}");
    section.get("properties")?;
    let uses = |value: &Value| value.to_string().contains(&format!("\"{place}\""));
    let Some((key, value)) = schema["properties"].as_object()?.iter().find(|(_, value)| uses(value)) else {
        let (outer, key) = schema["$defs"].as_object()?.iter().find_map(|(outer, inner)| {
            let (key, _) = inner["properties"].as_object()?.iter().find(|(_, value)| uses(value))?;
            Some((outer, key))
        })?;
        let (title, _) = named(schema, outer, &schema["$defs"][outer])?;
        return Some((format!("{}.{key}`", title.trim_end_matches('`')), section));
    };
    let many = value.get("additionalProperties").is_some_and(uses);
    let title = if many { format!("`{key}.NAME`") } else { format!("`{key}`") };
    Some((title, section))
}

fn table(text: &mut String, section: &Value) {
    text.push_str("\n| key | takes | default | meaning |\n| --- | --- | --- | --- |\n");
    let needed: Vec<&str> =
        section["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (key, value) in section["properties"].as_object().into_iter().flatten() {
        let default = match value.get("default") {
            _ if needed.contains(&key.as_str()) => String::from("must be there"),
            Some(Value::Object(_)) | None => String::new(),
            Some(Value::Array(values)) if values.is_empty() => String::new(),
            Some(Value::String(word)) => format!("`{word}`"),
            Some(other) => format!("`{other}`"),
        };
        let row = format!("| `{key}` | {} | {default} | {} |\n", takes(value), words(value));
        text.push_str(&row);
    }
}

fn words(value: &Value) -> String {
    value["description"].as_str().unwrap_or_default().replace('|', "\\|")
}

/// What may stand there.
fn takes(value: &Value) -> String {
    let alternatives = value.get("anyOf").or_else(|| value.get("oneOf")).and_then(Value::as_array);
    if let Some(alternatives) = alternatives {
        let mut found: Vec<String> = Vec::new();
        for one in alternatives.iter().filter(|one| one["type"] != "null") {
            let one = takes(one);
            if !found.contains(&one) {
                found.push(one);
            }
        }
        return found.join(", ");
    }
    if let Some(word) = value["const"].as_str() {
        return format!("`{word}`");
    }
    if let Some(place) = value["$ref"].as_str() {
        let schema = schema::schema();
        let inner = &schema["$defs"][place.rsplit('/').next().unwrap_or_default()];
        return if inner.get("properties").is_some() { String::from("section below") } else { takes(inner) };
    }
    if let Some(inner) = value.get("enum").and_then(Value::as_array) {
        let words = inner.iter().filter_map(Value::as_str).map(|word| format!("`{word}`"));
        return words.collect::<Vec<_>>().join(", ");
    }
    let kind = match &value["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    };
    match kind {
        Some("string") => String::from("text"),
        Some("integer") => number(value.as_object()),
        Some("boolean") => String::from("`true`, `false`"),
        Some("array") => format!("list of {}", takes(&value["items"])),
        Some("object") => String::from("sections below, by name"),
        _ => String::new(),
    }
}

fn number(value: Option<&Map<String, Value>>) -> String {
    let bound = |key: &str| value.and_then(|value| value.get(key)).and_then(Value::as_u64);
    match (bound("minimum").unwrap_or(0), bound("maximum")) {
        (least, Some(most)) if most < 65_536 => format!("{least} to {most}"),
        (least, _) => format!("number from {least} on"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn page(name: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
        std::fs::read_to_string(path).unwrap_or_default()
    }

    #[test]
    fn the_pages_are_what_the_code_says() {
        let again = "`cargo run -- settings reference > docs/settings.md` and `… settings schema > docs/settings.schema.json`";
        assert_eq!(page("settings.md"), super::reference(), "make the page again: {again}");
        let schema = serde_json::to_string_pretty(&super::schema::schema()).expect("JSON");
        assert_eq!(page("settings.schema.json"), schema + "\n", "make the schema again: {again}");
    }

    #[test]
    fn every_key_says_what_it_means() {
        for line in super::reference().lines().filter(|line| line.starts_with("| `")) {
            assert!(!line.ends_with("|  |"), "{line}");
            assert!(!line.contains("|  | |"), "what it takes is not told: {line}");
        }
    }
}
