---- before
CREATE TABLE old_parent (id bigserial, note text);
CREATE TABLE child (name text) INHERITS (old_parent);
CREATE TABLE leaver (more text) INHERITS (old_parent);
CREATE TABLE joiner (id bigint NOT NULL, note text, own int);
INSERT INTO child (name, note) VALUES ('a', 'n');
INSERT INTO leaver (more) VALUES ('m');
INSERT INTO joiner VALUES (7, 'j', 1);
---- after
CREATE TABLE old_parent (note text);
CREATE TABLE new_parent (id bigserial);
CREATE TABLE child (name text, note text) INHERITS (new_parent);
CREATE TABLE leaver (id bigint NOT NULL, note text, more text);
CREATE TABLE joiner (id bigint NOT NULL, note text, own int) INHERITS (old_parent);
---- rows
SELECT child.name, child.id, leaver.id, leaver.more, joiner.id, joiner.note, joiner.own FROM child, leaver, joiner
