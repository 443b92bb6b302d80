---- before
CREATE EXTENSION pg_trgm VERSION '1.4';
CREATE TABLE t (a text);
CREATE INDEX ti ON t USING gin (a gin_trgm_ops);
CREATE VIEW v AS SELECT similarity(a, 'x') AS s FROM t;
CREATE TABLE r (a text CHECK (similarity(a, 'q') >= 0));
INSERT INTO t VALUES ('abc');
---- after
CREATE EXTENSION pg_trgm VERSION '1.3';
CREATE TABLE t (a text);
CREATE INDEX ti ON t USING gin (a gin_trgm_ops);
CREATE VIEW v AS SELECT similarity(a, 'x') AS s FROM t;
CREATE TABLE r (a text CHECK (similarity(a, 'q') >= 0));
---- rows
SELECT a FROM t
