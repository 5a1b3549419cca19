//! What the law wants in an answer, and what it wants left out.

use std::sync::Arc;

use exeunt_base::{Cell, Kind};
use exeunt_package::{Error, Field, Format, Layer, Mark, Reason, Redaction, Right, Writer};

use crate::reading::docx_parts;
use crate::support::{about, integer, look_inside, make, model, noon, scratch, spec, text, to};

fn scored() -> Vec<Field> {
    vec![integer("id"), Field { computed: true, ..Field::new("churn_score", Kind::Real) }]
}

#[test]
fn inferred_data_is_labelled_in_access_and_absent_in_portability() {
    for right in [Right::Access, Right::Portability] {
        let made = make(spec(right, &Format::ALL), |writer| {
            writer.begin_model(model("customers", scored())).unwrap();
            writer.rows(&[vec![Cell::Int(1), Cell::real(0.25)]], &[]).unwrap();
            writer.end_model().unwrap();
        });
        let inside = look_inside(&made);
        let entry = &inside.manifest.models[0];
        let json = inside.json("2-your-data/01-customers.json");
        let schema = inside.json("schema/01-customers.schema.json");
        let page = inside.text("2-your-data/01-customers.html");
        let word = docx_parts(&inside.files["2-your-data/01-customers.docx"]).remove(4).1;
        let xml = inside.text("2-your-data/01-customers.xml");
        if right == Right::Access {
            assert_eq!(json[0]["churn_score"], 0.25);
            assert_eq!(schema["items"]["properties"]["churn_score"]["x-exeunt-origin"], "inferred");
            assert!(
                page.contains("inferred")
                    && word.contains("(inferred)")
                    && xml.contains("origin=\"inferred\"")
            );
            assert_eq!(entry.inferred, ["churn_score"]);
        } else {
            assert!(json[0].get("churn_score").is_none());
            assert_eq!(entry.left_out, ["churn_score"]);
            for path in inside.paths().into_iter().filter(|path| path.starts_with("2-your-data")) {
                let bytes = &inside.files[path];
                assert!(!bytes.windows(5).any(|window| window == b"churn"), "{path}");
                assert!(!bytes.windows(4).any(|window| window == b"0.25"), "{path}");
            }
            assert!(inside.text("1-answer.html").contains("Left out because it is inferred"));
        }
    }
}

#[test]
fn passwords_and_identity_numbers_are_named_but_never_shown() {
    let secret = |name: &str, category: &str| Field { category: Some(category.into()), ..text(name) };
    let fields = vec![
        integer("id"),
        secret("pw_hash", "user.authorization.password"),
        secret("ssn", "user.government_id.national_identification_number"),
        secret("iban", "user.financial.bank_account"),
        secret("face", "user.biometric"),
        secret("email", "user.contact.email"),
    ];
    let made = make(spec(Right::Access, &Format::ALL), |writer| {
        writer.begin_model(model("customers", fields)).unwrap();
        let canary = || Cell::text("CANARY-7f3a");
        writer
            .rows(
                &[vec![Cell::Int(1), canary(), canary(), canary(), Cell::Null, Cell::text("ada@shop.test")]],
                &[],
            )
            .unwrap();
        writer.end_model().unwrap();
    });
    let inside = look_inside(&made);
    for (path, bytes) in &inside.files {
        assert!(!bytes.windows(6).any(|window| window == b"CANARY"), "{path}");
    }
    for xml in docx_parts(&inside.files["2-your-data/01-customers.docx"]) {
        assert!(!xml.1.contains("CANARY"));
    }
    assert_eq!(inside.json("2-your-data/01-customers.json")[0]["email"], "ada@shop.test");
    let answer = inside.text("1-answer.html");
    assert!(answer.contains("a password, with customers") && answer.contains("a bank account number"));
    assert!(!answer.contains("biometric"), "nothing of that kind is held");
    let withheld = &inside.manifest.models[0].withheld;
    assert_eq!(withheld.iter().map(|one| one.values).collect::<Vec<_>>(), [1, 1, 1, 0]);
}

#[test]
fn what_is_hidden_for_others_is_marked_and_counted() {
    let ground: Arc<str> = "it identifies the sender".into();
    let made = make(spec(Right::Access, &Format::ALL), |writer| {
        let mut spec = model("messages", vec![integer("id"), text("body"), text("sender_ip")]);
        spec.reason = Reason::Accessed;
        spec.redactions = vec![Redaction { column: 2, ground: Arc::clone(&ground) }];
        writer.begin_model(spec).unwrap();
        let row = |id| vec![Cell::Int(id), Cell::text("hello"), Cell::text("CANARY")];
        let other: Arc<str> = "it names somebody else".into();
        writer.rows(&[row(1), row(2)], &[Mark { row: 1, column: 1, ground: other }]).unwrap();
        writer.rows(&[row(3)], &[]).unwrap();
        writer.end_model().unwrap();
    });
    let inside = look_inside(&made);
    for (path, bytes) in &inside.files {
        assert!(!bytes.windows(6).any(|window| window == b"CANARY"), "{path}");
    }
    let json = inside.json("2-your-data/01-messages.json");
    assert_eq!(json[0]["body"], "hello");
    assert_eq!(json[1]["body"]["$redacted"], "it names somebody else");
    assert_eq!(json[2]["sender_ip"]["$redacted"], "it identifies the sender");
    assert!(inside.text("2-your-data/01-messages.csv").contains("[hidden: it names somebody else]"));
    assert!(inside.text("2-your-data/01-messages.xml").contains("redacted=\"it identifies the sender\"/>"));
    assert!(inside.text("2-your-data/01-messages.html").contains("hidden: it names somebody else"));
    let counts: Vec<_> = inside.manifest.models[0]
        .redactions
        .iter()
        .map(|redaction| (redaction.column.as_str(), redaction.cells))
        .collect();
    assert_eq!(counts, [("body", 1), ("sender_ip", 3)]);
    assert_eq!(inside.manifest.models[0].reason, "accessed");
}

