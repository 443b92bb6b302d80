---- before
CREATE TABLE t (a int, b int);
CREATE VIEW v AS SELECT a FROM t;
CREATE VIEW on_v AS SELECT a FROM v;
CREATE VIEW w AS SELECT a, b FROM t;
COMMENT ON COLUMN w.a IS 'first';
---- after
CREATE TABLE t (a int, b int);
CREATE VIEW v AS SELECT a, b FROM t;
COMMENT ON COLUMN v.b IS 'new';
ALTER VIEW v ALTER a SET DEFAULT 4;
CREATE VIEW on_v AS SELECT a FROM v;
CREATE VIEW w AS SELECT a FROM t WHERE a > 0;
COMMENT ON COLUMN w.a IS 'second';
---- never
DROP VIEW public.v;
DROP VIEW public.on_v;
