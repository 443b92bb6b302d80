---- before
CREATE TABLE t (a text, b jsonb, c inet, d text COLLATE "C"); CREATE INDEX i1 ON t (a text_pattern_ops); CREATE INDEX i2 ON t USING gin (b); CREATE INDEX i3 ON t (a DESC NULLS LAST, c); CREATE INDEX i4 ON t USING brin (a) WITH (pages_per_range = 8); CREATE INDEX i5 ON t USING hash (a); CREATE INDEX i6 ON t (lower(a), (b ->> 'x')); ALTER INDEX i6 ALTER COLUMN 1 SET STATISTICS 50; INSERT INTO t VALUES ('x', '{}', '1.1.1.1', 'z');
---- after
CREATE TABLE t (a text, b jsonb, c inet, d text COLLATE "POSIX"); CREATE INDEX i1 ON t (a); CREATE INDEX i2 ON t USING gin (b jsonb_path_ops); CREATE INDEX i3 ON t (a COLLATE "C" NULLS FIRST) INCLUDE (c); CREATE INDEX i4 ON t USING brin (a) WITH (pages_per_range = 16); CREATE INDEX i5 ON t USING btree (a) WITH (fillfactor = 70); CREATE INDEX i6 ON t (lower(a), (b ->> 'y')); ALTER INDEX i6 ALTER COLUMN 2 SET STATISTICS 60;
---- rows
SELECT * FROM t
