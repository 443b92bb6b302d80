---- before
CREATE TABLE t (a int, b int, c int, d int); CREATE VIEW v AS SELECT * FROM t; CREATE INDEX i ON t (b, c); CREATE FUNCTION rt() RETURNS t LANGUAGE sql AS 'SELECT * FROM t'; INSERT INTO t VALUES (1,2,3,4);
---- after
CREATE TABLE t (d int, a int, e int DEFAULT 5); CREATE VIEW v AS SELECT * FROM t; CREATE INDEX i ON t (e); CREATE FUNCTION rt() RETURNS t LANGUAGE sql AS 'SELECT * FROM t';
---- rows
SELECT a, d FROM t
