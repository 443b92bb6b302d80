---- before
CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (a text[] DEFAULT '{}', b int[] DEFAULT ARRAY[1,2], c text, d e[] DEFAULT ARRAY['a'::e]); INSERT INTO t VALUES ('{a}', '{3}', 'b', '{b}');
---- after
CREATE TYPE e AS ENUM ('a', 'b', 'c'); CREATE TABLE t (a e[] DEFAULT '{}', b bigint[] DEFAULT ARRAY[1,2], c e DEFAULT 'a', d text[] DEFAULT ARRAY['a']);
---- rows
SELECT * FROM t
