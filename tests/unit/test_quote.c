// SPDX-License-Identifier: MIT
/* Names and strings to SQL and back. */
#include <errno.h>

#include "sql/quote.h"
#include "unit.h"

struct quote_case {
	const char *name, *postgres, *sqlite;
};

static void
test_name(void **state)
{
	static const struct quote_case cases[] = {
		{ "users", "users", "users" },
		{ "_x1", "_x1", "_x1" },
		{ "1x", "\"1x\"", "\"1x\"" },
		{ "", "\"\"", "\"\"" },
		{ "Users", "\"Users\"", "Users" },
		{ "a$b", "\"a$b\"", "\"a$b\"" },
		{ "a b", "\"a b\"", "\"a b\"" },
		{ "a\"b", "\"a\"\"b\"", "\"a\"\"b\"" },
		{ "\xc3\xa9", "\"\xc3\xa9\"", "\"\xc3\xa9\"" },
		{ "user", "\"user\"", "user" },
		{ "order", "\"order\"", "\"order\"" },
		{ "ORDER", "\"ORDER\"", "\"ORDER\"" },
		{ "between", "\"between\"", "\"between\"" },
		{ "left", "\"left\"", "\"left\"" },
		{ "name", "name", "name" },
		{ "begin", "begin", "\"begin\"" },
		{ "system_user", "\"system_user\"", "system_user" },
		{ "json_table", "\"json_table\"", "json_table" },
		{ "without", "without", "\"without\"" },
	};
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		sfs_quote_name(&out, SFS_POSTGRES, cases[i].name);
		unit_expect(&out, cases[i].postgres);
		sfs_quote_name(&out, SFS_SQLITE, cases[i].name);
		unit_expect(&out, cases[i].sqlite);
	}
	sfs_quote_qualified(&out, SFS_POSTGRES, "a.b", "C");
	unit_expect(&out, "\"a.b\".\"C\"");
	sfs_quote_qualified(&out, SFS_POSTGRES, NULL, "c");
	unit_expect(&out, "c");
}

static void
test_literal(void **state)
{
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	sfs_quote_literal(&out, SFS_POSTGRES, "it's");
	unit_expect(&out, "'it''s'");
	sfs_quote_literal(&out, SFS_POSTGRES, "a\\'b");
	unit_expect(&out, "E'a\\\\''b'");
	sfs_quote_literal(&out, SFS_SQLITE, "a\\'b");
	unit_expect(&out, "'a\\''b'");
	sfs_quote_literal(&out, SFS_SQLITE, "");
	unit_expect(&out, "''");
}

static void
test_dollar(void **state)
{
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	sfs_quote_dollar(&out, "do", "it's");
	unit_expect(&out, "$do$it's$do$");
	sfs_quote_dollar(&out, "do", "$do$ and $do_");
	unit_expect(&out, "$do__$$do$ and $do_$do__$");
	sfs_quote_dollar(&out, "", "a$");
	unit_expect(&out, "$_$a$$_$");
}

struct unquote_case {
	enum sfs_dialect dialect;
	const char *token, *expected; /* NULL: it is no string */
};

static void
test_unquote_name(void **state)
{
	static const struct unquote_case cases[] = {
		{ SFS_POSTGRES, "Users", "users" },
		{ SFS_POSTGRES, "\"Users\"", "Users" },
		{ SFS_POSTGRES, "\"a\"\"b\"", "a\"b" },
		{ SFS_POSTGRES, "\xc3\x89T", "\xc3\x89t" },
		{ SFS_POSTGRES, "U&\"d\\0061t\\+000061\"", "data" },
		{ SFS_POSTGRES, "U&\"\\D83D\\DE00\\\\\"\"x\"", "\xf0\x9f\x98\x80\\\"x" },
		{ SFS_POSTGRES,
			"\"0123456789012345678901234567890123456789012345678901234567890\xc3\xa9z\"",
			"0123456789012345678901234567890123456789012345678901234567890\xc3\xa9" },
		{ SFS_POSTGRES,
			"\"01234567890123456789012345678901234567890123456789012345678901\xc3\xa9\"",
			"01234567890123456789012345678901234567890123456789012345678901" },
		{ SFS_SQLITE, "Users", "Users" },
		{ SFS_SQLITE, "[a]", "a" },
		{ SFS_SQLITE, "[a\"b]", "a\"b" },
		{ SFS_SQLITE, "`a``b`", "a`b" },
		{ SFS_SQLITE, "\"a\"\"b\"", "a\"b" },
		{ SFS_SQLITE, "'a''b'", "a'b" },
		{ SFS_SQLITE, "\"\"", "" },
	};
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		sfs_unquote_name(&out, cases[i].dialect, cases[i].token, strlen(cases[i].token));
		unit_expect(&out, cases[i].expected);
	}
}

