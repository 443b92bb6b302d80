// SPDX-License-Identifier: MIT
/* drizzle's journal, read from what real folders hold and written as JavaScript writes it. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "unit.h"

#include "base/file.h"
#include "migrate/journal.h"
#include "migrate/stringify.h"

/* What JSON.stringify(JSON.parse(text), null, 2) gives in node 20. */
static const struct {
	const char *text, *expected;
} stringified[] = {
	{ "{}", "{}" },
	{ "[]", "[]" },
	{ "{\"a\":[],\"b\":{}}", "{\n  \"a\": [],\n  \"b\": {}\n}" },
	{ "[1,[2,3],null,true,false]",
		"[\n  1,\n  [\n    2,\n    3\n  ],\n  null,\n  true,\n  false\n]" },
	{ "[\"a/b\",\"\\u00e9\\u2028\",\"\\u001f\\b\\f\\n\\r\\t\\\"\\\\\\u007f\"]",
		"[\n  \"a/b\",\n  \"\xc3\xa9\xe2\x80\xa8\",\n  "
		"\"\\u001f\\b\\f\\n\\r\\t\\\"\\\\\x7f\"\n]" },
	{ "[1.0,0.5,-0.0,1e21,123456789012345680000.0,1e-6,1e-7,1.5e300,0.1,100.25]",
		"[\n  1,\n  0.5,\n  0,\n  1e+21,\n  123456789012345680000,\n  0.000001,\n  1e-7,\n  "
		"1.5e+300,\n  0.1,\n  100.25\n]" },
	{ "[1700000000000]", "[\n  1700000000000\n]" },
};

static void
test_stringify(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(stringified); i++) {
		struct sfs_str out sfs_auto(str) = SFS_STR_INIT;
		json_t *value = json_loads(stringified[i].text, 0, NULL);

		assert_non_null(value);
		sfs_json_stringify(value, &out);
		json_decref(value);
		unit_expect(&out, stringified[i].expected);
	}
}

static char *
make_folder(void)
{
	char *folder = sfs_strdup("/tmp/sfs-journal-XXXXXX");

	assert_non_null(mkdtemp(folder));
	return folder;
}

static void
write_journal(const char *folder, const char *text)
{
	char *path sfs_auto(free) = sfs_file_join(folder, "meta/_journal.json");

	assert_int_equal(sfs_file_write_fast(path, text, strlen(text), 0600, NULL), 0);
}

static void
expect_journal(const char *folder, const char *expected)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	char *path sfs_auto(free) = sfs_file_join(folder, "meta/_journal.json");

	assert_int_equal(sfs_file_read(path, 1 << 20, &text, NULL), 0);
	unit_expect(&text, expected);
}

static void
test_first_entry(void **state)
{
	char *folder sfs_auto(free) = make_folder();
	struct sfs_journal journal sfs_auto(journal) = { 0 };

	assert_int_equal(sfs_journal_read(folder, "sqlite", &journal, NULL), 0);
	assert_int_equal(sfs_journal_next(&journal), 0);
	sfs_journal_append(&journal, "0000_init", 1700000000000);
	assert_int_equal(sfs_journal_write(&journal, folder, NULL), 0);
	expect_journal(folder,
		"{\n  \"version\": \"7\",\n  \"dialect\": \"sqlite\",\n"
		"  \"entries\": [\n    {\n      \"idx\": 0,\n      \"version\": \"6\",\n"
		"      \"when\": 1700000000000,\n      \"tag\": \"0000_init\",\n"
		"      \"breakpoints\": true\n    }\n  ]\n}");
	assert_int_equal(sfs_file_remove(folder, NULL), 0);
}

static void
test_old_folder(void **state)
{
	char *folder sfs_auto(free) = make_folder();
	struct sfs_journal journal sfs_auto(journal) = { 0 };

	/* A byte order mark, an old version, a gap in idx, no idx, a real number, a final newline. */
	write_journal(folder, "\xEF\xBB\xBF{\"version\":\"5\",\"dialect\":\"pg\",\"entries\":["
			      "{\"idx\":0,\"when\":5.0,\"tag\":\"0000_a\"},"
			      "{\"idx\":7,\"when\":3,\"tag\":\"0007_b\",\"own\":1}]}\n");
	assert_int_equal(sfs_journal_read(folder, "postgresql", &journal, NULL), 0);
	assert_int_equal(journal.entries.len, 2);
	assert_int_equal(journal.entries.items[0].when, 5);
	assert_int_equal(sfs_journal_next(&journal), 8);
	assert_non_null(sfs_journal_find(&journal, "0007_b"));
	assert_null(sfs_journal_find(&journal, "0001_b"));

	sfs_journal_append(&journal, "0008_c", 9);
	assert_int_equal(sfs_journal_write(&journal, folder, NULL), 0);
	struct sfs_journal again sfs_auto(journal) = { 0 };
	assert_int_equal(sfs_journal_read(folder, "postgresql", &again, NULL), 0);
	assert_string_equal(json_string_value(json_object_get(again.root, "version")), "5");
	json_t *entries = json_object_get(again.root, "entries");
	assert_int_equal(json_integer_value(json_object_get(json_array_get(entries, 1), "own")), 1);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(entries, 2), "version")), "7");
	assert_int_equal(sfs_file_remove(folder, NULL), 0);
}

static const struct {
	const char *text, *part;
} broken[] = {
	{ "{\"version\":\"7\",\n \"dialect\": ]", "2:" },
	{ "[]", "is no journal" },
	{ "{\"version\":\"7\",\"dialect\":\"mysql\",\"entries\":[]}", "is for mysql" },
	{ "{\"dialect\":\"sqlite\",\"entries\":[]}", "is for sqlite" },
	{ "{\"dialect\":\"postgresql\",\"entries\":[{\"when\":1}]}", "no usable tag" },
	{ "{\"dialect\":\"postgresql\",\"entries\":[{\"when\":1,\"tag\":\"../x\"}]}",
		"no usable tag" },
	{ "{\"dialect\":\"postgresql\",\"entries\":[{\"tag\":\"0000_a\"}]}", "no usable `when`" },
	{ "{\"dialect\":\"postgresql\",\"entries\":[null]}", "no usable tag" },
	{ "", "1:1" },
};

static void
test_broken(void **state)
{
	char *folder sfs_auto(free) = make_folder();

	for (size_t i = 0; i < UNIT_COUNT(broken); i++) {
		struct sfs_journal journal sfs_auto(journal) = { 0 };
		struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

		write_journal(folder, broken[i].text);
		assert_int_equal(sfs_journal_read(folder, "postgresql", &journal, &err), -EINVAL);
		char *text sfs_auto(free) = sfs_error_format(&err);
		assert_non_null(strstr(text, broken[i].part));
	}
	assert_int_equal(sfs_file_remove(folder, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stringify),
		cmocka_unit_test(test_first_entry),
		cmocka_unit_test(test_old_folder),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
