---- since
15
---- before
CREATE TABLE t (a integer PRIMARY KEY, b text);
CREATE TABLE u (a integer PRIMARY KEY, b integer);
CREATE PUBLICATION filtered FOR TABLE t WHERE (a > 1);
CREATE PUBLICATION listed FOR TABLE u (a), TABLE t;
INSERT INTO t VALUES (1, 'x');
---- after
CREATE TABLE t (a bigint PRIMARY KEY, b text, c integer);
CREATE TABLE u (a bigint PRIMARY KEY, b integer);
CREATE PUBLICATION filtered FOR TABLE t WHERE (a > 1);
CREATE PUBLICATION listed FOR TABLE u (a), TABLE t;
---- rows
SELECT a FROM t ORDER BY a
