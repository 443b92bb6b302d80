# SPDX-License-Identifier: MIT
"""Conditions that PostgreSQL nests when they are written and not when its own text is read."""

SCHEMA = """
CREATE TABLE child (
    id serial PRIMARY KEY, a integer, b bigint,
    CHECK (a BETWEEN 1 AND 5 AND b > 3),
    CONSTRAINT o CHECK (a NOT BETWEEN 1 AND 5 OR b > 3 OR a = 7),
    CONSTRAINT m CHECK ((a = 1 OR a = 2) AND b > 3 AND (a BETWEEN 0 AND 9)),
    CONSTRAINT s CHECK (CASE WHEN a BETWEEN 1 AND 2 AND b > 1 THEN a > 1 ELSE false END AND b BETWEEN SYMMETRIC 3 AND 1)
);
CREATE UNIQUE INDEX "i x" ON child (a) WHERE a BETWEEN 1 AND 5 AND b IS DISTINCT FROM 3 AND (a > 1 AND b > 2);
CREATE VIEW v AS SELECT id, (a BETWEEN 1 AND 5 AND b > 1) AS f,
    sum(a) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS w
    FROM child c WHERE c.a BETWEEN 1 AND 5 AND c.b > 2
    AND EXISTS (SELECT 1 FROM child d WHERE d.a BETWEEN 1 AND 2 AND d.b = 1);
ALTER TABLE child ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON child USING (a BETWEEN 1 AND 5 AND b > 3);
CREATE FUNCTION f(x integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN ((x > 1) AND (x < 5)) AND (x <> 3) OR ((x = 1) OR (x = 2)) OR false;
END $$;
CREATE FUNCTION g(x integer) RETURNS boolean LANGUAGE sql
    RETURN x BETWEEN 1 AND 5 AND x <> 3;
COMMENT ON TABLE child IS 'as in ((a) AND (b)) AND (c)';
"""


def test_made_and_read_back(schemafs, pg, new_pg, tmp_path):
    """From a script, from a tree, from a database: nothing differs after, whoever made it."""
    script = tmp_path / "schema.sql"
    script.write_text(SCHEMA)
    schemafs("push", script, pg.target)
    assert schemafs("diff", pg.target, script).stdout == ""
    by_psql, by_tree = new_pg(), new_pg()
    by_psql.run(SCHEMA)
    assert schemafs("diff", by_psql.target, pg.target).stdout == ""
    schemafs("pull", by_psql.target, tmp_path / "tree")
    schemafs("push", tmp_path / "tree", by_tree.target)
    assert schemafs("diff", by_psql.target, by_tree.target).stdout == ""
    # What a person wrote as text stays as it is.
    text = (tmp_path / "tree/schema/public/functions/f.sql").read_text()
    assert "((x > 1) AND (x < 5)) AND (x <> 3) OR ((x = 1) OR (x = 2)) OR false" in text
    assert "((a) AND (b)) AND (c)" in (tmp_path / "tree/schema/public/tables/child.sql").read_text()
