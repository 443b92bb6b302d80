// SPDX-License-Identifier: MIT
/* The ground floor: strings, arenas, maps, errors, digests. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/map.h"
#include "base/vec.h"
#include "unit.h"

static void
test_str(void **state)
{
	struct sfs_str str sfs_auto(str) = SFS_STR_INIT;

	assert_string_equal(sfs_str_text(&str), "");
	sfs_str_separate(&str, ", ");
	sfs_str_add(&str, "a");
	sfs_str_add(&str, NULL);
	sfs_str_separate(&str, ", ");
	sfs_str_addf(&str, "%d-%s", 7, "x");
	sfs_str_addf(&str, "%s", "");
	sfs_str_addn(&str, "abc", 2);
	assert_string_equal(str.text, "a, 7-xab");
	sfs_str_truncate(&str, 100);
	sfs_str_truncate(&str, 1);
	assert_string_equal(str.text, "a");
	for (unsigned i = 0; i < 1000; i++) {
		sfs_str_addc(&str, 'b');
	}
	assert_int_equal(str.len, 1001);
	free(sfs_str_steal(&str));
	char *empty sfs_auto(free) = sfs_str_steal(&str);
	assert_string_equal(empty, "");
	assert_true(sfs_starts_with("abc", "ab") && !sfs_starts_with("a", "ab"));
	assert_true(sfs_ends_with("abc", "bc") && !sfs_ends_with("c", "bc"));
	assert_true(sfs_streq(NULL, NULL) && !sfs_streq("", NULL) && sfs_streq("a", "a"));
}

static void
test_arena(void **state)
{
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	const char *first = sfs_arena_strdup(arena, "first");

	for (unsigned i = 0; i < 10000; i++) {
		uint64_t *number = sfs_arena_alloc(arena, sizeof *number);

		assert_int_equal((uintptr_t)number % sizeof *number, 0);
		assert_int_equal(*number, 0);
		*number = i;
		(void)sfs_arena_strndup(arena, "odd", i % 4);
	}
	char *large = sfs_arena_alloc(arena, 1 << 20);
	memset(large, 1, 1 << 20);
	assert_string_equal(first, "first");
	assert_null(sfs_arena_strdup(arena, NULL));
	assert_null(sfs_arena_intern(arena, NULL));
	assert_ptr_equal(sfs_arena_intern(arena, "first"), sfs_arena_intern(arena, "first"));
	assert_string_equal(sfs_arena_printf(arena, "%d%%", 5), "5%");
	assert_true(sfs_arena_size(arena) > 1 << 20);
}

static void
test_map(void **state)
{
	struct sfs_map *map sfs_auto(map) = sfs_map_create();
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	const char *key;
	void *value;
	size_t cursor = 0, n = 0;

	assert_null(sfs_map_get(map, "a"));
	assert_null(sfs_map_remove(map, "a"));
	for (uintptr_t i = 1; i <= 5000; i++) {
		sfs_map_set(map, sfs_arena_printf(arena, "k%u", (unsigned)i), (void *)i);
	}
	for (uintptr_t i = 1; i <= 5000; i += 2) {
		assert_ptr_equal(
			sfs_map_remove(map, sfs_arena_printf(arena, "k%u", (unsigned)i)), i);
	}
	sfs_map_set(map, "k2", NULL);
	assert_true(sfs_map_has(map, "k2"));
	assert_false(sfs_map_has(map, "k1"));
	assert_int_equal(sfs_map_len(map), 2500);
	uintptr_t former = 0;
	while (sfs_map_next(map, &cursor, &key, &value)) {
		if (value) {
			assert_true((uintptr_t)value > former);
			former = (uintptr_t)value;
		}
		n++;
	}
	assert_int_equal(n, 2500);
	sfs_map_set(map, "k1", (void *)1);
	assert_ptr_equal(sfs_map_get(map, "k1"), 1);
	/* Setting and removing one key for ever does not make the map grow for ever. */
	for (unsigned i = 0; i < 100000; i++) {
		sfs_map_set(map, "x", map);
		assert_ptr_equal(sfs_map_remove(map, "x"), map);
	}
}

static int
refuse(struct sfs_error *err)
{
	return sfs_error_set(err, EINVAL, "no %s", "good");
}

static void
test_error(void **state)
{
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT, other = SFS_ERROR_INIT;
	static const char sql[] = "line one\n\xc3\xa9\xc3\xa9 here";

	assert_int_equal(refuse(NULL), -EINVAL);
	assert_int_equal(refuse(&err), -EINVAL);
	sfs_error_detail(&err, "%s", "postgresql://bob:s3cret@h/d");
	sfs_error_hint(&err, "try");
	sfs_error_object(&err, "table %s", "t");
	sfs_error_sqlstate(&err, "42601");
	sfs_error_position(&err, "a.sql", sql, strlen("line one\n\xc3\xa9\xc3\xa9 "));
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 4);
	assert_int_equal(sfs_error_set(&other, EIO, "first"), -EIO);
	assert_int_equal(sfs_error_set(&other, EIO, "again: %s", other.message), -EIO);
	assert_string_equal(other.message, "again: first");
	char *text sfs_auto(free) = sfs_error_format(&err);
	assert_string_equal(text, "a.sql:2:4: no good (SQLSTATE 42601)\nobject: table t\n"
				  "detail: postgresql://bob:****@h/d\nhint: try");
	sfs_error_move(&other, &err);
	assert_null(err.message);
	assert_int_equal(other.errnum, EINVAL);
	sfs_error_move(NULL, &other);
	assert_null(other.message);
	sfs_error_position(&err, NULL, "ab", 99);
	assert_int_equal(err.column, 3);
}

static void
test_digest(void **state)
{
	char hex[65];

	sfs_sha256("", 0, hex);
	assert_string_equal(
		hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sfs_sha256("abc", 3, hex);
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
test_vec(void **state)
{
	SFS_VEC(int) numbers = { 0 };
	int sum = 0;

	for (int i = 0; i < 100; i++) {
		sfs_vec_push(&numbers, i);
	}
	sfs_vec_foreach (number, &numbers) {
		sum += *number;
	}
	assert_int_equal(sum, 4950);
	sfs_vec_finish(&numbers);
	assert_int_equal(numbers.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_str),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_vec),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
