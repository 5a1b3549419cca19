//! `map discover` on schemas as applications have them. Every map it writes must read back and pass its own check.

use std::collections::BTreeMap;

use exeunt_datamap::parse;
use exeunt_plan::map::Severity;
use exeunt_plan::map::check::check;
use exeunt_plan::map::discover::discover;
use exeunt_source::catalog::Catalog;
use expect_test::{Expect, expect};

use crate::live::{catalog, name, tried};

/// The map, after it has read back as itself and passed its own check.
fn discovered(catalog: Catalog) -> String {
    let found = discover(&catalog, &name("app"));
    let text = found.text();
    let map = parse(&[(String::from("map.yaml"), text.clone())])
        .unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    assert_eq!(map, found.map, "{text}");
    let catalogs = BTreeMap::from([(name("app"), catalog)]);
    let mut findings = check(&map, &catalogs);
    findings.extend(tried(&map, &catalogs));
    let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(
        errors.is_empty(),
        "{}\n{text}",
        errors.iter().map(|finding| format!("{finding}\n")).collect::<String>()
    );
    text
}

/// Only what was decided: models, relations and what is left out.
fn decisions(script: &str, expected: Expect) {
    let catalog = catalog(script);
    discovered(catalog.clone());
    let map = discover(&catalog, &name("app")).map;
    let mut out = String::new();
    for (at, model) in map.models() {
        let subject = model
            .subject
            .iter()
            .flatten()
            .map(|(kind, column)| format!("{kind}={column}"))
            .collect::<Vec<_>>()
            .join(" ");
        let people = if subject.is_empty() { String::new() } else { format!(" people: {subject}") };
        let unlinked = if model.unlinked.is_some() { " (unlinked)" } else { "" };
        out.push_str(&format!("{}{people}{unlinked}\n", at.model));
        for relation in &model.relations {
            let by = relation.by.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            let decided = relation.on_erase.as_ref().map(|action| format!(" {action:?}")).unwrap_or_default();
            let more = if relation.shared.is_some() { " shared" } else { "" };
            let same = relation.by_identity.as_ref().map(|kind| format!(" same {kind}")).unwrap_or_default();
            let when =
                if relation.when.is_empty() { String::new() } else { format!(" when {:?}", relation.when) };
            out.push_str(&format!(
                "  {by} {} {}{decided}{more}{same}{when}\n",
                relation.kind.word(),
                relation.to.model
            ));
        }
    }
    for (table, ignored) in map.sources.values().flat_map(|source| &source.ignore) {
        out.push_str(&format!("- {table}: {}\n", ignored.because));
    }
    expected.assert_eq(&out);
}

