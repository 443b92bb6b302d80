---- before
CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int, d text GENERATED ALWAYS AS (upper('x' || c::text)) STORED);
CREATE INDEX t_b ON t (b);
CREATE VIEW v AS SELECT b FROM t;
INSERT INTO t (a, c) VALUES (1, 2);
---- after
CREATE TABLE t (a bigint, b bigint GENERATED ALWAYS AS (a * 3) STORED, c int, d text);
CREATE INDEX t_b ON t (b);
CREATE VIEW v AS SELECT b FROM t;
---- rows
SELECT a, c FROM t
