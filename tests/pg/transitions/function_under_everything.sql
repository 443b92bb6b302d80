---- before
CREATE FUNCTION one() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
CREATE TABLE t (x int DEFAULT one(), y int CHECK (one() < y), z int);
CREATE INDEX t_one ON t ((one() + x));
CREATE VIEW v AS SELECT one() AS one, x FROM t;
CREATE POLICY p ON t USING (one() = x);
INSERT INTO t VALUES (1, 2, 3);
---- after
CREATE FUNCTION one() RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT 1::bigint';
CREATE TABLE t (x int DEFAULT one(), y int CHECK (one() < y), z int);
CREATE INDEX t_one ON t ((one() + x));
CREATE VIEW v AS SELECT one() AS one, x FROM t;
CREATE POLICY p ON t USING (one() = x);
---- rows
SELECT * FROM t
---- never
CASCADE
DROP COLUMN
