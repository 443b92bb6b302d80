// SPDX-License-Identifier: MIT
/* Texts of the server as people write them, which have to parse as the same tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pg_query.h>

#include "base/str.h"
#include "drivers/postgres/text/tidy.h"

struct example {
	const char *statement; /* around the text, which stands at the %s */
	enum pg_tidy_form form;
	const char *text, *tidy;
};

#define CONDITION  "SELECT 1 WHERE (%s)", PG_TIDY_CONDITION
#define QUERY      " %s", PG_TIDY_QUERY
#define KEYS       "CREATE INDEX ON t (%s)", PG_TIDY_CLAUSE
#define CONSTRAINT "ALTER TABLE t ADD CONSTRAINT c %s", PG_TIDY_CLAUSE

static const struct example examples[] = {
	{ CONDITION, "(a > 0) AND (b > 0)", "a > 0 AND b > 0" },
	{ CONDITION, "((a > 0) AND (b > 0))", "a > 0 AND b > 0" },
	{ CONDITION, "((a > 0) AND (b > 0)) OR (c IS NULL)", "(a > 0 AND b > 0) OR c IS NULL" },
	{ CONDITION, "(a > 0) AND ((b > 0) OR (NOT c))", "a > 0 AND (b > 0 OR NOT c)" },
	{ CONDITION, "f(((a > 0) AND (b > 0)), c)", "f((a > 0 AND b > 0), c)" },
	{ QUERY, "SELECT a\n   FROM (x\n     JOIN y ON (((x.a = y.a) AND (y.b > 0))))\n  WHERE x.c",
		"SELECT a\nFROM x\n    JOIN y ON x.a = y.a AND y.b > 0\nWHERE x.c" },
	{ CONDITION, "NOT (a = b)", "NOT (a = b)" },
	{ CONDITION, "((a = b) = c) AND ((d = e) IS TRUE)", "(a = b) = c AND (d = e) IS TRUE" },
	{ CONDITION, "(a)::text = 'x'::text", "a::text = 'x'::text" },
	{ CONDITION, "lower((a)::text) = (b.\"C\")::text", "lower(a::text) = b.\"C\"::text" },
	{ CONDITION, "((now())::date > (1)::date) AND (f((a)::text))",
		"now()::date > 1::date AND f(a::text)" },
	{ CONDITION, "((a + 1))::text = ((a).b)::text", "(a + 1)::text = ((a).b)::text" },
	{ CONDITION, "('-1'::integer)::numeric > a", "('-1'::integer)::numeric > a" },
	{ CONDITION, "- (1)::numeric > a", "- 1::numeric > a" },
	{ CONDITION, "(a)::text = ANY ((ARRAY['x'::character varying])::text[])",
		"a::text = ANY (ARRAY['x'::character varying]::text[])" },
	{ CONDITION, "a IN ( SELECT b\n   FROM t\n  WHERE ((t.c)::text = 'x'::text))",
		"a IN (\n    SELECT b\n    FROM t\n    WHERE t.c::text = 'x'::text\n)" },
	{ CONDITION, "(( SELECT count(*) AS count\n   FROM t) > 0)",
		"(\n    SELECT count(*) AS count\n    FROM t\n) > 0" },
	{ CONDITION, "ROW(a, b) = ROW((c), (d))", "ROW(a, b) = ROW((c), (d))" },
	{ CONDITION, "((a, b) = (c, d)) AND ((SELECT true))", "(a, b) = (c, d) AND (SELECT true)" },
	{ CONDITION, "(a OPERATOR(public.=) (b)::public.citext)",
		"a OPERATOR(public.=) (b)::public.citext" },
	{ CONDITION, "(CASE WHEN (a AND (b > 0)) THEN (c)::text ELSE (d) END = 'x')",
		"CASE WHEN a AND b > 0 THEN c::text ELSE (d) END = 'x'" },
	{ CONDITION, "(a IS DISTINCT FROM (b = c))", "a IS DISTINCT FROM (b = c)" },
	{ CONDITION, "(a ~~ '(b) AND (c'::text)", "a ~~ '(b) AND (c'::text" },
	{ CONDITION, "(x > EXTRACT(year FROM (a - b)))", "x > EXTRACT(year FROM (a - b))" },
	{ CONDITION, "f((a = b), (c))", "f((a = b), (c))" },
	{ CONDITION, "(EXTRACT(year FROM now()))::text = f((a = b))",
		"EXTRACT(year FROM now())::text = f(a = b)" },
	{ KEYS, "lower((a)::text), (a + 1), ((a || b)) text_pattern_ops",
		"lower(a::text), (a + 1), (a || b) text_pattern_ops" },
	{ KEYS, "(a ->> 'x'::text) DESC", NULL },
	{ CONSTRAINT, "CHECK ((a > 0) AND (b > 0))", "CHECK (a > 0 AND b > 0)" },
	{ CONSTRAINT, "CHECK (((a > 0)))", "CHECK (a > 0)" },
	{ CONSTRAINT, "EXCLUDE USING gist (a WITH &&, (b + c) WITH =) WHERE ((d > 0))",
		"EXCLUDE USING gist (a WITH &&, (b + c) WITH =) WHERE (d > 0)" },
	{ CONSTRAINT, "FOREIGN KEY (a) REFERENCES t(b)", NULL },
	{ QUERY, "SELECT DISTINCT ON (a) b,\n    (c + 1)\n   FROM t",
		"SELECT DISTINCT ON (a) b,\n    (c + 1)\nFROM t" },
	{ QUERY,
		"SELECT a\n   FROM ((x\n     JOIN y ON ((x.a = y.a)))\n     LEFT JOIN z ON (((x.b = z.b) AND (z.c)::boolean)))\n  WHERE (x.d > 1)\n  GROUP BY a\n HAVING (count(*) > 1)",
		"SELECT a\nFROM x\n    JOIN y ON x.a = y.a\n    LEFT JOIN z ON x.b = z.b AND z.c::boolean\nWHERE x.d > 1\nGROUP BY a\nHAVING count(*) > 1" },
	{ QUERY,
		"SELECT a\n   FROM (x\n     JOIN (y\n     JOIN z ON ((y.a = z.a))) ON ((x.a = y.a)))",
		"SELECT a\nFROM x\n    JOIN (y\n    JOIN z ON y.a = z.a) ON x.a = y.a" },
	{ QUERY, "SELECT a\n   FROM (x\n     JOIN y USING (a)) j,\n    (z\n     CROSS JOIN w)",
		"SELECT a\nFROM (x\n    JOIN y USING (a)) j,\n    (z\n    CROSS JOIN w)" },
	{ QUERY, "SELECT a\n   FROM (x\n     JOIN y USING (a)),\n    z",
		"SELECT a\nFROM x\n    JOIN y USING (a),\n    z" },
	{ QUERY, "( SELECT 1\nUNION\n SELECT 2)\nINTERSECT\n SELECT 3",
		"(\n    SELECT 1\n    UNION\n    SELECT 2\n)\nINTERSECT\nSELECT 3" },
	{ QUERY,
		" WITH a AS (\n         SELECT 1 AS b\n        )\n SELECT\n        CASE\n            WHEN (b = 1) THEN 'x (y'::text\n            ELSE ( SELECT c\n               FROM t)\n        END AS d\n   FROM a",
		"WITH a AS (\n    SELECT 1 AS b\n)\nSELECT\n    CASE\n        WHEN b = 1 THEN 'x (y'::text\n        ELSE (\n            SELECT c\n            FROM t\n        )\n    END AS d\nFROM a" },
	{ QUERY,
		"SELECT count(*) FILTER (WHERE (a > 0)) AS n,\n    sum(b) OVER (PARTITION BY c ROWS BETWEEN (1) PRECEDING AND (2) FOLLOWING) AS s\n   FROM t\n  GROUP BY GROUPING SETS ((a), (b), ())",
		"SELECT count(*) FILTER (WHERE a > 0) AS n,\n    sum(b) OVER (PARTITION BY c ROWS BETWEEN (1) PRECEDING AND (2) FOLLOWING) AS s\nFROM t\nGROUP BY GROUPING SETS ((a), (b), ())" },
	{ QUERY, " VALUES (1), (2)", "VALUES (1), (2)" },
	{ QUERY, "SELECT 'a\n   b'::text AS a\n   FROM t", "SELECT 'a\n   b'::text AS a\nFROM t" },
};

