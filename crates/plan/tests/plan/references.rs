//! References to rows that go: mapped or not, declared or not, each decided or refused.

use expect_test::expect;

use crate::Case;

fn case(schema: &str, models: &str) -> Case {
    Case::new(
        &format!("customers(id int key, email text! unique)\n{schema}"),
        &format!(
            "\n  customers: {{ table: customers, key: [id], subject: {{ email: email }}, fields: {{ email: user.contact.email }}, on_erase: delete }}\n{models}"
        ),
    )
}

#[test]
fn an_unmapped_table_that_refers_to_a_deleted_row_is_named() {
    case("logs(id int key, who int! -> customers cascade)", "").check(expect![[r#"
        reference_unmapped shop.yaml:4:14: shop.main.logs.who -> shop.customers.id: table `main.logs` is not mapped, but its rows refer to rows that are deleted (the database would delete them too, unsealed); map the table with a relation `by: who` to shop.customers, or anonymize shop.customers instead of deleting it
    "#]]);
}

#[test]
fn a_mapped_table_without_a_relation_is_told_what_to_write() {
    case(
        "tasks(id int key, reviewer int -> customers)",
        "  tasks: { table: tasks, key: [id], on_erase: delete, unlinked: belongs to nobody }",
    )
    .check(expect![[r#"
        reference_undecided shop.yaml:5:10: shop.tasks.reviewer -> shop.customers.id: rows here may refer to rows of shop.customers that are deleted, and nobody decided what becomes of them; add `- { to: customers, by: reviewer, as: refers_to, on_erase: … }` with `null`, `cascade`, `repoint` or `refuse` to shop.tasks
    "#]]);
}

#[test]
fn what_the_database_would_clear_is_cleared_and_sealed_first() {
    case(
        "tasks(id int key, reviewer int -> customers set_null)",
        "  tasks: { table: tasks, key: [id], on_erase: delete, unlinked: belongs to nobody }",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.tasks: reviewer=[0].id
        1. clear tasks [1]: reviewer=null
        2. delete customers [0] unless tasks.reviewer veil email
        info reference_cleared shop.tasks.reviewer: `reviewer` of rows that refer to deleted ones is cleared; write `on_erase` to decide otherwise
    "#]]);
}

#[test]
fn a_row_of_somebody_else_that_was_only_shown_lets_go() {
    case(
        "notes(id int key, reader int -> customers, text text)",
        "  notes: { table: notes, key: [id], fields: { text: user.content }, relations: [ { to: customers, by: reader, as: accessed_by } ], on_erase: delete }",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.notes: reader=[0].id
        1. clear notes [1]: reader=null
        2. delete customers [0] veil email
        info reference_cleared shop.notes.reader: `reader` of rows that refer to deleted ones is cleared; write `on_erase` to decide otherwise
    "#]]);
}

#[test]
fn the_planner_sees_that_a_ghost_would_be_refused() {
    Case::new(
        "customers(id int key, email text! unique, born date!)
         orders(id int key, customer_id int! -> customers)",
        "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, ghost: { row: { email: ghost@erased.invalid } }, on_erase: delete }
  orders: { table: orders, key: [id], relations: [ { to: customers, by: customer_id, as: refers_to, on_erase: repoint } ], on_erase: delete, unlinked: x }
",
    )
    .check(expect![[r#"
        ghost_incomplete shop.yaml:4:14: shop.customers: the ghost has no value for `born`, which is NOT NULL without a default; add it to the ghost's `row:`
    "#]]);
}

#[test]
fn a_partition_is_reached_through_its_parent() {
    case(
        "events(id int key, who int! -> customers)
         events_2026(id int key, who int! -> customers)
         partition events_2026 of events",
        "  events: { table: events, key: [id], relations: [ { to: customers, by: who, as: owned_by } ], on_erase: delete }",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.events: who=[0].id
        1. delete events [1]
        2. delete customers [0] veil email
    "#]]);
}

#[test]
fn names_that_do_not_fit_the_database_stop_the_plan() {
    Case::new(
        "customers(id int key, mail text)",
        "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }
  ghosts: { table: nowhere, key: [id], on_erase: delete, unlinked: x }
",
    )
    .check(expect![[r#"
        table_missing shop.yaml:5:11: shop.ghosts: table `nowhere` is not in the database; correct the table's name, or take the model out of the map
        column_missing shop.yaml:4:89: shop.customers.email: table `main.customers` has no column `email`; correct the name; after a change of the schema, run `exeunt map check`
    "#]]);
}

#[test]
fn a_key_that_is_not_unique_stops_the_plan() {
    Case::new(
        "customers(id int, email text)",
        "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }
",
    )
    .check(expect![[r#"
        key_not_unique shop.yaml:4:14: shop.customers: nothing in the database makes the model's key unique, so one key could mean several rows; name the primary key or a unique constraint's columns under `key:`
    "#]]);
}

#[test]
fn masks_that_the_columns_cannot_take_stop_the_plan() {
    Case::new(
        "customers(id int key, email text! unique, boss_id int -> customers, name text!, age int check age >= 18)",
        "
  customers:
    table: customers
    key: [id]
    subject: { email: email }
    fields: { email: user.contact.email, name: user.name, age: user.demographic }
    relations: [ { to: customers, by: boss_id, as: refers_to, on_erase: null } ]
    on_erase: { anonymize: { id: hash, email: { fixed: gone }, name: null, boss_id: hash, age: { fixed: 3 } } }
",
    )
    .check(expect![[r#"
        mask_on_reference shop.yaml:5:5: shop.customers.boss_id: the column refers to shop.customers.id; a masked value would lead nowhere; use `null`, or decide the reference with `on_erase` on its relation
        mask_on_key shop.yaml:5:5: shop.customers.id: the column is part of the model's key, by which rows are found again; leave the key as it is, or delete the row
        mask_refused shop.yaml:8:64: shop.customers.age: `fixed(3)` cannot be honored here: a check constraint refuses the result; write a value the check takes
        mask_refused shop.yaml:8:22: shop.customers.email: `fixed(gone)` cannot be honored here: it is unique, and rows would get equal values; use `pseudonym` or `hash`, or delete the row
        mask_refused shop.yaml:8:48: shop.customers.name: `null` cannot be honored here: it must have a value (NOT NULL, or a check that says so); use `redact`, `fixed` or `pseudonym`
    "#]]);
}

#[test]
fn a_ring_is_not_cut_where_the_map_lets_a_reference_stop_the_deletion() {
    case(
        "offers(id int key, who int! -> customers, deal int)\ndeals(id int key, who int! -> customers, offer int -> offers)",
        "  offers: { table: offers, key: [id], relations: [ { to: customers, by: who, as: owned_by }, { to: deals, by: deal, as: refers_to, on_erase: refuse } ], on_erase: delete }
  deals: { table: deals, key: [id], relations: [ { to: customers, by: who, as: owned_by }, { to: offers, by: offer, as: refers_to, on_erase: null } ], on_erase: delete }",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.deals: who=[0].id
        [2] shop.offers: who=[0].id
        [3] shop.deals: offer=[2].id
        1. clear deals [3]: offer=null
        2. delete offers [2]
        3. delete deals [1] unless offers.deal
        4. delete customers [0] veil email
        info reference_refuses shop.offers.deal: rows of shop.offers.deal that still refer here stop the deletion, as the map asks
    "#]]);
}

/// Whoever approves knows that a row may be left without its own.
#[test]
fn what_hangs_below_a_row_that_may_be_held_back_is_named() {
    case(
        "orders(id int key, who int! -> customers)\nlines(id int key, placed int! -> orders)\naudits(id int key, seen int)",
        "  orders: { table: orders, key: [id], relations: [ { to: customers, by: who, as: owned_by } ], on_erase: delete }
  lines: { table: lines, key: [id], relations: [ { to: orders, by: placed, as: owned_by } ], on_erase: delete }
  audits: { table: audits, key: [id], unlinked: of the house, relations: [ { to: orders, by: seen, as: refers_to, on_erase: refuse } ], on_erase: delete }",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.lines: placed=orders.id > who=[0].id
        [2] shop.orders: who=[0].id
        1. delete lines [1]
        2. delete orders [2] unless audits.seen
        3. delete customers [0] veil email
        warning held_back_alone shop.audits.seen: a row of shop.orders that is held back for this reference stays without its rows in shop.lines: those go before
        info reference_refuses shop.audits.seen: rows of shop.audits.seen that still refer here stop the deletion, as the map asks
    "#]]);
}

#[test]
fn rows_that_go_do_not_stop_each_other_where_a_reference_of_their_table_refuses() {
    case(
        "tasks(id int key, who int! -> customers, after int)",
        "  tasks: { table: tasks, key: [id], relations: [ { to: customers, by: who, as: owned_by }, { to: tasks, by: after, as: refers_to, on_erase: refuse } ], on_erase: delete }",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.tasks: who=[0].id
        [2] shop.tasks: id=[1].id; where after not null
        1. clear tasks [2]: after=null
        2. delete tasks [1] unless tasks.after
        3. delete customers [0] veil email
        info reference_refuses shop.tasks.after: rows of shop.tasks.after that still refer here stop the deletion, as the map asks
    "#]]);
}

/// People stay, and what they own goes: their reference is pointed to a ghost.
fn homes(columns: &str, ghost: &str) -> Case {
    Case::new(
        &format!("people(id int key, email text! unique, home int!)\nhomes(id int key, {columns})"),
        &format!(
            "
  people: {{ table: people, key: [id], subject: {{ email: email }}, fields: {{ email: user.contact.email }}, relations: [ {{ to: homes, by: home, as: owns, on_erase: repoint }} ], on_erase: {{ anonymize: {{ email: pseudonym }} }} }}
  homes: {{ table: homes, key: [id], fields: {{ street: user.contact, city: user.contact, seen: system.operations }}, ghost: {{ row: {{ {ghost} }} }}, on_erase: delete }}
"
        ),
    )
}

#[test]
fn a_reference_that_leads_to_a_ghost_owns_nothing() {
    homes("street text!, city text, seen int! default 0", "street: nowhere").check(expect![[r#"
        [0] shop.people (person): folded email=@email; with email home
        [1] shop.homes: {not (street=nowhere, city null)} id=[0].home
        [2] shop.people: home=[1].id
        1. anonymize people [0]: email=pseudonym
        2. repoint people [2]: home=ghost0.id
        3. delete homes [1]
        ghost 0 in homes shared: street=nowhere
    "#]]);
    homes("street text! unique, city text! default x, seen int", "street: nowhere").check(expect![[r#"
        [0] shop.people (person): folded email=@email; with email home
        [1] shop.homes: {not (street=nowhere)} id=[0].home
        [2] shop.people: home=[1].id
        1. anonymize people [0]: email=pseudonym
        2. repoint people [2]: home=ghost0.id
        3. delete homes [1]
        ghost 0 in homes shared: street=nowhere
    "#]]);
    homes("street text!, city text! default x, seen int", "street: 'at {token}'").check(expect![[r#"
        [0] shop.people (person): folded email=@email; with email home
        [1] shop.homes: {not (street=at {token})} id=[0].home
        [2] shop.people: home=[1].id
        1. anonymize people [0]: email=pseudonym
        2. repoint people [2]: home=ghost0.id
        3. delete homes [1]
        ghost 0 in homes shared: street=at {token}
    "#]]);
}

#[test]
fn a_ghost_that_could_be_a_row_of_somebodys_is_not_owned_around() {
    homes("street text!, city text! default x, seen int", "street: nowhere").check(expect![[r#"
        ghost_like_a_row shop.yaml:5:10: shop.homes: `home` of shop.people owns what it points to and may come to point to the ghost, which could not be told from a row of somebody's; write values for `city` into the ghost's `row:`, or one of a unique column, or a text with `{token}` in it
    "#]]);
    homes("street text, city text, seen int", "seen: null").check(expect![[r#"
        ghost_like_a_row shop.yaml:5:10: shop.homes: `home` of shop.people owns what it points to and may come to point to the ghost, which could not be told from a row of somebody's; write a value into the ghost's `row:` that no row of a person has
    "#]]);
}
