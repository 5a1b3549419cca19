//! Each format read back by a reader that is not ours.

use std::io::{Cursor, Read};

use exeunt_base::{Cell, Kind, Row};
use exeunt_package::{Digest, Field, Format};
use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::support::{Inside, integer, look_inside, model, one_model, text};

fn every_kind() -> (Vec<Field>, Vec<Row>) {
    let fields = vec![
        integer("id"),
        text("name"),
        Field::new("price", Kind::Decimal { precision: Some(12), scale: Some(2) }),
        Field::new("ratio", Kind::Real),
        Field::new("active", Kind::Bool),
        Field::new("at", Kind::Timestamp { zoned: true }),
        Field::new("photo", Kind::Bytes),
        Field::new("anything", Kind::Any),
    ];
    let rows = vec![
        vec![
            Cell::Int(1),
            Cell::text("Ada, \"Countess\"\r\nof Lovelace 💥"),
            Cell::text("12.50"),
            Cell::real(0.1),
            Cell::Bool(true),
            Cell::text("2026-11-21 12:00:00+00"),
            Cell::Bytes(vec![0, 255, 7]),
            Cell::Int(i64::MAX),
        ],
        vec![
            Cell::Int(i64::MIN),
            Cell::text(""),
            Cell::Null,
            Cell::real(f64::NAN),
            Cell::Bool(false),
            Cell::Null,
            Cell::Null,
            Cell::BrokenText(vec![0xff, b'x']),
        ],
    ];
    (fields, rows)
}

fn package(formats: &[Format]) -> Inside {
    let (fields, rows) = every_kind();
    look_inside(&one_model(formats, model("customers", fields), &rows))
}

#[test]
fn json_keeps_every_value_and_its_schema_fits() {
    let inside = package(&[Format::Json]);
    let rows = inside.json("2-your-data/01-customers.json");
    assert_eq!(
        rows,
        json!([
            {
                "id": 1, "name": "Ada, \"Countess\"\r\nof Lovelace 💥", "price": "12.50", "ratio": 0.1, "active": true,
                "at": "2026-11-21 12:00:00+00", "photo": { "$bytes": "AP8H" },
                "anything": { "$int": "9223372036854775807" },
            },
            {
                "id": "-9223372036854775808", "name": "", "price": null, "ratio": { "$real": "NaN" },
                "active": false, "at": null, "photo": null, "anything": { "$broken_text": "/3g=" },
            },
        ])
    );
    let schema = inside.json("schema/01-customers.schema.json");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    accepts(&schema, &schema, &rows).unwrap();

    let mut wrong = rows.clone();
    wrong[0]["id"] = json!("not a number");
    assert!(accepts(&schema, &schema, &wrong).is_err());
    let mut wrong = rows.clone();
    wrong[0]["surprise"] = json!(1);
    assert!(accepts(&schema, &schema, &wrong).is_err());
    let mut wrong = rows;
    wrong[1].as_object_mut().unwrap().remove("name");
    assert!(accepts(&schema, &schema, &wrong).is_err());
}

/// The part of JSON Schema that our schemas use; an unknown keyword fails, so that nothing is skipped in silence.
fn accepts(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    for (keyword, rule) in schema.as_object().unwrap() {
        let good = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "contentEncoding" | "contentMediaType" => true,
            keyword if keyword.starts_with("x-exeunt-") => true,
            "type" => match rule {
                Value::String(word) => has_type(value, word),
                words => words.as_array().unwrap().iter().any(|word| has_type(value, word.as_str().unwrap())),
            },
            "anyOf" => rule.as_array().unwrap().iter().any(|choice| accepts(root, choice, value).is_ok()),
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap();
                accepts(root, target, value).is_ok()
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    accepts(root, rule, item)?;
                }
                true
            }
            "properties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    if let Some(rule) = rule.get(name) {
                        accepts(root, rule, value).map_err(|why| format!("{name}: {why}"))?;
                    }
                }
                true
            }
            "required" => value.as_object().is_none_or(|value| {
                rule.as_array().unwrap().iter().all(|name| value.contains_key(name.as_str().unwrap()))
            }),
            "additionalProperties" => {
                assert_eq!(rule, &json!(false));
                value
                    .as_object()
                    .is_none_or(|value| value.keys().all(|name| schema["properties"].get(name).is_some()))
            }
            "minProperties" | "maxProperties" => {
                assert_eq!(rule, &json!(1));
                value.as_object().is_none_or(|value| value.len() == 1)
            }
            "pattern" => value.as_str().is_none_or(|text| match rule.as_str().unwrap() {
                "^-?[0-9]{16,19}$" => {
                    let digits = text.strip_prefix('-').unwrap_or(text);
                    (16..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
                }
                "^-?[0-9]+$" => text.parse::<i64>().is_ok(),
                "^(NaN(:[0-9a-f]{16})?|-?Infinity|-?[0-9].*)$" => text.parse::<f64>().is_ok(),
                other => panic!("a pattern this checker does not know: {other}"),
            }),
            other => panic!("a keyword this checker does not know: {other}"),
        };
        if !good {
            return Err(format!("{keyword} does not hold"));
        }
    }
    Ok(())
}