/* The tree of a statement, with each place in the source blanked. */
static void
parse(const struct example *example, const char *text, struct sfs_str *out)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;
	const char *at = strstr(example->statement, "%s");

	sfs_str_addn(&sql, example->statement, (size_t)(at - example->statement));
	sfs_str_add(&sql, text);
	sfs_str_add(&sql, at + 2);

	PgQueryParseResult result = pg_query_parse(sql.text);

	if (result.error) {
		fail_msg("%s: %s", sql.text, result.error->message);
	}
	for (const char *c = result.parse_tree; *c;) {
		const char *key = "\"location\":";

		if (sfs_starts_with(c, key) || sfs_starts_with(c, "\"stmt_len\":")) {
			c += strcspn(c, ",}");
			continue;
		}
		sfs_str_addc(out, *c++);
	}
	pg_query_free_parse_result(result);
}

static void
texts_become_readable(void **state)
{
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		const struct example *example = &examples[i];
		sfs_auto(str) struct sfs_str tidy = SFS_STR_INIT, again = SFS_STR_INIT;
		sfs_auto(str) struct sfs_str before = SFS_STR_INIT, after = SFS_STR_INIT;

		pg_tidy(&tidy, example->text, example->form, 0);
		assert_string_equal(tidy.text, example->tidy ? example->tidy : example->text);
		parse(example, example->text, &before);
		parse(example, tidy.text, &after);
		assert_string_equal(before.text, after.text);
		pg_tidy(&again, tidy.text, example->form, 0);
		assert_string_equal(again.text, tidy.text);
	}
	(void)state;
}

