---- before
CREATE TYPE state AS ENUM ('new', 'open');
CREATE TABLE task (id int, state state DEFAULT 'new');
INSERT INTO task VALUES (1, 'open');
---- after
CREATE TYPE state AS ENUM ('first', 'new', 'late', 'open', 'last');
CREATE TABLE task (id int, state state DEFAULT 'new');
---- rows
SELECT * FROM task
---- never
ALTER COLUMN
DROP TYPE
