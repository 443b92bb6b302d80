// SPDX-License-Identifier: MIT
/* Two catalogs compared, renames and hints. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "diff/diff.h"
#include "diff/hints.h"
#include "diff/text.h"

static struct sfs_object *
add_table(struct sfs_catalog *catalog, const char *name)
{
	struct sfs_identity id = { SFS_TABLE, "public", NULL, name, NULL };

	return sfs_catalog_add(catalog, &id, NULL, NULL);
}

static void
add_part(struct sfs_catalog *catalog, struct sfs_object *table, enum sfs_kind kind,
	const char *name, int attribute, const char *value)
{
	struct sfs_identity id = { kind, "public", table->id.name, name, NULL };
	struct sfs_object *part = sfs_catalog_add(catalog, &id, table, NULL);

	sfs_catalog_set(catalog, part, attribute, value);
}

static void
add_column(
	struct sfs_catalog *catalog, struct sfs_object *table, const char *name, const char *type)
{
	add_part(catalog, table, SFS_COLUMN, name, SFS_COLUMN_TYPE, type);
}

static struct sfs_catalog *
people(const char *table_name, const char *column_name, const char *type)
{
	struct sfs_catalog *catalog = sfs_catalog_create();
	struct sfs_object *table = add_table(catalog, table_name);
	char *check sfs_auto(free) = sfs_asprintf("CHECK ((%s <> ''::text))", column_name);

	add_column(catalog, table, "id", "bigint");
	add_column(catalog, table, column_name, type);
	add_part(catalog, table, SFS_CONSTRAINT, "people_check", SFS_CONSTRAINT_DEFINITION, check);
	sfs_catalog_seal(catalog);
	return catalog;
}

static void
same_catalogs_have_no_changes(void **state)
{
	struct sfs_catalog *a sfs_auto(catalog) = people("people", "mail", "text");
	struct sfs_catalog *b sfs_auto(catalog) = people("people", "mail", "text");
	struct sfs_diff diff sfs_auto(diff) = { 0 };

	assert_int_equal(sfs_diff_make(a, b, NULL, &diff, NULL), 0);
	assert_int_equal(diff.changes.len, 0);
	assert_int_equal(diff.questions.len, 0);
}

static void
a_changed_attribute_is_told(void **state)
{
	struct sfs_catalog *a sfs_auto(catalog) = people("people", "mail", "text");
	struct sfs_catalog *b sfs_auto(catalog) = people("people", "mail", "citext");
	struct sfs_diff diff sfs_auto(diff) = { 0 };

	assert_int_equal(sfs_diff_make(a, b, NULL, &diff, NULL), 0);
	assert_int_equal(diff.changes.len, 1);
	assert_int_equal(diff.changes.items[0].action, SFS_ALTER);
	assert_true(diff.changes.items[0].attributes == UINT64_C(1) << SFS_COLUMN_TYPE);
}

static void
a_drop_beside_an_add_is_a_question(void **state)
{
	struct sfs_catalog *a sfs_auto(catalog) = people("people", "mail", "text");
	struct sfs_catalog *b sfs_auto(catalog) = people("people", "email", "text");
	struct sfs_diff diff sfs_auto(diff) = { 0 };

	assert_int_equal(sfs_diff_make(a, b, NULL, &diff, NULL), 0);
	assert_int_equal(diff.questions.len, 1);
	assert_string_equal(diff.questions.items[0].from->id.name, "mail");
	assert_string_equal(diff.questions.items[0].to->id.name, "email");
}

static void
a_renamed_column_keeps_its_check(void **state)
{
	struct sfs_catalog *a sfs_auto(catalog) = people("people", "mail", "text");
	struct sfs_catalog *b sfs_auto(catalog) = people("people", "e-mail", "text");
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_renames renames = { 0 };
	struct sfs_rename rename = {
		.from = { SFS_COLUMN, "public", "people", "mail", NULL },
		.to = { SFS_COLUMN, "public", "people", "e-mail", NULL },
	};
	struct sfs_object *check = sfs_object_part(
		sfs_catalog_relation(b, "public", "people"), SFS_CONSTRAINT, "people_check");

	sfs_catalog_set(b, check, SFS_CONSTRAINT_DEFINITION, "CHECK ((\"e-mail\" <> ''::text))");
	sfs_vec_push(&renames, rename);
	assert_int_equal(sfs_diff_make(a, b, &renames, &diff, NULL), 0);
	assert_int_equal(diff.changes.len, 1);
	assert_int_equal(diff.changes.items[0].action, SFS_RENAME);
	assert_true(diff.changes.items[0].attributes == 0);
	sfs_vec_finish(&renames);
}

static void
a_renamed_table_takes_its_parts_along(void **state)
{
	struct sfs_catalog *a sfs_auto(catalog) = people("people", "mail", "text");
	struct sfs_catalog *b sfs_auto(catalog) = people("persons", "mail", "citext");
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_renames renames = { 0 };
	struct sfs_rename rename = {
		.from = { SFS_TABLE, "public", NULL, "people", NULL },
		.to = { SFS_TABLE, "public", NULL, "persons", NULL },
	};

	sfs_vec_push(&renames, rename);
	assert_int_equal(sfs_diff_make(a, b, &renames, &diff, NULL), 0);
	assert_int_equal(diff.changes.len, 2);
	assert_int_equal(diff.changes.items[0].action, SFS_RENAME);
	assert_int_equal(diff.changes.items[1].action, SFS_ALTER);
	assert_string_equal(diff.changes.items[1].from->id.relation, "people");
	sfs_vec_finish(&renames);
}

static void
a_hint_that_fits_nothing_is_an_error(void **state)
{
	struct sfs_catalog *a sfs_auto(catalog) = people("people", "mail", "text");
	struct sfs_catalog *b sfs_auto(catalog) = people("people", "email", "text");
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_renames renames = { 0 };
	struct sfs_rename rename = {
		.from = { SFS_COLUMN, "public", "people", "post", NULL },
		.to = { SFS_COLUMN, "public", "people", "email", NULL },
	};

	sfs_vec_push(&renames, rename);
	assert_int_equal(sfs_diff_make(a, b, &renames, &diff, &err), -EINVAL);
	assert_non_null(strstr(err.message, "there is nothing of that name"));
	sfs_vec_finish(&renames);
}

/* ---- hints in texts ---- */

