-- SPDX-License-Identifier: MIT
-- What PostgreSQL 17 brought; after everything_16.sql.
SET client_min_messages = warning;

CREATE COLLATION app.builtin (PROVIDER = builtin, LOCALE = 'C.UTF-8');
GRANT MAINTAIN ON app.parent TO everything_reader;
GRANT ALL ON app.mother TO everything_reader;
CREATE DOMAIN app.named AS integer CONSTRAINT must_be NOT NULL CONSTRAINT positive CHECK (VALUE > 0);
CREATE DOMAIN app.unnamed AS integer NOT NULL;
CREATE TABLE app.parted_identity (id integer GENERATED ALWAYS AS IDENTITY, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE app.parted_identity_1 PARTITION OF app.parted_identity FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE EVENT TRIGGER comes ON login EXECUTE FUNCTION app.event();
ALTER EVENT TRIGGER comes DISABLE;
CREATE TABLE app.own_default (id integer) PARTITION BY LIST (id) USING other_heap;
ALTER TABLE app.users ALTER COLUMN name SET STATISTICS DEFAULT;