fn has_type(value: &Value, word: &str) -> bool {
    match word {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no such type: {other}"),
    }
}

#[test]
fn csv_is_read_back_by_another_reader() {
    let inside = package(&[Format::Csv]);
    let text = inside.text("2-your-data/01-customers.csv");
    assert!(text.starts_with("id,name,price,ratio,active,at,photo,anything\r\n"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0][1], "Ada, \"Countess\"\r\nof Lovelace 💥");
    assert_eq!(rows[0][6], "AP8H");
    assert_eq!(rows[0][7], "9223372036854775807");
    assert_eq!(rows[1][3], "NaN");
    // NULL and the empty text differ in the bytes
    assert!(text.contains("\r\n-9223372036854775808,\"\",,NaN,false,,,\u{fffd}x\r\n"), "{text}");
}

#[test]
fn xml_is_read_back_by_another_reader() {
    let inside = package(&[Format::Xml]);
    let cells = xml_fields(inside.text("2-your-data/01-customers.xml"));
    assert_eq!(cells.len(), 16);
    assert_eq!(cells[1], ("name".into(), "Ada, \"Countess\"\r\nof Lovelace 💥".into()));
    assert_eq!(cells[8], ("id".into(), "-9223372036854775808".into()));
    assert_eq!(cells[11], ("ratio".into(), "NaN".into()));
    for path in ["1-answer.xml", "3-about-our-processing.xml"] {
        xml_fields(inside.text(path));
    }
}

/// The fields of a file, and that it is well-formed: every name closed, every reference known.
pub(crate) fn xml_fields(text: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let (mut fields, mut current, mut depth) = (Vec::new(), None, 0i32);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                depth += 1;
                if start.name().as_ref() == "field" {
                    current = Some((attribute(&start), String::new()));
                }
            }
            Event::Empty(start) => {
                if start.name().as_ref() == "field" {
                    fields.push((attribute(&start), String::new()));
                }
            }
            Event::Text(piece) => {
                if let Some((_, text)) = &mut current {
                    text.push_str(&piece);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some((_, text)) = &mut current {
                    let character = reference.resolve_char_ref().unwrap();
                    text.push(character.unwrap_or_else(|| match &*reference {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "quot" => '"',
                        "apos" => '\'',
                        other => panic!("an entity nobody declared: {other}"),
                    }));
                }
            }
            Event::End(end) => {
                depth -= 1;
                if end.name().as_ref() == "field" {
                    fields.extend(current.take());
                }
            }
            Event::Eof => break,
            Event::Decl(_) => {}
            other => panic!("something that should not be there: {other:?}"),
        }
    }
    assert_eq!(depth, 0);
    assert!(
        text.chars().all(
            |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        ),
        "a character XML does not have"
    );
    fields
}

fn attribute(start: &quick_xml::events::BytesStart<'_>) -> String {
    let attribute = start.try_get_attribute("name").unwrap().unwrap();
    attribute.value.into_owned()
}

#[test]
fn docx_holds_text_runs_and_nothing_that_acts() {
    let inside = package(&[Format::Docx]);
    for path in ["2-your-data/01-customers.docx", "1-answer.docx", "3-about-our-processing.docx"] {
        let parts = docx_parts(&inside.files[path]);
        let names: Vec<_> = parts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "[Content_Types].xml",
                "_rels/.rels",
                "word/_rels/document.xml.rels",
                "word/styles.xml",
                "word/document.xml"
            ]
        );
        for (name, xml) in &parts {
            xml_fields(xml);
            for bad in ["TargetMode", "fldSimple", "instrText", "hyperlink", "altChunk", "w:object", "macro"]
            {
                assert!(!xml.contains(bad), "{bad} in {name}");
            }
        }
        let body = &parts[4].1;
        for element in elements(body) {
            let known = [
                "w:document",
                "w:body",
                "w:p",
                "w:pPr",
                "w:pStyle",
                "w:r",
                "w:rPr",
                "w:rStyle",
                "w:t",
                "w:br",
                "w:tab",
                "w:tbl",
                "w:tblPr",
                "w:tblStyle",
                "w:tblW",
                "w:tblLayout",
                "w:tblGrid",
                "w:gridCol",
                "w:tr",
                "w:trPr",
                "w:tblHeader",
                "w:tc",
                "w:sectPr",
                "w:pgSz",
                "w:pgMar",
            ];
            assert!(known.contains(&element.as_str()), "{element}");
        }
    }
    let body = docx_parts(&inside.files["2-your-data/01-customers.docx"]).remove(4).1;
    assert!(body.contains("Ada, &quot;Countess&quot;</w:t><w:br/><w:t xml:space=\"preserve\">of Lovelace"));
}

