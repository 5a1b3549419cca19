//! Maps as text: what is understood, and every way to be wrong with its line and advice.

use exeunt_base::{ModelRef, Name};
use exeunt_datamap::model::{
    Action, EdgeAction, KeepFrom, KeepMode, Method, Reference, RelationKind, Scalar,
};
use exeunt_datamap::{DataMap, Model, parse};
use expect_test::{Expect, expect};

const SHOP: &str = include_str!("shop.yaml");

fn read(text: &str) -> DataMap {
    parse(&[(String::from("map.yaml"), text.to_owned())]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn model<'a>(map: &'a DataMap, source: &str, model: &str) -> &'a Model {
    map.model(&at(source, model)).expect("the model is there")
}

fn at(source: &str, model: &str) -> ModelRef {
    ModelRef { source: name(source), model: name(model) }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn check(text: &str, expected: Expect) {
    match parse(&[(String::from("map.yaml"), text.to_owned())]) {
        Ok(_) => expected.assert_eq("fine\n"),
        Err(problems) => {
            let lines: String = problems.0.iter().map(|problem| format!("{problem}\n")).collect();
            expected.assert_eq(&lines);
        }
    }
}

/// A map with one person model and whatever else is given below `models:`.
fn with(models: &str) -> String {
    format!(
        "source: s\nmodels:\n  people:\n    table: people\n    key: [id]\n    subject: {{ email: email }}\n    \
         fields: {{ email: user.contact.email }}\n    on_erase: delete\n{models}"
    )
}

#[test]
fn the_shop_of_the_design_reads_as_it_says() {
    let map = read(SHOP);
    let customers = model(&map, "shop", "customers");
    let subject = customers.subject.as_ref().expect("people");
    assert_eq!(subject.len(), 3);
    assert!(customers.fields[&name("ltv_score")].computed);
    assert!(customers.fields.contains_key(&name("id")), "a key column is mapped by being the key");
    let orders = model(&map, "shop", "orders");
    let keep = orders.keep.as_ref().expect("kept");
    assert_eq!((keep.period.to_string().as_str(), keep.mode), ("10y", KeepMode::Minimized));
    assert_eq!(keep.from, KeepFrom::Column(name("paid_at")));
    let Action::Anonymize(methods) = &orders.on_erase else { panic!("anonymized") };
    assert_eq!(methods[&name("ship_name")], Method::Null);
    let votes = model(&map, "shop", "votes");
    assert_eq!(votes.key.len(), 3);
    assert_eq!(votes.relations[1].kind, RelationKind::RefersTo);
    assert_eq!(votes.relations[1].when[&name("target_type")], Scalar::Text(String::from("message")));
    assert_eq!(votes.relations[1].on_erase, Some(EdgeAction::Cascade));
    assert_eq!(votes.relations[1].on, [name("id")]);
}

#[test]
fn sources_may_be_spread_over_files_and_lead_to_each_other() {
    let other = "source: crm\nmodels:\n  tickets:\n    table: tickets\n    key: id\n    fields: { mail: user.contact.email }\n    \
                 relations: [{ to: shop.customers, by: mail, by_identity: email, as: owned_by }]\n    on_erase: delete\n";
    let files = [(String::from("a.yaml"), SHOP.to_owned()), (String::from("b.yaml"), other.to_owned())];
    let map = parse(&files).expect("fine");
    assert_eq!(model(&map, "crm", "tickets").relations[0].to, at("shop", "customers"));
    assert_eq!(model(&map, "crm", "tickets").relations[0].on, [name("email")]);
    let text = format!("{SHOP}\n---\n{other}");
    assert_eq!(read(&text), map);
}

#[test]
fn a_fate_may_hang_on_the_edge() {
    let map = read(&with(
        "  notes:\n    table: notes\n    key: [id]\n    fields: { body: user.content }\n    on_erase: delete\n    ghost: { row: { body: gone } }\n    relations:\n      \
         - { to: people, by: a, as: owned_by, on_erase: null }\n      - { to: people, by: b, as: owned_by, on_erase: { anonymize: { body: redact } } }\n      \
         - { to: people, by: c, as: owned_by }\n      - { to: notes, by: parent, as: refers_to, on_erase: repoint }\n",
    ));
    let notes = model(&map, "s", "notes");
    let fates: Vec<_> = notes.relations.iter().map(|relation| notes.fate(relation).word()).collect();
    assert_eq!(fates, ["detach", "anonymize", "delete", "detach"]);
    assert_eq!(notes.relations[3].on_erase, Some(EdgeAction::Cut(Reference::Repoint)));
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_known_one() {
    check(
        "source: s\nmodles: {}\nmodels:\n  people:\n    tabel: people\n    on_earse: delete\n",
        expect![[r#"
            map.yaml:2:1: modles: there is no key `modles` here; did you mean `models`?
            map.yaml:5:5: models.people: `table:` is missing; name the table, such as `table: public.orders`
            map.yaml:5:5: models.people.tabel: there is no key `tabel` here; did you mean `table`?
            map.yaml:6:5: models.people.on_earse: there is no key `on_earse` here; did you mean `on_erase`?
        "#]],
    );
}

#[test]
fn every_wrong_name_is_told_at_once() {
    check(
        &with(
            "  orders:\n    table: orders\n    key: [id]\n    fields:\n      ship_name: user.nmae\n      ip: { category: user.device.ip_adress }\n    \
             on_erase: { anonymize: { shipname: redcat, ip: truncate_ipp, nothere: null } }\n    relations:\n      \
             - { to: poeple, by: person_id, as: owned_by }\n      - { to: people, by: [a, b], as: owned_by }\n      - { to: people, by: a, as: ownedby }\n",
        ),
        expect![[r#"
            map.yaml:13:18: models.orders.fields.ship_name: `user.nmae` is not a data category; did you mean `user.name`?
            map.yaml:14:23: models.orders.fields.ip.category: `user.device.ip_adress` is not a data category; did you mean `user.device.ip_address`?
            map.yaml:15:40: models.orders.on_erase.anonymize.shipname: `redcat` is not a method; did you mean `redact`?
            map.yaml:15:52: models.orders.on_erase.anonymize.ip: `truncate_ipp` is not a method; did you mean `truncate_ip`?
            map.yaml:17:15: models.orders.relations[0].to: there is no model `poeple`; did you mean `people`?
            map.yaml:18:9: models.orders.relations[1]: `by:` names 2 columns but `people` is referred to by 1 column (id); name one column for each, in the same order
            map.yaml:19:34: models.orders.relations[2].as: `ownedby` is not known here; did you mean `owned_by`?
        "#]],
    );
}

#[test]
fn keeping_needs_a_law_and_an_end() {
    check(
        &with(
            "  a:\n    table: a\n    relations: [{ to: people, by: p, as: owned_by }]\n    on_erase: keep\n  \
             b:\n    table: b\n    relations: [{ to: people, by: p, as: owned_by }]\n    on_erase: keep\n    keep: { for: 10 years, from: made_at }\n  \
             c:\n    table: c\n    relations: [{ to: people, by: p, as: owned_by }]\n    on_erase: delete\n    keep: { for: 10y, from: request, because: law }\n",
        ),
        expect![[r#"
            map.yaml:12:5: models.a.on_erase: nothing says by which law and until when the row is kept; add `keep:` with `for`, `from` and `because`, or choose another action
            map.yaml:17:11: models.b.keep: `because:` is missing; the law that says so, in words the person will read
            map.yaml:17:18: models.b.keep.for: `10 years` is not a period; write a number and a unit: `10y`, `6m`, `90d`
            map.yaml:22:5: models.c.keep: rows cannot be kept with `on_erase: delete`; choose `on_erase: keep` or `on_erase: { anonymize: … }`, or leave `keep:` out
        "#]],
    );
}

#[test]
fn references_must_be_decided_and_ghosts_must_exist() {
    check(
        &with(
            "  a:\n    table: a\n    key: id\n    on_erase: delete\n    relations:\n      - { to: people, by: p, as: refers_to }\n      \
             - { to: people, by: q, as: refers_to, on_erase: repoint }\n      - { to: people, by: r, as: refers_to, on_erase: delete }\n      \
             - { to: people, by: t, as: accessed_by, on_erase: }\n      - { to: people, by: u, as: owned_by, redact: [x] }\n      - { to: people, by: v, as: refers_to, shared: last_owner, on_erase: null }\n",
        ),
        expect![[r#"
            map.yaml:14:9: models.a.relations[0]: `on_erase:` is missing; decide what happens here when the row there goes: null, cascade, repoint or refuse
            map.yaml:15:45: models.a.relations[1].on_erase: `repoint` needs a ghost, and `people` has none; add `ghost:` to the model `people`
            map.yaml:16:55: models.a.relations[2].on_erase: this cannot be decided on a refers_to relation; known are `null`, `cascade`, `repoint`, `refuse`; a row's own fate stands on owned_by relations
            map.yaml:17:55: models.a.relations[3].on_erase: `on_erase:` says nothing; write `null` to clear the reference
            map.yaml:18:52: models.a.relations[4].redact: `redact:` belongs to accessed_by and accesses
            map.yaml:19:53: models.a.relations[5].shared: `shared:` belongs to owned_by and owns
        "#]],
    );
}

#[test]
fn every_model_leads_to_a_person_or_says_why_not() {
    check(
        &with(
            "  countries:\n    table: countries\n    key: code\n    fields: { title: system.operations }\n",
        ),
        expect![[r#"
            map.yaml:10:5: models.countries: no relation leads to a person; add a relation that leads to one, or say why not with `unlinked: "reason"`
        "#]],
    );
    check(
        &with(
            "  countries:\n    table: countries\n    unlinked: a list of countries\n    fields: { title: system.operations }\n",
        ),
        expect![[r#"
            fine
        "#]],
    );
    check(
        "source: s\nmodels:\n  a: { table: a, on_erase: delete }\n",
        expect![[r#"
            map.yaml:1:1: models: no model holds people; add `subject: { email: email }` to the model that holds people
        "#]],
    );
    check(
        "# nothing\n",
        expect![[r#"
            map.yaml:1:1: the map describes no source; start a document with `source: name`, or run `exeunt map discover`
        "#]],
    );
}

#[test]
fn doubtful_yaml_is_asked_about_and_a_country_stays_a_country() {
    check(
        &with(
            "  a:\n    table: a\n    key: id\n    on_erase: delete\n    fields: { note: , body: { category: user.content, computed: yes } }\n    \
             relations: [{ to: people, by: p, as: owned_by, when: { code: 007, kind: [a] } }]\n    key: id\n",
        ),
        expect![[r#"
            map.yaml:13:19: models.a.fields.note: the field has no data category; add `category:`, such as `user.content`, or `system.operations` when it says nothing of a person
            map.yaml:13:65: models.a.fields.body.computed: `true` or `false` is expected here
            map.yaml:14:66: models.a.relations[0].when.code: `007` could be a number or a text; write "007" with quotes if it is a text
            map.yaml:14:77: models.a.relations[0].when.kind: a single value is expected here
            map.yaml:15:5: the key `key` is given twice
        "#]],
    );
    let map = read(&with(
        "  a:\n    table: a\n    on_erase: delete\n    relations: [{ to: people, by: p, as: owned_by, when: { country: NO, off: no, n: 1, b: true, z: null, f: 1.50 } }]\n",
    ));
    let when = &model(&map, "s", "a").relations[0].when;
    assert_eq!(when[&name("country")], Scalar::Text(String::from("NO")));
    assert_eq!(when[&name("off")], Scalar::Text(String::from("no")));
    assert_eq!(when[&name("n")], Scalar::Int(1));
    assert_eq!(when[&name("b")], Scalar::Bool(true));
    assert_eq!(when[&name("z")], Scalar::Null);
    assert_eq!(when[&name("f")], Scalar::Number(String::from("1.50")));
}

#[test]
fn a_table_is_mapped_once_and_not_ignored_as_well() {
    check(
        &format!(
            "{}ignore: {{ people: none, other: \"\" }}\n",
            with(
                "  more: { table: people, on_erase: delete, relations: [{ to: people, by: x, as: owned_by }] }\n"
            )
        ),
        expect![[r#"
            map.yaml:4:5: models.people.table: the table `people` is mapped by the model `more` already
            map.yaml:10:19: ignore: the table `people` is mapped and ignored at once
            map.yaml:10:32: ignore.other: the text is empty
        "#]],
    );
}

#[test]
fn a_file_that_is_not_yaml_is_told_and_the_other_is_still_read() {
    let files = [
        (String::from("a\u{1b}.yaml"), String::from("source: [\n")),
        (String::from("b.yaml"), String::from("source: s\nmodels: 1\n")),
    ];
    let problems = parse(&files).expect_err("wrong");
    let lines: Vec<_> = problems.0.iter().map(ToString::to_string).collect();
    assert_eq!(lines[0], "a\\u{1b}.yaml:1:9: not readable as YAML: unclosed bracket '['");
    assert_eq!(
        lines[1],
        "b.yaml:2:9: models: a mapping is expected here, not a single value; write `key: value` lines below it, indented"
    );
}

#[test]
fn the_same_model_in_two_documents_is_refused() {
    let text = format!("{SHOP}\n---\nsource: shop\nmodels:\n  votes: {{ table: v, unlinked: x }}\n");
    let problems = parse(&[(String::from("map.yaml"), text)]).expect_err("wrong");
    assert!(problems.to_string().contains("is described at map.yaml:"), "{problems}");
}

#[test]
fn hostile_names_do_no_harm() {
    check(
        "source: \"a/../b\"\nmodels:\n  \"x'; DROP TABLE y; --\\n\": { table: \"\\\"a\" }\n",
        expect![[r#"
            map.yaml:1:9: source: `a/../b` cannot be the name of a source; use up to 128 letters, digits, `_` or `-`; the table's own name goes under `table:`
            map.yaml:3:38: models.x'; DROP TABLE y; --\n.table: `"a` does not name a table; write `table` or `schema.table`; a part that holds a dot goes in double quotes
        "#]],
    );
}

#[test]
fn methods_take_their_arguments() {
    let map = read(&with(
        "  a:\n    table: a\n    relations: [{ to: people, by: p, as: owned_by }]\n    fields: { a: user, b: user, c: user, d: user, e: user, f: user, g: user, h: user, i: user, j: user, k: user }\n    \
         on_erase:\n      anonymize: { a: ~, b: { fixed: 5 }, c: { generalize: { prefix: 2 } }, d: { generalize: { band: 10 } }, e: { generalize: month }, f: { partial: { keep_start: 2 } }, \
         g: { noise: { by: 10% } }, h: { noise: 30d }, i: { fake: email }, j: partial, k: { noise: 7 } }\n",
    ));
    let Action::Anonymize(methods) = &model(&map, "s", "a").on_erase else { panic!("anonymized") };
    let told: Vec<String> = methods.values().map(|method| format!("{method:?}")).collect();
    expect![[r#"
        Null
        Fixed(Int(5))
        Generalize(Prefix(2))
        Generalize(Band(10))
        Generalize(Month)
        Partial { keep_start: 2, keep_end: 0 }
        Noise(Percent(10))
        Noise(Days(30))
        Fake(Email)
        Partial { keep_start: 1, keep_end: 1 }
        Noise(Amount(7))"#]]
    .assert_eq(&told.join("\n"));
    check(
        &with(
            "  a:\n    table: a\n    relations: [{ to: people, by: p, as: owned_by }]\n    fields: { a: user, b: user, c: user, d: user, e: user }\n    \
             on_erase: { anonymize: { a: , b: fixed, c: { generalize: week }, d: { noise: 0% }, e: { fake: mail, partial: {} } } }\n",
        ),
        expect![[r#"
            map.yaml:13:31: models.a.on_erase.anonymize.a: a method is missing here; write `null` to empty the column
            map.yaml:13:38: models.a.on_erase.anonymize.b: `fixed` needs to be told how; write `{ fixed: "a value" }`
            map.yaml:13:62: models.a.on_erase.anonymize.c.generalize: `week` is not known here; known are `year`, `month`, `day`
            map.yaml:13:82: models.a.on_erase.anonymize.d.noise: `0%` is no amount of noise; such as `10%`, `5` or `30d`
            map.yaml:13:91: models.a.on_erase.anonymize.e: exactly one method is expected here; such as `{ generalize: year }`
        "#]],
    );
}

#[test]
fn the_examples_of_the_reference_read() {
    let page = include_str!("../../../docs/data-map.md");
    let example =
        page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    read(example);
}

#[test]
fn columns_named_outside_fields_count_as_mapped_and_a_person_s_rows_go_by_default() {
    let map = read(include_str!("design.yaml"));
    assert_eq!(model(&map, "shop", "votes").on_erase, Action::Delete);
    for (at, column) in
        [("customers", "phone"), ("orders", "paid_at"), ("orders", "ip"), ("messages", "sender_ip")]
    {
        let field = model(&map, "shop", at).fields.get(&name(column));
        assert!(field.is_some_and(|field| field.category.is_none()), "{at}.{column}");
    }
}

#[test]
fn where_a_source_is_and_has_to_stay() {
    let people = "models:\n  people: { table: people, key: id, subject: { email: email }, fields: { email: user.contact.email } }\n";
    let said = |text: &str| format!("source: s\n{text}{people}");
    let map = read(&said("region: eu-de\nstays_in: [eu, ch]\n"));
    let residence = &map.sources[&name("s")].residence;
    assert_eq!(residence.region.as_ref().map(|region| region.as_str()), Some("eu-de"));
    assert_eq!(residence.stays_in.to_string(), "`ch`, `eu`");
    // Norway, and not *false*
    let map = read(&said("region: no\n"));
    assert_eq!(map.sources[&name("s")].residence.region.as_ref().map(|region| region.as_str()), Some("no"));
    check(
        &said("region: eu-central-1\n"),
        expect![[r#"
            map.yaml:2:9: region: `eu-central-1` is no region; below `eu` stands a member state: `eu-de`, `eu-fr`. Names of a cloud's places are not taken: say the country
        "#]],
    );
    check(
        &said("stays_in: eu\n"),
        expect![[r#"
            map.yaml:2:11: stays_in: nobody said where the data is; write its `region:`, too
        "#]],
    );
    check(
        &said("region: us\nstays_in: eu\n"),
        expect![[r#"
            map.yaml:3:11: stays_in: the data is not where it has to stay; correct `region:` or `stays_in:`
        "#]],
    );
    check(
        &format!("{}---\nsource: s\nregion: us\nmodels: {{}}\n", said("region: eu\n")),
        expect![[r#"
            map.yaml:6:1: another document says something else of where source `s` is; write `region:` and `stays_in:` once
        "#]],
    );
}

#[test]
fn what_anonymization_does_is_read_and_takes_the_place_of_what_erasure_would_do() {
    let map = read(&with(
        "  a:\n    table: a\n    fields: { x: user, y: user.name }\n    relations:\n      - { to: people, by: p, as: owned_by, on_erase: delete }\n      - { to: people, by: q, as: owned_by, on_erase: { anonymize: { y: ~ } } }\n    \
         on_erase: keep\n    on_anonymize: { anonymize: { x: redact } }\n    keep: { for: 1y, from: request, because: tax }\n",
    ));
    let turned = map.for_anonymization();
    let (was, is) = (model(&map, "s", "a"), model(&turned, "s", "a"));
    assert_eq!((was.on_erase.word(), is.on_erase.word()), ("keep", "anonymize"));
    assert_eq!(Some(&is.on_erase), was.on_anonymize.as_ref());
    assert_eq!(is.relations[0].on_erase, Some(EdgeAction::Row(is.on_erase.clone())));
    assert_eq!(is.relations[1], was.relations[1], "a narrower fate of an edge stays");
    assert!(matches!(
        is.keep.as_ref().map(|keep| &keep.then),
        Some(exeunt_datamap::model::Then::Anonymize(_))
    ));
    check(
        &with(
            "  a:\n    table: a\n    fields: { x: user }\n    relations: [{ to: people, by: p, as: owned_by }]\n    on_erase: delete\n    on_anonymize: keep\n",
        ),
        expect![[r#"
            map.yaml:14:19: models.a.on_anonymize: a row that stays as it is is not anonymized; choose `{ anonymize: … }`, `detach` or `delete`; rows that a law keeps stay kept by `keep:`
        "#]],
    );
}
