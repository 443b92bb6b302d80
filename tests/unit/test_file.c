// SPDX-License-Identifier: MIT
/* Whole files: replaced or left alone, removed without following a link. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "unit.h"

static char directory[] = "/tmp/schemafs-test-XXXXXX";

static int
set_up(void **state)
{
	return mkdtemp(directory) ? 0 : -1;
}

static int
tear_down(void **state)
{
	return sfs_file_remove(directory, NULL);
}

static char *
at(const char *name)
{
	return sfs_file_join(directory, name);
}

static void
expect_file(const char *path, const char *expected)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	assert_int_equal(sfs_file_read(path, 1000, &text, NULL), 0);
	unit_expect(&text, expected);
}

static unsigned
count_entries(const char *path)
{
	DIR *open = opendir(path);
	unsigned n = 0;

	assert_non_null(open);
	while (readdir(open)) {
		n++;
	}
	(void)closedir(open);
	return n - 2;
}

static void
test_write(void **state)
{
	char *path sfs_auto(free) = at("w/deep/er/file");
	char *parent sfs_auto(free) = at("w/deep/er");

	assert_int_equal(sfs_file_write(path, "one", 3, 0600, NULL), 0);
	expect_file(path, "one");
	assert_int_equal(sfs_file_write_fast(path, "", 0, 0600, NULL), 0);
	expect_file(path, "");
	assert_int_equal(sfs_file_write_fast(path, "two\n", 4, 0640, NULL), 0);
	expect_file(path, "two\n");
	assert_int_equal(count_entries(parent), 1);

	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777 & ~0640, 0);
}

static void
test_write_fails(void **state)
{
	char *path sfs_auto(free) = at("f/directory/x"), *parent sfs_auto(free) = at("f/directory");
	char *below sfs_auto(free) = at("f/directory/x/y");
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

	assert_int_equal(sfs_file_write(path, "x", 1, 0600, &err), 0);
	/* A directory can not be replaced by a file: it stays, and nothing is left beside it. */
	assert_int_not_equal(sfs_file_write(parent, "x", 1, 0600, &err), 0);
	assert_non_null(strstr(err.message, parent));
	expect_file(path, "x");
	assert_int_equal(sfs_file_write(below, "x", 1, 0600, &err), -ENOTDIR);
	assert_int_equal(err.errnum, ENOTDIR);
	char *grandparent sfs_auto(free) = at("f");
	assert_int_equal(count_entries(grandparent), 1);
}

static void
test_read_fails(void **state)
{
	char *path sfs_auto(free) = at("r"), *missing sfs_auto(free) = at("missing");
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

	assert_int_equal(sfs_file_write_fast(path, "12345", 5, 0600, NULL), 0);
	assert_int_equal(sfs_file_read(path, 5, &text, NULL), 0);
	assert_int_equal(sfs_file_read(path, 4, &text, &err), -EFBIG);
	assert_int_equal(sfs_file_read(missing, 4, &text, &err), -ENOENT);
	assert_int_equal(sfs_file_read(directory, 4, &text, &err), -EISDIR);
}

static void
test_remove(void **state)
{
	char *path sfs_auto(free) = at("d/a/b/c"), *top sfs_auto(free) = at("d");
	char *outside sfs_auto(free) = at("outside/kept"), *link sfs_auto(free) = at("d/a/link");
	char *target sfs_auto(free) = at("outside");

	assert_int_equal(sfs_file_write_fast(path, "x", 1, 0600, NULL), 0);
	assert_int_equal(sfs_file_write_fast(outside, "x", 1, 0600, NULL), 0);
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(sfs_file_remove(top, NULL), 0);
	assert_int_equal(access(top, F_OK), -1);
	expect_file(outside, "x");
	assert_int_equal(sfs_file_remove(top, NULL), 0);
	assert_int_equal(sfs_file_remove(outside, NULL), 0);
	assert_int_equal(access(outside, F_OK), -1);
}

/* What can not be there is not there; and what is said is why the file stays, not why it is no directory. */
static void
test_remove_is_refused(void **state)
{
	enum { NOBODY = 65534 };
	char *shared sfs_auto(free) = at("shared"), *file sfs_auto(free) = at("shared/theirs");
	char *below sfs_auto(free) = at("shared/theirs/x");

	assert_int_equal(sfs_file_write_fast(file, "x", 1, 0600, NULL), 0);
	assert_int_equal(sfs_file_remove(below, NULL), 0);
	if (geteuid() != 0) {
		return;
	}
	assert_int_equal(chmod(directory, 0755), 0);
	assert_int_equal(chmod(shared, 01777), 0);
	assert_int_equal(seteuid(NOBODY), 0);
	int r = sfs_file_remove(file, NULL);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(r, -EPERM);
}

static void
test_mkdirs(void **state)
{
	char *path sfs_auto(free) = at("m/a//b/"), *file sfs_auto(free) = at("m/file");

	assert_int_equal(sfs_file_mkdirs(path, 0755, NULL), 0);
	assert_int_equal(sfs_file_mkdirs(path, 0755, NULL), 0);
	assert_int_equal(sfs_file_mkdirs("/", 0755, NULL), 0);
	assert_int_equal(sfs_file_write_fast(file, "", 0, 0600, NULL), 0);
	assert_int_equal(sfs_file_mkdirs(file, 0755, NULL), -ENOTDIR);
}

static void
test_join(void **state)
{
	static const char *const cases[][3] = { { "a", "b", "a/b" }, { "a/", "b", "a/b" },
		{ "/", "b", "/b" }, { "", "b", "b" }, { "a//", "b/c", "a/b/c" } };

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *joined sfs_auto(free) = sfs_file_join(cases[i][0], cases[i][1]);

		assert_string_equal(joined, cases[i][2]);
	}
}

static void
test_state_home(void **state)
{
	char *path = NULL;

	(void)setenv("HOME", "/home/x", 1);
	(void)setenv("XDG_STATE_HOME", "/state", 1);
	assert_int_equal(sfs_file_state_home(&path, NULL), 0);
	assert_string_equal(path, "/state/schemafs");
	free(path);
	(void)setenv("XDG_STATE_HOME", "relative", 1);
	assert_int_equal(sfs_file_state_home(&path, NULL), 0);
	assert_string_equal(path, "/home/x/.local/state/schemafs");
	free(path);
	/* As it is for who mounts what stands in fstab. */
	(void)unsetenv("HOME");
	assert_int_equal(sfs_file_state_home(&path, NULL), 0);
	assert_true(path[0] == '/' && sfs_ends_with(path, "/.local/state/schemafs"));
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_fails),
		cmocka_unit_test(test_read_fails),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_remove_is_refused),
		cmocka_unit_test(test_mkdirs),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_state_home),
	};

	return cmocka_run_group_tests_name("file", tests, set_up, tear_down);
}
