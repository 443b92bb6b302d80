---- before
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
CREATE TABLE public.t (a int);
---- after
CREATE TABLE t (a int, b text);
