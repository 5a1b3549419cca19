//! Who is meant: identifiers given, identifiers learned, and how far they lead.

use expect_test::expect;

use crate::Case;

const SCHEMA: &str = "
    customers(id int key, email text! unique, phone text)
    subscribers(id int key, email text!)
    contacts(id int key, phone text, email text)
    visits(id int key, email text, url text)
";
const MODELS: &str = "
  customers: { table: customers, key: [id], subject: { customer_id: id, email: email, phone: phone }, fields: { id: user.contact, email: user.contact.email, phone: user.contact }, on_erase: delete }
  subscribers: { table: subscribers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }
  contacts: { table: contacts, key: [id], subject: { phone: phone }, fields: { phone: user.contact }, on_erase: delete }
  visits:
    table: visits
    key: [id]
    fields: { url: user.behavior.browsing_history }
    relations: [ { to: customers, by: email, by_identity: email, as: owned_by } ]
    on_erase: delete
";

#[test]
fn an_email_finds_customers_and_what_they_tell_finds_contacts_by_phone() {
    Case::new(SCHEMA, MODELS).check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email phone
        [1] shop.contacts (person): digits phone=@phone+[0]; with phone
        [2] shop.subscribers (person): folded email=@email+[0]; with email
        [3] shop.visits: folded email=@email+[0, 2]
        1. delete customers [0]
        2. delete subscribers [2]
        3. delete contacts [1]
        4. delete visits [3]
    "#]]);
}

#[test]
fn a_customer_number_finds_the_rest_through_what_the_customer_tells() {
    Case::new(SCHEMA, MODELS).by(&["customer_id"]).check(expect![[r#"
        [0] shop.customers (person): id=@customer_id; with email phone
        [1] shop.contacts (person): digits phone=@phone+[0]; with phone
        [2] shop.subscribers (person): folded email=@email+[0]; with email
        [3] shop.visits: folded email=@email+[0, 2]
        1. delete customers [0]
        2. delete subscribers [2]
        3. delete contacts [1]
        4. delete visits [3]
    "#]]);
}

#[test]
fn several_identifiers_widen_the_search_but_nobody_is_found_by_a_neighbors_phone() {
    Case::new(SCHEMA, MODELS).by(&["email", "phone"]).check(expect![[r#"
        [0] shop.contacts (person): digits phone=@phone; with phone
        [1] shop.customers (person): folded email=@email or digits phone=@phone; with email phone
        [2] shop.subscribers (person): folded email=@email+[1]; with email
        [3] shop.visits: folded email=@email+[1, 2]
        1. delete customers [1]
        2. delete subscribers [2]
        3. delete contacts [0]
        4. delete visits [3]
    "#]]);
}

#[test]
fn an_identifier_no_model_knows_finds_nobody() {
    Case::new(SCHEMA, MODELS).by(&["passport"]).check(expect![[r#"
        nobody_to_find request: no subject model is looked up by `passport`; give an identifier of a kind that some model lists under `subject:`
    "#]]);
}

#[test]
fn a_number_is_compared_as_it_is() {
    Case::new(
        "people(phone int key)",
        "
  people: { table: people, key: [phone], subject: { phone: phone }, fields: { phone: user.contact }, on_erase: delete }
",
    )
    .by(&["phone"])
    .check(expect![[r#"
        [0] shop.people (person): phone=@phone
        1. delete people [0]
    "#]]);
}

#[test]
fn ownership_cannot_be_followed_by_identity_from_the_owner() {
    Case::new(
        "customers(id int key, email text! unique)
         boxes(id int key, email text)",
        "
  customers:
    table: customers
    key: [id]
    subject: { email: email }
    fields: { email: user.contact.email }
    on_erase: delete
  boxes:
    table: boxes
    key: [id]
    relations: [ { to: customers, by: email, by_identity: email, as: refers_to, on_erase: null } ]
    on_erase: delete
    unlinked: mail that is nobody's
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.boxes: folded email=@email+[0]
        1. delete customers [0]
        2. clear boxes [1]: email=null
    "#]]);
}
