//! Maps back to text and to pictures.

use exeunt_datamap::graph::{mermaid, svg};
use exeunt_datamap::render::render;
use exeunt_datamap::{DataMap, parse};
use expect_test::expect;

const SHOP: &str = include_str!("shop.yaml");

fn read(text: &str) -> DataMap {
    parse(&[(String::from("map.yaml"), text.to_owned())])
        .unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn survives(text: &str) {
    let map = read(text);
    let again = read(&render(&map));
    assert_eq!(again, map);
    assert_eq!(render(&again), render(&map));
}

#[test]
fn a_map_reads_back_as_the_same_map() {
    survives(SHOP);
    let everything = r#"
source: s
region: "no"
stays_in: [eea, uk]
models:
  people:
    table: '"a.b"."c"'
    key: [id, "odd, \"name\"\n"]
    subject: { email: email }
    fields:
      email: { category: user.contact.email, description: "a # b: c", title: "1", values: { "1": "yes", NO: Norway } }
      "null": user.content
      note: { category: user.content, search: false, hidden: true, computed: true }
    on_erase: delete
    ghost: { per: person, row: { email: null, note: "no", "null": 1.50 } }
    processing: { transfers: none, recipients: [a, b] }
  things:
    table: things
    fields: { a: user, b: user, c: user, d: user, e: user, f: user, g: user, at: user }
    relations:
      - { to: people, by: [p, q], on: [id, "odd, \"name\"\n"], as: owned_by, when: { kind: "7", n: 7, off: no, z: null }, shared: last_owner, on_erase: keep }
      - { to: people, by: mail, as: owned_by, by_identity: email, on_erase: { anonymize: { a: { fixed: "null" } } } }
      - { to: people, by: [r, s], as: accesses, redact: [note], on_erase: refuse }
      - { to: people, by: t, on: email, as: refers_to, on_erase: repoint }
    on_erase:
      anonymize: { a: null, b: { generalize: { prefix: 3 } }, c: { noise: { by: 10% } }, d: { noise: 5 }, e: { noise: 3d }, f: { fake: email }, g: keep }
    keep: { for: 6m, from: at, because: "law: #1", then: { anonymize: { a: { partial: { keep_end: 2 } } } }, when: { b: true } }
    triggers: { "odd trigger": { effect: log, because: "seen" } }
  countries: { table: countries, unlinked: a list }
ignore: { "x.y": "why" }
"#;
    survives(everything);
}

#[test]
fn a_map_is_written_for_people() {
    let text = "source: s\nmodels:\n  people:\n    table: people\n    key: id\n    subject: { email: mail }\n    fields: { mail: user.contact.email }\n    \
                on_erase: delete\n  notes:\n    table: notes\n    relations: [{ to: people, by: p, as: owned_by, on_erase: null }]\n    on_erase: detach\n";
    expect![[r#"
        source: s
        models:
          notes:
            table: notes
            fields:
              p: {}
            relations:
              - { to: people, by: p, as: owned_by, on_erase: null }
            on_erase: detach
          people:
            table: people
            key: [id]
            subject: { email: mail }
            fields:
              id: {}
              mail: user.contact.email
            on_erase: delete
    "#]]
    .assert_eq(&render(&read(text)));
}

#[test]
fn the_shop_is_drawn_as_mermaid() {
    expect![[r#"
        flowchart LR
          m0(["customers<br/><small>delete</small>"])
          m1["messages<br/><small>delete</small>"]
          m2["orders<br/><small>anonymize, kept 10y</small>"]
          m3["votes<br/><small>delete</small>"]
          m1 -->|"owned_by (sender_id)"| m0
          m1 -.->|"accessed_by (recipient_id): null"| m0
          m2 -->|"owned_by (customer_id): repoint"| m0
          m3 -->|"owned_by (user_id)"| m0
          m3 -..->|"refers_to (target_id): cascade"| m1
          classDef person fill:#e8eef7,stroke:#2f4b7c,stroke-width:2px
          class m0 person
    "#]]
    .assert_eq(&mermaid::draw(&read(SHOP)));
}

#[test]
fn hostile_names_stay_names_in_pictures() {
    let text = "source: s\nmodels:\n  \"<script>alert(1)</script>]--;%%{\":\n    table: \"x<y>&\\\"\"\n    key: id\n    subject: { email: id }\n    \
                on_erase: delete\n    relations: [{ to: \"<script>alert(1)</script>]--;%%{\", by: \"\\u001b|\\\"]]>\", as: refers_to, on_erase: null }]\n";
    let text = text.replace("</", "<");
    let map = read(&text);
    let svg = svg::draw(&map);
    assert!(!svg.contains("<script") && !svg.contains('\u{1b}'), "{svg}");
    assert_eq!(svg.matches("<svg").count(), 1);
    let mermaid = mermaid::draw(&map);
    assert!(!mermaid.contains("<script") && !mermaid.contains("%%") && !mermaid.contains("]]"), "{mermaid}");
}

#[test]
fn every_model_is_in_the_svg_once() {
    let svg = svg::draw(&read(SHOP));
    for model in ["customers", "orders", "messages", "votes"] {
        assert_eq!(svg.matches(&format!("<title>shop.{model} (")).count(), 1);
    }
    assert_eq!(svg.matches("marker-end").count(), 5);
}
