---- before
CREATE TABLE t (a int NOT NULL, b int); CREATE UNIQUE INDEX t_pkey ON t (a); CREATE UNIQUE INDEX t_b_key ON t (b); CREATE TABLE r (a int, b int); INSERT INTO t VALUES (1, 2);
---- after
CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE); CREATE TABLE r (a int REFERENCES t, b int REFERENCES t (b));
---- rows
SELECT * FROM t
