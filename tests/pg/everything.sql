-- SPDX-License-Identifier: MIT
-- At least one object of every kind, with every option that PostgreSQL 13 knows. What came later
-- stands in everything_14.sql and so on; load them in order, as far as the server goes. Wants a
-- superuser, an empty database made from template0, and contrib.
SET client_min_messages = warning;
SET check_function_bodies = off;

DO $$
DECLARE
	role text;
BEGIN
	FOREACH role IN ARRAY ARRAY['everything_owner', 'everything_reader', 'Everything Odd'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
			EXECUTE format('CREATE ROLE %I', role);
		END IF;
	END LOOP;
END
$$;

-- Namespaces
CREATE SCHEMA app;
CREATE SCHEMA "Odd.Names" AUTHORIZATION everything_owner;
CREATE SCHEMA ext;
COMMENT ON SCHEMA app IS 'it''s the application';
COMMENT ON SCHEMA public IS NULL;
GRANT USAGE ON SCHEMA app TO everything_reader;
GRANT USAGE, CREATE ON SCHEMA app TO "Everything Odd" WITH GRANT OPTION;

-- Extensions
CREATE EXTENSION citext WITH SCHEMA public;
CREATE EXTENSION hstore WITH SCHEMA ext;
CREATE EXTENSION btree_gist WITH SCHEMA ext;
CREATE EXTENSION file_fdw WITH SCHEMA ext;
COMMENT ON EXTENSION citext IS 'words without case';

-- Languages
CREATE FUNCTION app.language_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION app.language_inline(internal) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION app.language_check(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE plother HANDLER app.language_handler INLINE app.language_inline VALIDATOR app.language_check;
CREATE LANGUAGE plraw HANDLER app.language_handler;
COMMENT ON LANGUAGE plother IS 'another one';
GRANT USAGE ON LANGUAGE plother TO everything_reader;
REVOKE USAGE ON LANGUAGE plother FROM PUBLIC;

-- Collations and conversions
CREATE COLLATION app.c_like FROM "C";
CREATE COLLATION app.explicit (LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
CREATE COLLATION app.german (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
CREATE COLLATION app.no_case (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
COMMENT ON COLLATION app.german IS 'as in the telephone book';
CREATE CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE DEFAULT CONVERSION app.back FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
COMMENT ON CONVERSION app.latin IS 'old letters';

-- Types
CREATE TYPE app.mood AS ENUM ('sad', 'it''s ok', 'back\slash', 'happy');
CREATE TYPE app.nothing AS ENUM ();
COMMENT ON TYPE app.mood IS 'how one feels';
ALTER TYPE app.mood OWNER TO everything_owner;
REVOKE USAGE ON TYPE app.mood FROM PUBLIC;
GRANT USAGE ON TYPE app.mood TO everything_reader;
CREATE TYPE app.address AS (
	street text COLLATE "C",
	"House No" integer,
	tags app.mood[],
	price numeric(10, 2)
);
COMMENT ON TYPE app.address IS 'where';
COMMENT ON COLUMN app.address.street IS 'the road';
CREATE TYPE app.empty AS ();
CREATE TYPE app.unfinished;
CREATE FUNCTION app.float_gap(double precision, double precision) RETURNS double precision
	LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 - $2';
CREATE TYPE app.float_range AS RANGE (SUBTYPE = double precision, SUBTYPE_DIFF = app.float_gap);
CREATE TYPE app.text_range AS RANGE (SUBTYPE = text, COLLATION = "C", SUBTYPE_OPCLASS = text_pattern_ops);
COMMENT ON TYPE app.float_range IS 'from to';
CREATE TYPE app.token;
CREATE FUNCTION app.token_in(cstring) RETURNS app.token LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION app.token_out(app.token) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE FUNCTION app.token_recv(internal) RETURNS app.token LANGUAGE internal STABLE STRICT AS 'textrecv';
CREATE FUNCTION app.token_send(app.token) RETURNS bytea LANGUAGE internal STABLE STRICT AS 'textsend';
CREATE TYPE app.token (
	INPUT = app.token_in, OUTPUT = app.token_out, RECEIVE = app.token_recv, SEND = app.token_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended, CATEGORY = 'S', PREFERRED = false,
	DEFAULT = 'no''ne', DELIMITER = ';', COLLATABLE = true
);
COMMENT ON TYPE app.token IS 'a text of its own';

CREATE TYPE app.sized;
CREATE FUNCTION app.sized_in(cstring, oid, integer) RETURNS app.sized LANGUAGE internal IMMUTABLE STRICT AS 'varcharin';
CREATE FUNCTION app.sized_out(app.sized) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'varcharout';
CREATE TYPE app.sized (INPUT = app.sized_in, OUTPUT = app.sized_out, LIKE = varchar, TYPMOD_IN = varchartypmodin,
	TYPMOD_OUT = varchartypmodout, ANALYZE = pg_catalog.array_typanalyze);
CREATE TYPE app.fixed;
CREATE FUNCTION app.fixed_in(cstring) RETURNS app.fixed LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION app.fixed_out(app.fixed) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE app.fixed (INPUT = app.fixed_in, OUTPUT = app.fixed_out, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4,
	STORAGE = plain, CATEGORY = 'x', PREFERRED = true);
CREATE TABLE app.of_base_types (a app.sized(5), b app.fixed, c app.sized(7)[], d app.token DEFAULT 'x'::text::app.token);

-- Domains
CREATE DOMAIN app.email AS text COLLATE "C" DEFAULT 'nobody@example.org'::text NOT NULL
	CONSTRAINT has_at CHECK (VALUE LIKE '%@%')
	CONSTRAINT not_long CHECK (length(VALUE) < 200);
ALTER DOMAIN app.email ADD CONSTRAINT late CHECK (VALUE <> '') NOT VALID;
COMMENT ON DOMAIN app.email IS 'an address';
COMMENT ON CONSTRAINT has_at ON DOMAIN app.email IS 'one at least';
CREATE DOMAIN app.plain AS integer;
CREATE DOMAIN app.nested AS app.email;
CREATE DOMAIN app.emails AS app.email[];
GRANT USAGE ON TYPE app.plain TO everything_reader;

-- Functions and procedures
CREATE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5 AS $$ SELECT a + b $$;
CREATE FUNCTION app.add(a text, b text) RETURNS text LANGUAGE sql AS 'SELECT a || b';
CREATE FUNCTION app.everything(IN a integer, INOUT b text, OUT c app.mood, VARIADIC d text[] DEFAULT '{x,"y z"}')
	LANGUAGE plpgsql STABLE LEAKPROOF SECURITY DEFINER PARALLEL RESTRICTED COST 12.5
	SET search_path TO app, 'Odd.Names', pg_temp
	SET work_mem TO '8MB'
	SET application_name TO 'it''s "me"'
	SET DateStyle TO 'ISO, DMY'
	SET custom.thing TO 'a b'
	SET enable_seqscan TO off
	SET extra_float_digits TO -1
	AS $body$
BEGIN
	-- $$ and $function$ are in the body
	b := 'it''s';
	c := 'sad';
END
$body$;
CREATE FUNCTION app.many(OUT id integer, OUT name text) RETURNS SETOF record LANGUAGE sql ROWS 5 AS 'SELECT 1, ''x''';
CREATE FUNCTION app.as_table(x integer) RETURNS TABLE (id integer, "Name" text) LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE FUNCTION app.set_of() RETURNS SETOF integer LANGUAGE sql ROWS 10 AS 'SELECT 1';
CREATE FUNCTION app.anything(anyelement, "Quoted Arg" anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION app.fires() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE FUNCTION app.event() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$;
CREATE FUNCTION app.like_length(text) RETURNS integer LANGUAGE internal IMMUTABLE STRICT SUPPORT pg_catalog.textlike_support AS 'textlen';
CREATE FUNCTION app.rank_like() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE AS 'window_rank';
CREATE FUNCTION app."Odd(Name"("a b" integer) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION app.carriage() RETURNS text LANGUAGE sql AS E'SELECT ''a\r\nb\\''';
CREATE PROCEDURE app.work(a integer, INOUT b integer DEFAULT 2) LANGUAGE plpgsql SECURITY DEFINER SET search_path TO '' AS $$BEGIN COMMIT; END$$;
CREATE PROCEDURE app.work() LANGUAGE sql AS 'SELECT 1';
COMMENT ON FUNCTION app.add(integer, integer) IS 'adds';
COMMENT ON PROCEDURE app.work(integer, integer) IS 'works';
ALTER FUNCTION app.add(text, text) OWNER TO everything_owner;
REVOKE EXECUTE ON FUNCTION app.add(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.add(integer, integer) TO everything_reader WITH GRANT OPTION;
GRANT EXECUTE ON PROCEDURE app.work() TO "Everything Odd";

-- Aggregates
CREATE FUNCTION app.sum_step(bigint, integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION app.sum_back(bigint, integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE FUNCTION app.sum_both(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION app.sum_end(bigint, integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION app.sum_last(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE AGGREGATE app.total(value integer) (
	SFUNC = app.sum_step, STYPE = bigint, SSPACE = 16, FINALFUNC = app.sum_end, FINALFUNC_EXTRA,
	FINALFUNC_MODIFY = SHAREABLE, COMBINEFUNC = app.sum_both, INITCOND = '0',
	MSFUNC = app.sum_step, MINVFUNC = app.sum_back, MSTYPE = bigint, MSSPACE = 8, MFINALFUNC = app.sum_last,
	MFINALFUNC_MODIFY = READ_WRITE, MINITCOND = '0', PARALLEL = SAFE
);
CREATE AGGREGATE app.least_of(integer) (SFUNC = int4smaller, STYPE = integer, SORTOP = OPERATOR(pg_catalog.<));
CREATE AGGREGATE app.count_all(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE app.middle(double precision ORDER BY anyelement) (
	SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA
);
CREATE AGGREGATE app.placed(VARIADIC "any" ORDER BY VARIADIC "any") (
	SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL
);
COMMENT ON AGGREGATE app.total(integer) IS 'all of it';
COMMENT ON AGGREGATE app.count_all(*) IS 'how many';
GRANT EXECUTE ON FUNCTION app.total(integer) TO everything_reader;

-- Operators, families, classes
CREATE FUNCTION app.mood_before(app.mood, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::text < $2';
CREATE FUNCTION app.mood_after(text, app.mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $2::text < $1';
CREATE OPERATOR app.<<< (LEFTARG = app.mood, RIGHTARG = text, FUNCTION = app.mood_before,
	COMMUTATOR = OPERATOR(app.>>>), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR app.>>> (LEFTARG = text, RIGHTARG = app.mood, FUNCTION = app.mood_after, COMMUTATOR = OPERATOR(app.<<<));
CREATE FUNCTION app.same(integer, integer) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
CREATE FUNCTION app.other(integer, integer) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4ne';
CREATE OPERATOR app.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = app.same, COMMUTATOR = OPERATOR(app.===),
	NEGATOR = OPERATOR(app.!==), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR app.!== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = app.other, NEGATOR = OPERATOR(app.===));
CREATE OPERATOR app.@# (RIGHTARG = integer, FUNCTION = pg_catalog.int4um);
COMMENT ON OPERATOR app.=== (integer, integer) IS 'the same';
COMMENT ON OPERATOR app.@# (NONE, integer) IS 'prefix';
CREATE OPERATOR FAMILY app.whole USING btree;
ALTER OPERATOR FAMILY app.whole USING btree ADD
	OPERATOR 1 < (integer, bigint), OPERATOR 3 = (integer, bigint), FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint);
COMMENT ON OPERATOR FAMILY app.whole USING btree IS 'whole numbers';
CREATE OPERATOR CLASS app.backwards FOR TYPE integer USING btree FAMILY app.whole AS
	OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(integer, integer);
CREATE OPERATOR CLASS app.own_hash DEFAULT FOR TYPE app.token USING hash AS
	OPERATOR 1 = (text, text), FUNCTION 1 (text, text) hashtext(text);
CREATE OPERATOR CLASS app.near FOR TYPE point USING gist AS
	OPERATOR 15 <-> (point, point) FOR ORDER BY float_ops,
	OPERATOR 11 >^ (point, point),
	FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal),
	FUNCTION 2 gist_box_union(internal, internal),
	FUNCTION 3 gist_point_compress(internal),
	FUNCTION 5 gist_box_penalty(internal, internal, internal),
	FUNCTION 6 gist_box_picksplit(internal, internal),
	FUNCTION 7 gist_box_same(box, box, internal),
	FUNCTION 8 gist_point_distance(internal, point, smallint, oid, internal),
	STORAGE box;
COMMENT ON OPERATOR CLASS app.backwards USING btree IS 'largest first';
CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD other_btree TYPE INDEX HANDLER bthandler;
COMMENT ON ACCESS METHOD other_heap IS 'a heap';
CREATE OPERATOR CLASS app.backwards FOR TYPE integer USING other_btree AS
	OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(integer, integer);

-- Casts and transforms
CREATE FUNCTION app.mood_number(app.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (app.mood AS integer) WITH FUNCTION app.mood_number(app.mood) AS ASSIGNMENT;
CREATE CAST (text AS app.token) WITHOUT FUNCTION;
CREATE CAST (app.token AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (app.address AS app.mood) WITH INOUT;
COMMENT ON CAST (text AS app.token) IS 'as it is';
CREATE TRANSFORM FOR integer LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE FUNCTION app.transformed(a integer) RETURNS integer LANGUAGE plpgsql TRANSFORM FOR TYPE integer AS 'BEGIN RETURN 1; END';
COMMENT ON TRANSFORM FOR integer LANGUAGE plpgsql IS 'numbers';

-- Text search
CREATE TEXT SEARCH PARSER app.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE app.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY app.words (TEMPLATE = app.template, ACCEPT = 'false');
CREATE TEXT SEARCH DICTIONARY app.stems (TEMPLATE = pg_catalog.snowball, LANGUAGE = 'german', STOPWORDS = 'german');
CREATE TEXT SEARCH DICTIONARY app.bare (TEMPLATE = pg_catalog.simple);
CREATE TEXT SEARCH CONFIGURATION app.search (PARSER = app.parser);
ALTER TEXT SEARCH CONFIGURATION app.search ADD MAPPING FOR asciiword, word WITH app.words, app.stems;
ALTER TEXT SEARCH CONFIGURATION app.search ADD MAPPING FOR email WITH pg_catalog.simple;
CREATE TEXT SEARCH CONFIGURATION app.copied (COPY = pg_catalog.english);
CREATE TEXT SEARCH CONFIGURATION app.unmapped (PARSER = pg_catalog."default");
COMMENT ON TEXT SEARCH PARSER app.parser IS 'cuts';
COMMENT ON TEXT SEARCH TEMPLATE app.template IS 'shape';
COMMENT ON TEXT SEARCH DICTIONARY app.words IS 'words';
COMMENT ON TEXT SEARCH CONFIGURATION app.search IS 'finds';

-- Foreign data
CREATE FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN DATA WRAPPER files HANDLER ext.file_fdw_handler VALIDATOR ext.file_fdw_validator;
CREATE FOREIGN DATA WRAPPER free OPTIONS (debug 'true', "Odd" 'it''s');
COMMENT ON FOREIGN DATA WRAPPER free IS 'anything goes';
GRANT USAGE ON FOREIGN DATA WRAPPER free TO everything_reader;
CREATE SERVER away TYPE 'kind' VERSION '1.0' FOREIGN DATA WRAPPER free OPTIONS (host 'example.org', port '1');
CREATE SERVER disk FOREIGN DATA WRAPPER files;
COMMENT ON SERVER away IS 'far';
GRANT USAGE ON FOREIGN SERVER away TO everything_reader;
CREATE USER MAPPING FOR PUBLIC SERVER disk;
CREATE USER MAPPING FOR everything_reader SERVER away OPTIONS (user 'me', password 'secret-of-everything');
CREATE USER MAPPING FOR "Everything Odd" SERVER away;

-- Sequences
CREATE SEQUENCE app.numbers AS integer INCREMENT BY -2 MINVALUE -100 MAXVALUE -1 START WITH -3 CACHE 5 CYCLE;
CREATE SEQUENCE app.plain_numbers;
COMMENT ON SEQUENCE app.numbers IS 'down';
GRANT USAGE, SELECT ON SEQUENCE app.numbers TO everything_reader;

-- Tables
CREATE TABLE app.users (
	id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 10 CACHE 3) PRIMARY KEY,
	legacy serial,
	email app.email CONSTRAINT users_email_unique UNIQUE DEFERRABLE INITIALLY DEFERRED,
	name text COLLATE "C" NOT NULL DEFAULT 'a''b' CONSTRAINT users_name_check CHECK (name <> ''),
	mood app.mood DEFAULT 'happy',
	address app.address,
	"Select" integer DEFAULT app.add(1, 2),
	full_name text GENERATED ALWAYS AS (name || '!') STORED,
	amounts numeric(10, 2)[] DEFAULT '{}',
	data jsonb,
	since timestamp(3) with time zone DEFAULT now() NOT NULL,
	words tsvector,
	during tstzrange,
	place point,
	tree_owner bigint REFERENCES app.users (id) ON UPDATE CASCADE ON DELETE SET NULL,
	CONSTRAINT users_pair UNIQUE (name, mood) INCLUDE (since) WITH (fillfactor = 80),
	CONSTRAINT users_apart EXCLUDE USING gist (during WITH &&, legacy WITH =) WHERE (legacy > 0) DEFERRABLE
) WITH (autovacuum_enabled = false, fillfactor = 70, toast.autovacuum_enabled = false);
ALTER TABLE app.users ADD CONSTRAINT users_late CHECK (legacy > 0) NOT VALID;
ALTER TABLE app.users ADD CONSTRAINT users_alone CHECK (legacy < 1000000) NO INHERIT;
ALTER TABLE app.users ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE app.users ALTER COLUMN name SET STATISTICS 500;
ALTER TABLE app.users ALTER COLUMN name SET (n_distinct = -0.5, n_distinct_inherited = 10);
ALTER TABLE app.users REPLICA IDENTITY FULL;
COMMENT ON TABLE app.users IS 'people';
COMMENT ON COLUMN app.users.email IS 'how to reach them';
COMMENT ON CONSTRAINT users_pair ON app.users IS 'two together';
GRANT SELECT ON app.users TO everything_reader;
GRANT UPDATE (name, email), REFERENCES (id) ON app.users TO "Everything Odd" WITH GRANT OPTION;
ALTER TABLE app.users OWNER TO everything_owner;
CREATE TABLE app.dropped (a integer, b integer, c integer);
ALTER TABLE app.dropped DROP COLUMN b;
CREATE UNLOGGED TABLE app.fast (id integer GENERATED BY DEFAULT AS IDENTITY, note text);
CREATE TABLE app.no_columns ();
CREATE TYPE app.shape AS (id integer, label text);
CREATE TABLE app.typed OF app.shape (id WITH OPTIONS NOT NULL PRIMARY KEY, CHECK (label <> ''));
CREATE TABLE app.parent (id integer NOT NULL, kind text DEFAULT 'p', CONSTRAINT parent_kind CHECK (kind <> ''));
CREATE TABLE app.mother (eyes text);
CREATE TABLE app.child (extra text, kind text DEFAULT 'c') INHERITS (app.parent, app.mother);
CREATE TABLE app.events (at timestamptz NOT NULL, region text NOT NULL, n integer, PRIMARY KEY (at, region)) PARTITION BY RANGE (at);
CREATE TABLE app.events_2024 PARTITION OF app.events (n DEFAULT 5) FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00') PARTITION BY LIST (region);
CREATE TABLE app.events_2024_eu PARTITION OF app.events_2024 FOR VALUES IN ('eu', 'uk');
CREATE TABLE app.events_2024_rest PARTITION OF app.events_2024 DEFAULT;
CREATE TABLE app.events_old (region text NOT NULL, n integer, at timestamptz NOT NULL);
ALTER TABLE app.events ATTACH PARTITION app.events_old FOR VALUES FROM (MINVALUE) TO ('2024-01-01 00:00:00+00');
CREATE TABLE app.hashed (id integer, k text) PARTITION BY HASH (id, lower(k) COLLATE "C");
CREATE TABLE app.hashed_0 PARTITION OF app.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0) WITH (fillfactor = 50);
CREATE TABLE app.hashed_1 PARTITION OF app.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE app.other_storage (id integer) USING other_heap;
CREATE TABLE app.orders (
	id integer PRIMARY KEY,
	user_id bigint NOT NULL,
	event_at timestamptz,
	event_region text,
	CONSTRAINT orders_event FOREIGN KEY (event_at, event_region) REFERENCES app.events (at, region) MATCH FULL ON DELETE RESTRICT,
	CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES app.users (id) DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE app.orders ADD CONSTRAINT orders_self FOREIGN KEY (id) REFERENCES app.orders (id) NOT VALID;
CREATE TABLE "Odd.Names"."Ta ""ble/%" ("Co""l" integer PRIMARY KEY, "ünï" text, "." text);
CREATE SEQUENCE "Odd.Names"."Se Q" OWNED BY "Odd.Names"."Ta ""ble/%"."Co""l";
CREATE FOREIGN TABLE app.file (a integer OPTIONS (force_not_null 'false') NOT NULL, b text COLLATE "C" DEFAULT 'x')
	SERVER disk OPTIONS (filename '/dev/null', format 'csv');
CREATE FOREIGN TABLE app.far (a integer, CONSTRAINT far_check CHECK (a > 0)) SERVER away OPTIONS (table 'it''s');
COMMENT ON FOREIGN TABLE app.far IS 'not here';

-- Indexes and statistics
CREATE INDEX users_name ON app.users (name DESC NULLS LAST, lower(name) COLLATE "C" text_pattern_ops) INCLUDE (since) WHERE mood = 'happy';
CREATE UNIQUE INDEX users_lower ON app.users ((lower(email::text)));
CREATE INDEX users_data ON app.users USING gin (data jsonb_path_ops) WITH (fastupdate = off, gin_pending_list_limit = 128);
CREATE INDEX users_words ON app.users USING gist (words tsvector_ops (siglen = 100)) WITH (buffering = on, fillfactor = 60);
CREATE INDEX users_hash ON app.users USING hash (legacy);
CREATE INDEX users_brin ON app.users USING brin (since) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX users_place ON app.users USING spgist (place);
CREATE INDEX users_odd_class ON app.users (legacy app.backwards);
ALTER INDEX app.users_name ALTER COLUMN 2 SET STATISTICS 300;
CREATE UNIQUE INDEX orders_replica ON app.orders (user_id);
ALTER TABLE app.orders REPLICA IDENTITY USING INDEX orders_replica;
ALTER TABLE app.orders CLUSTER ON orders_pkey;
CREATE INDEX events_n ON app.events (n);
CREATE INDEX events_only ON ONLY app.events (region);
COMMENT ON INDEX app.users_name IS 'by name';
CREATE STATISTICS app.users_stats (ndistinct, dependencies, mcv) ON name, mood FROM app.users;
CREATE STATISTICS "Odd.Names".elsewhere (ndistinct) ON legacy, since FROM app.users;
ALTER STATISTICS app.users_stats SET STATISTICS 200;
COMMENT ON STATISTICS app.users_stats IS 'together';

-- Views
CREATE VIEW app.happy AS SELECT id, name, mood FROM app.users WHERE mood = 'happy' WITH CASCADED CHECK OPTION;
CREATE VIEW app.happy_local WITH (security_barrier = true) AS SELECT * FROM app.happy WHERE name <> '' WITH LOCAL CHECK OPTION;
CREATE RECURSIVE VIEW app.counted (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counted WHERE n < 10;
ALTER VIEW app.happy ALTER COLUMN name SET DEFAULT 'new';
COMMENT ON VIEW app.happy IS 'the happy ones';
COMMENT ON COLUMN app.happy.name IS 'their name';
GRANT SELECT, INSERT ON app.happy TO everything_reader;
CREATE MATERIALIZED VIEW app.counts WITH (fillfactor = 90) AS SELECT mood, count(*) AS n FROM app.users GROUP BY mood WITH NO DATA;
CREATE UNIQUE INDEX counts_mood ON app.counts (mood);
ALTER MATERIALIZED VIEW app.counts CLUSTER ON counts_mood;
ALTER MATERIALIZED VIEW app.counts ALTER COLUMN n SET STATISTICS 50;
COMMENT ON MATERIALIZED VIEW app.counts IS 'how many';
-- two views in a circle can not be made in one step each
CREATE VIEW app.circle_a AS SELECT 1 AS a;
CREATE VIEW app.circle_b AS SELECT a FROM app.circle_a;
CREATE OR REPLACE VIEW app.circle_a AS SELECT 1 AS a FROM app.parent;

-- Rules
CREATE RULE log_delete AS ON DELETE TO app.happy DO INSTEAD NOTHING;
CREATE RULE also AS ON INSERT TO app.parent WHERE NEW.id > 10 DO ALSO (INSERT INTO app.mother VALUES (NEW.kind); DELETE FROM app.child WHERE false);
ALTER TABLE app.parent DISABLE RULE also;
COMMENT ON RULE log_delete ON app.happy IS 'never';

-- Triggers
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OF name, email ON app.users FOR EACH ROW WHEN (NEW.name <> 'x') EXECUTE FUNCTION app.fires('a', 'it''s');
CREATE TRIGGER after_statement AFTER UPDATE ON app.users REFERENCING OLD TABLE AS was NEW TABLE AS "Is" FOR EACH STATEMENT EXECUTE FUNCTION app.fires();
CREATE TRIGGER truncated AFTER TRUNCATE ON app.users EXECUTE FUNCTION app.fires();
CREATE CONSTRAINT TRIGGER late_check AFTER INSERT ON app.orders FROM app.users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.fires();
CREATE TRIGGER instead INSTEAD OF UPDATE ON app.counted FOR EACH ROW EXECUTE FUNCTION app.fires();
CREATE TRIGGER on_partitions AFTER INSERT ON app.events FOR EACH ROW EXECUTE FUNCTION app.fires();
ALTER TABLE app.users DISABLE TRIGGER truncated;
ALTER TABLE app.users ENABLE REPLICA TRIGGER before_row;
ALTER TABLE app.users ENABLE ALWAYS TRIGGER after_statement;
COMMENT ON TRIGGER before_row ON app.users IS 'first';

-- Row security
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.users FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.users FOR UPDATE TO everything_reader, "Everything Odd" USING (name = CURRENT_USER) WITH CHECK (name <> '');
CREATE POLICY never ON app.users AS RESTRICTIVE FOR DELETE USING (false);
CREATE POLICY "all" ON app.users USING (true);
CREATE POLICY adds ON app.users FOR INSERT WITH CHECK (legacy > 0);
COMMENT ON POLICY own ON app.users IS 'only theirs';

-- Event triggers, publications, subscriptions: a database can not be dropped while it has one of those
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('ALTER TABLE', 'CREATE TABLE') EXECUTE FUNCTION app.event();
CREATE EVENT TRIGGER quiet ON sql_drop EXECUTE FUNCTION app.event();
ALTER EVENT TRIGGER watch ENABLE ALWAYS;
ALTER EVENT TRIGGER quiet DISABLE;
COMMENT ON EVENT TRIGGER watch IS 'looks';
CREATE PUBLICATION everything_all FOR ALL TABLES WITH (publish = 'insert, truncate');
CREATE PUBLICATION everything_some FOR TABLE app.users, ONLY app.parent, app.events WITH (publish_via_partition_root = true);
CREATE PUBLICATION everything_none;
COMMENT ON PUBLICATION everything_some IS 'some';
CREATE SUBSCRIPTION everything_sub CONNECTION 'host=example.invalid password=secret-of-everything' PUBLICATION a, "B c"
	WITH (connect = false, slot_name = NONE, synchronous_commit = 'local');
COMMENT ON SUBSCRIPTION everything_sub IS 'comes in';

-- Default privileges
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO everything_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE everything_owner IN SCHEMA app GRANT USAGE, SELECT ON SEQUENCES TO everything_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE everything_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE "Everything Odd" GRANT USAGE ON SCHEMAS TO everything_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE everything_owner REVOKE ALL ON TYPES FROM PUBLIC, everything_owner;

-- What goes with an extension
ALTER FUNCTION app.add(text, text) DEPENDS ON EXTENSION hstore;
ALTER FUNCTION app.add(text, text) DEPENDS ON EXTENSION citext;
ALTER PROCEDURE app.work() DEPENDS ON EXTENSION citext;
ALTER TRIGGER before_row ON app.users DEPENDS ON EXTENSION citext;
ALTER INDEX app.users_hash DEPENDS ON EXTENSION citext;
ALTER INDEX app.users_pair DEPENDS ON EXTENSION hstore;
ALTER INDEX app.counts_mood DEPENDS ON EXTENSION hstore;
ALTER MATERIALIZED VIEW app.counts DEPENDS ON EXTENSION citext;

-- What no file of ours can hold
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ext.hstore_to_json(ext.hstore) TO everything_reader;
SELECT lo_create(424242);
COMMENT ON LARGE OBJECT 424242 IS 'a large one';
