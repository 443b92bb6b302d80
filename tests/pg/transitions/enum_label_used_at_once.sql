---- before
CREATE TYPE state AS ENUM ('new', 'open');
CREATE TABLE task (id int, state state DEFAULT 'new');
INSERT INTO task VALUES (1, 'open');
---- after
CREATE TYPE state AS ENUM ('new', 'late', 'open');
CREATE TABLE task (id int, state state DEFAULT 'late', CHECK (state <> 'late' OR id > 0));
---- rows
SELECT * FROM task
