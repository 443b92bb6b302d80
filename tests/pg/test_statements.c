// SPDX-License-Identifier: MIT
/* What PostgreSQL's driver makes of statements: what they are about, need, and are sent as. */
#include <errno.h>

#include "../unit/unit.h"
#include "drivers/postgres/scratch/rewrite.h"

static void
add(struct pg_script *script, struct sfs_source *source, const char *sql)
{
	*source = (struct sfs_source){ "x.sql", sql, strlen(sql) };
	pg_script_init(script);
	assert_int_equal(pg_script_add(script, source, "public", NULL), 0);
	sfs_vec_foreach (statement, &script->statements) {
		pg_statement_parse(script, statement);
	}
}

static const char *const roles[] = {
	[PG_DEFINES] = "defines",
	[PG_RUNS] = "runs",
	[PG_SETS] = "sets",
	[PG_DATA] = "data",
	[PG_TRANSACTION] = "transaction",
	[PG_REFUSED] = "refused",
	[PG_UNKNOWN] = "unknown",
};

static void
describe(const struct pg_stmt *statement, struct sfs_str *out)
{
	const struct pg_head *head = &statement->head;

	sfs_str_add(out, roles[head->role]);
	if (head->kind != SFS_KIND_COUNT) {
		sfs_str_addf(out, " %s", sfs_kind_info(head->kind)->name);
	}
	sfs_vec_foreach (target, &head->targets) {
		sfs_str_addf(
			out, " %s.%s", target->namespace ? target->namespace : "", target->name);
	}
	if (head->on.name) {
		sfs_str_addf(out, " on %s.%s", head->on.namespace ? head->on.namespace : "",
			head->on.name);
	}
}

static void
heads(void **state)
{
	static const struct {
		const char *sql, *expected;
	} cases[] = {
		{ "CREATE TABLE a.t (x int)", "defines table a.t" },
		{ "create unlogged table if not exists \"A\".\"t.x\" ()", "defines table A.t.x" },
		{ "CREATE UNIQUE INDEX CONCURRENTLY i ON ONLY a.t (x)",
			"defines index a.i on a.t" },
		{ "CREATE INDEX ON t (x)", "defines index on .t" },
		{ "CREATE OR REPLACE TRIGGER g AFTER UPDATE OF x ON a.t EXECUTE FUNCTION f()",
			"defines trigger .g on a.t" },
		{ "CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t FROM u EXECUTE FUNCTION f()",
			"defines trigger .g on .t" },
		{ "CREATE RULE r AS ON INSERT TO a.v DO INSTEAD NOTHING",
			"defines rule .r on a.v" },
		{ "CREATE STATISTICS s (mcv) ON x, y FROM a.t", "defines statistics .s on a.t" },
		{ "COMMENT ON COLUMN a.t.x IS 'on'", "defines column a.t" },
		{ "COMMENT ON CONSTRAINT c ON DOMAIN a.d IS 'x'",
			"defines domain constraint .c on a.d" },
		{ "GRANT SELECT (a, b), UPDATE ON a.t, u TO PUBLIC", "defines table a.t .u" },
		{ "GRANT EXECUTE ON FUNCTION f(int, text), a.g() TO x", "defines function .f a.g" },
		{ "GRANT x TO y", "data" },
		{ "REVOKE ALL ON DATABASE d FROM PUBLIC", "data" },
		{ "ALTER DEFAULT PRIVILEGES IN SCHEMA a, b GRANT SELECT ON TABLES TO x",
			"defines default privileges .a .b" },
		{ "ALTER TABLE IF EXISTS ONLY a.t ADD x int", "defines table a.t" },
		{ "ALTER TABLE ALL IN TABLESPACE x SET TABLESPACE y", "refused table" },
		{ "CREATE OPERATOR a.=== (LEFTARG = int)", "defines operator a.===" },
		{ "CREATE USER MAPPING FOR x SERVER s", "defines user mapping" },
		{ "CREATE USER x", "refused" },
		{ "CREATE TABLESPACE x LOCATION 'y'", "refused" },
		{ "DO $$ BEGIN END $$", "runs" },
		{ "SELECT pg_catalog.setval('x', 1)", "runs" },
		{ "INSERT INTO t VALUES (1)", "data" },
		{ "BEGIN", "transaction" },
		{ "ROLLBACK", "refused" },
		{ "tabel x", "unknown" },
	};
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct pg_script script sfs_auto(pg_script);
		struct sfs_source source;

		add(&script, &source, cases[i].sql);
		assert_int_equal(script.statements.len, 1);
		describe(&script.statements.items[0], &out);
		unit_expect(&out, cases[i].expected);
	}
}