#[test]
fn a_small_shop_is_written_with_its_reasons() {
    let text = discovered(catalog(
        "create table customers (id integer primary key, email varchar(200) not null unique, full_name text, born_on date, password_hash text, ltv_score real, created_at timestamp);
         create table orders (id integer primary key, customer_id integer not null references customers, approved_by integer references customers, ship_street text, total int);
         create table countries (code text primary key, name text);",
    ));
    expect![[r#"
        # A first map, written by `exeunt map discover`. Review every `reason:`, then run `exeunt map check`.
        source: app
        models:
          # reason: looks like a table of people: its name, e-mail addresses in email, names in full_name, passwords
          customers:
            table: customers
            key: [id]
            subject: { customer_id: id, email: email }
            fields:
              born_on: user.demographic.date_of_birth
              created_at: system.operations
              email: user.contact.email
              full_name: user.name
              id: {}
              # reason: named like something worked out about the person
              ltv_score: { category: user.behavior, computed: true }
              # reason: named like a password
              password_hash: { category: user.authorization.password, search: false, hidden: true }
            on_erase: delete
          orders:
            table: orders
            key: [id]
            fields:
              approved_by: {}
              customer_id: {}
              id: {}
              ship_street: user.contact.address.street
              total: user.behavior.purchase_history
            relations:
              # reason: approved_by tells who handled the row, not whose it is
              - { to: customers, by: approved_by, as: refers_to, on_erase: null }
              # reason: customer_id tells whose row it is
              - { to: customers, by: customer_id, as: owned_by }
            on_erase: delete
        ignore:
          main.countries: not linked to a person (check)
    "#]].assert_eq(&text);
}

#[test]
fn a_django_application() {
    decisions(
        include_str!("django.sql"),
        expect![[r#"
            account_emailaddress
              user_id owned_by auth_user
            address_useraddress
              user_id owned_by auth_user
            auth_user people: email=email user_id=id username=username
            auth_user_groups
              user_id owned_by auth_user
            auth_user_user_permissions
              user_id owned_by auth_user
            catalogue_product (unlinked)
              created_by_id refers_to auth_user Cut(Null)
            django_admin_log
              user_id owned_by auth_user
            order_line
              order_id owned_by order_order
            order_lineattribute
              line_id owned_by order_line
            order_order
              user_id owned_by auth_user
              shipping_address_id owns order_shippingaddress shared
              guest_email owned_by auth_user same email
            order_shippingaddress
            reviews_productreview
              user_id owned_by auth_user
              email owned_by auth_user same email
            reviews_vote
              user_id owned_by auth_user
              review_id refers_to reviews_productreview Cascade
            wishlists_wishlist
              owner_id owned_by auth_user
            - main.auth_group: not linked to a person (check)
            - main.auth_group_permissions: not linked to a person (check)
            - main.auth_permission: not linked to a person (check)
            - main.django_content_type: not linked to a person (check)
            - main.django_migrations: not linked to a person (check)
            - main.django_session: not linked to a person, but holds session_key, session_data (check)
            - main.taggit_taggeditem: points at rows of any table by content_type_id and object_id (check)
        "#]],
    );
}

#[test]
fn a_rails_application() {
    decisions(
        include_str!("rails.sql"),
        expect![[r#"
        attachments
          record_id owned_by users when {"record_type": Text("User")}
        audits
          user_id owned_by users
          auditable_id owned_by users when {"auditable_type": Text("User")}
        comments
          parent_id refers_to comments Cut(Null)
          post_id refers_to posts Cascade
          user_id owned_by users
        invoices
          created_by_id refers_to users Cut(Repoint)
          user_id owned_by users
        notifications
          recipient_id owned_by users when {"recipient_type": Text("User")}
        organization_users
          user_id owned_by users
        organizations (unlinked)
          owner_id refers_to users Cut(Null)
        posts
          approved_by_id refers_to users Cut(Null)
          author_id owned_by users
        users people: email=email user_id=id
          invited_by_id refers_to users Cut(Null)
        users_roles
          user_id owned_by users
        - main.ar_internal_metadata: not linked to a person (check)
        - main.roles: not linked to a person (check)
        - main.schema_migrations: not linked to a person (check)
    "#]],
    );
}

#[test]
fn a_blog_that_declares_no_keys() {
    decisions(
        include_str!("wordpress.sql"),
        expect![[r#"
            wp_commentmeta
              comment_id owned_by wp_comments
            wp_comments
              comment_post_ID refers_to wp_posts Cascade
              user_id owned_by wp_users
              comment_author_email owned_by wp_users same email
            wp_postmeta
              post_id owned_by wp_posts
            wp_posts
              post_author owned_by wp_users
            wp_usermeta
              user_id owned_by wp_users
            wp_users people: email=user_email user_id=ID username=user_login
            - main.wp_options: not linked to a person (check)
            - main.wp_term_relationships: not linked to a person (check)
            - main.wp_terms: not linked to a person (check)
        "#]],
    );
}

#[test]
fn messages_have_a_sender_and_a_recipient() {
    decisions(
        "create table users (id integer primary key, email text not null, name text);
         create table messages (id integer primary key, sender_id integer not null references users, recipient_id integer not null references users, reply_to_id integer references messages, body text);
         create table blocks (user_id integer not null references users, target_id integer not null references users, primary key (user_id, target_id));
         create table groups (id integer primary key, owner_id integer not null references users, name text);
         create table memberships (group_id integer not null references groups, user_id integer not null references users, primary key (group_id, user_id));",
        expect![[r#"
            blocks
              target_id owned_by users
              user_id owned_by users
            groups (unlinked)
              owner_id refers_to users Cut(Repoint)
            memberships
              user_id owned_by users
            messages
              reply_to_id refers_to messages Cut(Null)
              recipient_id accessed_by users Cut(Repoint)
              sender_id owned_by users
            users people: email=email user_id=id
        "#]],
    );
}

#[test]
fn cycles_self_references_and_composite_keys_end() {
    decisions(
        "create table accounts (tenant int not null, id int not null, email text, manager int, primary key (tenant, id), foreign key (tenant, manager) references accounts);
         create table a (id integer primary key, tenant int not null, account int not null, b integer references b, foreign key (tenant, account) references accounts);
         create table b (id integer primary key, a integer not null references a on delete cascade, c integer references c);
         create table c (id integer primary key, b integer not null references b);",
        expect![[r#"
            a
              tenant,account owned_by accounts
              b refers_to b Cut(Null)
            accounts people: email=email
              tenant,manager refers_to accounts Cut(Null)
            b
              a owned_by a
              c refers_to c Cut(Null)
            c
              b owned_by b
        "#]],
    );
}

/// A newsletter has a sender, a post a filter of addresses, an application settings: none of them is a person's.
#[test]
fn addresses_of_the_house_make_nobody_a_person() {
    decisions(
        "create table members (id text primary key, uuid text not null unique, email text not null unique, name text);
         create table newsletters (id text primary key, name text not null, sender_email text, sender_name text, sender_reply_to text);
         create table posts (id text primary key, newsletter_id text references newsletters, email_recipient_filter text, title text);
         create table emails (id text primary key, post_id text not null references posts, newsletter_id text references newsletters, from_email text);
         create table members_newsletters (id text primary key, member_id text not null references members on delete cascade,
            newsletter_id text not null references newsletters on delete cascade);
         create table opens (id text primary key, member_uuid text not null, post_id text references posts);
         create table design_settings (id text primary key, color text);
         create table automated_emails (id text primary key, design_setting_id text references design_settings, subject text);
         create table automated_email_recipients (id text primary key, member_id text not null references members,
            automated_email_id text not null references automated_emails);
         create table queues (id text primary key, default_owner_id text references members, title text);",
        expect![[r#"
            automated_email_recipients
              member_id owned_by members
            emails
              from_email owned_by members same email
            members people: email=email member_id=id
            members_newsletters
              member_id owned_by members
            opens
              member_uuid owned_by members
            queues (unlinked)
              default_owner_id refers_to members Cut(Null)
            - main.automated_emails: not linked to a person (check)
            - main.design_settings: not linked to a person (check)
            - main.newsletters: not linked to a person, but holds sender_email, sender_name (check)
            - main.posts: not linked to a person (check)
        "#]],
    );
}

#[test]
fn what_others_are_registered_at_is_not_its_creators() {
    decisions(
        "create table users (id integer primary key, first_name text not null, last_name text not null, phone text not null);
         create table emails (id integer primary key, user_id integer not null references users, email text not null);
         create table events (id integer primary key, creator_id integer not null references users, title text,
            last_friendly_contribution_id integer not null, default_page_id integer references pages);
         create table contributions (id integer primary key, event_id integer not null references events, title text);
         create table pages (id integer primary key, event_id integer not null references events, html text);
         create table notes (id integer primary key, creator_id integer not null references users, text text);
         create table note_files (id integer primary key, note_id integer not null references notes,
            creator_id integer not null references users);
         create table registrations (id integer primary key, event_id integer not null references events,
            user_id integer references users, first_name text, last_name text, email text not null);
         create table answers (id integer primary key, registration_id integer not null references registrations, value text);
         create table payments (id integer primary key, registration_id integer not null references registrations);",
        expect![[r#"
            answers
              registration_id owned_by registrations
            emails
              user_id owned_by users
            events (unlinked)
              creator_id refers_to users Cut(Repoint)
            note_files
              note_id owned_by notes
              creator_id refers_to users Cut(Repoint)
            notes
              creator_id owned_by users
            payments
              registration_id owned_by registrations
            registrations
              user_id owned_by users
            users people: phone=phone user_id=id
            - main.contributions: not linked to a person (check)
            - main.pages: not linked to a person (check)
        "#]],
    );
}

#[test]
fn an_address_belongs_to_whoever_names_it() {
    decisions(
        "create table addresses (id integer primary key, street text, city text);
         create table customers (id integer primary key, email text, bill_address_id integer references addresses, ship_address_id integer references addresses);
         create table warehouses (id integer primary key, address_id integer not null references addresses);",
        expect![[r#"
            addresses
            customers people: customer_id=id email=email
              ship_address_id owns addresses shared
              bill_address_id owns addresses shared
            warehouses (unlinked)
              address_id owns addresses shared
        "#]],
    );
}

#[test]
fn the_same_address_links_where_no_key_does() {
    decisions(
        "create table users (id integer primary key, email text, name text);
         create table newsletter (id integer primary key, email text not null, confirmed boolean);
         create table mail_templates (id integer primary key, email text);
         create table leads (id integer primary key, phone text, note text);",
        expect![[r#"
            newsletter
              email owned_by users same email
            users people: email=email user_id=id
            - main.leads: not linked to a person, but holds phone (check)
            - main.mail_templates: not linked to a person, but holds email (check)
        "#]],
    );
}

#[test]
fn hostile_names_read_back() {
    discovered(catalog(
        "create table \"us.ers\"\"; drop table x; --\" (\"i d\" integer primary key, \"e-mail\" text, \"null\" text, \"a: b\" text, \"#\" text, \"\u{7f}\n\" text);
         create table \"no\" (\"yes\" integer primary key, \"'user'\" integer references \"us.ers\"\"; drop table x; --\", \"on\" text);",
    ));
}

#[test]
fn a_schema_without_people_says_so() {
    let found = discover(&catalog("create table colors (id integer primary key, name text);"), &name("app"));
    assert!(found.text().contains("No table looks like it holds people"), "{}", found.text());
}

#[test]
fn a_thousand_tables_are_quick_and_pass() {
    let mut script =
        String::from("create table users (id integer primary key, email text not null, name text);");
    for number in 0..1000 {
        let above = if number % 7 == 0 { String::from("users") } else { format!("t{}", number * 3 / 4) };
        let above = if above == format!("t{number}") { String::from("users") } else { above };
        let null = if number % 3 == 0 { "" } else { "not null" };
        script.push_str(&format!(
            "create table t{number} (id integer primary key, parent_id integer {null} references {above}, created_by integer references users, other integer references t{}, note text);",
            (number + 500) % 1000
        ));
    }
    discovered(catalog(&script));
}

#[test]
fn the_demo_shop_is_understood() {
    decisions(
        include_str!("../../../testkit/src/shop/sqlite.sql"),
        expect![[r#"
        access_log
          customer_id owned_by customers
          email owned_by customers same email
        addresses
        comments
          parent_id refers_to comments Cut(Null)
          author_id owned_by customers
        customer_addresses
          address_id owns addresses shared
          customer_id owned_by customers
        customers people: customer_id=id email=email phone=phone
          referred_by refers_to customers Cut(Null)
          last_order_id refers_to orders Cut(Null)
        invoices
          customer_id owned_by customers
          order_id refers_to orders Cascade
        messages
          recipient_id accessed_by customers Cut(Repoint)
          sender_id owned_by customers
        odd__table_;_drop
          cust'omer owned_by customers
        order_items
          order_id owned_by orders
        orders
          address_id owns addresses shared
          customer_id owned_by customers
        votes
          user_id owned_by customers
        - main.categories: not linked to a person (check)
        - main.products: not linked to a person (check)
    "#]],
    );
}
