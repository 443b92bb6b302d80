-- What was granted on things that are the server's or an extension's.
CREATE SCHEMA extensions;
CREATE EXTENSION hstore WITH SCHEMA extensions;
CREATE EXTENSION pg_stat_statements;
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN CREATE ROLE "grants = odd"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

GRANT EXECUTE ON FUNCTION extensions.akeys(extensions.hstore) TO pg_monitor WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION extensions.hstore(text, text) TO "grants = odd", pg_monitor;
REVOKE EXECUTE ON FUNCTION extensions.avals(extensions.hstore) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION extensions.skeys(extensions.hstore) FROM PUBLIC, postgres;
REVOKE USAGE ON TYPE extensions.hstore FROM PUBLIC;
GRANT SELECT (query), UPDATE (calls) ON pg_stat_statements TO pg_monitor;
REVOKE SELECT ON pg_stat_statements FROM PUBLIC;
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO pg_monitor;

GRANT EXECUTE ON FUNCTION pg_read_file(text) TO pg_monitor;
REVOKE EXECUTE ON FUNCTION pg_sleep(double precision) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION count() FROM PUBLIC;
GRANT SELECT ON pg_authid TO pg_monitor;
GRANT SELECT (rolname, rolsuper) ON pg_authid TO "grants = odd";
REVOKE SELECT ON pg_stat_activity FROM PUBLIC;
REVOKE USAGE ON TYPE xml FROM PUBLIC;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE sql TO pg_monitor;
GRANT CREATE ON SCHEMA pg_catalog TO pg_monitor;

REVOKE SELECT ON information_schema.tables FROM PUBLIC;
GRANT SELECT (table_name) ON information_schema.columns TO pg_monitor;
GRANT SELECT ON information_schema._pg_user_mappings TO pg_monitor;
GRANT USAGE ON SCHEMA information_schema TO "grants = odd";
