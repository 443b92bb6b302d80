---- before
CREATE TYPE pair AS (a int, b text);
CREATE TABLE t (id int, p pair);
INSERT INTO t VALUES (1, (1, 'x')), (2, NULL), (3, (NULL, 'y'));
---- after
CREATE TYPE pair AS (a bigint, b text, c int);
CREATE TABLE t (id int, p pair);
---- rows
SELECT id, (p).a, (p).b FROM t ORDER BY id
