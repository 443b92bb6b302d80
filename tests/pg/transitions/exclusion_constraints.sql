---- before
CREATE TABLE t (r int4range, s tsrange, a int, EXCLUDE USING gist (r WITH &&), CONSTRAINT x EXCLUDE USING btree (a WITH =) WHERE (a > 0)); INSERT INTO t VALUES ('[1,2)', NULL, 1);
---- after
CREATE TABLE t (r int4range, s tsrange, a bigint, CONSTRAINT y EXCLUDE USING gist (r WITH &&, s WITH &&) WHERE (a <> 3) DEFERRABLE, CONSTRAINT x EXCLUDE USING btree (a WITH =));
---- rows
SELECT r, a FROM t
