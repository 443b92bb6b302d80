---- before
CREATE TYPE c AS (x int, y text, z int); CREATE TABLE t (id int, v c, vs c[]); CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS 'SELECT $1';
CREATE TYPE outer_c AS (inner_c c, n int); CREATE VIEW v AS SELECT id, (v).x AS x FROM t; CREATE TABLE typed OF c; COMMENT ON COLUMN c.x IS 'x';
INSERT INTO t VALUES (1, (1, 'a', 2), ARRAY[(3, 'b', 4)::c]); INSERT INTO typed VALUES (1, 'q', 2);
---- after
CREATE TYPE c AS (x int, y text, z int, w bool); CREATE TABLE t (id int, v c, vs c[]); CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS 'SELECT $1';
CREATE TYPE outer_c AS (inner_c c, n bigint); CREATE VIEW v AS SELECT id, (v).x AS x FROM t; CREATE TABLE typed OF c; COMMENT ON COLUMN c.x IS 'xx';
---- rows
SELECT t.id, (t.v).x, (t.v).y, typed.x FROM t, typed
