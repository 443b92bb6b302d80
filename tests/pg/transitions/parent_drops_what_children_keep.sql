---- before
CREATE TABLE parent (a int, b int);
CREATE TABLE child (c int) INHERITS (parent);
INSERT INTO child VALUES (1, 2, 3);
---- after
CREATE TABLE parent (a int);
CREATE TABLE child (b int, c int) INHERITS (parent);
---- rows
SELECT a, b, c FROM child
