---- before
CREATE COLLATION c (PROVIDER = icu, LOCALE = 'en');
CREATE TABLE t (a text COLLATE c);
CREATE INDEX t_a ON t (a);
INSERT INTO t VALUES ('x');
---- after
CREATE COLLATION c (PROVIDER = icu, LOCALE = 'de');
CREATE TABLE t (a text COLLATE c);
CREATE INDEX t_a ON t (a);
---- rows
SELECT a FROM t ORDER BY a
