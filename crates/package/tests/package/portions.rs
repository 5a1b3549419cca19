//! Portions of a package: each stands alone, is what the whole holds, and together they are all of it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use exeunt_base::{Cell, Personal};
use exeunt_package::{Format, Layer, Portion, Right, portions, reveal, write_portion};

use crate::support::{Made, integer, key, look_inside, make, model, spec, text};

fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut entry = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn portion(made: &Made, which: Portion) -> BTreeMap<String, Vec<u8>> {
    let mut out = Vec::new();
    write_portion(reveal(Cursor::new(&made.bytes), &key()).unwrap(), which, &mut out).unwrap();
    files(&out)
}

fn filled(layers: &[(&str, Layer, usize)]) -> Made {
    make(spec(Right::Access, &Format::ALL), |writer| {
        for (name, layer, rows) in layers {
            let mut spec = model(name, vec![integer("id"), text("words")]);
            spec.layer = *layer;
            writer.begin_model(spec).unwrap();
            for row in 0..*rows {
                let words = Cell::Text(Personal::new(format!("{name} {row}")).expose().to_owned());
                writer.rows(&[vec![Cell::Int(row as i64), words]], &[]).unwrap();
            }
            writer.end_model().unwrap();
        }
    })
}

#[test]
fn together_they_are_the_whole_and_none_has_what_another_has() {
    let made = filled(&[
        ("orders", Layer::Everyday, 20),
        ("empty", Layer::Technical, 0),
        ("visits", Layer::Technical, 12_000),
        ("messages", Layer::Everyday, 3),
    ]);
    let whole = look_inside(&made);
    let mut together = BTreeMap::new();
    for which in Portion::ALL {
        for (name, bytes) in portion(&made, which) {
            assert_eq!(whole.files[&name], bytes, "{name}");
            assert!(together.insert(name.clone(), bytes).is_none(), "{name} is in two");
        }
    }
    let mut expected: Vec<&str> = whole.paths();
    expected.retain(|path| !["index.html", "manifest.json"].contains(path));
    assert_eq!(together.keys().map(String::as_str).collect::<Vec<_>>(), expected);
    let technical = portion(&made, Portion::Technical);
    assert!(technical.keys().all(|name| name.contains("visits")), "{:?}", technical.keys());
    assert!(technical.contains_key("2-your-data/02-visits-002.html"), "{:?}", technical.keys());
    assert!(technical.contains_key("schema/02-visits.schema.json"));
    let summary = portion(&made, Portion::Summary);
    assert!(summary.contains_key("1-answer.html") && summary.contains_key("3-about-our-processing.html"));
    assert!(summary.keys().all(|name| !name.contains('/')));
}

#[test]
fn only_what_has_something_in_it_is_offered_with_its_size() {
    let made = filled(&[("orders", Layer::Everyday, 2)]);
    let offered = portions(reveal(Cursor::new(&made.bytes), &key()).unwrap()).unwrap();
    let words: Vec<&str> = offered.iter().map(|one| one.portion.as_str()).collect();
    assert_eq!(words, ["summary", "everyday"]);
    for one in &offered {
        let mut out = Vec::new();
        write_portion(reveal(Cursor::new(&made.bytes), &key()).unwrap(), one.portion, &mut out).unwrap();
        let size = out.len() as u64;
        assert!(one.bytes < size && size < one.bytes + one.files * 400 + 400, "{one:?} {size}");
        assert_eq!(files(&out).len() as u64, one.files);
    }
    for portion in Portion::ALL {
        assert_eq!(Portion::from_word(portion.as_str()), Some(portion));
    }
    assert_eq!(Portion::from_word("everything"), None);
}

#[test]
fn a_package_that_was_cut_or_changed_gives_no_portion_that_opens() {
    let made = filled(&[("visits", Layer::Technical, 5_000)]);
    let mut changed = made.bytes.clone();
    let at = changed.len() / 3;
    changed[at] ^= 1;
    let mut out = Vec::new();
    let done = reveal(Cursor::new(&changed), &key())
        .map_err(std::io::Error::other)
        .and_then(|plain| write_portion(plain, Portion::Technical, &mut out));
    assert!(done.is_err());
    assert!(zip::ZipArchive::new(Cursor::new(&out)).is_err(), "what broke off does not open");
}
