---- before
CREATE TABLE parent (a integer, b text, CHECK (a > 0));
CREATE TABLE child (z integer) INHERITS (parent);
CREATE TABLE holder (x integer, held parent);
INSERT INTO child VALUES (2, 'c', 3);
INSERT INTO holder VALUES (1, '(1,z)');
---- after
CREATE TABLE parent (a bigint, b text, CHECK (a > 0));
CREATE TABLE child (z integer) INHERITS (parent);
CREATE TABLE holder (x integer);
---- rows
SELECT tableoid::regclass, a, b FROM parent
---- never
made anew
__old