/* Everything called x in `public` has been moved. */
static void
rewrite(const char *sql, bool keys, struct sfs_str *out)
{
	struct pg_script script sfs_auto(pg_script);
	struct pg_places places sfs_auto(pg_places);
	struct sfs_source source;
	struct pg_alias alias = { "scratch", "public" };

	add(&script, &source, sql);
	pg_places_init(&places);
	sfs_vec_push(&places.aliases, alias);
	pg_places_add(&places, PG_SPACE_RELATION, "public", "x");
	pg_places_add(&places, PG_SPACE_FUNCTION, "public", "f");
	const struct pg_stmt *statement = &script.statements.items[0];
	struct pg_text text sfs_auto(pg_text) = { 0 };
	pg_rewrite(statement, &places, keys, &text);
	sfs_str_add(out, sfs_str_text(&text.sql));
	for (size_t i = 0; keys && i < statement->tree->keys.len; i++) {
		struct pg_text key sfs_auto(pg_text) = { 0 };

		pg_rewrite_key(statement, &places, &statement->tree->keys.items[i], &key);
		sfs_str_addf(out, "; %s", sfs_str_text(&key.sql));
	}
}

static void
rewriting(void **state)
{
	static const struct {
		const char *sql, *expected;
	} cases[] = {
		{ "CREATE TABLE public.x (a int)", "CREATE TABLE scratch.x (a int)" },
		{ "CREATE TABLE x (a int)", "CREATE TABLE scratch.x (a int)" },
		{ "CREATE TABLE \"public\" . \"x\" ()", "CREATE TABLE scratch . \"x\" ()" },
		{ "CREATE TABLE other.x ()", "CREATE TABLE other.x ()" },
		{ "CREATE VIEW public.x AS SELECT public.x FROM t public",
			"CREATE VIEW scratch.x AS SELECT public.x FROM t public" },
		{ "CREATE VIEW v AS SELECT public.x.a, public.f(1) FROM public.x, public.y",
			"CREATE VIEW v AS SELECT scratch.x.a, scratch.f(1) FROM scratch.x, public.y" },
		{ "CREATE TABLE t (a int DEFAULT nextval('public.x'::regclass), b text DEFAULT 'to public.x')",
			"CREATE TABLE t (a int DEFAULT nextval('scratch.x'::regclass), b text DEFAULT 'to "
			"public.x')" },
		{ "COMMENT ON TABLE public.x IS 'public.x'",
			"COMMENT ON TABLE scratch.x IS 'public.x'" },
		{ "CREATE FUNCTION public.f(public.x) RETURNS public.x LANGUAGE sql AS 'public.x'",
			"CREATE FUNCTION scratch.f(scratch.x) RETURNS scratch.x LANGUAGE sql AS 'public.x'" },
		{ "CREATE FUNCTION f(a public.x.b%TYPE) RETURNS int LANGUAGE sql AS $$ SELECT public.x $$",
			"CREATE FUNCTION scratch.f(a scratch.x.b%TYPE) RETURNS int LANGUAGE sql AS $$ "
			"SELECT public.x $$" },
		/* A table and a function of one name. */
		{ "CREATE TRIGGER t AFTER INSERT ON public.x EXECUTE FUNCTION public.x()",
			"CREATE TRIGGER t AFTER INSERT ON scratch.x EXECUTE FUNCTION public.x()" },
		{ "CREATE SCHEMA public", "CREATE SCHEMA scratch" },
		{ "CREATE INDEX CONCURRENTLY i ON public.x (a)",
			"CREATE INDEX  i ON scratch.x (a)" },
		{ "CREATE MATERIALIZED VIEW public.x AS SELECT 1 WITH DATA",
			"CREATE MATERIALIZED VIEW scratch.x AS SELECT 1 WITH NO DATA" },
		{ "CREATE MATERIALIZED VIEW m AS WITH data AS (SELECT 1) TABLE data",
			"CREATE MATERIALIZED VIEW m AS WITH data AS (SELECT 1) TABLE data\nWITH NO DATA" },
		/* Newer than the grammar of libpg_query. */
		{ "CREATE TABLE public.x (a int, b int GENERATED ALWAYS AS (a) VIRTUAL REFERENCES public.x)",
			"CREATE TABLE scratch.x (a int, b int GENERATED ALWAYS AS (a) VIRTUAL REFERENCES "
			"scratch.x)" },
	};
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		rewrite(cases[i].sql, false, &out);
		unit_expect(&out, cases[i].expected);
	}
}

