-- Members of operator families beside those of their classes: operators that are made here.
CREATE SCHEMA far;
CREATE FUNCTION far.less(integer, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 < length($2)';
CREATE FUNCTION far.same(integer, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 = length($2)';
CREATE FUNCTION far.compare(integer, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT btint4cmp($1, length($2))';
CREATE FUNCTION far.distance(integer, text) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT AS 'SELECT abs($1 - length($2))';
CREATE OPERATOR far.<% (FUNCTION = far.less, LEFTARG = integer, RIGHTARG = text);
CREATE OPERATOR far.==% (FUNCTION = far.same, LEFTARG = integer, RIGHTARG = text, COMMUTATOR = OPERATOR(far.%==));
CREATE OPERATOR far.<-% (FUNCTION = far.distance, LEFTARG = integer, RIGHTARG = text);
CREATE OPERATOR FAMILY a_family USING btree;
CREATE OPERATOR CLASS a_class FOR TYPE integer USING btree FAMILY a_family AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
ALTER OPERATOR FAMILY a_family USING btree ADD
	OPERATOR 1 far.<% (integer, text), OPERATOR 3 far.==% (integer, text), FUNCTION 1 (integer, text) far.compare(integer, text);
CREATE OPERATOR FAMILY b_family USING gist;
ALTER OPERATOR FAMILY b_family USING gist ADD
	OPERATOR 15 far.<-% (integer, text) FOR ORDER BY float_ops, OPERATOR 3 far.==% (integer, text);
CREATE TABLE a_table (a integer);
CREATE INDEX an_index ON a_table (a a_class);
