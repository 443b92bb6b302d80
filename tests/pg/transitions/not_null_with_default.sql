---- before
CREATE TABLE t (a int, b text, c int NOT NULL); INSERT INTO t VALUES (1, 'x', 3);
---- after
CREATE TABLE t (a int NOT NULL DEFAULT 0, b text, c int, d int NOT NULL DEFAULT 7, e timestamptz NOT NULL DEFAULT '2020-01-01 00:00+00'); ALTER TABLE t ADD CONSTRAINT nn CHECK (b IS NOT NULL) NOT VALID;
---- rows
SELECT a, b, c FROM t
