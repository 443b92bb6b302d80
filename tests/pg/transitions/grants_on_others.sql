---- before
CREATE SCHEMA one;
CREATE EXTENSION hstore WITH SCHEMA one;
CREATE EXTENSION pg_stat_statements;
GRANT EXECUTE ON FUNCTION one.akeys(one.hstore) TO pg_monitor;
GRANT SELECT (query) ON public.pg_stat_statements TO pg_monitor;
GRANT INSERT ON public.pg_stat_statements TO pg_monitor;
REVOKE EXECUTE ON FUNCTION pg_sleep(double precision) FROM PUBLIC;
GRANT SELECT ON pg_authid TO pg_monitor;
GRANT SELECT (rolname) ON pg_authid TO pg_monitor;
GRANT SELECT ON pg_shadow TO pg_monitor;
GRANT SELECT (usename) ON pg_shadow TO pg_monitor;
REVOKE SELECT ON information_schema.tables FROM PUBLIC;
CREATE TABLE public.rows (a int);
---- after
CREATE SCHEMA two;
CREATE EXTENSION hstore WITH SCHEMA two;
CREATE EXTENSION pg_stat_statements;
CREATE EXTENSION postgres_fdw;
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO pg_monitor;
GRANT EXECUTE ON FUNCTION two.akeys(two.hstore) TO pg_monitor WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION two.avals(two.hstore) FROM PUBLIC;
GRANT SELECT (query) ON public.pg_stat_statements TO pg_monitor;
GRANT UPDATE ON pg_authid TO pg_monitor;
GRANT SELECT (rolname) ON pg_authid TO pg_monitor;
GRANT SELECT (usename) ON pg_shadow TO pg_monitor;
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO pg_monitor;
CREATE TABLE public.rows (a int);
---- hazards
H08
---- never
^DROP EXTENSION hstore
