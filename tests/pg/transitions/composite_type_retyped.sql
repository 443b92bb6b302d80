---- before
CREATE TYPE c AS (x int, y text); CREATE TABLE t (id int, v c DEFAULT ROW(1, 'd')); CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS 'SELECT $1'; INSERT INTO t VALUES (1, (1, 'a'));
---- after
CREATE TYPE c AS (x bigint, y text); CREATE TABLE t (id int, v c DEFAULT ROW(1, 'd')); CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS 'SELECT $1';
---- rows
SELECT id, v FROM t
