-- since 15
-- Sequences that are logged unlike their tables.
CREATE UNLOGGED TABLE ut (a integer GENERATED ALWAYS AS IDENTITY, b serial, c integer GENERATED ALWAYS AS IDENTITY);
ALTER SEQUENCE ut_a_seq SET LOGGED;
ALTER SEQUENCE ut_b_seq SET LOGGED;
CREATE TABLE lt (a integer GENERATED ALWAYS AS IDENTITY (START 5 CACHE 3), b serial);
ALTER SEQUENCE lt_a_seq SET UNLOGGED;
ALTER SEQUENCE lt_b_seq SET UNLOGGED;
CREATE VIEW v WITH (security_invoker=true, security_barrier=true) AS SELECT a FROM lt;
