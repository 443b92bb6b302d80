-- SPDX-License-Identifier: MIT
-- What PostgreSQL 16 brought; after everything_15.sql.
SET client_min_messages = warning;

CREATE COLLATION app.ruled (PROVIDER = icu, LOCALE = 'und', RULES = '&V << w <<< W');
ALTER SUBSCRIPTION everything_sub SET (origin = none, streaming = parallel, password_required = false);
ALTER TABLE app.parent ALTER COLUMN kind SET STORAGE DEFAULT;
CREATE TABLE app.stored (a text STORAGE MAIN);
