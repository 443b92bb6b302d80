// SPDX-License-Identifier: MIT
/* What PostgreSQL's driver makes of texts without a server: targets, errors, names, grants, expressions. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/postgres/read/definition.h"
#include "drivers/postgres/driver.h"
#include "drivers/postgres/kind.h"

static void
targets_are_known(void **state)
{
	static const struct {
		const char *target;
		bool accepted;
	} cases[] = {
		{ "postgresql://me@db.example/shop", true },
		{ "postgres:///shop", true },
		{ "postgresql://[broken", true }, /* open() says what is wrong with it */
		{ "host=/run/pg dbname=shop", true },
		{ "service=shop", true },
		{ "shop.db", false },
		{ "./a=b/shop.db", false },
		{ "sqlite:shop.db", false },
		{ "", false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(pg_accepts(cases[i].target), cases[i].accepted);
	}
	(void)state;
}

static void
states_are_errnos(void **state)
{
	static const struct {
		const char *sqlstate;
		int errnum;
	} cases[] = {
		{ "2BP01", EBUSY },
		{ "55P03", EBUSY },
		{ "40P01", EBUSY },
		{ "42501", EACCES },
		{ "28P01", EACCES },
		{ "25006", EROFS },
		{ "42601", EINVAL },
		{ "22P02", EINVAL },
		{ "42P07", EEXIST },
		{ "42P01", ENOENT },
		{ "57P01", EIO },
		{ "08006", EIO },
		{ "57014", EINTR },
		{ "ZZ999", EINVAL },
		{ "", EIO },
		{ NULL, EIO },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(pg_errno(cases[i].sqlstate), cases[i].errnum);
	}
	(void)state;
}

static void
parentheses_go_where_they_can(void **state)
{
	static const struct {
		const char *text, *bare;
	} cases[] = {
		{ "((a > 0))", "a > 0" },
		{ "(a > 0) OR (b > 0)", "(a > 0) OR (b > 0)" },
		{ "((a > 0) OR (b > 0))", "(a > 0) OR (b > 0)" },
		{ "( SELECT auth.uid() AS uid)", "( SELECT auth.uid() AS uid)" },
		{ "(a = ')')", "a = ')'" },
		{ "(a, b)", "(a, b)" },
		{ "f(a, b)", "f(a, b)" },
		{ "(f(a, b))", "f(a, b)" },
		{ "()", "()" },
		{ "(", "(" },
		{ "", "" },
	};
	sfs_auto(arena) struct sfs_arena *arena = sfs_arena_create();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_string_equal(pg_bare(arena, cases[i].text), cases[i].bare);
	}
	assert_null(pg_bare(arena, NULL));
	assert_string_equal(pg_define_check(arena, "CHECK ((a > 0))"), "CHECK (a > 0)");
	assert_string_equal(pg_define_check(arena, "UNIQUE (a)"), "UNIQUE (a)");
	(void)state;
}

static void
scratch_names_are_replaced(void **state)
{
	static const struct pg_alias alias = { "schemafs_x", "it's \"odd\"" };
	const struct pg_read_options options = { .aliases = &alias, .n_aliases = 1 };
	sfs_auto(arena) struct sfs_arena *arena = sfs_arena_create();

	assert_string_equal(pg_show(&options, arena, "schemafs_x.t"), "\"it's \"\"odd\"\"\".t");
	assert_string_equal(pg_show(&options, arena, "nextval('schemafs_x.s'::regclass)"),
		"nextval('\"it''s \"\"odd\"\"\".s'::regclass)");
	assert_string_equal(pg_show(&options, arena, "schemafs_xy.t"), "schemafs_xy.t");
	assert_null(pg_show(&options, arena, NULL));
	(void)state;
}

/* The text of a table's or function's grants. */
static void
assert_grants(enum sfs_kind kind, const char *from, const char *to, const char *wanted)
{
	sfs_auto(catalog) struct sfs_catalog *catalog = sfs_catalog_create();
	struct sfs_object *object = sfs_catalog_add(catalog,
		&(struct sfs_identity){ .kind = kind,
			.namespace = "public",
			.name = "x",
			.signature = kind == SFS_FUNCTION ? "" : NULL },
		NULL, NULL);
	sfs_auto(plan) struct sfs_plan plan;
	struct pg_writer writer = { .catalog = catalog, .plan = &plan };
	sfs_auto(str) struct sfs_str text = SFS_STR_INIT;

	sfs_plan_init(&plan);
	pg_write_grants(&writer, object, from, to);
	sfs_vec_foreach (step, &plan.steps) {
		sfs_str_addf(&text, "%s;", step->sql);
	}
	assert_string_equal(sfs_str_text(&text), wanted);
}

static void
grants_are_written(void **state)
{
	assert_grants(SFS_TABLE, NULL, NULL, "");
	assert_grants(SFS_TABLE, NULL, "bob=ar", "GRANT SELECT, INSERT ON TABLE public.x TO bob;");
	assert_grants(SFS_TABLE, NULL, "\"a=b\"=ALL*",
		"GRANT ALL ON TABLE public.x TO \"a=b\" WITH GRANT OPTION;");
	assert_grants(SFS_TABLE, NULL, "bob=ar*",
		"GRANT INSERT ON TABLE public.x TO bob;"
		"GRANT SELECT ON TABLE public.x TO bob WITH GRANT OPTION;");
	assert_grants(SFS_TABLE, "bob=r*", "bob=ALL",
		"REVOKE ALL ON TABLE public.x FROM bob;GRANT ALL ON TABLE public.x TO bob;");
	assert_grants(SFS_TABLE, "bob=r", NULL, "REVOKE ALL ON TABLE public.x FROM bob;");
	assert_grants(SFS_TABLE, "bob=r", "bob=r\neve=r", "GRANT SELECT ON TABLE public.x TO eve;");
	assert_grants(SFS_TABLE, NULL, "@owner=r",
		"REVOKE ALL ON TABLE public.x FROM CURRENT_USER;"
		"GRANT SELECT ON TABLE public.x TO CURRENT_USER;");
	assert_grants(SFS_TABLE, "@owner=", NULL, "GRANT ALL ON TABLE public.x TO CURRENT_USER;");
	assert_grants(SFS_FUNCTION, NULL, "", "REVOKE ALL ON FUNCTION public.x() FROM PUBLIC;");
	assert_grants(SFS_FUNCTION, "", NULL, "GRANT ALL ON FUNCTION public.x() TO PUBLIC;");
	assert_grants(
		SFS_FUNCTION, NULL, "=ALL\nbob=ALL", "GRANT ALL ON FUNCTION public.x() TO bob;");
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_known),
		cmocka_unit_test(states_are_errnos),
		cmocka_unit_test(parentheses_go_where_they_can),
		cmocka_unit_test(scratch_names_are_replaced),
		cmocka_unit_test(grants_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
