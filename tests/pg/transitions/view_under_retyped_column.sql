---- before
CREATE TABLE t (id int PRIMARY KEY, price int NOT NULL, note varchar(10));
CREATE VIEW a AS SELECT id, price FROM t;
CREATE VIEW b AS SELECT a.id, a.price + 1 AS more FROM a;
CREATE MATERIALIZED VIEW m AS SELECT price, count(*) AS n FROM t GROUP BY price;
CREATE UNIQUE INDEX m_price ON m (price);
GRANT SELECT ON m TO pg_monitor; GRANT SELECT (id) ON a TO pg_monitor;
COMMENT ON MATERIALIZED VIEW m IS 'totals'; COMMENT ON COLUMN a.price IS 'cents'; COMMENT ON INDEX m_price IS 'i';
CREATE RULE b_ins AS ON INSERT TO b DO INSTEAD INSERT INTO t (id, price) VALUES (NEW.id, NEW.more);
INSERT INTO t VALUES (1, 5, 'x');
REFRESH MATERIALIZED VIEW m;
---- after
CREATE TABLE t (id int PRIMARY KEY, price bigint NOT NULL, note text);
CREATE VIEW a AS SELECT id, price FROM t;
CREATE VIEW b AS SELECT a.id, a.price + 1 AS more FROM a;
CREATE MATERIALIZED VIEW m AS SELECT price, count(*) AS n FROM t GROUP BY price;
CREATE UNIQUE INDEX m_price ON m (price);
GRANT SELECT ON m TO pg_monitor; GRANT SELECT (id) ON a TO pg_monitor;
COMMENT ON MATERIALIZED VIEW m IS 'totals'; COMMENT ON COLUMN a.price IS 'cents'; COMMENT ON INDEX m_price IS 'i';
CREATE RULE b_ins AS ON INSERT TO b DO INSTEAD INSERT INTO t (id, price) VALUES (NEW.id, NEW.more);
---- rows
SELECT t.id, t.price, m.n FROM t, m
