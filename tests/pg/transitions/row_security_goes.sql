---- before
CREATE TABLE t (id int);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t USING (id = 1);
---- after
CREATE TABLE t (id int);
---- hazards
H08
