CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, full_name TEXT NOT NULL);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    ship_name TEXT,
    total NUMERIC NOT NULL
);
CREATE TABLE notes (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), body TEXT NOT NULL);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX notes_customer ON notes (customer_id);
INSERT INTO customers VALUES (1, 'one@mail.test', 'First Person'), (2, 'two@mail.test', 'Second Person'),
    (3, 'three@mail.test', 'Third Person'), (4, 'four@mail.test', 'Fourth Person');
INSERT INTO orders VALUES (1, 1, 'First Person', 10), (2, 1, 'First Person', 20), (3, 2, 'Second Person', 30),
    (4, 3, 'Third Person', 40);
INSERT INTO notes VALUES (1, 1, 'likes tea'), (2, 2, 'likes coffee'), (3, 2, 'moved house');