pub(crate) fn docx_parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            (entry.name().unwrap().into_owned(), text)
        })
        .collect()
}

fn elements(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                names.push(start.name().as_ref().to_owned());
            }
            Event::Eof => return names,
            _ => {}
        }
    }
}

#[test]
fn html_pages_are_bounded_and_linked_to_each_other() {
    let rows: Vec<Row> = (0..10_001).map(|id| vec![Cell::Int(id), Cell::text("x")]).collect();
    let made = one_model(&[Format::Html], model("events", vec![integer("id"), text("what")]), &rows);
    let inside = look_inside(&made);
    let pages: Vec<_> =
        inside.manifest.files.iter().filter(|file| file.path.starts_with("2-your-data")).collect();
    assert_eq!(
        pages.iter().map(|page| (page.path.as_str(), page.rows.unwrap())).collect::<Vec<_>>(),
        [
            ("2-your-data/01-events.html", 5_000),
            ("2-your-data/01-events-002.html", 5_000),
            ("2-your-data/01-events-003.html", 1)
        ]
    );
    let second = inside.text("2-your-data/01-events-002.html");
    assert!(second.contains("href=\"01-events.html\"") && second.contains("href=\"01-events-003.html\""));
    assert!(second.contains("default-src &#39;none&#39;; style-src &#39;sha256-"));
    assert_eq!(second.matches("<tr>").count(), 5_001);
    assert!(!second.contains("<script"));
    assert!(inside.text("index.html").contains("10,001 records"));
}

#[test]
fn all_formats_at_once_hold_the_same_rows_and_the_manifest_fits_every_file() {
    let (fields, rows) = every_kind();
    let made = one_model(&Format::ALL, model("customers", fields.clone()), &rows);
    let inside = look_inside(&made);
    for file in &inside.manifest.files {
        let bytes = &inside.files[&file.path];
        assert_eq!(bytes.len() as u64, file.bytes, "{}", file.path);
        assert_eq!(Digest::of(bytes), file.sha256, "{}", file.path);
    }
    assert_eq!(inside.manifest.files.len() + 1, inside.files.len());
    assert_eq!(Digest::of(&inside.files["manifest.json"]), made.summary.manifest);
    assert_eq!(Digest::of(&made.bytes), made.summary.sha256);
    assert_eq!(made.bytes.len() as u64, made.summary.bytes);
    for format in Format::ALL {
        let alone = look_inside(&one_model(&[format], model("customers", fields.clone()), &rows));
        let path = format!("2-your-data/01-customers.{format}");
        assert_eq!(alone.files[&path], inside.files[&path], "{path}");
    }
}

#[test]
fn wide_models_read_as_blocks_and_codes_show_their_meaning() {
    let mut fields: Vec<Field> = (0..12).map(|place| text(&format!("column_{place}"))).collect();
    fields[0].codes = vec![("a".into(), "Active".into())];
    fields[0].title = Some("State".into());
    let row: Row = (0..12).map(|_| Cell::text("a")).collect();
    let made = one_model(&[Format::Html, Format::Docx, Format::Json], model("wide", fields), &[row]);
    let inside = look_inside(&made);
    let page = inside.text("2-your-data/01-wide.html");
    assert!(page.contains("<dl class=\"row\">") && !page.contains("<table>"));
    assert!(page.contains("<bdi>State</bdi>") && page.contains("Active <span class=\"soft\">(a)</span>"));
    let body = docx_parts(&inside.files["2-your-data/01-wide.docx"]).remove(4).1;
    assert!(body.contains("Active") && !body.contains("<w:tbl>"));
    assert_eq!(inside.json("2-your-data/01-wide.json")[0]["column_0"], "a");
    let codes =
        &inside.json("schema/01-wide.schema.json")["items"]["properties"]["column_0"]["x-exeunt-codes"];
    assert_eq!(codes, &json!({ "a": "Active" }));
}
