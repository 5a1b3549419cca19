-- What an erasure must do to an Oscar shop under `map.yaml`, written by hand from the schema and the policy, without
-- Exeunt. One row for each thing that must happen, in words both SQLite and PostgreSQL understand:
--
--   what     'delete', 'update' (one row for each column that changes) or 'export'
--   place    the table
--   id       the row's key
--   part     the column of an update, else empty
--
-- Whatever is not listed must be as it was, byte by byte. Before it, make the table `asked` and put in the e-mail
-- addresses of the people who ask:
--
--   CREATE TEMP TABLE asked (email text);  INSERT INTO asked VALUES ('ada.lovelace@oscar.example');
--
-- PostgreSQL: SET timezone = 'UTC' first, for orders are kept to the end of a year.
WITH
-- The accounts of those who ask, and every address they are known by.
person AS (SELECT id, email FROM auth_user WHERE lower(email) IN (SELECT lower(email) FROM asked)),
mail AS (SELECT lower(email) AS address FROM asked UNION SELECT lower(email) FROM person),

-- Orders, by account or by a guest's address; those placed more than ten full years ago have had their time.
ordered AS (
    SELECT id, basket_id, shipping_address_id, billing_address_id,
        CAST(substr(CAST(date_placed AS text), 1, 4) AS integer) + 10
            < CAST(substr(CAST(CURRENT_DATE AS text), 1, 4) AS integer) AS expired
    FROM order_order
    WHERE user_id IN (SELECT id FROM person) OR lower(guest_email) IN (SELECT address FROM mail)),
gone AS (SELECT id FROM ordered WHERE expired),
kept AS (SELECT id FROM ordered WHERE NOT expired),

-- Baskets: the person's own, and those a guest's order was made from.
basket AS (
    SELECT id FROM basket_basket WHERE owner_id IN (SELECT id FROM person)
    UNION SELECT basket_id FROM ordered WHERE basket_id IS NOT NULL),
basket_row AS (SELECT id FROM basket_line WHERE basket_id IN (SELECT id FROM basket)),
wish AS (SELECT id FROM wishlists_wishlist WHERE owner_id IN (SELECT id FROM person)),
review AS (
    SELECT * FROM reviews_productreview
    WHERE user_id IN (SELECT id FROM person) OR lower(email) IN (SELECT address FROM mail)),
logged AS (
    SELECT * FROM django_admin_log
    WHERE content_type_id = 4 AND object_id IN (SELECT CAST(id AS text) FROM person)),

-- Rows that are the person's and go with them, whatever the law says of orders.
personal AS (
    SELECT 'auth_user' AS place, id FROM person
    UNION ALL SELECT 'auth_user_groups', id FROM auth_user_groups WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'auth_user_user_permissions', id FROM auth_user_user_permissions WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'partner_partner_users', id FROM partner_partner_users WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'address_useraddress', id FROM address_useraddress WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'payment_bankcard', id FROM payment_bankcard WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'analytics_userproductview', id FROM analytics_userproductview WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'analytics_usersearch', id FROM analytics_usersearch WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'analytics_userrecord', id FROM analytics_userrecord WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'basket_basket', id FROM basket
    UNION ALL SELECT 'basket_line', id FROM basket_row
    UNION ALL SELECT 'basket_lineattribute', id FROM basket_lineattribute WHERE line_id IN (SELECT id FROM basket_row)
    UNION ALL SELECT 'basket_basket_vouchers', id FROM basket_basket_vouchers WHERE basket_id IN (SELECT id FROM basket)
    UNION ALL SELECT 'wishlists_wishlist', id FROM wish
    UNION ALL SELECT 'wishlists_line', id FROM wishlists_line WHERE wishlist_id IN (SELECT id FROM wish)
    UNION ALL SELECT 'wishlists_wishlistsharedemail', id FROM wishlists_wishlistsharedemail
        WHERE wishlist_id IN (SELECT id FROM wish) OR lower(email) IN (SELECT address FROM mail)
    UNION ALL SELECT 'customer_productalert', id FROM customer_productalert
        WHERE user_id IN (SELECT id FROM person) OR lower(email) IN (SELECT address FROM mail)
    UNION ALL SELECT 'reviews_vote', id FROM reviews_vote WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'communication_email', id FROM communication_email
        WHERE user_id IN (SELECT id FROM person) OR lower(email) IN (SELECT address FROM mail)
    UNION ALL SELECT 'communication_notification', id FROM communication_notification
        WHERE recipient_id IN (SELECT id FROM person)
    UNION ALL SELECT 'order_ordernote', id FROM order_ordernote WHERE order_id IN (SELECT id FROM ordered)
    UNION ALL SELECT 'order_communicationevent', id FROM order_communicationevent WHERE order_id IN (SELECT id FROM ordered)),

