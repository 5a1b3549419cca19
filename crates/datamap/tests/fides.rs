//! Fides datasets in, and out again with nothing lost.

use exeunt_datamap::fides::{export, import};
use exeunt_datamap::parse;
use expect_test::expect;

const SHOP: &str = r#"
dataset:
  - fides_key: shop.eu
    name: The shop
    meta: { owner: data team, tier: 1 }
    collections:
      - name: address
        fields:
          - { name: id, data_categories: [system.operations], fides_meta: { primary_key: True } }
          - { name: street, data_categories: [user.contact.address.street] }
      - name: customer
        description: People who buy
        fides_meta: { after: [shop.eu.address] }
        fields:
          - name: address_id
            data_categories: [system.operations]
            fides_meta: { references: [ { dataset: shop.eu, field: address.id, direction: to } ] }
          - name: email
            description: Where receipts go
            data_categories: [user.contact.email, user.account]
            fides_meta: { identity: email, data_type: string, length: 40 }
          - name: id
            data_categories: [user.unique_id]
            fides_meta: { primary_key: True }
      - name: orders
        fields:
          - name: customer_id
            data_categories: [user.unique_id]
            fidesops_meta: { references: [ { dataset: shop.eu, field: customer.id, direction: from } ] }
          - name: id
            data_categories: [system.operations]
            fides_meta: { primary_key: True }
          - name: card
            data_categories: [user.financial.account_number]
          - name: address
            fides_meta: { data_type: object }
            fields:
              - { name: city, data_categories: [user.contact.address.city] }
      - name: product
        fields:
          - { name: id, data_categories: [system.operations], fides_meta: { primary_key: True } }
          - { name: price }
"#;

#[test]
fn a_fides_dataset_becomes_a_map_that_reads() {
    let imported = import("fides.yml", SHOP).expect("fine");
    let text = imported.text();
    expect![[r#"
        # Imported from Fides. Fides does not say what erasure does to a row: review every `on_erase:`.
        source: shop_eu
        models:
          address:
            table: address
            key: [id]
            fields:
              id: { category: system.operations, extra: { fides_meta: { primary_key: True } } }
              street: user.contact.address.street
            on_erase: delete
          customer:
            table: customer
            key: [id]
            subject: { email: email }
            fields:
              address_id:
                category: system.operations
                extra: { fides_meta: { references: [{ dataset: shop.eu, field: address.id, direction: to }] } }
              email:
                category: user.contact.email
                description: Where receipts go
                extra:
                  data_categories:
                    - user.contact.email
                    - user.account
                  fides_meta:
                    identity: email
                    data_type: string
                    length: 40
              id: { category: user.unique_id, extra: { fides_meta: { primary_key: True } } }
            relations:
              - { to: address, by: address_id, as: owns, shared: last_owner }
            on_erase: delete
            extra: { description: People who buy, fides_meta: { after: [shop.eu.address] } }
          orders:
            table: orders
            key: [id]
            fields:
              address:
                category: user.contact.address.city
                extra:
                  fides_meta:
                    data_type: object
                  fields:
                    - name: city
                      data_categories:
                        - user.contact.address.city
              # the taxonomy has no category user.financial.account_number; its nearest parent stands here
              card: { category: user.financial, extra: { data_categories: [user.financial.account_number] } }
              customer_id:
                category: user.unique_id
                extra: { fidesops_meta: { references: [{ dataset: shop.eu, field: customer.id, direction: from }] } }
              id: { category: system.operations, extra: { fides_meta: { primary_key: True } } }
            relations:
              - { to: customer, by: customer_id, as: owned_by }
            on_erase: delete
          product:
            table: product
            key: [id]
            unlinked: nothing in the Fides dataset links it to a person
            fields:
              id: { category: system.operations, extra: { fides_meta: { primary_key: True } } }
              price: system.operations
            on_erase: detach
        extra: { fides_key: shop.eu, meta: { owner: data team, tier: 1 }, name: The shop }
    "#]].assert_eq(&text);
    let map = parse(&[(String::from("map.yaml"), text)]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(map, imported.map);
}

#[test]
fn what_came_in_goes_out_and_comes_in_again_the_same() {
    let imported = import("fides.yml", SHOP).expect("fine");
    let text = imported.text();
    let map = parse(&[(String::from("map.yaml"), text)]).expect("fine");
    let out = export(&map);
    expect![[r#"
        dataset:
          - fides_key: shop.eu
            meta:
              owner: data team
              tier: 1
            name: The shop
            collections:
              - name: address
                fields:
                  - name: id
                    data_categories:
                      - system.operations
                    fides_meta:
                      primary_key: True
                  - name: street
                    data_categories:
                      - user.contact.address.street
              - name: customer
                description: People who buy
                fides_meta:
                  after:
                    - shop.eu.address
                fields:
                  - name: address_id
                    data_categories:
                      - system.operations
                    fides_meta:
                      references:
                        - dataset: shop.eu
                          field: address.id
                          direction: to
                  - name: email
                    description: Where receipts go
                    data_categories:
                      - user.contact.email
                      - user.account
                    fides_meta:
                      identity: email
                      data_type: string
                      length: 40
                  - name: id
                    data_categories:
                      - user.unique_id
                    fides_meta:
                      primary_key: True
              - name: orders
                fields:
                  - name: address
                    fides_meta:
                      data_type: object
                    fields:
                      - name: city
                        data_categories:
                          - user.contact.address.city
                  - name: card
                    data_categories:
                      - user.financial.account_number
                  - name: customer_id
                    data_categories:
                      - user.unique_id
                    fidesops_meta:
                      references:
                        - dataset: shop.eu
                          field: customer.id
                          direction: from
                  - name: id
                    data_categories:
                      - system.operations
                    fides_meta:
                      primary_key: True
              - name: product
                fields:
                  - name: id
                    data_categories:
                      - system.operations
                    fides_meta:
                      primary_key: True
                  - name: price
                    data_categories:
                      - system.operations
    "#]]
    .assert_eq(&out);
    assert_eq!(import("again.yml", &out).expect("fine").map, imported.map);
}

#[test]
fn a_map_of_our_own_goes_out_as_fides() {
    let map = parse(&[(String::from("map.yaml"), include_str!("shop.yaml").to_owned())]).expect("fine");
    let again = import("out.yml", &export(&map)).expect("fine");
    let orders = again.map.models().find(|(at, _)| at.model.as_str() == "orders").expect("there").1;
    assert_eq!(orders.relations.len(), 1);
    assert_eq!(orders.key.len(), 1);
}

#[test]
fn what_is_not_a_dataset_is_told() {
    for (text, what) in [
        ("", "no Fides dataset"),
        ("a: 1", "no `fides_key`"),
        ("dataset: [{ fides_key: x, collections: [{ fields: [] }] }]", "no `name`"),
        ("dataset: [{ fides_key: x }, { fides_key: x }]", "twice"),
        ("dataset: [", "not readable"),
    ] {
        let problems = import("f.yml", text).expect_err(text);
        assert!(problems.to_string().contains(what), "{problems}");
    }
}
