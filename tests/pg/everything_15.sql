-- SPDX-License-Identifier: MIT
-- What PostgreSQL 15 brought; after everything_14.sql.
SET client_min_messages = warning;

CREATE PUBLICATION everything_schemas FOR TABLES IN SCHEMA app, "Odd.Names";
CREATE PUBLICATION everything_mixed FOR TABLE app.parent WHERE (id > 1), TABLES IN SCHEMA ext;
CREATE PUBLICATION everything_rows FOR TABLE app.orders (id, user_id), app.parent WHERE (id > 1 AND kind <> 'a,b(c');
CREATE TABLE app.nulls (a integer, b integer, CONSTRAINT nulls_one UNIQUE NULLS NOT DISTINCT (a));
CREATE UNIQUE INDEX nulls_two ON app.nulls (b) NULLS NOT DISTINCT;
CREATE TABLE app.sets (a bigint REFERENCES app.users (id) ON DELETE SET NULL (a), b text);
CREATE VIEW app.invoker WITH (security_invoker = true) AS SELECT id FROM app.users;
CREATE COLLATION app.german_again (PROVIDER = icu, LOCALE = 'de-AT');
CREATE UNLOGGED SEQUENCE app.fast_numbers;
ALTER SUBSCRIPTION everything_sub SET (disable_on_error = true);
