---- before
CREATE TYPE pair AS (q integer);
CREATE TABLE parent (a integer, b pair, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE side (s text);
CREATE TABLE child (z integer) INHERITS (side, parent);
CREATE TABLE grand (w serial PRIMARY KEY) INHERITS (child);
CREATE TABLE own (a integer, b pair, CONSTRAINT pos CHECK (a > 0)) INHERITS (parent);
CREATE TABLE holder (x integer, held parent);
CREATE TABLE holders (x integer, held child[]);
CREATE INDEX child_z ON child (z);
CREATE VIEW above AS SELECT a, (b).q::text AS q FROM parent;
INSERT INTO parent VALUES (1, '(1)');
INSERT INTO side VALUES ('s');
INSERT INTO child VALUES ('t', 2, '(2)', 3);
INSERT INTO grand VALUES ('u', 3, '(3)', 4, 5);
INSERT INTO own VALUES (4, '(4)');
INSERT INTO holder VALUES (2, '(3,"(4)")');
---- after
CREATE TYPE pair AS (q text);
CREATE TABLE parent (a bigint, b pair, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE side (s text);
CREATE TABLE child (z integer) INHERITS (side, parent);
CREATE TABLE grand (w serial PRIMARY KEY) INHERITS (child);
CREATE TABLE own (a bigint, b pair, CONSTRAINT pos CHECK (a > 0)) INHERITS (parent);
CREATE TABLE holder (x integer, held parent);
CREATE TABLE holders (x integer, held child[]);
CREATE INDEX child_z ON child (z);
CREATE VIEW above AS SELECT a, (b).q::text AS q FROM parent;
---- rows
SELECT tableoid::regclass::text, a, b FROM parent UNION ALL SELECT 'holder', x, (held).b FROM holder ORDER BY 1, 2;
SELECT tableoid::regclass::text, s FROM side ORDER BY 1;
SELECT a, z FROM child ORDER BY 1;
SELECT a, q FROM above ORDER BY 1
---- never
CASCADE
