-- SPDX-License-Identifier: MIT
-- Partitions in trees, made and attached, with columns in other orders, gaps and keys of their own.
CREATE SCHEMA deep;
CREATE FUNCTION deep.fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

CREATE TABLE deep.facts (
	id bigint NOT NULL,
	region text NOT NULL DEFAULT 'none',
	at date NOT NULL,
	gone integer,
	amount numeric(12, 2) DEFAULT 0 CHECK (amount >= 0),
	CONSTRAINT facts_key PRIMARY KEY (id, region, at)
) PARTITION BY LIST (region);
CREATE INDEX facts_at ON deep.facts (at DESC) INCLUDE (amount);
CREATE UNIQUE INDEX facts_unique ON deep.facts (region, at, id);
ALTER TABLE deep.facts DROP COLUMN gone;

-- a branch attached as it was, its columns the other way round and with a hole
CREATE TABLE deep.facts_eu (
	amount numeric(12, 2) DEFAULT 1,
	hole text,
	at date NOT NULL,
	region text NOT NULL,
	id bigint NOT NULL,
	CONSTRAINT facts_amount_check CHECK (amount >= 0),
	CONSTRAINT only_eu CHECK (region = 'eu')
) PARTITION BY RANGE (at);
ALTER TABLE deep.facts_eu DROP COLUMN hole;
ALTER TABLE deep.facts ATTACH PARTITION deep.facts_eu FOR VALUES IN ('eu', NULL);
CREATE TABLE deep.facts_eu_old PARTITION OF deep.facts_eu FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE deep.facts_eu_now PARTITION OF deep.facts_eu (amount DEFAULT 7, CONSTRAINT now_more CHECK (amount < 1000))
	FOR VALUES FROM ('2020-01-01') TO (MAXVALUE) PARTITION BY HASH (id);
CREATE TABLE deep.facts_eu_now_0 PARTITION OF deep.facts_eu_now FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE deep.facts_eu_now_1 (at date NOT NULL, id bigint NOT NULL, region text NOT NULL, amount numeric(12, 2));
ALTER TABLE deep.facts_eu_now_1 ADD CONSTRAINT facts_amount_check CHECK (amount >= 0), ADD CONSTRAINT now_more CHECK (amount < 1000),
	ADD CONSTRAINT only_eu CHECK (region = 'eu');
ALTER TABLE deep.facts_eu_now ATTACH PARTITION deep.facts_eu_now_1 FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE INDEX only_here ON deep.facts_eu_now_1 (amount) WHERE amount > 5;
COMMENT ON INDEX deep.facts_eu_old_at_amount_idx IS 'made by the server';
COMMENT ON COLUMN deep.facts_eu_old.at IS 'long ago';
ALTER TABLE deep.facts_eu_old ALTER COLUMN at SET STATISTICS 33;
ALTER TABLE deep.facts_eu_old CLUSTER ON facts_eu_old_at_amount_idx;
ALTER TABLE deep.facts_eu_old REPLICA IDENTITY USING INDEX facts_eu_old_region_at_id_idx;
CREATE TABLE deep.facts_rest PARTITION OF deep.facts DEFAULT WITH (fillfactor = 40);
GRANT SELECT ON deep.facts_rest TO PUBLIC;

-- an index that is not complete, and one whose parts are made by hand
CREATE INDEX facts_waits ON ONLY deep.facts (amount);
CREATE INDEX rest_part ON deep.facts_rest (amount);
ALTER INDEX deep.facts_waits ATTACH PARTITION deep.rest_part;

-- triggers and keys that go down the tree
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON deep.facts FOR EACH ROW EXECUTE FUNCTION deep.fires();
CREATE TRIGGER noted_late AFTER DELETE ON deep.facts_eu FOR EACH ROW WHEN (OLD.id > 1) EXECUTE FUNCTION deep.fires();
ALTER TABLE deep.facts_eu_old DISABLE TRIGGER noted;
ALTER TABLE deep.facts_eu_now_1 ENABLE ALWAYS TRIGGER noted;
CREATE TABLE deep.notes (
	id bigint, region text, at date,
	CONSTRAINT notes_facts FOREIGN KEY (id, region, at) REFERENCES deep.facts ON DELETE CASCADE DEFERRABLE
) PARTITION BY RANGE (id);
CREATE TABLE deep.notes_low (at date, id bigint, region text);
ALTER TABLE deep.notes_low ADD CONSTRAINT notes_facts FOREIGN KEY (id, region, at) REFERENCES deep.facts ON DELETE CASCADE DEFERRABLE;
ALTER TABLE deep.notes ATTACH PARTITION deep.notes_low FOR VALUES FROM (0) TO (100);
CREATE TABLE deep.notes_high PARTITION OF deep.notes FOR VALUES FROM (100) TO (200);
ALTER TABLE deep.notes_high ADD FOREIGN KEY (id, region, at) REFERENCES deep.facts_rest;

