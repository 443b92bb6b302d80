---- before
CREATE TYPE ty AS (a int, b text); CREATE TABLE t OF ty (PRIMARY KEY (a), b WITH OPTIONS DEFAULT 'x'); CREATE TABLE u (a int, b text); INSERT INTO t VALUES (1, 'q'); INSERT INTO u VALUES (2, 'r');
---- after
CREATE TYPE ty AS (a int, b text); CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT 'y'); CREATE TABLE u OF ty;
---- rows
SELECT * FROM t, u
