---- since
15
---- before
CREATE TABLE pa (a int PRIMARY KEY, b int); CREATE TABLE pb (a int PRIMARY KEY); CREATE TABLE pc (a int); CREATE PUBLICATION pub_x FOR TABLE pa (a), pb WITH (publish = 'insert'); CREATE PUBLICATION pub_y FOR TABLE pa WHERE (b > 0); INSERT INTO pa VALUES (1, 2);
---- after
CREATE TABLE pa (a bigint PRIMARY KEY, b bigint); CREATE TABLE pb (a int PRIMARY KEY); CREATE TABLE pc (a int); CREATE PUBLICATION pub_x FOR TABLE pa (a, b), pc WITH (publish = 'insert, update'); CREATE PUBLICATION pub_y FOR TABLE pa WHERE (b > 5), pb; COMMENT ON PUBLICATION pub_x IS 'p';
---- rows
SELECT * FROM pa
