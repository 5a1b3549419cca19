//! Anonymization: rows stay, without what tells whose they are.

use exeunt_plan::document::Right;
use expect_test::expect;

use crate::Case;

const SCHEMA: &str = "
    customers(id int key, email text! unique, city text)
    orders(id int key, customer_id int -> customers, name text, paid_at date)
    notes(id int key, customer_id int! -> customers, body text)
    messages(id int key, sender int -> customers, recipient int -> customers, body text, recipient_name text)
";

fn case(customers: &str, orders: &str) -> Case {
    Case::new(
        SCHEMA,
        &format!(
            "
  customers:
    table: customers
    key: [id]
    subject: {{ email: email }}
    fields: {{ email: user.contact.email, city: user.location }}
    on_erase: delete
    {customers}
  orders:
    table: orders
    key: [id]
    fields: {{ name: user.name, paid_at: user.financial }}
    relations: [ {{ to: customers, by: customer_id, as: owned_by, on_erase: delete }} ]
    on_erase: keep
    keep: {{ for: 10y, from: paid_at, because: tax, then: delete }}
    {orders}
  notes:
    table: notes
    key: [id]
    fields: {{ body: user.content.private }}
    relations: [ {{ to: customers, by: customer_id, as: owned_by }} ]
    on_erase: delete
  messages:
    table: messages
    key: [id]
    fields: {{ body: user.content.private, recipient_name: user.name }}
    relations:
      - {{ to: customers, by: sender, as: owned_by }}
      - {{ to: customers, by: recipient, as: owned_by, on_erase: {{ anonymize: {{ recipient_name: null }} }} }}
    on_erase: delete
    on_anonymize: {{ anonymize: {{ body: redact, recipient_name: null }} }}
"
        ),
    )
}

const CUSTOMERS: &str = "on_anonymize: { anonymize: { email: pseudonym, city: null } }";
const ORDERS: &str = "on_anonymize: { anonymize: { name: null } }";

#[test]
fn rows_stay_masked_where_the_map_says_how_and_go_where_it_does_not() {
    case(CUSTOMERS, ORDERS).asked(Right::Anonymization).check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.messages: recipient=[0].id
        [2] shop.messages: sender=[0].id
        [3] shop.notes: customer_id=[0].id
        [4] shop.orders: customer_id=[0].id; where paid_at<2016-11-21
        [5] shop.orders: customer_id=[0].id; where paid_at>=2016-11-21
        1. anonymize customers [0]: city=null email=pseudonym
        2. anonymize orders [4]: name=null
        3. anonymize messages [2]: body=redact recipient_name=null
        4. anonymize messages [1]: recipient_name=null
        5. delete notes [3]
        keep [5] verbatim: tax; 10y from paid_at; then anonymize (name: null)
        info retention_without_date shop.orders.paid_at: rows without a date here stay kept: nobody can say when their time began
    "#]]);
}

#[test]
fn what_the_law_keeps_and_what_a_cut_reference_leads_to_is_as_with_erasure() {
    case("", ORDERS).asked(Right::Anonymization).check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.messages: recipient=[0].id
        [2] shop.messages: sender=[0].id
        [3] shop.notes: customer_id=[0].id
        [4] shop.orders: customer_id=[0].id; where paid_at<2016-11-21
        [5] shop.orders: customer_id=[0].id; where paid_at>=2016-11-21
        1. clear orders [5]: customer_id=null
        2. anonymize orders [4]: name=null customer_id=null
        3. anonymize messages [2]: body=redact recipient_name=null sender=null
        4. anonymize messages [1]: recipient_name=null recipient=null
        5. delete notes [3]
        6. delete customers [0] veil email city
        keep [5] verbatim: tax; 10y from paid_at; then anonymize (name: null)
        info reference_cleared shop.messages.recipient: `recipient` of rows that stay is cleared, because what it refers to goes
        info reference_cleared shop.messages.sender: `sender` of rows that stay is cleared, because what it refers to goes
        info reference_cleared shop.orders.customer_id: `customer_id` of rows that stay is cleared, because what it refers to goes
        info retention_without_date shop.orders.paid_at: rows without a date here stay kept: nobody can say when their time began
    "#]]);
}

#[test]
fn an_erasure_does_not_read_it() {
    let plain = case("", "").steps();
    assert_eq!(case(CUSTOMERS, ORDERS).steps(), plain);
}

#[test]
fn a_model_that_goes_for_want_of_a_word_is_told() {
    let plan = case(CUSTOMERS, ORDERS).asked(Right::Anonymization).linted();
    let told: Vec<&str> = plan
        .document()
        .notes
        .iter()
        .filter(|note| note.code == "anonymization_deletes")
        .map(|note| note.at.as_str())
        .collect();
    assert_eq!(told, ["shop.notes"]);
}
