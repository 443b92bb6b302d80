---- before
CREATE TABLE base (a integer, c integer);
CREATE TABLE kid (x text) INHERITS (base);
CREATE TABLE grandkid (y integer) INHERITS (kid);
CREATE TABLE holder (held kid, deep grandkid);
INSERT INTO holder VALUES (ROW(1, 3, '4')::kid, ROW(1, 3, '4', 5)::grandkid);
---- after
CREATE TABLE base (a integer, b integer, c integer);
CREATE TABLE kid (x integer) INHERITS (base);
CREATE TABLE grandkid (y integer) INHERITS (kid);
CREATE TABLE holder (held kid, deep grandkid);
---- rows
SELECT (held).a, (held).c, (held).x::text, (deep).a, (deep).c, (deep).x::text, (deep).y FROM holder
