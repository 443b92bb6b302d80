-- since 14
-- SPDX-License-Identifier: MIT
-- Hundreds of objects that need each other, across kinds, in chains and in circles.
SET client_min_messages = warning;
SET check_function_bodies = off;
CREATE SCHEMA web;
CREATE SCHEMA "the other";

-- types of tables of types of tables
CREATE TYPE web.kind AS ENUM ('a', 'b');
CREATE TABLE web.leaf (id integer, kind web.kind DEFAULT 'a');
CREATE TYPE web.pair AS (one web.leaf, two web.leaf[]);
CREATE TABLE "the other".pairs (id integer PRIMARY KEY, p web.pair, ps web.pair[]);
CREATE DOMAIN web.pairs_domain AS "the other".pairs CHECK ((VALUE).id > 0);
CREATE TABLE web.of_domain (d web.pairs_domain, ds web.pairs_domain[]);
CREATE TYPE web.span AS RANGE (SUBTYPE = numeric, MULTIRANGE_TYPE_NAME = web.spans);
CREATE TABLE web.spanned (s web.span, ss web.spans, EXCLUDE USING gist (s WITH &&));

-- functions of rows of tables whose checks, defaults and generated columns call functions
CREATE FUNCTION web.double(integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN $1 * 2;
CREATE FUNCTION web.quadruple(integer) RETURNS integer LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
	SELECT web.double(web.double($1));
END;
CREATE TABLE web.counted (
	id integer DEFAULT web.quadruple(1),
	twice integer GENERATED ALWAYS AS (web.double(id)) STORED,
	CONSTRAINT small CHECK (web.quadruple(id) < 1000000)
);
CREATE FUNCTION web.of_row(web.counted) RETURNS integer LANGUAGE sql STABLE RETURN ($1).id + ($1).twice;
CREATE INDEX counted_quadruple ON web.counted (web.quadruple(id)) WHERE web.double(id) > 1;
CREATE VIEW web.rows_of AS SELECT c, web.of_row(c) AS sum, c.twice FROM web.counted c;
CREATE FUNCTION web.all_rows() RETURNS SETOF web.rows_of LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT * FROM web.rows_of;
END;
CREATE VIEW web.from_function AS SELECT * FROM web.all_rows() AS r (row, s, f);
CREATE MATERIALIZED VIEW web.kept AS SELECT s, count(*) AS n FROM web.from_function GROUP BY s WITH NO DATA;
CREATE UNIQUE INDEX kept_s ON web.kept (web.double(s));

-- circles: a default that reads the table, a check whose function reads another that checks the first
CREATE TABLE web.first (id integer PRIMARY KEY);
CREATE FUNCTION web.next_first() RETURNS integer LANGUAGE sql RETURN (SELECT coalesce(max(id), 0) + 1 FROM web.first);
ALTER TABLE web.first ALTER COLUMN id SET DEFAULT web.next_first();
CREATE TABLE web.ping (id integer PRIMARY KEY, pong integer);
CREATE TABLE web.pong (id integer PRIMARY KEY, ping integer REFERENCES web.ping);
ALTER TABLE web.ping ADD FOREIGN KEY (pong) REFERENCES web.pong;
CREATE FUNCTION web.has_ping(integer) RETURNS boolean LANGUAGE sql STABLE RETURN EXISTS (SELECT FROM web.ping WHERE id = $1);
CREATE FUNCTION web.has_pong(integer) RETURNS boolean LANGUAGE sql STABLE RETURN EXISTS (SELECT FROM web.pong WHERE id = $1);
ALTER TABLE web.ping ADD CONSTRAINT ping_pong CHECK (pong IS NULL OR web.has_pong(pong));
ALTER TABLE web.pong ADD CONSTRAINT pong_ping CHECK (ping IS NULL OR web.has_ping(ping));
CREATE FUNCTION web.even(integer) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN $1 = 0 OR web.odd($1 - 1); END$$;
CREATE FUNCTION web.odd(integer) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN $1 <> 0 AND web.even($1 - 1); END$$;
CREATE TABLE web.parity (n integer CHECK (web.even(n) <> web.odd(n)));

-- operators and their classes, under indexes, views, constraints and other operators
CREATE FUNCTION web.near(point, point) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 <-> $2 < 1;
CREATE OPERATOR web.~~~ (LEFTARG = point, RIGHTARG = point, FUNCTION = web.near, COMMUTATOR = OPERATOR(web.~~~));
CREATE FUNCTION web.compare(text, text) RETURNS integer LANGUAGE sql IMMUTABLE RETURN CASE WHEN length($1) < length($2) THEN -1 WHEN length($1) = length($2) THEN 0 ELSE 1 END;
CREATE FUNCTION web.shorter(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN web.compare($1, $2) < 0;
CREATE FUNCTION web.as_long(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN web.compare($1, $2) = 0;
CREATE FUNCTION web.longer(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN web.compare($1, $2) > 0;
CREATE FUNCTION web.not_longer(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN web.compare($1, $2) <= 0;
CREATE FUNCTION web.not_shorter(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN web.compare($1, $2) >= 0;
CREATE OPERATOR web.<# (LEFTARG = text, RIGHTARG = text, FUNCTION = web.shorter, COMMUTATOR = OPERATOR(web.>#), NEGATOR = OPERATOR(web.>=#));
CREATE OPERATOR web.=# (LEFTARG = text, RIGHTARG = text, FUNCTION = web.as_long, COMMUTATOR = OPERATOR(web.=#), MERGES);
CREATE OPERATOR web.># (LEFTARG = text, RIGHTARG = text, FUNCTION = web.longer, COMMUTATOR = OPERATOR(web.<#), NEGATOR = OPERATOR(web.<=#));
CREATE OPERATOR web.<=# (LEFTARG = text, RIGHTARG = text, FUNCTION = web.not_longer, NEGATOR = OPERATOR(web.>#));
CREATE OPERATOR web.>=# (LEFTARG = text, RIGHTARG = text, FUNCTION = web.not_shorter, NEGATOR = OPERATOR(web.<#));
CREATE OPERATOR CLASS web.by_length FOR TYPE text USING btree AS OPERATOR 1 web.<#, OPERATOR 2 web.<=#, OPERATOR 3 web.=#,
	OPERATOR 4 web.>=#, OPERATOR 5 web.>#, FUNCTION 1 web.compare(text, text);
CREATE TABLE web.words (
	w text,
	at point,
	v text COLLATE "C" CHECK (v OPERATOR(web.<#) 'twelve chars'),
	near boolean GENERATED ALWAYS AS (at OPERATOR(web.~~~) '(0,0)'::point) STORED,
	EXCLUDE USING btree (w web.by_length WITH OPERATOR(web.=#))
);
CREATE INDEX words_length ON web.words (w web.by_length DESC, (v || w) COLLATE "C" text_pattern_ops) WHERE at OPERATOR(web.~~~) '(1,1)'::point;
CREATE VIEW web.near_words AS SELECT a.w, b.v FROM web.words a JOIN web.words b ON a.at OPERATOR(web.~~~) b.at ORDER BY a.w USING OPERATOR(web.<#);
CREATE FUNCTION web.concat_state(text, text, text) RETURNS text LANGUAGE sql IMMUTABLE RETURN coalesce($1 || $3, '') || $2;
CREATE AGGREGATE web.joined(text, text) (SFUNC = web.concat_state, STYPE = text);
CREATE VIEW web.sums AS SELECT web.joined(w, ',' ORDER BY w USING OPERATOR(web.>#)) FILTER (WHERE near) AS all_words FROM web.words GROUP BY ROLLUP (v), near;
CREATE FUNCTION web.sum_of() RETURNS text LANGUAGE sql STABLE RETURN (SELECT min(all_words) FROM web.sums);
CREATE TABLE web.uses_sum (t text DEFAULT web.sum_of());
CREATE CAST (web.leaf AS web.kind) WITH INOUT AS ASSIGNMENT;
CREATE VIEW web.casts AS SELECT (l.*)::web.leaf::web.kind AS k FROM web.leaf l;

-- rules, triggers and policies that look at each other's tables
CREATE FUNCTION web.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO web.parity VALUES (TG_NARGS); RETURN NEW; END';
CREATE TRIGGER t1 AFTER INSERT ON web.ping FOR EACH ROW WHEN (web.has_pong(NEW.id) OR NEW.pong IS DISTINCT FROM web.double(NEW.id)) EXECUTE FUNCTION web.note('x', '1');
CREATE VIEW web.updatable AS SELECT id, kind FROM web.leaf WHERE kind = 'a' WITH CASCADED CHECK OPTION;
CREATE RULE into_both AS ON INSERT TO web.updatable WHERE NEW.id > web.double(1) DO ALSO (INSERT INTO web.first VALUES (NEW.id); UPDATE web.parity SET n = NEW.id WHERE n = web.double(NEW.id));
ALTER TABLE web.ping ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON web.ping USING (EXISTS (SELECT FROM web.pong p WHERE p.ping = ping.id AND web.has_ping(p.id)));
CREATE POLICY add ON web.ping FOR INSERT WITH CHECK (pong IN (SELECT u.id FROM web.updatable u));

-- many, each of which needs the one before by another way
DO $$
BEGIN
	FOR i IN 1..60 LOOP
		EXECUTE format('CREATE TABLE "the other".t%s (id integer PRIMARY KEY, a integer DEFAULT web.double(%s), b web.kind%s)', i, i,
			CASE WHEN i > 1 THEN format(', prev integer REFERENCES "the other".t%s ON DELETE CASCADE', i - 1) ELSE '' END);
		EXECUTE format('CREATE VIEW "the other".v%s AS SELECT t.id, t.a%s FROM "the other".t%s t%s', i,
			CASE WHEN i > 1 THEN format(', v.id AS other, "the other".f%s(v.id) AS f', i - 1) ELSE '' END, i,
			CASE WHEN i > 1 THEN format(' JOIN "the other".v%s v ON v.a = t.prev', i - 1) ELSE '' END);
		EXECUTE format('CREATE FUNCTION "the other".f%s(integer) RETURNS integer LANGUAGE sql STABLE RETURN (SELECT max(a) FROM "the other".v%s) + $1', i, i);
		EXECUTE format('CREATE INDEX ON "the other".t%s (web.quadruple(a), id)', i);
		EXECUTE format('COMMENT ON FUNCTION "the other".f%s(integer) IS ''number %s''', i, i);
	END LOOP;
	FOR i IN REVERSE 40..1 LOOP
		EXECUTE format('CREATE TYPE "the other".c%s AS (a integer%s)', i, CASE WHEN i < 40 THEN format(', n "the other".c%s[]', i + 1) ELSE '' END);
		EXECUTE format('CREATE DOMAIN "the other".d%s AS %s', i, CASE WHEN i < 40 THEN format('"the other".d%s CHECK (VALUE <> %s)', i + 1, i) ELSE 'integer' END);
	END LOOP;
END
$$;
CREATE FUNCTION "the other"."a lot"(a integer, b text DEFAULT 'it''s', VARIADIC c "the other".c1[] DEFAULT '{}') RETURNS TABLE (x "the other".d1, "y z" web.pairs_domain) LANGUAGE sql
	BEGIN ATOMIC SELECT a, NULL::web.pairs_domain WHERE b <> ''; END;
