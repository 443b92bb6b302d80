---- before
CREATE TABLE t (id int CONSTRAINT old_key PRIMARY KEY, a int CONSTRAINT old_check CHECK (a > 0));
CREATE TABLE r (id int CONSTRAINT old_ref REFERENCES t);
CREATE INDEX old_index ON t (a);
---- after
CREATE TABLE t (id int CONSTRAINT new_key PRIMARY KEY, a int CONSTRAINT new_check CHECK (a > 0));
CREATE TABLE r (id int CONSTRAINT new_ref REFERENCES t);
CREATE INDEX new_index ON t (a);
---- never
DROP
ADD
