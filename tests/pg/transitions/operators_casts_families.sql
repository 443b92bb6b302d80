---- before
CREATE TYPE num AS (v int); CREATE FUNCTION num_eq(num, num) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT ($1).v = ($2).v'; CREATE OPERATOR === (LEFTARG = num, RIGHTARG = num, FUNCTION = num_eq, COMMUTATOR = ===);
CREATE FUNCTION to_num(int) RETURNS num LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1)::num'; CREATE CAST (int AS num) WITH FUNCTION to_num(int); CREATE TABLE t (a num, b int); CREATE VIEW v AS SELECT a === a AS e FROM t; INSERT INTO t VALUES (ROW(1), 2);
---- after
CREATE TYPE num AS (v int); CREATE FUNCTION num_eq(a num, b num) RETURNS bool LANGUAGE sql IMMUTABLE STRICT AS 'SELECT (a).v = (b).v'; CREATE OPERATOR === (LEFTARG = num, RIGHTARG = num, FUNCTION = num_eq, COMMUTATOR = ===, RESTRICT = eqsel, HASHES);
CREATE FUNCTION to_num(int) RETURNS num LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1)::num'; CREATE CAST (int AS num) WITH FUNCTION to_num(int) AS ASSIGNMENT; CREATE TABLE t (a num, b int); CREATE VIEW v AS SELECT a === a AS e FROM t; COMMENT ON OPERATOR === (num, num) IS 'eq';
---- rows
SELECT (a).v, b FROM t
