---- before
CREATE TYPE e AS ENUM ('a', 'b', 'c', 'd');
CREATE TABLE t (x e DEFAULT 'b', y e[] DEFAULT '{a,c}', z e NOT NULL, CHECK (z <> 'd'));
CREATE INDEX ti ON t (x) WHERE x <> 'a'; CREATE VIEW v AS SELECT x FROM t WHERE z = 'a';
CREATE FUNCTION f(e) RETURNS e[] LANGUAGE sql AS 'SELECT array[$1]'; CREATE TYPE c AS (e1 e, n int);
CREATE DOMAIN ed AS e DEFAULT 'a'; CREATE TABLE u (k ed, PRIMARY KEY (k)); CREATE TABLE pt (k e) PARTITION BY LIST (k);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES IN ('a', 'b');
GRANT USAGE ON TYPE e TO pg_monitor; COMMENT ON TYPE e IS 'e';
INSERT INTO t VALUES ('a', '{b}', 'c'); INSERT INTO u VALUES ('b'); INSERT INTO pt VALUES ('b');
---- after
CREATE TYPE e AS ENUM ('c', 'b', 'new', 'a');
CREATE TABLE t (x e DEFAULT 'b', y e[] DEFAULT '{a,c}', z e NOT NULL, CHECK (z <> 'new'));
CREATE INDEX ti ON t (x) WHERE x <> 'a'; CREATE VIEW v AS SELECT x FROM t WHERE z = 'a';
CREATE FUNCTION f(e) RETURNS e[] LANGUAGE sql AS 'SELECT array[$1]'; CREATE TYPE c AS (e1 e, n int);
CREATE DOMAIN ed AS e DEFAULT 'a'; CREATE TABLE u (k ed, PRIMARY KEY (k)); CREATE TABLE pt (k e) PARTITION BY LIST (k);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES IN ('a', 'b');
GRANT USAGE ON TYPE e TO pg_monitor; COMMENT ON TYPE e IS 'e';
---- rows
SELECT t.*, u.k, pt.k FROM t, u, pt
