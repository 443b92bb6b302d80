-- Options in an order of their own, privileges on system columns, lists of settings, an idle validator.
CREATE TABLE w (a integer, b text) WITH (fillfactor=70, autovacuum_enabled=false,
    toast.autovacuum_vacuum_cost_limit=100, toast.autovacuum_enabled=false, autovacuum_analyze_scale_factor=0.5);
CREATE INDEX wi ON w (a) WITH (fillfactor=60, deduplicate_items=off);
ALTER TABLE w ADD CONSTRAINT wk UNIQUE (b) WITH (fillfactor=55, deduplicate_items=off);
CREATE VIEW wv WITH (security_barrier=true, check_option=local) AS SELECT a FROM w;
ALTER TABLE w ALTER a SET (n_distinct_inherited=4, n_distinct=5);
GRANT SELECT (ctid, tableoid), INSERT (a) ON w TO pg_monitor WITH GRANT OPTION;
GRANT SELECT (ctid) ON w TO PUBLIC;
CREATE MATERIALIZED VIEW mv AS SELECT a FROM w WITH NO DATA;
GRANT SELECT (tableoid) ON mv TO PUBLIC;
CREATE MATERIALIZED VIEW fails AS SELECT 1 / 0 AS x WITH NO DATA;
CREATE FUNCTION no_path() RETURNS integer LANGUAGE sql SET search_path = '' AS 'SELECT 1';
CREATE FUNCTION long_items() RETURNS integer LANGUAGE sql
    SET local_preload_libraries = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'b''b', '',
        'C"d', 'plain', 'Dé"''ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd, ddddddddddddd'
    SET search_path = public, "$user", "A b" AS 'SELECT 1';
CREATE FOREIGN DATA WRAPPER fw OPTIONS (a '1', b 'x');
ALTER FOREIGN DATA WRAPPER fw VALIDATOR postgresql_fdw_validator;
