-- SPDX-License-Identifier: MIT
-- What PostgreSQL 18 brought; after everything_17.sql.
SET client_min_messages = warning;

CREATE TABLE app.virtual (a integer, b integer GENERATED ALWAYS AS (a * 2) VIRTUAL, c integer GENERATED ALWAYS AS (a * 3));
CREATE TABLE app.lax (
	a integer CONSTRAINT a_is_there NOT NULL,
	b integer NOT NULL,
	CONSTRAINT lax_check CHECK (a > 0) NOT ENFORCED
);
ALTER TABLE app.lax ADD CONSTRAINT lax_later FOREIGN KEY (a) REFERENCES app.orders (id) NOT ENFORCED;
CREATE TABLE app.not_yet (a integer, b integer);
ALTER TABLE app.not_yet ADD CONSTRAINT a_later NOT NULL a NOT VALID;
ALTER TABLE app.not_yet ADD CONSTRAINT b_alone NOT NULL b NO INHERIT;
CREATE TABLE app.periods (id integer, during tstzrange, CONSTRAINT periods_key PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE app.inside (id integer, during tstzrange, CONSTRAINT inside_fk FOREIGN KEY (id, PERIOD during) REFERENCES app.periods (id, PERIOD during));
CREATE PUBLICATION everything_generated FOR TABLE app.users WITH (publish_generated_columns = stored);
ALTER DEFAULT PRIVILEGES FOR ROLE everything_owner GRANT SELECT ON LARGE OBJECTS TO everything_reader;