static void
keys(void **state)
{
	static const struct {
		const char *sql, *expected;
	} cases[] = {
		{ "CREATE TABLE x (a int CONSTRAINT k REFERENCES y (b) ON DELETE CASCADE DEFERRABLE NOT NULL, "
		  "FOREIGN KEY (a) REFERENCES z, c int)",
			"CREATE TABLE scratch.x (a int  NOT NULL, c int); "
			"ALTER TABLE scratch.x ADD CONSTRAINT k  FOREIGN KEY (a) REFERENCES y (b) ON DELETE "
			"CASCADE DEFERRABLE; "
			"ALTER TABLE scratch.x ADD FOREIGN KEY (a) REFERENCES z" },
		{ "CREATE TABLE x (\"A b\" int REFERENCES public.x COLLATE \"C\")",
			"CREATE TABLE scratch.x (\"A b\" int  COLLATE \"C\"); "
			"ALTER TABLE scratch.x ADD  FOREIGN KEY (\"A b\") REFERENCES scratch.x" },
		{ "CREATE TABLE x (a int GENERATED ALWAYS AS (1) VIRTUAL, CONSTRAINT k FOREIGN KEY (a) "
		  "REFERENCES y)",
			"CREATE TABLE scratch.x (a int GENERATED ALWAYS AS (1) VIRTUAL); "
			"ALTER TABLE scratch.x ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES y" },
	};
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		rewrite(cases[i].sql, true, &out);
		unit_expect(&out, cases[i].expected);
	}
}

/* What only psql understands: skipped where pg_dump writes it, else refused where it stands. */
static void
foreign_lines(void **state)
{
	static const char dump[] =
		"\\restrict x\nSET search_path = a, b;\nCREATE TABLE t ();\n"
		"COPY t FROM stdin;\n1\t'\n\\N\t;\n\\.\nCREATE TABLE u ();\n\\unrestrict x\n";
	struct pg_script script sfs_auto(pg_script);
	struct sfs_source source;

	add(&script, &source, dump);
	assert_int_equal(script.statements.len, 3);
	assert_int_equal(script.settings.len, 1);
	assert_string_equal(script.statements.items[0].namespace, "a");
	assert_string_equal(script.statements.items[2].head.targets.items[0].name, "u");

	struct pg_script other sfs_auto(pg_script);
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_source bad = { "x.sql", "SELECT 1;\n\\connect y", 20 };
	pg_script_init(&other);
	assert_int_equal(pg_script_add(&other, &bad, "public", &err), -EINVAL);
	assert_int_equal(err.line, 2);
}

/* An error in what is sent is told where it stands in the source. */
static void
positions(void **state)
{
	static const char sql[] = "CREATE TABLE public.x (a int, b public.x, c nosuch)";
	struct pg_script script sfs_auto(pg_script);
	struct pg_places places sfs_auto(pg_places);
	struct pg_alias alias = { "schemafs_scratch", "public" };
	struct pg_text text sfs_auto(pg_text) = { 0 };
	struct sfs_source source;

	add(&script, &source, sql);
	pg_places_init(&places);
	sfs_vec_push(&places.aliases, alias);
	pg_places_add(&places, PG_SPACE_RELATION, "public", "x");
	pg_rewrite(&script.statements.items[0], &places, false, &text);
	size_t sent = (size_t)(strstr(text.sql.text, "nosuch") - text.sql.text);
	assert_int_equal(pg_text_source(&text, sent), strstr(sql, "nosuch") - sql);
	sfs_auto(free) char *shown = pg_places_show(&places, "no \"schemafs_scratch.x\"");
	assert_string_equal(shown, "no \"public.x\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads),
		cmocka_unit_test(rewriting),
		cmocka_unit_test(keys),
		cmocka_unit_test(foreign_lines),
		cmocka_unit_test(positions),
	};

	return cmocka_run_group_tests_name("postgres statements", tests, NULL, NULL);
}
