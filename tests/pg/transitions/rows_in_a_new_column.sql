---- before
CREATE TABLE line (a integer, b text);
CREATE TABLE gone (x integer, held line);
INSERT INTO line VALUES (1, 'x');
---- after
CREATE TABLE line (a bigint NOT NULL, c text DEFAULT 'c');
CREATE TYPE wrapped AS (l line, n integer);
CREATE TABLE holder (x integer, held line, more wrapped[]);
---- rows
SELECT a FROM line
---- never
__old
