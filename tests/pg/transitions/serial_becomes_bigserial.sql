---- before
CREATE TABLE t (id serial PRIMARY KEY); CREATE TABLE u (t_id int REFERENCES t); INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES; INSERT INTO u VALUES (2);
GRANT USAGE ON SEQUENCE t_id_seq TO pg_monitor; ALTER SEQUENCE t_id_seq CACHE 5;
---- after
CREATE TABLE t (id bigserial PRIMARY KEY); CREATE TABLE u (t_id bigint REFERENCES t);
GRANT USAGE ON SEQUENCE t_id_seq TO pg_monitor; ALTER SEQUENCE t_id_seq CACHE 7 MINVALUE 1;
---- rows
SELECT t.id, u.t_id, (SELECT last_value FROM t_id_seq) FROM t, u ORDER BY 1
