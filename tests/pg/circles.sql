-- SPDX-License-Identifier: MIT
-- Things that need each other: a view through another, a table through the functions of its checks and defaults.
CREATE VIEW circ_a AS SELECT 1 AS x, NULL::text COLLATE "C" AS y;
CREATE VIEW circ_b AS SELECT * FROM circ_a;
CREATE OR REPLACE VIEW circ_a AS SELECT (SELECT max(x) FROM circ_b) AS x, NULL::text COLLATE "C" AS y;
CREATE FUNCTION circ_f(circ_t int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE circ_t (a int DEFAULT 1);
CREATE FUNCTION circ_g() RETURNS SETOF circ_t LANGUAGE sql AS 'SELECT * FROM public.circ_t';
CREATE FUNCTION circ_h(circ_t) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
ALTER TABLE circ_t ADD CHECK (circ_h(circ_t) > 0);
CREATE TABLE circ_d (a int);
CREATE FUNCTION circ_last() RETURNS int LANGUAGE sql AS 'SELECT max(a) FROM public.circ_d';
CREATE FUNCTION circ_of(circ_d) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION circ_rows() RETURNS SETOF circ_d LANGUAGE sql AS 'SELECT * FROM public.circ_d';
CREATE FUNCTION circ_next() RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM public.circ_rows()';
ALTER TABLE circ_d ALTER a SET DEFAULT circ_next();
CREATE INDEX circ_d_of ON circ_d (circ_of(circ_d));
ALTER TABLE circ_d CLUSTER ON circ_d_of;
