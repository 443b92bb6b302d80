-- Lists of IN whose elements the server converts together, where it does so.
CREATE TYPE short AS ENUM ('a', 'b');
CREATE DOMAIN letter AS varchar(3) CHECK (VALUE IN ('a', 'it''s', ']', ')::text[]'));
CREATE TABLE t (
    a varchar(10) CHECK (a IN ('x', 'y')),
    b varchar CHECK (b NOT IN ('x', 'y') OR b = ANY (ARRAY['p', n])),
    c char(3) CHECK (c IN ('x', 'y')) DEFAULT 'x',
    d letter CHECK (d IN ('a', 'b')),
    e name CHECK (e IN ('x', 'y')),
    f varchar[] DEFAULT ARRAY['x', 'y'],
    g text[] DEFAULT (ARRAY['x', 'y']::varchar[])::text[],
    h text CHECK (h IN ('x', 'y') AND h <> ALL (ARRAY['q'::varchar, 'r'])),
    i int CHECK (i IN (1, 2)),
    j bigint CHECK (j IN (1, 2) AND j = ANY (ARRAY[i, 3])),
    k short CHECK (k IN ('a', 'b')),
    n varchar,
    m text GENERATED ALWAYS AS (CASE WHEN a IN ('x', 'y') THEN 'both' ELSE a END) STORED
);
CREATE INDEX t_a ON t (b) WHERE a IN ('x', 'z');
CREATE INDEX t_e ON t ((a IN ('v', 'w')));
CREATE VIEW v AS SELECT a, b IN ('x', 'y') AS found FROM t WHERE a IN ('x', 'y') AND c NOT IN ('u');
CREATE MATERIALIZED VIEW m AS SELECT count(*) FILTER (WHERE a IN ('x', 'y')) FROM t;
CREATE POLICY p ON t USING (a IN ('x', 'y') OR a = current_user);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW WHEN (new.a IN ('x', 'y')) EXECUTE FUNCTION f();
CREATE RULE r AS ON DELETE TO t WHERE old.a IN ('x', 'y') DO INSTEAD NOTHING;
CREATE STATISTICS st ON a, b FROM t;
