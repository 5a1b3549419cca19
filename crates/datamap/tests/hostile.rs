//! Whatever text is given, the parser answers; whatever it takes, it gives back the same.

use exeunt_datamap::fides::{export, import};
use exeunt_datamap::graph::{mermaid, svg};
use exeunt_datamap::parse;
use exeunt_datamap::render::render;
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::test_runner::TestCaseError;

const SHOP: &str = include_str!("shop.yaml");

fn read(text: &str) -> Result<(), TestCaseError> {
    let Ok(map) = parse(&[(String::from("map.yaml"), text.to_owned())]) else { return Ok(()) };
    let again = parse(&[(String::from("map.yaml"), render(&map))]);
    proptest::prop_assert_eq!(again.as_ref().ok(), Some(&map), "{:?}", again.as_ref().err());
    proptest::prop_assert!(
        svg::draw(&map).ends_with("</svg>\n") && mermaid::draw(&map).starts_with("flowchart")
    );
    proptest::prop_assert!(import("out.yml", &export(&map)).is_ok());
    Ok(())
}

/// The shop with a piece cut out, doubled or replaced.
fn mangled() -> impl Strategy<Value = String> {
    let piece =
        prop_oneof![any::<String>(), "[a-z_: {}\\[\\],&*#'\"\n-]{0,12}", "(null|NO|007|1e5|~|<<|!x|%y|---)"];
    (0..SHOP.len(), 0..40usize, piece).prop_map(|(at, length, piece)| {
        let start = SHOP.floor_char_boundary(at);
        let end = SHOP.floor_char_boundary((at + length).min(SHOP.len()));
        format!("{}{piece}{}", &SHOP[..start], &SHOP[end..])
    })
}

proptest! {
    #[test]
    fn any_text_gets_an_answer(text in any::<String>()) {
        read(&text)?;
        let _ = import("f.yml", &text);
    }

    #[test]
    fn a_mangled_map_gets_an_answer(text in mangled()) {
        read(&text)?;
        let _ = import("f.yml", &text);
    }

    #[test]
    fn names_of_any_letters_survive(table in "[^\\x00]{1,20}", column in "[^\\x00]{1,20}", reason in "\\PC{1,30}") {
        let text = |text: &str| exeunt_datamap::yaml::write::scalar(text);
        let written = format!(
            "source: s\nmodels:\n  people:\n    table: {}\n    key: {c}\n    subject: {{ email: {c} }}\n    fields: {{ {c}: {{ category: user, title: {} }} }}\n    on_erase: delete\n",
            text(&format!("\"{}\"", table.replace('"', "\"\""))),
            text(&format!("t{reason}")),
            c = text(&column),
        );
        let map = parse(&[(String::from("map.yaml"), written.clone())]);
        proptest::prop_assert!(map.is_ok(), "{:?} {}", map, written);
        read(&written)?;
    }
}
