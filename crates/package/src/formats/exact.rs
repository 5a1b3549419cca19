//! Documents and lists as JSON values: a column of JSON holds JSON, a column of arrays holds lists. Where a reader would not
//! keep a value exactly (numbers beyond what JavaScript counts, repeated keys, a list with bounds of its own), its text is
//! given instead, marked.

use std::collections::HashSet;
use std::fmt;

use exeunt_base::{Cell, Kind};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::formats::json::{Natural, marked, put_cell, put_string};

/// Significant digits every JSON reader keeps.
const DIGITS: usize = 15;
/// The largest whole number every JSON reader keeps exact.
const SAFE: u64 = 1 << 53;

/// Appends a JSON document: as it stands, where every reader has it exactly.
pub(crate) fn put_document(out: &mut Vec<u8>, text: &str) {
    let exact = serde_json::from_str::<Exact>(text).is_ok() && numbers(text).all(is_exact);
    match text.trim() {
        _ if !exact => marked(out, "text", |out| put_string(out, text)),
        // not the database's NULL
        "null" => marked(out, "json", |out| out.extend_from_slice(b"null")),
        document if looks_marked(document) => {
            marked(out, "json", |out| out.extend_from_slice(document.as_bytes()));
        }
        document => out.extend_from_slice(document.as_bytes()),
    }
}

/// Appends a list as PostgreSQL writes it (`{1,NULL,"a b"}`).
pub(crate) fn put_list(out: &mut Vec<u8>, text: &str, of: &Kind) {
    let mut list = Vec::new();
    let mut rest = text.as_bytes();
    match (list_items(&mut rest, of, &mut list, 0), rest) {
        (Some(()), b"") => out.extend_from_slice(&list),
        _ => marked(out, "text", |out| put_string(out, text)),
    }
}

/// Deepest list that is read; PostgreSQL has six dimensions.
const DEEPEST: usize = 6;

fn list_items(rest: &mut &[u8], of: &Kind, out: &mut Vec<u8>, depth: usize) -> Option<()> {
    if depth == DEEPEST {
        return None;
    }
    *rest = rest.strip_prefix(b"{")?;
    out.push(b'[');
    if let Some(after) = rest.strip_prefix(b"}") {
        *rest = after;
        out.push(b']');
        return Some(());
    }
    loop {
        match *rest.first()? {
            b'{' => list_items(rest, of, out, depth + 1)?,
            b'"' => {
                let text = quoted(rest)?;
                put_item(out, &text, of);
            }
            _ => {
                let end = rest.iter().position(|byte| matches!(byte, b',' | b'}'))?;
                let (item, after) = rest.split_at(end);
                *rest = after;
                let item = std::str::from_utf8(item).ok()?;
                if item.is_empty() || item.contains(['{', '"', '\\']) {
                    return None;
                }
                match item {
                    "NULL" => out.extend_from_slice(b"null"),
                    item => put_item(out, item, of),
                }
            }
        }
        let (next, after) = rest.split_first()?;
        *rest = after;
        match next {
            b',' => out.push(b','),
            b'}' => {
                out.push(b']');
                return Some(());
            }
            _ => return None,
        }
    }
}

/// What stands between quotes, backslashes taken off.
fn quoted(rest: &mut &[u8]) -> Option<String> {
    let mut text = Vec::new();
    let mut at = 1;
    loop {
        match *rest.get(at)? {
            b'"' => break,
            b'\\' => {
                text.push(*rest.get(at + 1)?);
                at += 2;
            }
            byte => {
                text.push(byte);
                at += 1;
            }
        }
    }
    *rest = &rest[at + 1..];
    String::from_utf8(text).ok()
}

fn put_item(out: &mut Vec<u8>, text: &str, of: &Kind) {
    let natural = Natural::of(of);
    let cell = match of {
        Kind::Json => return put_document(out, text),
        Kind::Integer { .. } => text.parse().ok().map(Cell::Int),
        Kind::Real => text.parse().ok().map(|value: f64| Cell::real(value)),
        Kind::Bool if matches!(text, "t" | "f") => Some(Cell::Bool(text == "t")),
        _ => None,
    };
    put_cell(out, &cell.unwrap_or_else(|| Cell::text(text)), &natural);
}

