-- SPDX-License-Identifier: MIT
-- What PostgreSQL 14 brought; after everything.sql.
SET client_min_messages = warning;

CREATE FUNCTION app.atomic(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
	SELECT a + 1;
	SELECT CASE WHEN a > b THEN a ELSE b END;
END;
CREATE FUNCTION app.returns(a text) RETURNS text LANGUAGE sql STABLE RETURN a || ';';
CREATE PROCEDURE app.outputs(IN a integer, OUT b integer, INOUT c text DEFAULT 'x') LANGUAGE plpgsql AS $$BEGIN b := 1; END$$;
CREATE PROCEDURE app.inserts(a integer) LANGUAGE sql
BEGIN ATOMIC
	INSERT INTO app.dropped (a) VALUES (a);
END;
CREATE TYPE app.day_span AS RANGE (SUBTYPE = date, MULTIRANGE_TYPE_NAME = "Odd.Names"."day spans");
CREATE TYPE app.spanrange AS RANGE (SUBTYPE = date);
CREATE TYPE app.span AS RANGE (SUBTYPE = date);
COMMENT ON TYPE "Odd.Names"."day spans" IS NULL;
CREATE FUNCTION app.pair_in(cstring) RETURNS app.pair LANGUAGE internal IMMUTABLE STRICT AS 'point_in';
CREATE FUNCTION app.pair_out(app.pair) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'point_out';
CREATE TYPE app.pair (
	INPUT = app.pair_in, OUTPUT = app.pair_out, INTERNALLENGTH = 16, ALIGNMENT = double,
	ELEMENT = double precision, SUBSCRIPT = raw_array_subscript_handler
);
ALTER TABLE app.fast ALTER COLUMN note SET COMPRESSION pglz;
CREATE STATISTICS app.expressions (mcv) ON (lower(name)), legacy FROM app.users;
CREATE STATISTICS app.one_expression ON (legacy % 10) FROM app.users;
CREATE TABLE app.multi (spans app.float_multirange, days "Odd.Names"."day spans");
CREATE INDEX users_minmax_multi ON app.users USING brin (since timestamptz_minmax_multi_ops (values_per_range = 16));
CREATE TRIGGER on_outer BEFORE INSERT ON app.events FOR EACH ROW EXECUTE FUNCTION app.fires();
ALTER TABLE app.events_2024_eu DISABLE TRIGGER on_outer;
