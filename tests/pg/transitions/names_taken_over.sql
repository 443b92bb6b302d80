---- before
CREATE TABLE thing (id int);
CREATE VIEW other AS SELECT 1 AS one;
CREATE INDEX named ON thing (id);
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE kind AS ENUM ('a');
---- after
CREATE VIEW thing AS SELECT 1 AS one;
CREATE TABLE other (id int);
CREATE TABLE named (id int);
CREATE PROCEDURE f(int) LANGUAGE sql AS 'SELECT 1';
CREATE DOMAIN kind AS text;
