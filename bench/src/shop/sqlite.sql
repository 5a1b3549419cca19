PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -262144;
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL, full_name TEXT NOT NULL, phone TEXT, born_on TEXT, country TEXT NOT NULL,
    created_at TEXT NOT NULL, ltv_score REAL);
CREATE TABLE addresses (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), street TEXT NOT NULL, city TEXT NOT NULL,
    zip TEXT NOT NULL);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
    address_id INTEGER NOT NULL REFERENCES addresses (id), status TEXT NOT NULL, placed_at TEXT NOT NULL, total REAL NOT NULL,
    ship_name TEXT, ip TEXT);
CREATE TABLE order_items (
    order_id INTEGER NOT NULL REFERENCES orders (id), line INTEGER NOT NULL, sku TEXT NOT NULL, title TEXT NOT NULL,
    quantity INTEGER NOT NULL, price REAL NOT NULL, PRIMARY KEY (order_id, line)) WITHOUT ROWID;
CREATE TABLE events (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), kind TEXT NOT NULL, at TEXT NOT NULL,
    path TEXT NOT NULL, user_agent TEXT, payload TEXT, ip TEXT);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, sender_id INTEGER NOT NULL REFERENCES customers (id),
    recipient_id INTEGER NOT NULL REFERENCES customers (id), body TEXT NOT NULL, sent_at TEXT NOT NULL);

-- Rows are made round by round, so that those of one person lie far apart.
-- (In SQLite `||` binds tighter than `%` and `*`, hence the parentheses.)
BEGIN;
CREATE TEMP TABLE people AS WITH RECURSIVE s(c) AS (SELECT 1 UNION ALL SELECT c + 1 FROM s WHERE c < :customers) SELECT c FROM s;
CREATE TEMP TABLE rounds AS WITH RECURSIVE s(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM s WHERE k < 19) SELECT k FROM s;
INSERT INTO customers SELECT c, 'customer' || c || '@example.test', 'First' || (c % 900) || ' Last' || c, '+4930' || c,
        date('1940-01-01', '+' || (c % 24000) || ' days'), 'DE', strftime('%Y-%m-%dT%H:%M:%SZ', '2015-01-01', '+' || c || ' minutes'),
        round(c % 5000 / 7.0, 2)
    FROM people;
INSERT INTO addresses SELECT (k - 1) * :customers + c, c, c || ' Main Street', 'City ' || (c % 800), printf('%05d', c % 99999)
    FROM rounds CROSS JOIN people WHERE k <= CASE WHEN c % 10 = 0 THEN 2 ELSE 1 END;
INSERT INTO orders SELECT (k - 1) * :customers + c, c, c, 'shipped', strftime('%Y-%m-%dT%H:%M:%SZ', '2019-01-01', '+' || (k * 100) || ' days'),
        round(c % 9000 / 11.0, 2), 'First' || (c % 900) || ' Last' || c, '198.51.100.' || (1 + c % 200)
    FROM rounds CROSS JOIN people WHERE k <= CASE WHEN c % 10 = 0 THEN 8 ELSE 3 END;
INSERT INTO order_items SELECT id, k, 'SKU-' || ((id * k) % 20000), 'Article number ' || ((id + k) % 20000), 1 + id % 5, round(id % 777 / 3.0, 2)
    FROM orders CROSS JOIN rounds WHERE k <= 2;
INSERT INTO events SELECT (k - 1) * :customers + c, c, CASE k % 3 WHEN 0 THEN 'view' WHEN 1 THEN 'click' ELSE 'search' END,
        strftime('%Y-%m-%dT%H:%M:%SZ', '2024-01-01', '+' || (k * 950400 + c) || ' seconds'), '/products/' || ((c * k) % 20000),
        'Mozilla/5.0 (X11; Linux x86_64) Browser/' || (c % 40),
        json_object('session', printf('%016x%016x', (c * k) * 2654435761, c + k), 'step', k), '198.51.100.' || (1 + c % 200)
    FROM rounds CROSS JOIN people WHERE k <= CASE WHEN c % 10 = 0 THEN 19 ELSE 7 END;
INSERT INTO messages SELECT (k - 1) * :customers + c, c, (c + 9) % :customers + 1,
        'Hello, this is message ' || k || ' from ' || c || ', about the order.', strftime('%Y-%m-%dT%H:%M:%SZ', '2023-01-01', '+' || (k * 30) || ' days')
    FROM rounds CROSS JOIN people WHERE k <= CASE WHEN c % 10 = 0 THEN 4 ELSE 1 END;
CREATE UNIQUE INDEX customers_email ON customers (email);
CREATE INDEX addresses_customer ON addresses (customer_id);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_address ON orders (address_id);
CREATE INDEX events_customer ON events (customer_id);
CREATE INDEX messages_sender ON messages (sender_id);
CREATE INDEX messages_recipient ON messages (recipient_id);
COMMIT;
ANALYZE;
