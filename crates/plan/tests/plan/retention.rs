//! What the law holds back, until when, and what becomes of it then.

use expect_test::expect;

use crate::Case;

const SCHEMA: &str = "
    customers(id int key, email text! unique)
    invoices(id int key, customer_id int -> customers, name text, status text, paid_at date)
";

fn kept(schema: &str, rest: &str) -> Case {
    Case::new(
        schema,
        &format!(
            "
  customers: {{ table: customers, key: [id], subject: {{ email: email }}, fields: {{ email: user.contact.email }}, on_erase: delete }}
  invoices:
    table: invoices
    key: [id]
    fields: {{ name: user.name, status: user.financial, paid_at: user.financial }}
    relations: [ {{ to: customers, by: customer_id, as: owned_by }} ]
{rest}"
        ),
    )
}

#[test]
fn an_invoice_within_its_ten_years_stays_verbatim_and_an_older_one_goes() {
    kept(SCHEMA, "    on_erase: keep
    keep: { for: 10y, from: paid_at, starting: end_of_year, because: \"HGB 257\", then: delete }").check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.invoices: customer_id=[0].id; where paid_at<2016-01-01
        [2] shop.invoices: customer_id=[0].id; where paid_at>=2016-01-01
        1. clear invoices [2]: customer_id=null
        2. delete invoices [1]
        3. delete customers [0] veil email
        keep [2] verbatim: HGB 257; 10y from paid_at, counted from the end of the year; then delete
        info reference_cleared shop.invoices.customer_id: `customer_id` of rows that stay is cleared, because what it refers to goes
        info retention_without_date shop.invoices.paid_at: rows without a date here stay kept: nobody can say when their time began
    "#]]);
}

#[test]
fn an_invoice_is_minimized_within_its_time() {
    kept(SCHEMA, "    on_erase: { anonymize: { name: null } }
    keep: { for: 10y, from: paid_at, because: \"HGB 257\", then: { anonymize: { name: null, status: null } } }").check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.invoices: customer_id=[0].id; where paid_at<2016-11-21
        [2] shop.invoices: customer_id=[0].id; where paid_at>=2016-11-21
        1. anonymize invoices [2]: name=null customer_id=null
        2. anonymize invoices [1]: name=null status=null customer_id=null
        3. delete customers [0] veil email
        keep [2] minimized: HGB 257; 10y from paid_at; then anonymize (name: null, status: null)
        info reference_cleared shop.invoices.customer_id: `customer_id` of rows that stay is cleared, because what it refers to goes
        info retention_without_date shop.invoices.paid_at: rows without a date here stay kept: nobody can say when their time began
    "#]]);
}

#[test]
fn only_rows_the_law_covers_are_held_back() {
    kept(SCHEMA, "    on_erase: keep
    keep: { for: 6m, from: paid_at, because: tax, then: delete, when: { status: paid } }").check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.invoices: customer_id=[0].id; unless invoices(id=id) while status=paid, paid_at>=2026-05-21
        [2] shop.invoices: customer_id=[0].id; where status=paid, paid_at>=2026-05-21
        1. clear invoices [2]: customer_id=null
        2. delete invoices [1]
        3. delete customers [0] veil email
        keep [2] verbatim: tax; 6m from paid_at; then delete
        info reference_cleared shop.invoices.customer_id: `customer_id` of rows that stay is cleared, because what it refers to goes
        info retention_without_date shop.invoices.paid_at: rows without a date here stay kept: nobody can say when their time began
    "#]]);
}

#[test]
fn a_time_counted_from_the_request_has_only_begun() {
    kept(SCHEMA, "    on_erase: keep
    keep: { for: 90d, from: request, because: disputes, then: delete }").check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.invoices: customer_id=[0].id
        1. clear invoices [1]: customer_id=null
        2. delete customers [0] veil email
        keep [1] verbatim: disputes; 90d from the day of the request: 2027-02-19; then delete
        info reference_cleared shop.invoices.customer_id: `customer_id` of rows that stay is cleared, because what it refers to goes
    "#]]);
}

#[test]
fn a_kept_invoice_that_must_name_its_customer_asks_for_a_decision() {
    kept(&SCHEMA.replace("customer_id int ", "customer_id int! "), "    on_erase: keep
    keep: { for: 10y, from: paid_at, because: tax, then: delete }").check(expect![[r#"
        reference_undecided shop.yaml:9:18: shop.invoices.customer_id -> shop.customers.id: its rows are kept, but what they refer to is deleted and `customer_id` cannot be cleared; write `on_erase: repoint` on this relation and a `ghost:` on shop.customers, or anonymize shop.customers instead of deleting it
    "#]]);
}

#[test]
fn a_column_that_holds_no_dates_cannot_start_a_period() {
    kept(&SCHEMA.replace("paid_at date", "paid_at int"), "    on_erase: keep
    keep: { for: 10y, from: paid_at, because: tax, then: delete }").check(expect![[r#"
        retention_not_a_date shop.yaml:6:5: shop.invoices.paid_at: retention counts from this column, but it holds integer, not dates; name a date or timestamp column under `keep: { from: … }`
    "#]]);
}

#[test]
fn dates_in_text_are_worth_a_look() {
    kept(&SCHEMA.replace("paid_at date", "paid_at text!"), "    on_erase: keep
    keep: { for: 10y, from: paid_at, because: tax, then: delete }").check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.invoices: customer_id=[0].id; where paid_at<2016-11-21
        [2] shop.invoices: customer_id=[0].id; where paid_at>=2016-11-21
        1. clear invoices [2]: customer_id=null
        2. delete invoices [1]
        3. delete customers [0] veil email
        keep [2] verbatim: tax; 10y from paid_at; then delete
        warning retention_from_text shop.invoices.paid_at: retention counts from a text column: its dates must be written like 2026-11-21; look at samples
        info reference_cleared shop.invoices.customer_id: `customer_id` of rows that stay is cleared, because what it refers to goes
    "#]]);
}

#[test]
fn an_expired_invoice_is_held_by_a_line_that_is_still_kept() {
    Case::new(
        &format!("{SCHEMA}\nlines(id int key, invoice_id int! -> invoices, made_on date)"),
        "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }
  invoices:
    table: invoices
    key: [id]
    fields: { paid_at: user.financial }
    relations: [ { to: customers, by: customer_id, as: owned_by } ]
    on_erase: keep
    keep: { for: 10y, from: paid_at, because: tax, then: delete }
  lines:
    table: lines
    key: [id]
    fields: { made_on: user.financial }
    relations: [ { to: invoices, by: invoice_id, as: owned_by } ]
    on_erase: keep
    keep: { for: 10y, from: made_on, because: tax, then: delete }
",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.lines: invoice_id=invoices.id > customer_id=[0].id; where made_on<2016-11-21
        [2] shop.lines: invoice_id=invoices.id > customer_id=[0].id; where made_on>=2016-11-21
        [3] shop.invoices: customer_id=[0].id; where paid_at<2016-11-21
        [4] shop.invoices: customer_id=[0].id; where paid_at>=2016-11-21
        1. clear invoices [4]: customer_id=null
        2. delete lines [1]
        3. delete invoices [3] unless lines.invoice_id
        4. delete customers [0] veil email
        keep [4] verbatim: tax; 10y from paid_at; then delete
        keep [2] verbatim: tax; 10y from made_on; then delete
        warning kept_row_holds_back shop.lines.invoice_id: rows whose time is over stay while a kept row of shop.lines.invoice_id refers to them
        info reference_cleared shop.invoices.customer_id: `customer_id` of rows that stay is cleared, because what it refers to goes
        info retention_without_date shop.invoices.paid_at: rows without a date here stay kept: nobody can say when their time began
        info retention_without_date shop.lines.made_on: rows without a date here stay kept: nobody can say when their time began
    "#]]);
}