-- keys of expressions, of several columns with open ends, of a collation and an operator class
CREATE TABLE deep.spans (a integer, b text, c timestamptz) PARTITION BY RANGE ((a % 10), lower(b) COLLATE "C" text_pattern_ops, c);
CREATE TABLE deep.spans_1 PARTITION OF deep.spans FOR VALUES FROM (0, 'a', MINVALUE) TO (4, MAXVALUE, MAXVALUE);
CREATE TABLE deep.spans_2 PARTITION OF deep.spans FOR VALUES FROM (5, MINVALUE, MINVALUE) TO (9, 'it''s', '2024-06-01 12:00:00+02');
CREATE TABLE deep.flags (yes boolean, made integer GENERATED ALWAYS AS (1) STORED) PARTITION BY LIST (yes);
CREATE TABLE deep.flags_true PARTITION OF deep.flags FOR VALUES IN (true);

-- partitions in other schemas than their table
CREATE SCHEMA "De ep";
CREATE TABLE "De ep"."facts us" PARTITION OF deep.facts FOR VALUES IN ('us');
CREATE TABLE "De ep".facts_asia PARTITION OF deep.facts FOR VALUES IN ('asia') PARTITION BY RANGE (at);
CREATE UNLOGGED TABLE "De ep".facts_asia_1 PARTITION OF "De ep".facts_asia DEFAULT;
ALTER TABLE "De ep".facts_asia_1 ALTER COLUMN amount DROP DEFAULT;
ALTER TABLE "De ep".facts_asia_1 ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON "De ep".facts_asia_1 FOR SELECT USING (region = 'asia');

-- what a partition has under names, options and remarks of its own
CREATE TABLE deep.log (id integer NOT NULL, at date NOT NULL, what text, who integer,
	PRIMARY KEY (id, at), CONSTRAINT log_what UNIQUE (what, at)) PARTITION BY RANGE (at);
CREATE INDEX log_lower ON deep.log (lower(what), at) WITH (fillfactor = 60);
CREATE TABLE deep.users (id integer PRIMARY KEY);
ALTER TABLE deep.log ADD CONSTRAINT log_who FOREIGN KEY (who) REFERENCES deep.users;
CREATE TABLE deep.log_1 PARTITION OF deep.log FOR VALUES FROM ('2001-01-01') TO ('2002-01-01');
ALTER INDEX deep.log_1_pkey RENAME TO "the first's key";
COMMENT ON INDEX deep."the first's key" IS 'of a key';
COMMENT ON CONSTRAINT "the first's key" ON deep.log_1 IS 'a key';
CREATE TABLE deep.log_2 PARTITION OF deep.log FOR VALUES FROM ('2002-01-01') TO ('2003-01-01');
ALTER INDEX deep.log_2_lower_at_idx SET (deduplicate_items = off, fillfactor = 90);
ALTER TABLE deep.log_2 ALTER COLUMN what SET STORAGE MAIN;
CREATE TABLE deep.log_3 PARTITION OF deep.log FOR VALUES FROM ('2003-01-01') TO ('2004-01-01');
ALTER TABLE deep.log_3 RENAME CONSTRAINT log_who TO log_3_who;
CREATE TABLE deep.log_4 PARTITION OF deep.log FOR VALUES FROM ('2004-01-01') TO ('2005-01-01');
COMMENT ON CONSTRAINT log_who ON deep.log_4 IS 'whose';
CREATE TABLE deep.log_5 PARTITION OF deep.log FOR VALUES FROM ('2005-01-01') TO ('2006-01-01');
ALTER INDEX deep.log_5_lower_at_idx ALTER COLUMN 1 SET STATISTICS 77;
CREATE INDEX log_5_same ON deep.log_5 (lower(what), at);
CREATE TABLE deep.log_6_with_a_name_so_long_that_what_is_made_for_it_is_cut_off PARTITION OF deep.log
	FOR VALUES FROM ('2006-01-01') TO ('2007-01-01');
CREATE TABLE deep.log_7 PARTITION OF deep.log FOR VALUES FROM ('2007-01-01') TO ('2008-01-01');
CREATE TABLE deep."log_8_äöü" PARTITION OF deep.log FOR VALUES FROM ('2008-01-01') TO ('2009-01-01') PARTITION BY LIST (at);
CREATE TABLE deep.log_8_1 PARTITION OF deep."log_8_äöü" FOR VALUES IN ('2008-02-03');
ALTER INDEX deep.log_8_1_lower_at_idx RENAME TO log_8_mine;
ALTER TABLE deep.log_8_1 RENAME CONSTRAINT log_8_1_what_at_key TO log_8_what;
CREATE TABLE deep.wanted (what text, at date, FOREIGN KEY (what, at) REFERENCES deep.log (what, at),
	CONSTRAINT to_one FOREIGN KEY (what, at) REFERENCES deep.log_7 (what, at));