#[test]
fn nothing_held_is_an_answer_that_names_the_systems_searched() {
    let made = make(spec(Right::Access, &[Format::Csv]), |writer| {
        writer.begin_model(model("customers", vec![integer("id")])).unwrap();
        writer.rows(&[], &[]).unwrap();
        writer.end_model().unwrap();
    });
    let inside = look_inside(&made);
    assert_eq!(
        inside.paths(),
        ["1-answer.html", "3-about-our-processing.html", "index.html", "manifest.json"]
    );
    let answer = inside.text("1-answer.html");
    assert!(answer.contains("We hold no data about you"));
    assert!(answer.contains("shop, searched by email, customer number") && answer.contains("crm"));
    assert!(inside.manifest.is_empty());
}

#[test]
fn a_source_that_failed_is_listed_and_the_package_is_incomplete() {
    let made = make(spec(Right::Access, &[Format::Json]), |writer| {
        writer.failed_source("crm", "the system could not be reached");
    });
    assert!(!made.summary.complete);
    let inside = look_inside(&made);
    let answer = inside.text("1-answer.html");
    assert!(answer.contains("This answer is not complete"));
    assert!(answer.contains("crm: the system could not be reached"));
    assert!(!answer.contains("We hold no data about you"), "nobody knows that yet");
    assert!(inside.text("index.html").contains("not complete"));
    assert_eq!(inside.manifest.failed[0].source, "crm");
}

#[test]
fn an_information_part_that_leaves_something_unsaid_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut silent = spec(Right::Access, &[Format::Json]);
    silent.about.purposes.clear();
    let refused = Writer::create(Vec::new(), silent, &to(), scratch(dir.path())).err().unwrap();
    assert!(matches!(refused, Error::Unsaid { part: "purposes" }));
    let mut none = spec(Right::Access, &[]);
    none.about = about();
    assert!(matches!(Writer::create(Vec::new(), none, &to(), scratch(dir.path())), Err(Error::NoFormat)));
}

#[test]
fn the_three_parts_are_there_and_tell_every_statement() {
    let made = make(spec(Right::Access, &Format::ALL), |writer| {
        let mut erased = model("orders", vec![integer("id")]);
        erased.erasure_due = Some(noon().plus_days(14));
        erased.layer = Layer::Technical;
        writer.begin_model(erased).unwrap();
        writer.rows(&[vec![Cell::Int(1)]], &[]).unwrap();
        writer.end_model().unwrap();
    });
    let inside = look_inside(&made);
    let page = inside.text("3-about-our-processing.html");
    for said in ["Parcel Ltd, who delivers.", "Data Protection Commission", "European Union", "ten years"] {
        assert!(page.contains(said), "{said}");
    }
    let parts = inside.json("3-about-our-processing.json");
    assert_eq!(parts["about_our_processing"]["purposes"].as_array().unwrap().len(), 2);
    assert_eq!(parts["about_our_processing"].as_object().unwrap().len(), 11);
    let answer = inside.text("1-answer.html");
    assert!(answer.contains("Dear Ada Lovelace,") && answer.contains("shop: 21 November 2026, 12:00:00 UTC"));
    assert!(answer.contains("until 5 December 2026"), "data in the recovery window says so");
    assert!(inside.text("index.html").contains("Technical logs"));
    assert!(inside.files.contains_key("1-answer.docx") && inside.files.contains_key("1-answer.xml"));
}

#[test]
fn rows_that_do_not_fit_their_model_are_refused_and_the_package_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer =
        Writer::create(Vec::new(), spec(Right::Access, &[Format::Csv]), &to(), scratch(dir.path())).unwrap();
    assert!(matches!(writer.rows(&[], &[]), Err(Error::Order { .. })));
    writer.begin_model(model("orders", vec![integer("id")])).unwrap();
    assert!(matches!(writer.begin_model(model("two", vec![])), Err(Error::Order { .. })));
    let wrong = writer.rows(&[vec![Cell::Int(1), Cell::text("CANARY")]], &[]).unwrap_err();
    assert!(matches!(wrong, Error::Shape { wanted: 1, found: 2, .. }));
    assert!(!format!("{wrong} {wrong:?}").contains("CANARY"));
    assert!(matches!(writer.rows(&[vec![Cell::Int(1)]], &[]), Err(Error::Order { .. })));
    assert!(matches!(writer.finish(), Err(Error::Order { .. })));
}
