//! Rows whose time to be kept is over: they are all that is looked for, by their keys.

use exeunt_base::ModelRef;
use exeunt_datamap::kept::kind_of;
use expect_test::expect;

use crate::{Case, name};

const SCHEMA: &str = "
    customers(id int key, email text! unique)
    orders(id int key, customer_id int -> customers, name text, paid_on date)
    lines(id int key, order_id int! -> orders, label text, paid_on date)
    reviews(id int key, order_id int -> orders, body text)
";

const MAP: &str = "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }
  orders:
    table: orders
    key: [id]
    fields: { name: user.name, paid_on: user.financial }
    relations: [ { to: customers, by: customer_id, as: owned_by, on_erase: null } ]
    on_erase: keep
    keep: { for: 8y, from: paid_on, starting: end_of_year, because: tax, then: THEN }
  lines:
    table: lines
    key: [id]
    fields: { label: user.content, paid_on: user.financial }
    relations: [ { to: orders, by: order_id, as: owned_by } ]
    on_erase: keep
    keep: { for: 8y, from: paid_on, starting: end_of_year, because: tax, then: delete }
  reviews:
    table: reviews
    key: [id]
    fields: { body: user.content }
    relations: [ { to: orders, by: order_id, as: refers_to, on_erase: null } ]
    unlinked: shown without a name
    on_erase: delete
";

fn due(then: &str, models: &[&str]) -> Case {
    let case = Case::new(SCHEMA, &MAP.replace("THEN", then));
    let kind = |model: &&str| kind_of(&ModelRef { source: name("shop"), model: name(model) }).unwrap();
    let kinds = models.iter().map(kind).collect();
    Case { map: case.map.for_kept_rows(&kinds), kinds, ..case }
}

#[test]
fn rows_of_several_models_go_together_and_what_is_not_due_stays() {
    due("delete", &["orders", "lines"]).check(expect![[r#"
        [0] shop.orders (person): id=@kept_shop__orders
        [1] shop.lines (person): id=@kept_shop__lines or order_id=[0].id
        [2] shop.lines: id=[1].id; where paid_on<2018-01-01
        [3] shop.lines: id=[1].id; where paid_on>=2018-01-01
        [4] shop.orders: id=[0].id; where paid_on<2018-01-01
        [5] shop.reviews: order_id=[4].id
        [6] shop.orders: id=[0].id; where paid_on>=2018-01-01
        1. delete lines [2]
        2. clear reviews [5]: order_id=null
        3. delete orders [4] unless lines.order_id veil name paid_on
        keep [6] verbatim: tax; 8y from paid_on, counted from the end of the year; then delete
        keep [3] verbatim: tax; 8y from paid_on, counted from the end of the year; then delete
        warning kept_row_holds_back shop.lines.order_id: rows whose time is over stay while a kept row of shop.lines.order_id refers to them
        info retention_without_date shop.lines.paid_on: rows without a date here stay kept: nobody can say when their time began
        info retention_without_date shop.orders.paid_on: rows without a date here stay kept: nobody can say when their time began
    "#]]);
}

#[test]
fn what_is_to_be_anonymized_then_stays() {
    due("{ anonymize: { name: null } }", &["orders"]).check(expect![[r#"
        [0] shop.orders (person): id=@kept_shop__orders
        [1] shop.lines: order_id=[0].id; where paid_on<2018-01-01
        [2] shop.lines: order_id=[0].id; where paid_on>=2018-01-01
        [3] shop.orders: id=[0].id; where paid_on<2018-01-01
        [4] shop.orders: id=[0].id; where paid_on>=2018-01-01
        1. anonymize orders [3]: name=null
        2. delete lines [1]
        keep [4] verbatim: tax; 8y from paid_on, counted from the end of the year; then anonymize (name: null)
        keep [2] verbatim: tax; 8y from paid_on, counted from the end of the year; then delete
        info retention_without_date shop.lines.paid_on: rows without a date here stay kept: nobody can say when their time began
        info retention_without_date shop.orders.paid_on: rows without a date here stay kept: nobody can say when their time began
    "#]]);
}