static void
test_unquote_literal(void **state)
{
	static const struct unquote_case cases[] = {
		{ SFS_POSTGRES, "'it''s'", "it's" },
		{ SFS_POSTGRES, "'a\\n'", "a\\n" },
		{ SFS_POSTGRES, "E'a\\n\\t\\'\\\\\\x41\\101\\u00e9\\U0001F600''\\q'",
			"a\n\t'\\AA\xc3\xa9\xf0\x9f\x98\x80'q" },
		{ SFS_POSTGRES, "N'n'", "n" },
		{ SFS_POSTGRES, "U&'\\00e9\\\\'", "\xc3\xa9\\" },
		{ SFS_POSTGRES, "$$a'b$$", "a'b" },
		{ SFS_POSTGRES, "$t$a$$b$t$", "a$$b" },
		{ SFS_POSTGRES, "$$$$", "" },
		{ SFS_POSTGRES, "'a'\n 'b'", "ab" },
		{ SFS_POSTGRES, "'a' -- it's\n 'b''c'", "ab'c" },
		{ SFS_POSTGRES, "B'01'", NULL },
		{ SFS_POSTGRES, "abc", NULL },
		{ SFS_POSTGRES, "'a' 'b'", NULL },
		{ SFS_POSTGRES, "'a", NULL },
		{ SFS_POSTGRES, "$t$a", NULL },
		{ SFS_POSTGRES, "", NULL },
		{ SFS_SQLITE, "'it''s\\'", "it's\\" },
		{ SFS_SQLITE, "x'00'", NULL },
	};
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		int rc = sfs_unquote_literal(
			&out, cases[i].dialect, cases[i].token, strlen(cases[i].token));

		assert_int_equal(rc, cases[i].expected ? 0 : -EINVAL);
		unit_expect(&out, cases[i].expected ? cases[i].expected : "");
	}
}

/* What is quoted comes back, whatever it is. */
static void
test_round_trip(void **state)
{
	static const char alphabet[] = "aZ'\"\\$`[] \n\xc3\xa9;-/u&E";
	uint64_t seed = 7;

	for (unsigned round = 0; round < 20000; round++) {
		struct sfs_str text sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;
		struct sfs_str back sfs_auto(str) = SFS_STR_INIT;
		enum sfs_dialect dialect = round % 2 ? SFS_SQLITE : SFS_POSTGRES;

		for (size_t len = unit_random(&seed) % 12; len; len--) {
			sfs_str_addc(&text, alphabet[unit_random(&seed) % (sizeof alphabet - 1)]);
		}
		sfs_quote_literal(&sql, dialect, sfs_str_text(&text));
		assert_int_equal(sfs_unquote_literal(&back, dialect, sql.text, sql.len), 0);
		unit_expect(&back, sfs_str_text(&text));
		sfs_str_truncate(&sql, 0);
		sfs_quote_dollar(&sql, round % 3 ? "a" : "", sfs_str_text(&text));
		assert_int_equal(sfs_unquote_literal(&back, SFS_POSTGRES, sql.text, sql.len), 0);
		unit_expect(&back, sfs_str_text(&text));
		sfs_str_truncate(&sql, 0);
		sfs_quote_name(&sql, dialect, sfs_str_text(&text));
		sfs_unquote_name(&back, dialect, sql.text, sql.len);
		unit_expect(&back, sfs_str_text(&text));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_literal),
		cmocka_unit_test(test_dollar),
		cmocka_unit_test(test_unquote_name),
		cmocka_unit_test(test_unquote_literal),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
