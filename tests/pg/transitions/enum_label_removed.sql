---- before
CREATE TYPE state AS ENUM ('new', 'open', 'gone');
CREATE TABLE task (id int PRIMARY KEY, state state NOT NULL DEFAULT 'new', states state[]);
CREATE VIEW open_task AS SELECT id, state FROM task WHERE state = 'open';
COMMENT ON VIEW open_task IS 'what is to be done';
GRANT SELECT ON open_task TO PUBLIC;
CREATE INDEX task_open ON task (id) WHERE state = 'open';
CREATE FUNCTION is_open(state) RETURNS bool LANGUAGE sql AS 'SELECT $1 = ''open''';
INSERT INTO task VALUES (1, 'open', '{new,open}');
---- after
CREATE TYPE state AS ENUM ('new', 'open', 'closed');
CREATE TABLE task (id int PRIMARY KEY, state state NOT NULL DEFAULT 'closed', states state[]);
CREATE VIEW open_task AS SELECT id, state FROM task WHERE state = 'open';
COMMENT ON VIEW open_task IS 'what is to be done';
GRANT SELECT ON open_task TO PUBLIC;
CREATE INDEX task_open ON task (id) WHERE state = 'open';
CREATE FUNCTION is_open(state) RETURNS bool LANGUAGE sql AS 'SELECT $1 = ''open''';
---- rows
SELECT * FROM task
---- never
CASCADE
DROP TABLE
---- hazards
H05