static const struct {
	const char *text;
	int result;
	const char *renames; /* "kind old new" joined with "; " */
} hint_cases[] = {
	{ "CREATE TABLE t (a int);", 0, "" },
	{ "CREATE TABLE t (a int, -- renamed from: b\n c int);", 0, "column b a" },
	{ "CREATE TABLE t (\n a int,\n c int -- renamed from: \"B b\"\n);", 0, "column B b c" },
	{ "CREATE TABLE t (\n a int DEFAULT '-- renamed from: x'\n);", 0, "" },
	{ "CREATE TABLE t (\n CONSTRAINT c CHECK (a > 0) -- renamed from: d\n);", 0,
		"constraint d c" },
	{ "-- renamed from: old\nCREATE TABLE s.t (a int);", 0, "table old t" },
	{ "-- renamed from: old\nCREATE MATERIALIZED VIEW s.t AS SELECT 1;", 0,
		"materialized view old t" },
	{ "CREATE TABLE t (\n a int,\n -- renamed from: b\n c int);", -EINVAL, "" },
	{ "-- renamed from:\nCREATE TABLE t (a int);", -EINVAL, "" },
	{ "-- renamed from: a\nGRANT SELECT ON t TO b;", -EINVAL, "" },
};

static void
hints_are_found_where_they_stand(void **state)
{
	for (size_t i = 0; i < sizeof hint_cases / sizeof hint_cases[0]; i++) {
		struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
		struct sfs_renames renames = { 0 };
		struct sfs_str got sfs_auto(str) = SFS_STR_INIT;
		const char *text = hint_cases[i].text;
		int r = sfs_hints_find(
			SFS_POSTGRES, "t.sql", text, strlen(text), "public", arena, &renames, NULL);

		sfs_vec_foreach (rename, &renames) {
			sfs_str_separate(&got, "; ");
			sfs_str_addf(&got, "%s %s %s", sfs_kind_info(rename->to.kind)->name,
				rename->from.name, rename->to.name);
		}
		assert_int_equal(r, hint_cases[i].result);
		assert_string_equal(sfs_str_text(&got), hint_cases[i].renames);
		sfs_vec_finish(&renames);
	}
}

static void
text_difference_shows_the_lines(void **state)
{
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	sfs_text_difference("a\nb\nc\n", "a\nx\ny\nc\n", &out);
	assert_string_equal(sfs_str_text(&out), "-b\n+x\n+y\n");
	sfs_str_truncate(&out, 0);
	sfs_text_difference("a\n", "a\n", &out);
	assert_string_equal(sfs_str_text(&out), "");
	sfs_text_difference("", "a", &out);
	assert_string_equal(sfs_str_text(&out), "+a\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_catalogs_have_no_changes),
		cmocka_unit_test(a_changed_attribute_is_told),
		cmocka_unit_test(a_drop_beside_an_add_is_a_question),
		cmocka_unit_test(a_renamed_column_keeps_its_check),
		cmocka_unit_test(a_renamed_table_takes_its_parts_along),
		cmocka_unit_test(a_hint_that_fits_nothing_is_an_error),
		cmocka_unit_test(hints_are_found_where_they_stand),
		cmocka_unit_test(text_difference_shows_the_lines),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
