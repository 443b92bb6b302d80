-- Columns of queries that have no name, which the server's own text gives them.
CREATE TABLE named (a integer, b text, c name, d varchar(5));

CREATE VIEW arms AS SELECT 1 AS a, 'x' AS label UNION SELECT 2, 'y';
CREATE VIEW joined AS SELECT a, c FROM named UNION ALL SELECT 0, 'PUBLIC';
CREATE VIEW inner_arms AS SELECT x.a, x.l FROM (SELECT a, b FROM named UNION ALL SELECT a, 'q' FROM named) x (a, l);
CREATE VIEW in_conditions AS SELECT EXISTS (SELECT 'a' FROM named) AS e, (SELECT 'x'), ARRAY(SELECT 'b' UNION SELECT d FROM named),
    a IN (SELECT 1::bigint) AS i FROM named;
CREATE VIEW constants AS SELECT x.* FROM (SELECT 'a', 1::numeric, NULL, true, -5, INTERVAL '1 day') x (p, q, r, s, t, u);
CREATE VIEW of_with AS WITH w (a, b) AS (SELECT 'x', 1::bigint UNION ALL SELECT b, a FROM named) SELECT * FROM w;
CREATE VIEW really_unnamed AS SELECT 'x'::text, 1 + 1 AS "2nd";
CREATE VIEW unnamed_itself AS SELECT 'x'::varchar AS "?column?";
CREATE VIEW mixed AS SELECT f.a FROM LATERAL (SELECT DISTINCT ON (a) coalesce(a, 1), CASE WHEN a > 1 THEN 'x' ELSE b END, b || 'x',
    row(1, 2), ARRAY[1], a::text, nullif(a, 1), current_user, NOT true, ('{a}'::text[])[1] FROM named ORDER BY a) f (a, b, c, d, e, g, h, i, j, k);

CREATE RULE also AS ON INSERT TO named DO ALSO SELECT 'x', 1::bigint UNION SELECT b, a FROM named;
CREATE RULE turned AS ON DELETE TO arms DO INSTEAD DELETE FROM named WHERE named.a = old.a RETURNING named.a, 'gone';
CREATE VIEW within AS SELECT 'x' = ANY ((SELECT ARRAY['a', 'b', 'x'])::text[]) AS c, (SELECT ('{a,b}'::text[])[1::int:2]) AS d
    UNION SELECT true, ARRAY['a', 'b'::text];