static void
what_is_no_sql_stays(void **state)
{
	static const char *const texts[] = { "(a", "a)", "((a]", "'(x", "", "(", "())" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		sfs_auto(str) struct sfs_str tidy = SFS_STR_INIT;

		pg_tidy(&tidy, texts[i], PG_TIDY_CONDITION, 0);
		assert_string_equal(sfs_str_text(&tidy), texts[i]);
	}
	(void)state;
}

static void
defaults_lose_the_casts_that_their_columns_make(void **state)
{
	static const struct {
		const char *value, *type, *tidy;
	} cases[] = {
		{ "'x'::text", "text", "'x'" },
		{ "'x'::text", "app.email", "'x'::text" },
		{ "'x'::character varying", "character varying(10)", "'x'" },
		{ "'happy'::app.mood", "app.mood", "'happy'" },
		{ "'{}'::numeric[]", "numeric(10,2)[]", "'{}'" },
		{ "'{}'::text[]", "text", "'{}'::text[]" },
		{ "'1 day'::interval", "interval", "'1 day'" },
		{ "'1.5'::interval", "interval(0)", "'1.5'::interval" },
		{ "'2020-01-01'::timestamp without time zone", "timestamp(3) without time zone",
			"'2020-01-01'" },
		{ "'-1'::integer", "integer", "-1" },
		{ "'-1'::integer", "bigint", "-1" },
		{ "'-1'::bigint", "bigint", "'-1'" },
		{ "'-0.5'::numeric", "numeric(4,1)", "-0.5" },
		{ "'-1'::numeric", "numeric", "'-1'" },
		{ "'-1'::integer::text", "text", "'-1'::integer::text" },
		{ "('x'::text)::app.email", "app.email", "('x'::text)::app.email" },
		{ "(now())::date", "date", "now()::date" },
		{ "('a'::text || 'b'::text)", "text", "('a'::text || 'b'::text)" },
		{ "E'\\\\'::text", "text", "E'\\\\'" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		sfs_auto(str) struct sfs_str tidy = SFS_STR_INIT;

		pg_tidy_default(&tidy, cases[i].value, cases[i].type);
		assert_string_equal(tidy.text, cases[i].tidy);
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_become_readable),
		cmocka_unit_test(what_is_no_sql_stays),
		cmocka_unit_test(defaults_lose_the_casts_that_their_columns_make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
