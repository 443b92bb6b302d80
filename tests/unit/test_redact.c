// SPDX-License-Identifier: MIT
/* No form of a connection string keeps its password, and other text stays as it is. */
#include "base/alloc.h"
#include "base/redact.h"
#include "unit.h"

struct redact_case {
	const char *text, *expected; /* NULL: unchanged */
};

static void
run(const struct redact_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

		sfs_str_add(&text, cases[i].text);
		sfs_redact(&text);
		unit_expect(&text, cases[i].expected ? cases[i].expected : cases[i].text);
	}
}

static void
test_secrets(void **state)
{
	static const struct redact_case cases[] = {
		{ "postgresql://bob:s3cret@host/db", "postgresql://bob:****@host/db" },
		{ "postgres://:s3cret@/db", "postgres://:****@/db" },
		{ "x postgres://b:p@ss@h/d y", "x postgres://b:****@h/d y" },
		{ "postgres://b:p/w@h/d", "postgres://b:****@h/d" },
		{ "postgres://b:p@s/w@h/d?x=y", "postgres://b:****@h/d?x=y" },
		{ "postgres://b:pw@h/d?x=a@b", "postgres://b:****@b" },
		{ "a://b@h:1/x://c:pw@i", "a://b@h:1/x://c:****@i" },
		{ "postgres://b:p?w@h/d", "postgres://b:****@h/d" },
		{ "\"postgres://b:pw@h/d\" and 'mysql://c:qw@h'",
			"\"postgres://b:****@h/d\" and 'mysql://c:****@h'" },
		{ "postgresql://h/d?password=s3cret", "postgresql://h/d?password=****" },
		{ "postgresql://h/d?a=b&password=s3cret&sslmode=x#f",
			"postgresql://h/d?a=b&password=****&sslmode=x#f" },
		{ "postgresql://h/d?user=b&sslpassword=s3cret more",
			"postgresql://h/d?user=b&sslpassword=**** more" },
		{ "postgres://b:pw@h/d?password=qw", "postgres://b:****@h/d?password=****" },
		{ "host=h password=s3cret user=b", "host=h password=**** user=b" },
		{ "password=a&b;c", "password=****" },
		{ "password = s3cret dbname=x", "password = **** dbname=x" },
		{ "password='SE CRET' user=b", "password='****' user=b" },
		{ "password = 'it\\'s b' user=b", "password = '****' user=b" },
		{ "password='it''s b' user=b", "password='****' user=b" },
		{ "password=a\\ b user=c", "password=**** user=c" },
		{ "password='open", "password='****" },
		{ "password=", NULL },
		{ "PGPASSWORD=s3cret psql", "PGPASSWORD=**** psql" },
		{ "PGPASSWORD=\"s3 cret\" psql", "PGPASSWORD=\"****\" psql" },
		{ "sslpassword=x sslkey=y", "sslpassword=**** sslkey=y" },
		{ "CREATE ROLE a PASSWORD 's3cret' LOGIN", "CREATE ROLE a PASSWORD '****' LOGIN" },
		{ "ALTER ROLE a password E's3\\'cret'", "ALTER ROLE a password E'****'" },
		{ "OPTIONS (user 'b', password 'c')", "OPTIONS (user 'b', password '****')" },
		{ "{\"password\": \"s3\\\"cret\", \"a\": \"b\"}",
			"{\"password\": \"****\", \"a\": \"b\"}" },
		{ "{\"DB_PASSWORD\":\"s3cret\"}", "{\"DB_PASSWORD\":\"****\"}" },
		{ "CONNECTION 'host=h password=s3cret'", "CONNECTION 'host=h password=****" },
		{ "CONNECTION 'password=''s3 cret'' host=h'",
			"CONNECTION 'password=''****'' host=h'" },
	};

	run(cases, UNIT_COUNT(cases));
}

static void
test_harmless(void **state)
{
	static const struct redact_case cases[] = {
		{ "", NULL },
		{ "no secret at all", NULL },
		{ "postgresql://bob@host:5432/db", NULL },
		{ "postgresql:///db?host=/run/pg&port=5433", NULL },
		{ "https://host:80/path", NULL },
		{ "passfile=/home/b/.pgpass", NULL },
		{ "ALTER TABLE users ADD COLUMN password text NOT NULL", NULL },
		{ "column \"password\" does not exist", NULL },
		{ "password authentication failed for user \"bob\"", NULL },
		{ "password_hash = 'x'", NULL },
		{ "\"password\": 5, \"password\" : \"", NULL },
		{ "relation \"password\": no", NULL },
		{ "://", NULL },
		{ "a://b:", NULL },
	};

	run(cases, UNIT_COUNT(cases));
}

/* Nothing is read past the end, whatever the bytes. */
static void
test_random(void **state)
{
	static const char *const pieces[] = { "password", "=", " ", "'", "\"", "://", ":", "@", "?",
		"&", "\\", "x", "E", "\xff", "''" };
	uint64_t seed = 3;

	for (unsigned round = 0; round < 20000; round++) {
		struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
		struct sfs_str exact sfs_auto(str) = SFS_STR_INIT;

		for (size_t len = unit_random(&seed) % 10; len; len--) {
			sfs_str_add(&text, pieces[unit_random(&seed) % UNIT_COUNT(pieces)]);
		}
		/* Of exactly this size, so that the sanitizer sees a read past it. */
		exact.text = sfs_strndup(sfs_str_text(&text), text.len);
		exact.len = text.len;
		exact.capacity = text.len + 1;
		sfs_redact(&exact);
		assert_int_equal(strlen(sfs_str_text(&exact)), exact.len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_harmless),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
