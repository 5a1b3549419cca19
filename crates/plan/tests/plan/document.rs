//! The plan as a document: its life, its stored form, what is explained and what changed.

use exeunt_base::{ActorId, Timestamp};
use exeunt_plan::document::Document;
use exeunt_plan::plan::{Refused, Unreadable};
use exeunt_plan::{Approved, Linted, Plan, diff, explain, table};
use expect_test::{expect, expect_file};

use crate::Case;

fn shop() -> Case {
    Case::new(
        "customers(id int key, email text! unique, full_name text)
         orders(id int key, customer_id int -> customers, ship_name text, paid_at date)
         posts(id int key, author_id int! -> customers, body text)
         addresses(id int key, street text)
         homes(customer_id int! -> customers, address_id int! -> addresses, pk(customer_id address_id))
         leftovers(id int key, text text)",
        "
  customers:
    table: customers
    key: [id]
    subject: { email: email }
    ghost: { row: { email: ghost@erased.invalid } }
    fields: { email: user.contact.email, full_name: user.name }
    on_erase: delete
  orders:
    table: orders
    key: [id]
    fields: { ship_name: user.name, paid_at: user.financial }
    relations: [ { to: customers, by: customer_id, as: owned_by } ]
    on_erase: { anonymize: { ship_name: redact } }
    keep: { for: 10y, from: paid_at, starting: end_of_year, because: \"HGB 257\", then: delete }
  posts:
    table: posts
    key: [id]
    fields: { body: user.content }
    relations: [ { to: customers, by: author_id, as: owned_by, on_erase: repoint } ]
    on_erase: delete
  homes:
    table: homes
    key: [customer_id, address_id]
    relations:
      - { to: customers, by: customer_id, as: owned_by }
      - { to: addresses, by: address_id, as: owns, shared: last_owner }
    on_erase: delete
  addresses: { table: addresses, key: [id], fields: { street: user.contact.address.street }, on_erase: delete }
",
    )
}

fn actor() -> ActorId {
    ActorId::from_bytes([0; 16])
}

#[test]
fn the_stored_form_of_version_one_is_still_read() {
    let plan = shop().linted();
    let pretty = serde_json::to_string_pretty(plan.document()).unwrap();
    expect_file!["golden-v1.json"].assert_eq(&format!("{pretty}\n"));
    let stored =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/plan/golden-v1.json")).unwrap();
    let golden: Document = serde_json::from_str(&stored).unwrap();
    assert_eq!(&golden, plan.document());
    let again = Plan::<Linted>::read(&plan.to_text(), plan.digest()).unwrap();
    assert_eq!(again, plan);
}

#[test]
fn the_digest_is_the_same_on_every_machine() {
    expect!["8ac2e9c7050aa8e7865e9bc93086035346eadd3448724994781fa1241a731ff0"]
        .assert_eq(shop().linted().digest());
}

#[test]
fn a_stored_plan_that_was_changed_is_not_taken() {
    let plan = shop().linted();
    let text = plan.to_text().replace("\"window_days\":14", "\"window_days\":13");
    assert!(matches!(Plan::<Linted>::read(&text, plan.digest()), Err(Unreadable::Altered)));
    let spaced = plan.to_text().replace("\"v\":1", "\"v\": 1");
    assert!(matches!(Plan::<Linted>::read(&spaced, plan.digest()), Err(Unreadable::Altered)));
    let later = plan.to_text().replace("\"v\":1", "\"v\":2");
    assert!(matches!(Plan::<Linted>::read(&later, plan.digest()), Err(Unreadable::Version(2))));
    assert!(matches!(Plan::<Linted>::read("{}", plan.digest()), Err(Unreadable::Form(_))));
}

#[test]
fn an_approval_binds_one_digest_and_no_errors() {
    let at = Timestamp::from_micros(0);
    let plan = shop().linted();
    let other = plan.clone().approve("another", actor(), at);
    assert!(matches!(other, Err(Refused::OtherPlan { .. })));
    let digest = plan.digest().to_owned();
    let approved = plan.approve(&digest, actor(), at).unwrap();
    assert_eq!(approved.digest(), digest);
    assert_eq!(Plan::<Approved>::read(&approved.to_text(), &digest, actor(), at).unwrap(), approved);
    let mut late = shop();
    late.policy.window_days = 60;
    let late = late.linted();
    let digest = late.digest().to_owned();
    assert!(matches!(late.approve(&digest, actor(), at), Err(Refused::Errors(errors)) if errors.len() == 1));
}

#[test]
fn an_officer_reads_plain_sentences() {
    expect![[r#"
        This plan erases the person.
        For 14 days it can be undone; then it is final.

        Whose rows:
          shop.customers: found by email.

        Steps, in this order:
          1. Mask rows of shop.orders, paid_at on or after 2016-01-01 or empty: ship_name: redact, customer_id: null. Because: kept for HGB 257: only what that needs stays. Because: shop.customers goes, so `customer_id` no longer refers to it.
          2. Cut rows of shop.posts from the person: author_id: the ghost's id. Because: the row stays without its link to shop.customers.
          3. Delete rows of shop.orders, paid_at before 2016-01-01. Because: kept for HGB 257 until now; the time is over.
          4. Delete rows of shop.homes. Because: the map deletes it with the person.
          5. Delete rows of shop.customers. Until then email, full_name are hidden at once. Because: the map deletes it with the person.
          6. Delete rows of shop.addresses, unless somebody else owns them too. Because: no other owner is left.

        What stays, and why:
          Rows of shop.orders stay: HGB 257. Until: 10y from paid_at, counted from the end of the year. Then: delete. Only what the law needs stays readable.

        What stands in for rows that go:
          A ghost in shop.main.customers, one for all.

        Look at this:
          warning: shop.posts.body: the row stays with text in which anything may be written; add a method for it
          note: shop.orders: rows that stay will be pseudonymized, and may be called nothing better without a passed exam
          note: shop.orders.customer_id: `customer_id` of rows that stay is cleared, because what it refers to goes
          note: shop.orders.paid_at: rows without a date here stay kept: nobody can say when their time began

        After the purge, the person's identifiers are looked for in the texts of 5 tables, 1 of them unmapped.
    "#]].assert_eq(&explain::text(shop().linted().document()));
}

#[test]
fn the_table_counts_what_the_census_found() {
    let plan = shop().linted();
    let rows = |set: usize| set as u64 + 1;
    let counts = table::Counts {
        steps: plan.document().steps.iter().map(|step| rows(step.set)).collect(),
        kept: plan.document().kept.iter().map(|kept| rows(kept.set)).collect(),
    };
    expect![[r#"
        model           delete  anonymize  keep  detach
        shop.addresses       2
        shop.customers       1
        shop.homes           3
        shop.orders          4          5
        shop.posts                                    6
    "#]]
    .assert_eq(&table::text(plan.document(), Some(&counts)));
    expect![[r#"
        model           delete  anonymize  keep  detach
        shop.addresses     yes
        shop.customers     yes
        shop.homes         yes
        shop.orders        yes        yes
        shop.posts                                  yes
    "#]]
    .assert_eq(&table::text(plan.document(), None));
}

#[test]
fn a_diff_names_what_changed() {
    let old = shop().linted();
    assert_eq!(diff::between(old.document(), old.document()), Vec::<String>::new());
    let mut case = shop();
    case.policy.window_days = 7;
    let source = case.map.sources.values_mut().next().unwrap();
    source.models.get_mut(&crate::name("orders")).unwrap().keep = None;
    let new = case.linted();
    expect![[r#"
        the window is 7 days, no longer 14
        changed step: anonymize shop.orders (ship_name, customer_id)
        no longer a step: delete shop.orders
        no longer a kept: shop.orders
        no longer a finding: shop.orders.paid_at: rows without a date here stay kept: nobody can say when their time began"#]].assert_eq(&diff::between(old.document(), new.document()).join("\n"));
}

#[test]
fn plans_are_the_same_however_often_they_are_made() {
    let first = shop().linted().to_text();
    for _ in 0..5 {
        assert_eq!(shop().linted().to_text(), first);
    }
}

#[test]
fn places_to_look_again_are_every_text_mapped_or_not() {
    let plan = shop().linted();
    let places: Vec<String> = plan
        .document()
        .places
        .iter()
        .map(|place| {
            format!(
                "{} {:?} {}",
                place.table.name,
                place.columns,
                if place.mapped { "mapped" } else { "unmapped" }
            )
        })
        .collect();
    expect![[r#"
        customers ["email", "full_name"] mapped
        orders ["ship_name"] mapped
        posts ["body"] mapped
        addresses ["street"] mapped
        leftovers ["text"] unmapped"#]]
    .assert_eq(&places.join("\n"));
}

#[test]
fn a_trigger_that_is_gone_is_told_from_other_drift() {
    let case = Case::new(
        "customers(id int key, email text unique)
         trigger stamp on customers update
         trigger hold on customers update",
        "
  customers:
    table: customers
    key: [id]
    subject: { email: email }
    on_erase: { anonymize: { email: null } }
",
    );
    let document = case.plan().unwrap().document().clone();
    let (source, planned) = case.catalogs.iter().next().unwrap();
    let fits = |change: &dyn Fn(&mut exeunt_source::catalog::Table)| {
        let mut live = planned.clone();
        live.tables.iter_mut().for_each(change);
        exeunt_plan::digest::has_lost_triggers(&document, source, &live)
    };
    assert!(fits(&|_| {}));
    assert!(fits(&|table| table.triggers[1].enabled = false));
    assert!(fits(&|table| drop(table.triggers.remove(0))));
    assert!(fits(&|table| table.triggers.clear()));
    assert!(!fits(&|table| table.triggers[0].digest.push('x')), "it does something else now");
    assert!(!fits(&|table| {
        let mut more = table.triggers[0].clone();
        more.name = crate::name("more");
        table.triggers.push(more);
    }));
    assert!(!fits(&|table| {
        table.triggers.clear();
        table.columns[1].not_null = true;
    }));
}
