-- The shop of `exeunt demo`: eleven tables that hang together in the ways that make erasing hard.
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
    plan TEXT NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'plus')),
    ltv_score REAL,                                            -- worked out by the shop, not given by the person
    message_count INTEGER NOT NULL DEFAULT 0,                  -- kept by triggers
    referred_by INTEGER REFERENCES customers (id),
    created_at TEXT NOT NULL
);
CREATE TABLE customer_addresses (                              -- two people may share a home
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    address_id INTEGER NOT NULL REFERENCES addresses (id),
    role TEXT NOT NULL CHECK (role IN ('home', 'billing')),
    PRIMARY KEY (customer_id, address_id, role)
) WITHOUT ROWID;
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    price NUMERIC NOT NULL
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
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
CREATE TABLE invoices (                                        -- the law wants them kept for ten years
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL UNIQUE REFERENCES orders (id),
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    number TEXT NOT NULL UNIQUE,
    buyer_name TEXT NOT NULL,
    amount NUMERIC NOT NULL,
    paid_at TEXT NOT NULL
);
CREATE TABLE messages (                                        -- from one customer to another
    id INTEGER PRIMARY KEY,
    sender_id INTEGER NOT NULL REFERENCES customers (id),
    recipient_id INTEGER NOT NULL REFERENCES customers (id),
    body TEXT NOT NULL,
    sender_ip TEXT,
    sent_at TEXT NOT NULL
);
CREATE TABLE comments (                                        -- a tree: others have answered
    id INTEGER PRIMARY KEY,
    author_id INTEGER REFERENCES customers (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    parent_id INTEGER REFERENCES comments (id) ON DELETE SET NULL,
    body TEXT NOT NULL
);
CREATE TABLE votes (                                           -- on messages or comments, told apart by a word
    user_id INTEGER NOT NULL REFERENCES customers (id),
    target_type TEXT NOT NULL CHECK (target_type IN ('message', 'comment')),
    target_id INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (user_id, target_type, target_id)
);
CREATE TABLE tickets (                                         -- no foreign key: found by the e-mail address alone
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    opened_at TEXT NOT NULL
);

CREATE INDEX customer_addresses_address ON customer_addresses (address_id);
CREATE INDEX customers_phone ON customers (phone);
CREATE INDEX customers_referred_by ON customers (referred_by);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX invoices_customer ON invoices (customer_id);
CREATE INDEX messages_sender ON messages (sender_id);
CREATE INDEX messages_recipient ON messages (recipient_id);
CREATE INDEX comments_author ON comments (author_id);
CREATE INDEX comments_parent ON comments (parent_id);
CREATE INDEX votes_target ON votes (target_type, target_id);
CREATE INDEX tickets_email ON tickets (email);

CREATE TRIGGER messages_counted_in AFTER INSERT ON messages BEGIN
    UPDATE customers SET message_count = message_count + 1 WHERE id = NEW.sender_id;
END;
CREATE TRIGGER messages_counted_out AFTER DELETE ON messages BEGIN
    UPDATE customers SET message_count = message_count - 1 WHERE id = OLD.sender_id;
END;