-- Every part of an order, and which order it is of.
part_of_order AS (
    SELECT 'order_order' AS place, id, id AS order_id FROM order_order
    UNION ALL SELECT 'order_line', id, order_id FROM order_line
    UNION ALL SELECT 'order_lineprice', p.id, l.order_id FROM order_lineprice p JOIN order_line l ON l.id = p.line_id
    UNION ALL SELECT 'order_lineattribute', a.id, l.order_id FROM order_lineattribute a JOIN order_line l ON l.id = a.line_id
    UNION ALL SELECT 'order_orderdiscount', id, order_id FROM order_orderdiscount
    UNION ALL SELECT 'order_orderlinediscount', d.id, l.order_id FROM order_orderlinediscount d JOIN order_line l ON l.id = d.line_id
    UNION ALL SELECT 'order_surcharge', id, order_id FROM order_surcharge
    UNION ALL SELECT 'order_orderstatuschange', id, order_id FROM order_orderstatuschange
    UNION ALL SELECT 'order_shippingevent', id, order_id FROM order_shippingevent
    UNION ALL SELECT 'order_shippingeventquantity', q.id, e.order_id
        FROM order_shippingeventquantity q JOIN order_shippingevent e ON e.id = q.event_id
    UNION ALL SELECT 'order_paymentevent', id, order_id FROM order_paymentevent
    UNION ALL SELECT 'order_paymenteventquantity', q.id, e.order_id
        FROM order_paymenteventquantity q JOIN order_paymentevent e ON e.id = q.event_id
    UNION ALL SELECT 'payment_source', id, order_id FROM payment_source
    UNION ALL SELECT 'payment_transaction', t.id, s.order_id FROM payment_transaction t JOIN payment_source s ON s.id = t.source_id),

deleted AS (
    SELECT place, id FROM personal
    UNION SELECT place, id FROM part_of_order WHERE order_id IN (SELECT id FROM gone)
    UNION SELECT 'voucher_voucherapplication', id FROM voucher_voucherapplication WHERE order_id IN (SELECT id FROM gone)),

