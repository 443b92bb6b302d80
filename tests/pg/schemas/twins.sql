-- Indexes of a partitioned table that the server takes for equal: only names tell their parts apart.
CREATE TABLE twin (a integer NOT NULL, b text) PARTITION BY RANGE (a);
CREATE TABLE twin_1 PARTITION OF twin FOR VALUES FROM (1) TO (10) PARTITION BY RANGE (a);
CREATE TABLE twin_1_1 PARTITION OF twin_1 FOR VALUES FROM (1) TO (5);
CREATE TABLE twin_2 PARTITION OF twin FOR VALUES FROM (10) TO (20);
CREATE TABLE twin_3 (b text, a integer NOT NULL);
CREATE INDEX z_first ON ONLY twin (a);
CREATE INDEX y_second ON twin (a DESC);
CREATE INDEX x_third ON ONLY twin (a) WITH (fillfactor = 70);
CREATE INDEX w_fourth ON twin (a);
CREATE INDEX alone ON twin (b);
-- Parts against the order in which their parents came.
CREATE INDEX twin_2_of_third ON twin_2 (a);
CREATE INDEX twin_2_of_first ON twin_2 (a);
ALTER INDEX z_first ATTACH PARTITION twin_2_of_first;
ALTER INDEX x_third ATTACH PARTITION twin_2_of_third;
CREATE INDEX twin_1_of_third ON ONLY twin_1 (a);
CREATE INDEX twin_1_1_of_third ON twin_1_1 (a);
ALTER INDEX twin_1_of_third ATTACH PARTITION twin_1_1_of_third;
ALTER INDEX x_third ATTACH PARTITION twin_1_of_third;
CREATE INDEX twin_3_fourth ON twin_3 (a);
ALTER TABLE twin ATTACH PARTITION twin_3 FOR VALUES FROM (20) TO (30);
ALTER TABLE twin_1_1 CLUSTER ON twin_1_1_a_idx1;
ALTER TABLE twin_2 CLUSTER ON twin_2_of_third;
COMMENT ON INDEX twin_2_of_third IS 'of the third';
-- Twins further down only, one of them without parts.
CREATE TABLE deep (a integer) PARTITION BY RANGE (a);
CREATE INDEX deep_idx ON deep (a);
CREATE TABLE deep_1 (a integer) PARTITION BY RANGE (a);
CREATE TABLE deep_1_1 PARTITION OF deep_1 FOR VALUES FROM (1) TO (5);
CREATE TABLE deep_1_2 PARTITION OF deep_1 FOR VALUES FROM (5) TO (9);
CREATE INDEX deep_1_own ON ONLY deep_1 (a);
ALTER TABLE deep ATTACH PARTITION deep_1 FOR VALUES FROM (1) TO (10);
CREATE TABLE deep_2 PARTITION OF deep FOR VALUES FROM (10) TO (20);
-- An index as a key, and a partition's key that is a part of a mere index.
CREATE TABLE keyed (a integer PRIMARY KEY, b integer) PARTITION BY RANGE (a);
CREATE UNIQUE INDEX keyed_again ON keyed (a);
CREATE TABLE keyed_1 PARTITION OF keyed FOR VALUES FROM (1) TO (10);
CREATE TABLE keyed_2 (b integer, a integer NOT NULL, CONSTRAINT second UNIQUE (a));
ALTER TABLE keyed_2 ADD CONSTRAINT first PRIMARY KEY (a);
ALTER TABLE keyed ATTACH PARTITION keyed_2 FOR VALUES FROM (10) TO (20);
-- CLUSTER ON what came with the parent's index.
CREATE TABLE heap (a integer) PARTITION BY RANGE (a);
CREATE TABLE heap_1 PARTITION OF heap FOR VALUES FROM (1) TO (10) PARTITION BY RANGE (a);
CREATE TABLE heap_1_1 PARTITION OF heap_1 FOR VALUES FROM (1) TO (10);
CREATE UNIQUE INDEX heap_idx ON heap (a);
ALTER TABLE heap_1_1 CLUSTER ON heap_1_1_a_idx;
ALTER TABLE heap_1_1 ALTER a SET NOT NULL, REPLICA IDENTITY USING INDEX heap_1_1_a_idx;
