---- before
CREATE TABLE a (id serial, x int);
CREATE TABLE b (id int);
CREATE SEQUENCE lone;
CREATE TABLE c (id serial);
CREATE TABLE d (id int NOT NULL DEFAULT nextval('c_id_seq'));
CREATE SEQUENCE bounds;
INSERT INTO a (x) VALUES (1), (2);
SELECT nextval('lone'), nextval('lone'), nextval('c_id_seq');
---- after
CREATE TABLE a (id int NOT NULL, x int);
CREATE SEQUENCE a_id_seq AS int;
CREATE TABLE b (id int);
CREATE SEQUENCE lone OWNED BY b.id;
CREATE TABLE d (id int NOT NULL);
CREATE SEQUENCE c_id_seq AS int OWNED BY d.id;
ALTER TABLE d ALTER id SET DEFAULT nextval('c_id_seq');
CREATE SEQUENCE bounds MINVALUE 1000;
---- rows
SELECT (SELECT last_value FROM a_id_seq), (SELECT last_value FROM lone), (SELECT last_value FROM c_id_seq)
---- never
DROP SEQUENCE