/// Whether a document could be taken for one of our own marks: an object whose only key begins with `$`.
fn looks_marked(document: &str) -> bool {
    if !document.starts_with('{') {
        return false;
    }
    let parsed: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(document);
    parsed.is_ok_and(|map| map.len() == 1 && map.keys().all(|key| key.starts_with('$')))
}

/// The numbers of a document, as they are written.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            match bytes.get(at)? {
                b'"' => {
                    at += 1;
                    while !matches!(bytes.get(at), None | Some(b'"')) {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    at += 1;
                }
                b'-' | b'0'..=b'9' => {
                    let from = at;
                    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                    at += bytes[at..].iter().take_while(|byte| is_part(byte)).count();
                    return text.get(from..at);
                }
                _ => at += 1,
            }
        }
    })
}

/// Whether every reader has this number as it is.
fn is_exact(number: &str) -> bool {
    if let Ok(whole) = number.parse::<i64>() {
        return whole.unsigned_abs() <= SAFE;
    }
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').len();
    let value: f64 = number.parse().unwrap_or(f64::INFINITY);
    let lost = value == 0.0 && significant > 0;
    significant <= DIGITS && value.is_finite() && value.abs() < 1e300 && !lost
}

/// Any JSON value in which no key is repeated.
struct Exact;

impl<'a> Deserialize<'a> for Exact {
    fn deserialize<D: Deserializer<'a>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Exact)
    }
}

impl<'a> Visitor<'a> for Exact {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'a>>(self, mut entries: A) -> Result<Self, A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if !keys.insert(key) {
                return Err(serde::de::Error::custom("a key is repeated"));
            }
            entries.next_value::<Self>()?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Kind;

    use super::{put_document, put_list};

    fn document(text: &str) -> String {
        let mut out = Vec::new();
        put_document(&mut out, text);
        serde_json::from_slice::<serde_json::Value>(&out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn list(text: &str, of: &Kind) -> String {
        let mut out = Vec::new();
        put_list(&mut out, text, of);
        serde_json::from_slice::<serde_json::Value>(&out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_document_is_json_where_every_reader_has_it_exactly() {
        for exact in
            [r#"{"a": [1, -2.5, "x\"1e999", null]}"#, "[]", "\"text\"", "7", "true", "{}", "1.0", "19.90"]
        {
            assert_eq!(document(exact), exact);
        }
        assert_eq!(document("null"), r#"{"$json":null}"#);
        assert_eq!(document(r#"{"$int": "7"}"#), r#"{"$json":{"$int": "7"}}"#);
        for astray in [
            "9007199254740993",
            "[1e400]",
            "0.1234567890123456789",
            r#"{"a": 1, "a": 2}"#,
            "not JSON",
            "",
            "{",
        ] {
            let text = document(astray);
            assert!(text.starts_with(r#"{"$text":"#), "{text}");
        }
    }

    #[test]
    fn an_array_is_a_list() {
        let integers = Kind::Integer { min: i64::MIN, max: i64::MAX };
        assert_eq!(list("{}", &integers), "[]");
        assert_eq!(list("{1,NULL,9007199254740993}", &integers), r#"[1,null,"9007199254740993"]"#);
        assert_eq!(list("{{1,2},{3,4}}", &integers), "[[1,2],[3,4]]");
        assert_eq!(list("{t,f}", &Kind::Bool), "[true,false]");
        assert_eq!(list("{1.5,NaN}", &Kind::Real), r#"[1.5,{"$real":"NaN"}]"#);
        let text = Kind::Text { max: None };
        assert_eq!(list(r#"{a,"b c","NULL","q\"\\,}",""}"#, &text), r#"["a","b c","NULL","q\"\\,}",""]"#);
        assert_eq!(list(r#"{"{\"a\": 1}"}"#, &Kind::Json), r#"[{"a": 1}]"#);
        for astray in ["[0:1]={1,2}", "{1", "{1}}", "1", "{,}", "{{{{{{{1}}}}}}}"] {
            assert!(list(astray, &integers).starts_with(r#"{"$text":"#), "{astray}");
        }
    }
}
