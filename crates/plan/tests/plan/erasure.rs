//! What an erasure reaches and what becomes of it.

use expect_test::expect;

use crate::{Case, check};

const PERSON: &str = "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email, full_name: user.name, phone: user.contact.phone_number }, on_erase: delete }
";
const CUSTOMERS: &str = "customers(id int key, email text! unique, full_name text, phone text)\n";

fn with(schema: &str, models: &str) -> Case {
    Case::new(&format!("{CUSTOMERS}{schema}"), &format!("{PERSON}{models}"))
}

#[test]
fn rows_below_a_person_go_before_the_person() {
    with(
        "orders(id int key, customer_id int -> customers, ship_name text)
         lines(id int key, order_id int! -> orders, engraving text)",
        "
  orders: { table: orders, key: [id], relations: [ { to: customers, by: customer_id, as: owned_by } ], on_erase: delete }
  lines: { table: lines, key: [id], relations: [ { to: orders, by: order_id, as: owned_by } ], on_erase: delete }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.lines: order_id=orders.id > customer_id=[0].id
        [2] shop.orders: customer_id=[0].id
        1. delete lines [1]
        2. delete orders [2]
        3. delete customers [0] veil email full_name phone
    "#]]);
}

#[test]
fn a_person_nothing_refers_to_is_struck_at_once() {
    with("", "").check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        1. delete customers [0]
    "#]]);
}

#[test]
fn a_masked_order_lets_go_of_its_customer_in_one_step() {
    with(
        "orders(id int key, customer_id int -> customers, ship_name text, ip inet)",
        "
  orders:
    table: orders
    key: [id]
    fields: { ship_name: user.name, ip: user.device.ip_address }
    relations: [ { to: customers, by: customer_id, as: owned_by } ]
    on_erase: { anonymize: { ship_name: redact, ip: truncate_ip } }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.orders: customer_id=[0].id
        1. anonymize orders [1]: ip=truncate_ip ship_name=redact customer_id=null
        2. delete customers [0] veil email full_name phone
        info reference_cleared shop.orders.customer_id: `customer_id` of rows that stay is cleared, because what it refers to goes
    "#]]);
}

#[test]
fn a_masked_order_that_must_name_a_customer_asks_for_a_decision() {
    with(
        "orders(id int key, customer_id int! -> customers, ship_name text)",
        "
  orders:
    table: orders
    key: [id]
    fields: { ship_name: user.name }
    relations: [ { to: customers, by: customer_id, as: owned_by } ]
    on_erase: { anonymize: { ship_name: null } }
",
    )
    .check(expect![[r#"
        reference_undecided shop.yaml:10:18: shop.orders.customer_id -> shop.customers.id: its rows are anonymized and stay, but what they refer to is deleted and `customer_id` cannot be cleared; write `on_erase: repoint` on this relation and a `ghost:` on shop.customers, or anonymize shop.customers instead of deleting it
    "#]]);
}

#[test]
fn a_masked_order_is_pointed_to_the_ghost_of_its_customer() {
    Case::new(
        &format!("{CUSTOMERS}orders(id int key, customer_id int! -> customers, ship_name text)"),
        "
  customers:
    table: customers
    key: [id]
    subject: { email: email }
    fields: { email: user.contact.email }
    ghost: { per: person, row: { email: ghost@erased.invalid } }
    on_erase: delete
  orders:
    table: orders
    key: [id]
    fields: { ship_name: user.name }
    relations: [ { to: customers, by: customer_id, as: owned_by, on_erase: repoint } ]
    on_erase: { anonymize: { ship_name: null } }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.orders: customer_id=[0].id
        1. anonymize orders [1]: ship_name=null customer_id=ghost0.id
        2. delete customers [0] veil email
        ghost 0 in customers per person: email=ghost@erased.invalid
    "#]]);
}

#[test]
fn a_detached_row_stays_and_so_does_what_hangs_below_it() {
    with(
        "posts(id int key, author_id int -> customers, body text)
         comments(id int key, post_id int! -> posts)",
        "
  posts: { table: posts, key: [id], fields: { body: user.content }, relations: [ { to: customers, by: author_id, as: owned_by } ], on_erase: detach }
  comments: { table: comments, key: [id], relations: [ { to: posts, by: post_id, as: owned_by } ], on_erase: delete }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.posts: author_id=[0].id
        1. detach posts [1]: author_id=null
        2. delete customers [0] veil email full_name phone
    "#]]);
}

#[test]
fn a_relation_that_clears_spares_a_row_its_model_would_delete() {
    with(
        "posts(id int key, author_id int -> customers, editor_id int -> customers)",
        "
  posts:
    table: posts
    key: [id]
    relations:
      - { to: customers, by: author_id, as: owned_by }
      - { to: customers, by: editor_id, as: owned_by, on_erase: null }
    on_erase: delete
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.posts: author_id=[0].id
        [2] shop.posts: editor_id=[0].id; yields to [1]
        1. detach posts [2]: editor_id=null
        2. delete posts [1]
        3. delete customers [0] veil email full_name phone
    "#]]);
}

#[test]
fn a_message_goes_with_its_sender_and_is_masked_with_its_recipient() {
    with(
        "messages(id int key, sender_id int -> customers, recipient_id int -> customers, body text, sender_ip inet)",
        "
  messages:
    table: messages
    key: [id]
    fields: { body: user.content.private, sender_ip: user.device.ip_address }
    relations:
      - { to: customers, by: sender_id, as: owned_by }
      - { to: customers, by: recipient_id, as: owned_by, on_erase: { anonymize: { body: null } } }
    on_erase: delete
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.messages: sender_id=[0].id
        [2] shop.messages: recipient_id=[0].id; yields to [1]
        1. anonymize messages [2]: body=null recipient_id=null
        2. delete messages [1]
        3. delete customers [0] veil email full_name phone
        info reference_cleared shop.messages.recipient_id: `recipient_id` of rows that stay is cleared, because what it refers to goes
    "#]]);
}

#[test]
fn an_address_stays_while_somebody_else_lives_there() {
    with(
        "addresses(id int key, street text)
         customer_addresses(customer_id int! -> customers, address_id int! -> addresses, pk(customer_id address_id))",
        "
  customer_addresses:
    table: customer_addresses
    key: [customer_id, address_id]
    relations:
      - { to: customers, by: customer_id, as: owned_by }
      - { to: addresses, by: address_id, as: owns, shared: last_owner }
    on_erase: delete
  addresses: { table: addresses, key: [id], fields: { street: user.contact.address.street }, on_erase: delete }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.addresses: id=customer_addresses.address_id > customer_id=[0].id; unless customer_addresses(address_id=id) not customer_id=[0].id; any
        [2] shop.customer_addresses: customer_id=[0].id
        1. delete customer_addresses [2]
        2. delete customers [0] veil email full_name phone
        3. delete addresses [1]
    "#]]);
}

#[test]
fn a_thread_that_belongs_to_itself_is_found_in_rounds() {
    with(
        "comments(id int key, author_id int -> customers, parent_id int -> comments)",
        "
  comments:
    table: comments
    key: [id]
    relations:
      - { to: customers, by: author_id, as: owned_by }
      - { to: comments, by: parent_id, as: owned_by }
    on_erase: delete
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.comments: author_id=[0].id or parent_id=[1].id
        [2] shop.comments: parent_id=[1].id
        1. clear comments [2]: parent_id=null
        2. delete comments [1]
        3. delete customers [0] veil email full_name phone
    "#]]);
}

#[test]
fn a_tree_whose_root_refers_to_itself_goes_in_one_statement() {
    with(
        "folders(id int key, owner_id int -> customers, parent_id int! -> folders)",
        "
  folders:
    table: folders
    key: [id]
    relations:
      - { to: customers, by: owner_id, as: owned_by }
      - { to: folders, by: parent_id, as: owned_by }
    on_erase: delete
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.folders: owner_id=[0].id or parent_id=[1].id
        1. delete folders [1] together
        2. delete customers [0] veil email full_name phone
    "#]]);
}

#[test]
fn a_ring_of_tables_is_cut_where_it_can_be_cleared() {
    Case::new(
        "customers(id int key, email text! unique, last_order_id int -> orders)
         orders(id int key, customer_id int! -> customers)",
        "
  customers:
    table: customers
    key: [id]
    subject: { email: email }
    fields: { email: user.contact.email }
    relations: [ { to: orders, by: last_order_id, as: refers_to, on_erase: null } ]
    on_erase: delete
  orders: { table: orders, key: [id], relations: [ { to: customers, by: customer_id, as: owned_by } ], on_erase: delete }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.orders: customer_id=[0].id
        [2] shop.customers: last_order_id=[1].id
        1. clear customers [2]: last_order_id=null
        2. delete orders [1]
        3. delete customers [0] veil email
    "#]]);
}

#[test]
fn a_ring_that_is_only_checked_at_commit_goes_in_one_transaction() {
    Case::new(
        "customers(id int key, email text! unique, home_id int! -> homes deferrable)
         homes(id int key, owner_id int! -> customers)",
        "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, relations: [ { to: homes, by: home_id, as: refers_to, on_erase: cascade } ], on_erase: delete }
  homes: { table: homes, key: [id], relations: [ { to: customers, by: owner_id, as: owned_by } ], on_erase: delete }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email or home_id=[1].id; with email; group 0
        [1] shop.homes: owner_id=[0].id; group 0
        1. delete homes [1] together
        2. delete customers [0] together veil email
        warning ring_in_one_transaction shop.customers, shop.homes: the tables refer to each other in a ring that is only checked at commit: their rows go in one transaction
    "#]]);
}

#[test]
fn a_ring_nobody_can_cut_is_refused() {
    Case::new(
        "customers(id int key, email text! unique, home_id int! -> homes)
         homes(id int key, owner_id int! -> customers)",
        "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, relations: [ { to: homes, by: home_id, as: refers_to, on_erase: cascade } ], on_erase: delete }
  homes: { table: homes, key: [id], relations: [ { to: customers, by: owner_id, as: owned_by } ], on_erase: delete }
",
    )
    .check(expect![[r#"
        ring_cannot_be_cut shop.yaml:5:10: shop.homes.owner_id: shop.customers, shop.homes refer to each other in a ring of NOT NULL references; make one of the references nullable or deferrable, or anonymize one of the tables
    "#]]);
}

#[test]
fn a_polymorphic_reference_is_followed_where_its_constants_hold() {
    with(
        "messages(id int key, sender_id int! -> customers)
         votes(user_id int!, target_type text!, target_id int!, pk(user_id target_type target_id))",
        "
  messages: { table: messages, key: [id], relations: [ { to: customers, by: sender_id, as: owned_by } ], on_erase: delete }
  votes:
    table: votes
    key: [user_id, target_type, target_id]
    relations:
      - { to: customers, by: user_id, as: owned_by }
      - { to: messages, by: target_id, when: { target_type: message }, as: refers_to, on_erase: cascade }
    on_erase: delete
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.messages: sender_id=[0].id
        [2] shop.votes: user_id=[0].id or {target_type=message} target_id=[1].id
        1. delete votes [2]
        2. delete messages [1]
        3. delete customers [0] veil email full_name phone
    "#]]);
}

#[test]
fn composite_keys_are_joined_column_by_column() {
    Case::new(
        "people(tenant int!, id int!, email text!, pk(tenant id))
         visits(tenant int!, no int!, person int!, pk(tenant no), fk(tenant person) -> people(tenant id))",
        "
  people: { table: people, key: [tenant, id], subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }
  visits: { table: visits, key: [tenant, no], relations: [ { to: people, by: [tenant, person], as: owned_by } ], on_erase: delete }
",
    )
    .check(expect![[r#"
        [0] shop.people (person): folded email=@email; with email
        [1] shop.visits: tenant+person=[0].tenant+id
        1. delete visits [1]
        2. delete people [0] veil email
    "#]]);
}

#[test]
fn clearing_a_composite_reference_leaves_the_shared_column() {
    Case::new(
        "people(tenant int!, id int!, email text!, pk(tenant id))
         visits(tenant int, no int!, person int, note text, pk(no), fk(tenant person) -> people(tenant id), fk(tenant) -> tenants(id))
         tenants(id int key)",
        "
  people: { table: people, key: [tenant, id], subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }
  visits: { table: visits, key: [no], fields: { note: user.content }, relations: [ { to: people, by: [tenant, person], as: owned_by } ], on_erase: { anonymize: { note: null } } }
",
    )
    .check(expect![[r#"
        [0] shop.people (person): folded email=@email; with email
        [1] shop.visits: tenant+person=[0].tenant+id
        1. anonymize visits [1]: note=null person=null
        2. delete people [0] veil email
        info reference_cleared shop.visits.(tenant, person): `tenant, person` of rows that stay is cleared, because what it refers to goes
    "#]]);
}

#[test]
fn rows_in_another_source_are_reached_by_keys_that_travel() {
    Case::new(
        &format!("{CUSTOMERS}source: crm\ncontacts(id int key, shop_id int)\ncalls(id int key, contact_id int! -> contacts)"),
        "
source: shop
models:
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }
---
source: crm
models:
  contacts: { table: contacts, key: [id], relations: [ { to: shop.customers, by: shop_id, as: owned_by } ], on_erase: delete }
  calls: { table: calls, key: [id], relations: [ { to: contacts, by: contact_id, as: owned_by } ], on_erase: delete }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] crm.calls: contact_id=contacts.id > shop_id=[0].id
        [2] crm.contacts: shop_id=[0].id
        1. delete calls [1]
        2. delete contacts [2]
        3. delete customers [0] veil email
    "#]]);
}

#[test]
fn a_table_without_a_key_is_known_by_its_whole_rows() {
    with(
        "clicks(customer_id int, url text)",
        "
  clicks: { table: clicks, fields: { url: user.behavior }, relations: [ { to: customers, by: customer_id, as: owned_by } ], on_erase: delete }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.clicks (whole rows): customer_id=[0].id
        1. delete clicks [1]
        2. delete customers [0] veil email full_name phone
    "#]]);
}

#[test]
fn a_table_without_a_key_is_refused_where_the_source_cannot_tell_its_rows_apart() {
    let mut case = with(
        "clicks(customer_id int, url text)",
        "
  clicks: { table: clicks, fields: { url: user.behavior }, relations: [ { to: customers, by: customer_id, as: owned_by } ], on_erase: delete }
",
    );
    case.abilities.values_mut().for_each(|abilities| abilities.whole_row_identity = false);
    case.check(expect![[r#"
        key_missing shop.yaml:6:11: shop.clicks: the model has no key and this source cannot tell its rows apart without one; give the table a unique key and name it under `key:`
    "#]]);
}

#[test]
fn a_person_kept_by_name_of_law_is_masked_in_place() {
    check(
        CUSTOMERS,
        "
  customers:
    table: customers
    key: [id]
    subject: { email: email }
    fields: { email: user.contact.email, full_name: user.name, phone: user.contact.phone_number }
    on_erase: { anonymize: { email: hash, full_name: null, phone: null } }
",
        expect![[r#"
            [0] shop.customers (person): folded email=@email; with email
            1. anonymize customers [0]: email=hash full_name=null phone=null
        "#]],
    );
}

#[test]
fn a_long_road_is_joined_two_tables_far_and_then_found_on_the_way() {
    with(
        "a(id int key, customer_id int! -> customers)
         b(id int key, a_id int! -> a)
         c(id int key, b_id int! -> b)
         d(id int key, c_id int! -> c)
         e(id int key, d_id int! -> d)",
        "
  a: { table: a, key: [id], relations: [ { to: customers, by: customer_id, as: owned_by } ], on_erase: delete }
  b: { table: b, key: [id], relations: [ { to: a, by: a_id, as: owned_by } ], on_erase: delete }
  c: { table: c, key: [id], relations: [ { to: b, by: b_id, as: owned_by } ], on_erase: delete }
  d: { table: d, key: [id], relations: [ { to: c, by: c_id, as: owned_by } ], on_erase: delete }
  e: { table: e, key: [id], relations: [ { to: d, by: d_id, as: owned_by } ], on_erase: delete }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.d: c_id=c.id > b_id=b.id > a_id=a.id > customer_id=[0].id
        [2] shop.e: d_id=[1].id
        [3] shop.c: b_id=b.id > a_id=a.id > customer_id=[0].id
        [4] shop.b: a_id=a.id > customer_id=[0].id
        [5] shop.a: customer_id=[0].id
        1. delete e [2]
        2. delete d [1]
        3. delete c [3]
        4. delete b [4]
        5. delete a [5]
        6. delete customers [0] veil email full_name phone
    "#]]);
}
