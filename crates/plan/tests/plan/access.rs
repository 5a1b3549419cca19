//! What a person is shown.

use exeunt_plan::document::Right;
use expect_test::expect;

use crate::Case;

fn shop() -> Case {
    Case::new(
        "customers(id int key, email text! unique, password text, score int)
         messages(id int key, sender_id int -> customers, recipient_id int -> customers, body text, sender_ip inet)
         attachments(id int key, message_id int! -> messages, file text)
         rooms(id int key, title text)
         seats(customer_id int! -> customers, room_id int! -> rooms, pk(customer_id room_id))",
        "
  customers:
    table: customers
    key: [id]
    subject: { email: email }
    fields: { email: user.contact.email, password: { category: user.authorization, hidden: true }, score: { category: user.behavior, computed: true, title: Score } }
    on_erase: delete
  messages:
    table: messages
    key: [id]
    fields: { body: user.content.private, sender_ip: user.device.ip_address }
    relations:
      - { to: customers, by: sender_id, as: owned_by }
      - { to: customers, by: recipient_id, as: accessed_by, redact: [sender_ip] }
    on_erase: delete
  attachments:
    table: attachments
    key: [id]
    fields: { file: user.content }
    relations: [ { to: messages, by: message_id, as: owned_by } ]
    on_erase: delete
  rooms: { table: rooms, key: [id], fields: { title: user.content }, on_erase: delete }
  seats:
    table: seats
    key: [customer_id, room_id]
    relations:
      - { to: customers, by: customer_id, as: owned_by }
      - { to: rooms, by: room_id, as: accesses }
    on_erase: delete
",
    )
}

#[test]
fn a_person_sees_their_own_rows_and_those_they_have_access_to() {
    shop().asked(Right::Access).check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.rooms: id=seats.room_id > customer_id=[0].id
        [2] shop.attachments: message_id=messages.id > sender_id=[0].id
        [3] shop.messages: sender_id=[0].id
        [4] shop.messages: recipient_id=[0].id; yields to [3]
        [5] shop.attachments: message_id=[4].id; yields to [2]
        [6] shop.seats: customer_id=[0].id
        read [0] customers: id email score*
        read [6] seats: customer_id room_id
        read [3] messages: id sender_id recipient_id body sender_ip
        read [2] attachments: id message_id file
        show [1] rooms: id title
        show [4] messages: id sender_id recipient_id body sender_ip#
        show [5] attachments: id message_id file
    "#]]);
}

#[test]
fn taking_along_leaves_out_what_was_computed_and_what_is_others() {
    shop().asked(Right::Portability).check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.attachments: message_id=messages.id > sender_id=[0].id
        [2] shop.messages: sender_id=[0].id
        [3] shop.seats: customer_id=[0].id
        read [0] customers: id email
        read [3] seats: customer_id room_id
        read [2] messages: id sender_id recipient_id body sender_ip
        read [1] attachments: id message_id file
    "#]]);
}

#[test]
fn the_same_map_erases_without_touching_what_was_only_shown() {
    shop().check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with email
        [1] shop.attachments: message_id=messages.id > sender_id=[0].id
        [2] shop.messages: sender_id=[0].id
        [3] shop.messages: recipient_id=[0].id; yields to [2]
        [4] shop.seats: customer_id=[0].id
        1. clear messages [3]: recipient_id=null
        2. delete seats [4]
        3. delete attachments [1]
        4. delete messages [2]
        5. delete customers [0] veil email password
        info reference_cleared shop.messages.recipient_id: `recipient_id` of rows that refer to deleted ones is cleared; write `on_erase` to decide otherwise
    "#]]);
}

#[test]
fn a_shared_row_is_shown_to_each_of_its_owners() {
    Case::new(
        "customers(id int key, email text! unique, address_id int -> addresses)
         addresses(id int key, street text)",
        "
  customers: { table: customers, key: [id], subject: { email: email }, fields: { email: user.contact.email }, relations: [ { to: addresses, by: address_id, as: owns, shared: last_owner } ], on_erase: delete }
  addresses: { table: addresses, key: [id], fields: { street: user.contact.address.street }, on_erase: delete }
",
    )
    .asked(Right::Access)
    .check(expect![[r#"
        [0] shop.customers (person): folded email=@email; with address_id email
        [1] shop.addresses: id=[0].address_id
        read [0] customers: id email address_id
        read [1] addresses: id street
    "#]]);
}
