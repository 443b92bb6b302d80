---- since
15
---- before
CREATE TABLE t (a int, b int, c int, PRIMARY KEY (a, b), UNIQUE (b, c)); CREATE TABLE r (a int, b int, FOREIGN KEY (a, b) REFERENCES t ON DELETE SET NULL (b)); INSERT INTO t VALUES (1,2,3); INSERT INTO r VALUES (1,2);
---- after
CREATE TABLE t (a int, b int, c int, PRIMARY KEY (b, a) INCLUDE (c), UNIQUE NULLS NOT DISTINCT (c, b)); CREATE TABLE r (a int, b int, FOREIGN KEY (b, a) REFERENCES t);
---- rows
SELECT t.*, r.* FROM t, r
