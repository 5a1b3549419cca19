CREATE TABLE customers (
    id bigint NOT NULL, email text NOT NULL, full_name text NOT NULL, phone text, born_on date, country char(2) NOT NULL,
    created_at timestamptz NOT NULL, ltv_score numeric(12, 2));
CREATE TABLE addresses (
    id bigint NOT NULL, customer_id bigint NOT NULL, street text NOT NULL, city text NOT NULL, zip text NOT NULL);
CREATE TABLE orders (
    id bigint NOT NULL, customer_id bigint NOT NULL, address_id bigint NOT NULL, status text NOT NULL,
    placed_at timestamptz NOT NULL, total numeric(12, 2) NOT NULL, ship_name text, ip inet);
CREATE TABLE order_items (
    order_id bigint NOT NULL, line integer NOT NULL, sku text NOT NULL, title text NOT NULL, quantity integer NOT NULL,
    price numeric(12, 2) NOT NULL);
CREATE TABLE events (
    id bigint NOT NULL, customer_id bigint NOT NULL, kind text NOT NULL, at timestamptz NOT NULL, path text NOT NULL,
    user_agent text, payload jsonb, ip inet);
CREATE TABLE messages (
    id bigint NOT NULL, sender_id bigint NOT NULL, recipient_id bigint NOT NULL, body text NOT NULL,
    sent_at timestamptz NOT NULL);

-- Rows are made round by round, so that those of one person lie far apart.
INSERT INTO customers SELECT c, 'customer' || c || '@example.test', 'First' || c % 900 || ' Last' || c, '+4930' || c,
        date '1940-01-01' + (c % 24000)::int, 'DE', timestamptz '2015-01-01' + c * interval '1 minute', c % 5000 / 7.0
    FROM generate_series(1, :customers) c;
INSERT INTO addresses SELECT (k - 1) * :customers + c, c, c || ' Main Street', 'City ' || c % 800, lpad((c % 99999)::text, 5, '0')
    FROM generate_series(1, 2) k, generate_series(1, :customers) c WHERE k <= CASE WHEN c % 10 = 0 THEN 2 ELSE 1 END ORDER BY k, c;
INSERT INTO orders SELECT (k - 1) * :customers + c, c, c, 'shipped', timestamptz '2019-01-01' + k * interval '100 days',
        (c % 9000) / 11.0, 'First' || c % 900 || ' Last' || c, '198.51.100.1'::inet + (c % 200)
    FROM generate_series(1, 8) k, generate_series(1, :customers) c WHERE k <= CASE WHEN c % 10 = 0 THEN 8 ELSE 3 END ORDER BY k, c;
INSERT INTO order_items SELECT id, line, 'SKU-' || (id * line) % 20000, 'Article number ' || (id + line) % 20000, 1 + id % 5, id % 777 / 3.0
    FROM orders, generate_series(1, 2) line ORDER BY id, line;
INSERT INTO events SELECT (k - 1) * :customers + c, c, CASE k % 3 WHEN 0 THEN 'view' WHEN 1 THEN 'click' ELSE 'search' END,
        timestamptz '2024-01-01' + k * interval '11 days' + c * interval '1 second', '/products/' || (c * k) % 20000,
        'Mozilla/5.0 (X11; Linux x86_64) Browser/' || c % 40, jsonb_build_object('session', md5((c * k)::text), 'step', k),
        '198.51.100.1'::inet + (c % 200)
    FROM generate_series(1, 19) k, generate_series(1, :customers) c WHERE k <= CASE WHEN c % 10 = 0 THEN 19 ELSE 7 END ORDER BY k, c;
INSERT INTO messages SELECT (k - 1) * :customers + c, c, (c + 9) % :customers + 1, 'Hello, this is message ' || k || ' from ' || c || ', about the order.',
        timestamptz '2023-01-01' + k * interval '30 days'
    FROM generate_series(1, 4) k, generate_series(1, :customers) c WHERE k <= CASE WHEN c % 10 = 0 THEN 4 ELSE 1 END ORDER BY k, c;

ALTER TABLE customers ADD PRIMARY KEY (id), ADD UNIQUE (email);
ALTER TABLE addresses ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers (id);
ALTER TABLE orders ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers (id),
    ADD FOREIGN KEY (address_id) REFERENCES addresses (id);
ALTER TABLE order_items ADD PRIMARY KEY (order_id, line), ADD FOREIGN KEY (order_id) REFERENCES orders (id);
ALTER TABLE events ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers (id);
ALTER TABLE messages ADD PRIMARY KEY (id), ADD FOREIGN KEY (sender_id) REFERENCES customers (id),
    ADD FOREIGN KEY (recipient_id) REFERENCES customers (id);
CREATE INDEX addresses_customer ON addresses (customer_id);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_address ON orders (address_id);
CREATE INDEX events_customer ON events (customer_id);
CREATE INDEX messages_sender ON messages (sender_id);
CREATE INDEX messages_recipient ON messages (recipient_id);
VACUUM ANALYZE;
