---- since
14
---- before
CREATE TABLE t (a int, b int); CREATE FUNCTION f(x int) RETURNS int RETURN x + 1; CREATE FUNCTION g() RETURNS SETOF t BEGIN ATOMIC SELECT a, b FROM t WHERE f(a) > 0; END; CREATE VIEW v AS SELECT a FROM g(); INSERT INTO t VALUES (1, 2);
---- after
CREATE TABLE t (a int, b int, c int); CREATE FUNCTION f(x bigint) RETURNS bigint RETURN x + 1; CREATE FUNCTION g() RETURNS SETOF t BEGIN ATOMIC SELECT a, b, c FROM t WHERE f(a) > 0; END; CREATE VIEW v AS SELECT a, c FROM g();
---- rows
SELECT a, b FROM t
