-- SPDX-License-Identifier: MIT
-- Changes, after everything.sql, of what is no relation: everything that can be altered in place,
-- and some of what can not. A plan from one to the other has to arrive, and keep what depends.
SET client_min_messages = warning;
SET check_function_bodies = off;

-- in place
ALTER TYPE app.mood ADD VALUE 'furious' BEFORE 'sad';
ALTER TYPE app.mood ADD VALUE 'it''s fine' AFTER 'it''s ok';
ALTER TYPE app.mood ADD VALUE 'ecstatic';
ALTER TYPE app.nothing ADD VALUE 'something';
ALTER TYPE app.shape RENAME TO form;
ALTER TYPE app.form RENAME TO shape;
CREATE TYPE app.changing AS (a integer, b text, c text);
COMMENT ON TYPE app.mood IS NULL;
REVOKE ALL ON TYPE app.mood FROM everything_reader;
ALTER TYPE app.token SET (SEND = NONE, ANALYZE = array_typanalyze);
ALTER DOMAIN app.email SET DEFAULT 'somebody@example.org';
ALTER DOMAIN app.email DROP NOT NULL;
ALTER DOMAIN app.email DROP CONSTRAINT not_long;
ALTER DOMAIN app.email ADD CONSTRAINT short CHECK (length(VALUE) < 100);
ALTER DOMAIN app.email VALIDATE CONSTRAINT late;
ALTER DOMAIN app.plain SET NOT NULL;
ALTER DOMAIN app.nested DROP DEFAULT;
CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 7) RETURNS integer
	LANGUAGE sql STABLE COST 50 SET search_path TO '' AS $$ SELECT a + b + 0 $$;
CREATE OR REPLACE PROCEDURE app.work() LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN END';
CREATE OR REPLACE AGGREGATE app.total(value integer) (
	SFUNC = app.sum_step, STYPE = bigint, FINALFUNC = app.sum_end, FINALFUNC_EXTRA, INITCOND = '1'
);
ALTER EXTENSION hstore SET SCHEMA app;
CREATE OR REPLACE LANGUAGE plother HANDLER app.language_handler VALIDATOR app.language_check;
CREATE OR REPLACE TRANSFORM FOR integer LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal));
ALTER FOREIGN DATA WRAPPER files NO VALIDATOR;
ALTER FOREIGN DATA WRAPPER free OPTIONS (SET debug 'false', DROP "Odd", ADD more '1');
ALTER SERVER away VERSION '2' OPTIONS (SET host 'example.com', DROP port, ADD dbname 'x');
ALTER OPERATOR app.<<< (app.mood, text) SET (RESTRICT = NONE, JOIN = neqjoinsel);
ALTER OPERATOR FAMILY app.whole USING btree DROP OPERATOR 1 (integer, bigint), FUNCTION 1 (integer, bigint);
ALTER OPERATOR FAMILY app.whole USING btree ADD OPERATOR 2 <= (integer, bigint);
ALTER TEXT SEARCH DICTIONARY app.stems (LANGUAGE = 'english', StopWords);
ALTER TEXT SEARCH CONFIGURATION app.search DROP MAPPING FOR word;
ALTER TEXT SEARCH CONFIGURATION app.search ADD MAPPING FOR url WITH app.bare;
ALTER EVENT TRIGGER watch ENABLE;
ALTER EVENT TRIGGER quiet ENABLE REPLICA;
ALTER PUBLICATION everything_some DROP TABLE app.users;
ALTER PUBLICATION everything_some ADD TABLE app.orders;
ALTER PUBLICATION everything_some SET (publish_via_partition_root = false, publish = 'delete');
ALTER PUBLICATION everything_all SET (publish = 'insert, update, delete, truncate');
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT INSERT ON TABLES TO everything_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE everything_owner IN SCHEMA app REVOKE ALL ON SEQUENCES FROM everything_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE everything_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE everything_owner IN SCHEMA app GRANT ALL ON TYPES TO PUBLIC;
COMMENT ON COLLATION app.german IS 'changed';
COMMENT ON CAST (text AS app.token) IS NULL;
COMMENT ON OPERATOR CLASS app.backwards USING btree IS 'smallest last';
COMMENT ON EXTENSION citext IS 'changed';
REVOKE USAGE ON FOREIGN SERVER away FROM everything_reader;

-- by another one
DROP FUNCTION app.as_table(integer);
CREATE FUNCTION app.as_table(x integer) RETURNS TABLE (id bigint) LANGUAGE sql AS 'SELECT 1::bigint';
DROP FUNCTION app."Odd(Name"(integer);
CREATE FUNCTION app."Odd(Name"("b c" integer) RETURNS void LANGUAGE sql AS '';
DROP CONVERSION app.latin;
CREATE DEFAULT CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
DROP CAST (text AS app.token);
CREATE CAST (text AS app.token) WITHOUT FUNCTION AS ASSIGNMENT;
DROP COLLATION app.explicit;
CREATE COLLATION app.explicit (LC_COLLATE = 'POSIX', LC_CTYPE = 'C');
DROP OPERATOR app.@# (NONE, integer);
CREATE OPERATOR app.@# (RIGHTARG = integer, FUNCTION = pg_catalog.int4abs);
DROP AGGREGATE app.count_all(*);
CREATE AGGREGATE app.count_all(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '5');
DROP EVENT TRIGGER watch;
CREATE EVENT TRIGGER watch ON ddl_command_start EXECUTE FUNCTION app.event();
DROP TEXT SEARCH CONFIGURATION app.unmapped;
DROP USER MAPPING FOR "Everything Odd" SERVER away;
DROP PUBLICATION everything_none;
DROP ACCESS METHOD other_btree CASCADE;
DROP TYPE app.unfinished;
DROP DOMAIN app.emails;
DROP TYPE app.text_range;
DROP LANGUAGE plraw;
DROP FOREIGN DATA WRAPPER nothing;

-- What goes with an extension
ALTER FUNCTION app.add(text, text) NO DEPENDS ON EXTENSION hstore;
ALTER TRIGGER before_row ON app.users NO DEPENDS ON EXTENSION citext;
ALTER INDEX app.users_pair DEPENDS ON EXTENSION citext;
ALTER STATISTICS app.users_stats SET STATISTICS 100;
COMMENT ON SCHEMA public IS 'again';
