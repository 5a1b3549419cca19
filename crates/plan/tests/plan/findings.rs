//! What the lint finds.

use expect_test::{Expect, expect};

use crate::Case;
use crate::show;

fn check(case: &Case, expect: Expect) {
    expect.assert_eq(&show::notes(case.linted().document()));
}

fn shop(extra: &str, rest: &str) -> Case {
    Case::new(
        &format!("customers(id int key, email text! unique, note text)\nposts(id int key, who int -> customers, body text, ip inet) ~20000000\n{extra}"),
        &format!(
            "
  customers: {{ table: customers, key: [id], subject: {{ email: email }}, fields: {{ email: user.contact.email, note: user.content.private }}, on_erase: delete }}
  posts:
    table: posts
    key: [id]
    fields: {{ body: user.content.private, ip: user.device.ip_address }}
    relations: [ {{ to: customers, by: who, as: owned_by }} ]
{rest}"
        ),
    )
}

#[test]
fn a_huge_table_without_an_index_is_worth_a_word() {
    check(
        &shop("", "    on_erase: delete"),
        expect![[r#"
        warning huge_table_searched shop.posts.who: about 20000000 rows are searched by a column that no unique key leads with; see that it is indexed
    "#]],
    );
}

#[test]
fn a_masked_row_that_still_names_somebody_is_found() {
    check(
        &shop(
            "",
            "    on_erase: { anonymize: { who: null, body: { partial: { keep_start: 2, keep_end: 0 } } } }",
        ),
        expect![[r#"
        warning mask_note shop.posts.body: `partial(2,0)`: parts of the value stay readable, so this is masking, not anonymization
        warning identifier_stays shop.posts.ip: the row stays with something that names the person; add a method for it
        warning huge_table_searched shop.posts.who: about 20000000 rows are searched by a column that no unique key leads with; see that it is indexed
        info label shop.posts: rows that stay will be masked, and may be called nothing better without a passed exam
    "#]],
    );
}

#[test]
fn an_undecided_trigger_blocks_and_a_decided_one_does_not() {
    let triggers = "trigger counts on posts delete writes customers count
        trigger logs on posts delete writes audit insert
        trigger odd on posts update+delete unknown
        trigger sees on posts delete
        audit(id int key, what text)";
    check(
        &shop(triggers, "    on_erase: delete"),
        expect![[r#"
        error trigger_undecided shop.posts trigger logs: the trigger inserts into main.audit, which the plan does not touch; decide it under `triggers:`
        error trigger_undecided shop.posts trigger odd: what this trigger does cannot be seen (dynamic SQL); say so under `triggers:`
        warning huge_table_searched shop.posts.who: about 20000000 rows are searched by a column that no unique key leads with; see that it is indexed
        info trigger_counts shop.posts trigger counts: keeps a count in main.customers
    "#]],
    );
    check(
        &shop(triggers, "    on_erase: delete
    triggers: { logs: { effect: log, because: keeps old rows for 30 days }, odd: { effect: none, because: only notifies } }"),
        expect![[r#"
            warning trigger_decided shop.posts trigger logs: writes a log that may hold copies of personal data: keeps old rows for 30 days
            warning huge_table_searched shop.posts.who: about 20000000 rows are searched by a column that no unique key leads with; see that it is indexed
            info trigger_counts shop.posts trigger counts: keeps a count in main.customers
            info trigger_decided shop.posts trigger odd: decided: only notifies
        "#]],
    );
}

#[test]
fn rules_row_security_and_views_that_keep_copies_are_found() {
    check(
        &shop(
            "rule posts\nsecurity posts\nmaterialized daily of posts\nview latest of posts\nsearch(body text)\nremote search",
            "    on_erase: delete",
        ),
        expect![[r#"
            error rewrite_rule shop.posts rule r: a rewrite rule may turn a statement into another one; disable it or leave the table out
            warning view_keeps_copy shop.main.daily: a materialized view keeps copies of the rows until it is refreshed
            warning row_security shop.posts: row security applies to our login and may hide rows from every statement; grant BYPASSRLS
            warning huge_table_searched shop.posts.who: about 20000000 rows are searched by a column that no unique key leads with; see that it is indexed
            info not_looked_at shop.main.search: the table is kept by fts5: it is neither erased from nor looked at again
        "#]],
    );
}

#[test]
fn a_window_longer_than_the_deadline_blocks() {
    let mut case = shop("", "    on_erase: delete");
    case.policy.window_days = 29;
    check(
        &case,
        expect![[r#"
        error window_beyond_deadline plan: 29 days to undo and 2 to purge are more than the 30 days left; shorten the window
        warning huge_table_searched shop.posts.who: about 20000000 rows are searched by a column that no unique key leads with; see that it is indexed
    "#]],
    );
    case.policy.window_days = 0;
    check(
        &case,
        expect![[r#"
        warning no_window plan: nothing is sealed: what is struck cannot be brought back
        warning huge_table_searched shop.posts.who: about 20000000 rows are searched by a column that no unique key leads with; see that it is indexed
    "#]],
    );
}

#[test]
fn a_column_nobody_described_blocks_where_rows_stay() {
    let unmapped = "customers(id int key, email text! unique, extra text)\nposts(id int key, who int -> customers, extra text)";
    let map = "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }
  posts: { table: posts, key: [id], relations: [ { to: customers, by: who, as: owned_by } ], on_erase: detach }
";
    check(
        &Case::new(unmapped, map),
        expect![[r#"
        error column_unmapped shop.posts.extra: the map does not know this column, so it would be neither shown nor masked; add it to `fields:`
        warning column_unmapped shop.customers.extra: the map does not know this column; it goes with its rows, but add it to `fields:`
    "#]],
    );
}

#[test]
fn a_subject_row_kept_as_it_is_is_found() {
    let map = "
  customers:
    table: customers
    key: [id]
    subject: { email: email }
    fields: { email: user.contact.email, joined: user.account }
    on_erase: keep
    keep: { for: 5y, from: joined, because: AML, then: delete }
";
    check(
        &Case::new("customers(id int key, email text!, joined date!)", map),
        expect![[r#"
        warning subject_row_kept shop.customers: the person's own row stays as it is; anonymize what the law does not need
    "#]],
    );
}

#[test]
fn each_method_gets_the_label_it_has_earned() {
    for (methods, label) in [
        ("{ body: hash, ip: null }", "pseudonymized"),
        ("{ body: null, ip: truncate_ip }", "masked"),
        ("{ body: keep, ip: null }", "pseudonymized"),
    ] {
        let notes =
            show::notes(shop("", &format!("    on_erase: {{ anonymize: {methods} }}")).linted().document());
        assert!(notes.contains(&format!("rows that stay will be {label}")), "{methods}\n{notes}");
    }
}

/// Both would stop only the second person's erasure, long after the first went well.
#[test]
fn ghosts_that_a_unique_column_would_refuse_are_found() {
    let case = |per: &str, email: &str, unique: &str| {
        Case::new(
            &format!("customers(id int key, email text! unique)\nbadges(id int key, who int{unique} -> customers)"),
            &format!(
                "\n  customers: {{ table: customers, key: [id], subject: {{ email: email }}, fields: {{ email: user.contact.email }}, on_erase: delete, \
                 ghost: {{ per: {per}, row: {{ email: '{email}' }} }} }}
  badges: {{ table: badges, key: [id], relations: [ {{ to: customers, by: who, as: owned_by, on_erase: repoint }} ], on_erase: detach }}"
            ),
        )
    };
    check(
        &case("person", "gone", ""),
        expect![[r#"
        error ghost_not_unique shop.main.customers: each person gets a ghost of their own, but a unique constraint allows only one row of these values; write a text with `{token}` in it, or share one ghost
    "#]],
    );
    check(&case("person", "gone {token}", " unique"), expect![[""]]);
    check(
        &case("shared", "gone", " unique"),
        expect![[r#"
        error ghost_taken shop.badges.who: only one row may point to the shared ghost, because the column is unique; write `per: person` in the ghost
    "#]],
    );
    check(&case("shared", "gone", ""), expect![[""]]);
}

/// A ring is cut in the rows that go; those that stay keep their reference until it points to the ghost.
#[test]
fn a_ring_is_cut_only_in_rows_that_go_where_others_point_to_a_ghost() {
    Case::new(
        "customers(id int key, email text!)\nposts(id int key, who int -> customers, parent int -> posts set_null)",
        "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }
  posts: { table: posts, key: [id], ghost: { row: { id: 0 } }, relations: [ { to: customers, by: who, as: owned_by, on_erase: delete }, { to: posts, by: parent, as: owned_by, on_erase: repoint } ], on_erase: detach }",
    )
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.posts: who=[0].id
        [2] shop.posts: id=[1].id; where parent not null
        [3] shop.posts: parent=[1].id; yields to [1]
        1. clear posts [2]: parent=null
        2. detach posts [3]: parent=ghost0.id
        3. delete posts [1] unless posts.parent
        4. delete customers [0] veil email
        ghost 0 in posts shared: id=0
    "#]]);
}
