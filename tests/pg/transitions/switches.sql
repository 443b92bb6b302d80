---- before
CREATE TABLE sto (a text, b text);
ALTER TABLE sto ALTER a SET STORAGE EXTERNAL, ALTER b SET STATISTICS 100, ALTER b SET (n_distinct = 5);
CREATE UNLOGGED TABLE ul (a int) WITH (fillfactor = 70, autovacuum_enabled = false);
CREATE TABLE cc (a int NOT NULL, b int, CONSTRAINT ck CHECK (a > 0) NOT VALID, CONSTRAINT uq UNIQUE (a));
CREATE TABLE ref (a int CONSTRAINT ref_a REFERENCES cc (a));
CREATE INDEX cc_b ON cc (b) WITH (fillfactor = 80);
ALTER TABLE cc CLUSTER ON cc_b;
ALTER TABLE cc REPLICA IDENTITY FULL;
INSERT INTO sto VALUES ('a', 'b');
INSERT INTO cc VALUES (1, 2);
---- after
CREATE TABLE sto (a text, b varchar(5));
ALTER TABLE sto ALTER b SET STORAGE MAIN;
CREATE TABLE ul (a int) WITH (fillfactor = 80);
CREATE TABLE cc (a int NOT NULL, b int, CONSTRAINT ck CHECK (a > 0), CONSTRAINT uq UNIQUE (a));
CREATE TABLE ref (a int CONSTRAINT ref_a REFERENCES cc (a) DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX cc_b ON cc (b, a) WITH (fillfactor = 90);
ALTER TABLE cc CLUSTER ON cc_b;
ALTER TABLE cc REPLICA IDENTITY USING INDEX uq;
---- rows
SELECT sto.*, cc.* FROM sto, cc
---- never
DROP CONSTRAINT
