// SPDX-License-Identifier: MIT
/* Names as file names: hostile ones come back, or are cut in a way that tells them apart. */
#include <errno.h>

#include "base/str.h"
#include "catalog/path.h"
#include "unit.h"

struct encode_case {
	const char *name, *alone, *joined; /* joined NULL: as alone */
};

static void
test_encode(void **state)
{
	static const struct encode_case cases[] = {
		{ "users", "users", NULL },
		{ "Users And More", "Users And More", NULL },
		{ "", "%", NULL },
		{ "%", "%25", NULL },
		{ ".", "%2E", NULL },
		{ "..", "%2E.", "%2E%2E" },
		{ "a.b", "a.b", "a%2Eb" },
		{ ".a", "%2Ea", NULL },
		{ "-rf", "%2Drf", NULL },
		{ "a-b", "a-b", NULL },
		{ "#a#", "%23a#", NULL },
		{ "/", "%2F", NULL },
		{ "a/../../b", "a%2F..%2F..%2Fb", "a%2F%2E%2E%2F%2E%2E%2Fb" },
		{ "a\nb\x7f\x01", "a%0Ab%7F%01", NULL },
		{ "a~", "a%7E", NULL },
		{ "~", "%7E", NULL },
		{ "a~b", "a~b", NULL },
		{ "a~0123456789abcdef", "a%7E0123456789abcdef", NULL },
		{ "a~0123456789ABCDEF", "a~0123456789ABCDEF", NULL },
		{ "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9", NULL },
		{ "\xff", "%FF", NULL },
		{ "\xc3", "%C3", NULL },
		{ "\xc0\xaf", "%C0%AF", NULL },
		{ "\xed\xa0\x80", "%ED%A0%80", NULL },
		{ "\xf4\x90\x80\x80", "%F4%90%80%80", NULL },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", NULL },
		{ "a.error", "a.error", "a%2Eerror" },
		{ "a.sql", "a.sql", "a%2Esql" },
		{ "a\\b:c*?\"<>|", "a\\b:c*?\"<>|", NULL },
	};
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		for (int joined = 0; joined < 2; joined++) {
			struct sfs_str back sfs_auto(str) = SFS_STR_INIT;
			const char *expected =
				joined && cases[i].joined ? cases[i].joined : cases[i].alone;

			sfs_path_encode(&out, cases[i].name, joined);
			assert_int_equal(sfs_path_decode(&back, out.text, out.len, joined), 0);
			unit_expect(&back, cases[i].name);
			unit_expect(&out, expected);
		}
	}
}

static void
test_decode_refuses(void **state)
{
	static const char *const cases[] = { "", "a%", "a%2", "%zz", "%2f", "%41", "a%00b", ".a",
		"-a", "#a", "a~", "a/b", "a\nb", "\xff", "a~0123456789abcdef", "%%", "%25%" };
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&out, "kept");
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		assert_int_equal(sfs_path_decode(&out, cases[i], strlen(cases[i]), false), -EINVAL);
		assert_string_equal(out.text, "kept");
	}
	assert_int_equal(sfs_path_decode(&out, "a.b", 3, true), -EINVAL);
}

static void
test_cut(void **state)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT, a sfs_auto(str) = SFS_STR_INIT;
	struct sfs_str b sfs_auto(str) = SFS_STR_INIT, back sfs_auto(str) = SFS_STR_INIT;

	for (unsigned i = 0; i < 251; i++) {
		sfs_str_addc(&name, 'a');
	}
	sfs_path_encode(&a, name.text, false);
	assert_string_equal(a.text, name.text);
	sfs_str_truncate(&a, 0);

	sfs_str_truncate(&name, 0);
	for (unsigned i = 0; i < 100; i++) {
		sfs_str_add(&name, "\xe2\x82\xac");
	}
	sfs_path_encode(&a, name.text, false);
	sfs_str_addc(&name, 'x');
	sfs_path_encode(&b, name.text, false);
	assert_true(a.len <= 251 && b.len <= 251);
	assert_string_not_equal(a.text, b.text);
	assert_memory_equal(a.text, b.text, a.len - 16);
	assert_int_equal(a.text[a.len - 17], '~');
	/* Cut between characters. */
	assert_int_equal((a.len - 17) % 3, 0);
	assert_int_equal(sfs_path_decode(&back, a.text, a.len, false), -EINVAL);
}

static void
test_longest_pair(void **state)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT, path sfs_auto(str) = SFS_STR_INIT;

	for (unsigned i = 0; i < 400; i++) {
		sfs_str_addc(&name, '/');
	}
	sfs_path_of(&(struct sfs_identity){ .kind = SFS_TRIGGER,
			    .namespace = "public",
			    .relation = name.text,
			    .name = name.text },
		&path);
	assert_true(strlen(strrchr(path.text, '/') + 1) <= 255);
	assert_true(strchr(strrchr(path.text, '/'), '.') != NULL);
}

struct path_case {
	struct sfs_identity id;
	const char *path;
};

static void
check_path(const struct sfs_identity *id, const char *path)
{
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;
	struct sfs_identity back;

	sfs_path_of(id, &out);
	assert_string_equal(out.text, path);
	assert_int_equal(sfs_path_parse(path, arena, &back), 0);
	assert_true(sfs_identity_equal(&back, id));
}

