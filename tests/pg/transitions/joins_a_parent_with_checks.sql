---- before
CREATE TABLE parent (a integer, b text, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE child (a integer, b text, z integer);
CREATE TABLE other (a integer, b text, CONSTRAINT pos CHECK (a > 0));
INSERT INTO parent VALUES (1, 'p');
INSERT INTO child VALUES (2, 'c', 3);
INSERT INTO other VALUES (3, 'd');
---- after
CREATE TABLE parent (a integer, b text, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE child (a integer, b text, z integer) INHERITS (parent);
CREATE TABLE other (a integer, b text, CONSTRAINT pos CHECK (a > 0)) INHERITS (parent);
---- rows
SELECT a, b, z FROM child;
SELECT a, b FROM other
