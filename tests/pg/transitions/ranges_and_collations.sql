---- before
CREATE COLLATION nd (provider = icu, locale = 'en'); CREATE TYPE fr AS RANGE (subtype = float8); CREATE TABLE t (a text COLLATE nd, r fr, PRIMARY KEY (a)); CREATE INDEX ti ON t (lower(a) COLLATE nd); CREATE VIEW v AS SELECT a FROM t ORDER BY a COLLATE nd; INSERT INTO t VALUES ('a', '[1,2]');
---- after
CREATE COLLATION nd (provider = icu, locale = 'de'); CREATE TYPE fr AS RANGE (subtype = float8, subtype_diff = float8mi); CREATE TABLE t (a text COLLATE nd, r fr, PRIMARY KEY (a)); CREATE INDEX ti ON t (lower(a) COLLATE nd); CREATE VIEW v AS SELECT a FROM t ORDER BY a COLLATE nd;
---- rows
SELECT * FROM t
