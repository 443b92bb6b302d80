---- before
CREATE TABLE b (x int, y text, z int);
CREATE VIEW v AS SELECT x, y FROM b;
CREATE TABLE t (id int, r v, rs v[]);
CREATE FUNCTION f(v) RETURNS int LANGUAGE sql AS 'select 1';
CREATE FUNCTION g() RETURNS TABLE (a v, n int) LANGUAGE sql AS 'select v, 1 from v';
CREATE TABLE p (a int, b text, g int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE q (a int);
CREATE DOMAIN d AS p;
CREATE TABLE u (id int, r p, rs p[], w d, o q);
CREATE VIEW vp AS SELECT p, (r).a FROM p, u;
INSERT INTO b VALUES (1, 'a'); INSERT INTO t SELECT 1, v, ARRAY[v] FROM v;
INSERT INTO p VALUES (1, 'a'); INSERT INTO q VALUES (4);
INSERT INTO u SELECT 1, p, ARRAY[p], p, q FROM p, q;
---- after
CREATE TABLE b (x bigint, y text, z int);
CREATE VIEW v AS SELECT x, y FROM b;
CREATE TABLE t (id int, r v, rs v[]);
CREATE FUNCTION f(v) RETURNS int LANGUAGE sql AS 'select 1';
CREATE FUNCTION g() RETURNS TABLE (a v, n int) LANGUAGE sql AS 'select v, 1 from v';
CREATE TABLE p (a bigint, b text, g int GENERATED ALWAYS AS (7) STORED);
CREATE TABLE q (a int, n int NOT NULL DEFAULT 3);
CREATE DOMAIN d AS p;
CREATE TABLE u (id int, r p, rs p[], w d, o q);
CREATE VIEW vp AS SELECT p, (r).a FROM p, u;
---- rows
SELECT t.id, (t.r).x, t.rs[1].y, (u.r).b, u.rs[1].a, (u.w).a, (u.o).a FROM t, u
