---- before
CREATE UNLOGGED TABLE t (a int PRIMARY KEY, b serial) WITH (fillfactor = 80); CREATE TABLE u (a int) WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false); INSERT INTO t VALUES (1);
---- after
CREATE TABLE t (a int PRIMARY KEY, b serial) WITH (fillfactor = 90, autovacuum_vacuum_threshold = 10); CREATE UNLOGGED TABLE u (a int);
---- rows
SELECT * FROM t
