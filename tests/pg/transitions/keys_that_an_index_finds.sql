---- before
CREATE SCHEMA found;
CREATE TABLE found.p (k int NOT NULL, v text NOT NULL) PARTITION BY LIST (v);
CREATE TABLE found.p1 PARTITION OF found.p FOR VALUES IN ('1'); INSERT INTO found.p VALUES (1, '1');
---- after
CREATE SCHEMA found;
CREATE TABLE found.p (k int NOT NULL, v text NOT NULL) PARTITION BY LIST (v);
CREATE TABLE found.p1 PARTITION OF found.p FOR VALUES IN ('1');
ALTER TABLE found.p1 ADD CONSTRAINT p1_key PRIMARY KEY (v, k);
CREATE UNIQUE INDEX pi ON found.p (v, k);
---- rows
SELECT * FROM found.p
