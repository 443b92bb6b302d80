---- before
CREATE TABLE t (a int);
---- after
CREATE TABLE t (a int);
COMMENT ON SCHEMA public IS NULL;
