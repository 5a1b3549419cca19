CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    street TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL
);
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE CHECK (email LIKE '%@%'),
    full_name TEXT NOT NULL,
    phone TEXT,
    born_on TEXT,
    plan TEXT NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'plus', 'pro')),
    tags TEXT NOT NULL DEFAULT '[]',
    prefs TEXT NOT NULL DEFAULT '{}',
    trial TEXT,
    avatar BLOB,
    ltv_score REAL,
    search_name TEXT GENERATED ALWAYS AS (lower(full_name)) STORED,
    message_count INTEGER NOT NULL DEFAULT 0 CHECK (message_count >= 0),
    referred_by INTEGER REFERENCES customers (id),
    -- A cycle: each customer's last order, each order's customer.
    last_order_id INTEGER REFERENCES orders (id),
    created_at TEXT NOT NULL
);
CREATE TABLE customer_addresses (
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    address_id INTEGER NOT NULL REFERENCES addresses (id),
    role TEXT NOT NULL CHECK (role IN ('home', 'billing')),
    PRIMARY KEY (customer_id, address_id, role)
) WITHOUT ROWID;
CREATE TABLE categories (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES categories (id),
    title TEXT NOT NULL
);
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    category_id INTEGER NOT NULL REFERENCES categories (id),
    title TEXT NOT NULL,
    price NUMERIC NOT NULL
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    address_id INTEGER REFERENCES addresses (id),
    status TEXT NOT NULL,
    ship_name TEXT,
    ip TEXT,
    note TEXT,
    placed_at TEXT NOT NULL
);
CREATE TABLE order_items (
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    line INTEGER NOT NULL,
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL,
    engraving TEXT,
    PRIMARY KEY (order_id, line)
);
CREATE TABLE invoices (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL UNIQUE REFERENCES orders (id),
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    number TEXT NOT NULL UNIQUE,
    buyer_name TEXT NOT NULL,
    buyer_street TEXT,
    amount NUMERIC NOT NULL,
    paid_at TEXT
);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    sender_id INTEGER NOT NULL REFERENCES customers (id),
    recipient_id INTEGER NOT NULL REFERENCES customers (id),
    body TEXT NOT NULL,
    sender_ip TEXT,
    sent_at TEXT NOT NULL
);
CREATE TABLE comments (
    id INTEGER PRIMARY KEY,
    author_id INTEGER REFERENCES customers (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    parent_id INTEGER REFERENCES comments (id) ON DELETE SET NULL,
    body TEXT NOT NULL
);
CREATE TABLE votes (
    user_id INTEGER NOT NULL REFERENCES customers (id),
    target_type TEXT NOT NULL CHECK (target_type IN ('message', 'comment')),
    target_id INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (user_id, target_type, target_id)
);
-- No key, and equal rows: each visit is a line.
CREATE TABLE access_log (
    customer_id INTEGER,
    email TEXT,
    path TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE "odd ""table""; drop" (
    "id" INTEGER PRIMARY KEY,
    "cust'omer" INTEGER NOT NULL REFERENCES customers (id),
    "select" TEXT,
    "quote""d" TEXT,
    "new
line" TEXT,
    "naïve ünï" TEXT
);

CREATE INDEX customer_addresses_address ON customer_addresses (address_id);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX invoices_customer ON invoices (customer_id);
CREATE INDEX messages_sender ON messages (sender_id);
CREATE INDEX messages_recipient ON messages (recipient_id);
CREATE INDEX comments_author ON comments (author_id);
CREATE INDEX comments_parent ON comments (parent_id);
CREATE INDEX votes_target ON votes (target_type, target_id);
CREATE INDEX access_log_customer ON access_log (customer_id);

-- A counter kept by triggers: how many messages each customer has sent.
CREATE TRIGGER messages_counted_in AFTER INSERT ON messages BEGIN
    UPDATE customers SET message_count = message_count + 1 WHERE id = NEW.sender_id;
END;
CREATE TRIGGER messages_counted_out AFTER DELETE ON messages BEGIN
    UPDATE customers SET message_count = message_count - 1 WHERE id = OLD.sender_id;
END;

CREATE VIEW active_customers AS SELECT id, email FROM customers WHERE plan <> 'free';
