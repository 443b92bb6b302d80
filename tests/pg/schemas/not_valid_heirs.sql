-- Checks that are NOT VALID in parents, and so in the children that were there.
CREATE TABLE up (a integer, b integer);
CREATE TABLE down () INHERITS (up);
CREATE TABLE a_further (c text) INHERITS (down);
ALTER TABLE up ADD CONSTRAINT late CHECK (a > 1) NOT VALID;
ALTER TABLE up ADD CONSTRAINT own CHECK (b > 1) NO INHERIT NOT VALID;
ALTER TABLE down ADD CONSTRAINT later CHECK (b <> 3) NOT VALID;
COMMENT ON CONSTRAINT late ON up IS 'not for what was there';
CREATE TABLE split (a integer, b text) PARTITION BY LIST (a);
CREATE TABLE split_1 PARTITION OF split FOR VALUES IN (1);
CREATE TABLE a_split_2 (b text, a integer);
ALTER TABLE split ATTACH PARTITION a_split_2 FOR VALUES IN (2);
ALTER TABLE split ADD CONSTRAINT late CHECK (b <> '') NOT VALID;
CREATE TABLE a_split_3 PARTITION OF split FOR VALUES IN (3);
CREATE TABLE split_4 PARTITION OF split FOR VALUES IN (4);
CREATE TABLE valid_here () INHERITS (up);
ALTER TABLE ONLY split_1 VALIDATE CONSTRAINT late;
ALTER TABLE a_split_2 VALIDATE CONSTRAINT late;
