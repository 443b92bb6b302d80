---- before
CREATE TYPE k AS ENUM ('a', 'b'); CREATE TYPE k2 AS (x int); CREATE DOMAIN k3 AS text; CREATE TABLE t (a k, c k3); INSERT INTO t VALUES ('a', 'x');
---- after
CREATE DOMAIN k AS text; CREATE TYPE k2 AS ENUM ('x'); CREATE TYPE k3 AS ENUM ('x', 'y'); CREATE TABLE t (a k, c k3);
---- rows
SELECT * FROM t
