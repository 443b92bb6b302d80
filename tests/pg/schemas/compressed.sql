-- since 14
-- SPDX-License-Identifier: MIT
-- Compression where a column has no line that could say it.
CREATE TYPE shape AS (a text, b text);
CREATE TABLE typed OF shape;
ALTER TABLE typed ALTER a SET COMPRESSION pglz, ALTER b SET STORAGE EXTERNAL;
CREATE MATERIALIZED VIEW kept AS SELECT a, b FROM typed;
ALTER MATERIALIZED VIEW kept ALTER b SET COMPRESSION pglz;
CREATE TABLE plain (a text COMPRESSION pglz, b text);
CREATE TABLE child () INHERITS (plain);