static void
test_path(void **state)
{
	static const struct path_case cases[] = {
		{ { SFS_TABLE, "public", NULL, "users" }, "schema/public/tables/users.sql" },
		{ { SFS_TABLE, "a/b", NULL, ".." }, "schema/a%2Fb/tables/%2E..sql" },
		{ { SFS_TABLE, "..", NULL, "a.sql" }, "schema/%2E./tables/a.sql.sql" },
		{ { SFS_NAMESPACE, "audit", NULL, "audit" }, "schema/audit/schema.sql" },
		{ { SFS_MATERIALIZED_VIEW, "s", NULL, "v" }, "schema/s/materialized_views/v.sql" },
		{ { SFS_FOREIGN_TABLE, "s", NULL, "v" }, "schema/s/foreign_tables/v.sql" },
		{ { SFS_FUNCTION, "s", NULL, "f" }, "schema/s/functions/f.sql" },
		{ { SFS_OPERATOR, "s", NULL, "/" }, "schema/s/operators/%2F.sql" },
		{ { SFS_OPERATOR, "s", NULL, "->" }, "schema/s/operators/%2D>.sql" },
		{ { SFS_TRIGGER, "s", "t.u", "a.b" }, "schema/s/triggers/t%2Eu.a%2Eb.sql" },
		{ { SFS_POLICY, "s", "", "" }, "schema/s/policies/%.%.sql" },
		{ { SFS_RULE, "s", "t", "r" }, "schema/s/rules/t.r.sql" },
		{ { SFS_EXTENSION, NULL, NULL, "uuid-ossp" }, "database/extensions/uuid-ossp.sql" },
		{ { SFS_CAST, NULL, NULL, "(a AS b)" }, "database/casts/(a AS b).sql" },
		{ { SFS_DEFAULT_PRIVILEGES, NULL, NULL, "x" },
			"database/default_privileges/x.sql" },
		{ { SFS_UNMODELED, NULL, NULL, "x" }, "database/unmodeled/x.sql" },
	};

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		check_path(&cases[i].id, cases[i].path);
	}
}

static void
test_parse_refuses(void **state)
{
	static const char *const cases[] = { "", "schema", "schema/", "schema/public",
		"schema/public/", "schema/public/users.sql", "schema/public/tables",
		"schema/public/tables/", "schema/public/tables/.sql", "schema/public/tables/users",
		"schema/public/tables/users.sql.error", "schema/public/tables/a/b.sql",
		"schema/public/nonsense/a.sql", "schema/public/triggers/a.sql",
		"schema/public/triggers/a.b.c.sql", "schema/public/extensions/a.sql",
		"schema/../tables/a.sql", "schema/./tables/a.sql", "schema//tables/a.sql",
		"schema/public/tables/..sql", "schema/public/tables/...sql",
		"database/tables/a.sql", "database/extensions.sql", "/schema/public/tables/a.sql",
		"README.md", "pending/a.sql", "schema/public/tables/a~.sql",
		"schema/public/tables/.#a.sql" };
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct sfs_identity id;

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		assert_int_equal(sfs_path_parse(cases[i], arena, &id), -ENOENT);
	}
}

static const char *
random_name(struct sfs_arena *arena, uint64_t *seed)
{
	static const char alphabet[] = "a.~%/-#\n\xc3\xa9\xf0\x9f\x98\x80\xff 0sql";
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	bool any = unit_random(seed) % 2;

	for (size_t len = unit_random(seed) % 64; len; len--) {
		char c = any ? (char)unit_random(seed)
			     : alphabet[unit_random(seed) % (sizeof alphabet - 1)];

		sfs_str_addc(&name, c ? c : '%');
	}
	return sfs_arena_strdup(arena, sfs_str_text(&name));
}

/* Whatever the names: one file name of legal length, no way out of the tree, and the way back. */
static void
test_random(void **state)
{
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT, again sfs_auto(str) = SFS_STR_INIT;
	uint64_t seed = 11;

	for (unsigned round = 0; round < 20000; round++) {
		struct sfs_identity id = { round % 2 ? SFS_TABLE : SFS_TRIGGER,
			random_name(arena, &seed), round % 2 ? NULL : random_name(arena, &seed),
			random_name(arena, &seed) };
		struct sfs_identity back;
		unsigned slashes = 0;

		sfs_str_truncate(&path, 0);
		sfs_path_of(&id, &path);
		for (const char *at = path.text; *at; at++) {
			slashes += *at == '/';
			assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
		}
		assert_int_equal(slashes, 3);
		assert_true(strlen(strrchr(path.text, '/') + 1) <= 255);
		assert_null(strstr(path.text, "/."));
		assert_int_equal(sfs_path_parse(path.text, arena, &back), 0);
		bool cut = strchr(path.text, '~') && !sfs_identity_equal(&back, &id);
		if (!cut) {
			assert_true(sfs_identity_equal(&back, &id));
			sfs_str_truncate(&again, 0);
			sfs_path_of(&back, &again);
			assert_string_equal(again.text, path.text);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_decode_refuses),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_longest_pair),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