-- Columns that change in rows that stay.
updated AS (
    SELECT 'order_order' AS place, id, 'user_id' AS part FROM order_order WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'order_order', id, 'guest_email' FROM order_order WHERE id IN (SELECT id FROM kept) AND guest_email <> ''
    UNION ALL SELECT 'order_order', id, 'basket_id' FROM order_order WHERE basket_id IN (SELECT id FROM basket)
    UNION ALL SELECT 'order_line', id, 'partner_line_notes' FROM order_line
        WHERE order_id IN (SELECT id FROM kept) AND partner_line_notes <> ''
    UNION ALL SELECT 'order_lineattribute', a.id, 'value' FROM order_lineattribute a JOIN order_line l ON l.id = a.line_id
        WHERE l.order_id IN (SELECT id FROM kept) AND CAST(a.value AS text) <> '""'
    UNION ALL SELECT 'order_shippingevent', id, 'notes' FROM order_shippingevent WHERE order_id IN (SELECT id FROM kept) AND notes <> ''
    UNION ALL SELECT 'payment_source', id, 'label' FROM payment_source WHERE order_id IN (SELECT id FROM kept) AND label <> ''
    UNION ALL SELECT 'voucher_voucherapplication', id, 'user_id' FROM voucher_voucherapplication WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'communication_notification', id, 'sender_id' FROM communication_notification WHERE sender_id IN (SELECT id FROM person)
    UNION ALL SELECT 'order_ordernote', id, 'user_id' FROM order_ordernote WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'reviews_productreview', id, 'user_id' FROM review WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'reviews_productreview', id, 'name' FROM review WHERE name <> ''
    UNION ALL SELECT 'reviews_productreview', id, 'email' FROM review WHERE email <> ''
    UNION ALL SELECT 'reviews_productreview', id, 'homepage' FROM review WHERE homepage <> ''
    UNION ALL SELECT 'reviews_productreview', id, 'body' FROM review
    UNION ALL SELECT 'django_admin_log', id, 'user_id' FROM django_admin_log WHERE user_id IN (SELECT id FROM person)
    UNION ALL SELECT 'django_admin_log', id, 'object_id' FROM logged
    UNION ALL SELECT 'django_admin_log', id, 'object_repr' FROM logged
    UNION ALL SELECT 'offer_rangeproductfileupload', id, 'uploaded_by_id' FROM offer_rangeproductfileupload
        WHERE uploaded_by_id IN (SELECT id FROM person)
    -- Where the parcel went, column by column.
    UNION ALL SELECT 'order_shippingaddress', a.id, c.part
    FROM order_shippingaddress a
    CROSS JOIN (
        SELECT 'title' AS part UNION ALL SELECT 'first_name' UNION ALL SELECT 'last_name' UNION ALL SELECT 'line1'
        UNION ALL SELECT 'line2' UNION ALL SELECT 'line3' UNION ALL SELECT 'line4' UNION ALL SELECT 'state'
        UNION ALL SELECT 'postcode' UNION ALL SELECT 'search_text' UNION ALL SELECT 'phone_number'
        UNION ALL SELECT 'notes' UNION ALL SELECT 'code') c
    WHERE a.id IN (SELECT shipping_address_id FROM ordered)
        AND CASE c.part
            WHEN 'title' THEN a.title <> ''
            WHEN 'line2' THEN a.line2 <> ''
            WHEN 'line3' THEN a.line3 <> ''
            WHEN 'state' THEN a.state <> ''
            WHEN 'phone_number' THEN a.phone_number <> ''
            WHEN 'notes' THEN a.notes <> ''
            WHEN 'code' THEN a.code IS NOT NULL
            ELSE 1 = 1
        END),

-- What the person is shown: all that is theirs, the parts of their orders, and what they sent to others.
exported AS (
    SELECT place, id FROM personal
    UNION SELECT place, id FROM part_of_order WHERE order_id IN (SELECT id FROM ordered)
    UNION SELECT 'order_shippingaddress', shipping_address_id FROM ordered WHERE shipping_address_id IS NOT NULL
    UNION SELECT 'order_billingaddress', billing_address_id FROM ordered WHERE billing_address_id IS NOT NULL
    UNION SELECT 'voucher_voucherapplication', id FROM voucher_voucherapplication WHERE user_id IN (SELECT id FROM person)
    UNION SELECT 'communication_notification', id FROM communication_notification WHERE sender_id IN (SELECT id FROM person)
    UNION SELECT 'reviews_productreview', id FROM review
    UNION SELECT 'django_admin_log', id FROM logged
    UNION SELECT 'django_admin_log', id FROM django_admin_log WHERE user_id IN (SELECT id FROM person)
    UNION SELECT 'offer_rangeproductfileupload', id FROM offer_rangeproductfileupload WHERE uploaded_by_id IN (SELECT id FROM person))

SELECT 'delete' AS what, place, id, '' AS part FROM deleted
UNION ALL
SELECT 'update', u.place, u.id, u.part FROM updated u
WHERE NOT EXISTS (SELECT 1 FROM deleted d WHERE d.place = u.place AND d.id = u.id)
UNION ALL
SELECT 'export', place, id, '' FROM exported
ORDER BY 1, 2, 3, 4;
