-- A small shop, for the demonstration.
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE
);

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  placed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  total INTEGER NOT NULL CHECK (total >= 0)
);

CREATE INDEX orders_customer ON orders (customer_id);

CREATE VIEW big_orders AS
SELECT o.id, c.name, o.total FROM orders o JOIN customers c ON c.id = o.customer_id
WHERE o.total > 1000;

CREATE TRIGGER no_empty_name BEFORE INSERT ON customers WHEN NEW.name = ''
BEGIN
  SELECT RAISE(ABORT, 'a customer has a name');
END;

INSERT INTO customers (name, email) VALUES ('Ada', 'ada@example.org'), ('Ben', 'ben@example.org');
INSERT INTO orders (customer_id, total) VALUES (1, 250), (1, 4200), (2, 99);
