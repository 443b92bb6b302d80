---- before
CREATE TABLE base (a int, b int); CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM base; CREATE MATERIALIZED VIEW m AS SELECT a FROM base; CREATE VIEW dep AS SELECT v.a, m.a AS ma FROM v, m; INSERT INTO base VALUES (1, 2);
---- after
CREATE TABLE base (a int, b int); CREATE VIEW t AS SELECT b AS a FROM base; CREATE MATERIALIZED VIEW v AS SELECT a FROM base; CREATE TABLE m (a int); CREATE VIEW dep AS SELECT v.a, m.a AS ma FROM v, m;
---- rows
SELECT * FROM base
