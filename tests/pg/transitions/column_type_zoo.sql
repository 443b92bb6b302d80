---- before
CREATE TABLE t (a varchar(10), b text, c int, d text, e timestamp, f numeric(10,2), g text[], h json, i text DEFAULT '5', j bool, k char(5), l date, m text, n int[] DEFAULT '{1}', o uuid, p interval);
INSERT INTO t VALUES ('1', '2', 3, '2020-01-02', '2020-01-01', 1.5, '{1,2}', '{}', '7', true, 'abc', '2020-02-02', '{"a":1}', '{4}', '00000000-0000-0000-0000-000000000001', '1 day');
---- after
CREATE TABLE t (a int, b int, c text, d date, e timestamptz, f numeric(12,4), g int[], h jsonb, i int DEFAULT 5, j int, k varchar(9), l timestamp, m jsonb, n bigint[] DEFAULT '{1}', o text, p interval(3));
---- rows
SELECT a::text, b::text, c::text, d::text, g::text, h::text, i::text, m::jsonb FROM t
