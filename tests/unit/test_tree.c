// SPDX-License-Identifier: MIT
/* Trees: rendered with a driver that writes down what it is asked for, written, read back. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "catalog/fold.h"
#include "catalog/path.h"
#include "drivers/driver.h"
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

static int
print(const struct sfs_catalog *catalog, const struct sfs_object *object, struct sfs_str *out,
	struct sfs_error *err)
{
	struct sfs_object *part;

	if (strcmp(object->id.name, "broken") == 0) {
		return sfs_error_set(err, EIO, "broken");
	}
	if (strcmp(object->id.name, "silent") == 0) {
		return 0;
	}
	sfs_identity_describe(&object->id, out);
	sfs_parts_foreach (part, object) {
		sfs_str_addf(out, " %s", part->id.name);
	}
	sfs_str_addc(out, '\n');
	return 0;
}

static const struct sfs_driver driver = { .name = "test", .print = print };

static struct sfs_object *
add(struct sfs_catalog *catalog, enum sfs_kind kind, const char *namespace, const char *name,
	const char *signature)
{
	return sfs_catalog_add(catalog,
		&(struct sfs_identity){ kind, namespace, NULL, name, signature }, NULL, NULL);
}

static struct sfs_catalog *
make_catalog(void)
{
	struct sfs_catalog *catalog = sfs_catalog_create();

	(void)add(catalog, SFS_NAMESPACE, "s", "s", NULL);
	(void)add(catalog, SFS_EXTENSION, NULL, "x", NULL);
	(void)add(catalog, SFS_FUNCTION, "s", "f", "text");
	add(catalog, SFS_FUNCTION, "s", "f", "integer")->locked = true;
	(void)add(catalog, SFS_FUNCTION, "s", "g", "");
	(void)add(catalog, SFS_UNMODELED, NULL, "odd", NULL);
	struct sfs_object *table = add(catalog, SFS_TABLE, "s", "a/b", NULL);
	(void)sfs_catalog_add(
		catalog, &(struct sfs_identity){ SFS_COLUMN, "s", "a/b", "c" }, table, NULL);
	sfs_catalog_seal(catalog);
	return catalog;
}

static void
expect_tree(const struct sfs_tree *tree, const char *const (*expected)[2], size_t n)
{
	assert_int_equal(tree->files.len, n);
	for (size_t i = 0; i < n; i++) {
		const struct sfs_file *file = &tree->files.items[i];

		assert_string_equal(file->path, expected[i][0]);
		assert_string_equal(file->text, expected[i][1]);
		assert_int_equal(file->len, strlen(expected[i][1]));
		assert_ptr_equal(sfs_tree_find(tree, file->path), file);
	}
}

static const char *const expected_tree[][2] = {
	{ "database/extensions/x.sql", "extension x\n" },
	{ "database/unmodeled/odd.sql", "unmodeled object odd\n" },
	{ "schema/s/functions/f.sql", "function s.f(integer)\n\nfunction s.f(text)\n" },
	{ "schema/s/functions/g.sql", "function s.g()\n" },
	{ "schema/s/schema.sql", "schema s\n" },
	{ "schema/s/tables/a%2Fb.sql", "table s.\"a/b\" c\n" },
};

static void
test_render(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = make_catalog();
	struct sfs_tree tree sfs_auto(tree) = { 0 };

	assert_int_equal(sfs_tree_render(&driver, catalog, &tree, NULL), 0);
	expect_tree(&tree, expected_tree, UNIT_COUNT(expected_tree));
	assert_null(sfs_tree_find(&tree, "schema/s/tables/b.sql"));
	assert_true(sfs_tree_find(&tree, "schema/s/functions/f.sql")->locked);
	assert_false(sfs_tree_find(&tree, "schema/s/functions/g.sql")->locked);
	assert_true(sfs_tree_find(&tree, "database/unmodeled/odd.sql")->locked);
	assert_string_equal(
		sfs_tree_find(&tree, "schema/s/functions/f.sql")->id.signature, "integer");
}

static void
test_render_fails(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = make_catalog();
	struct sfs_tree tree sfs_auto(tree) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

	(void)add(catalog, SFS_VIEW, "s", "broken", NULL);
	assert_int_equal(sfs_tree_render(&driver, catalog, &tree, &err), -EIO);
	assert_null(tree.arena);

	struct sfs_catalog *orphan sfs_auto(catalog) = sfs_catalog_create();
	(void)add(orphan, SFS_COLUMN, "s", "c", NULL);
	assert_int_equal(sfs_tree_render(&driver, orphan, &tree, &err), -EIO);
}

static void
test_render_nothing(void **state)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = sfs_catalog_create();
	struct sfs_tree tree sfs_auto(tree) = { 0 };

	assert_int_equal(sfs_tree_render(&driver, catalog, &tree, NULL), 0);
	assert_int_equal(tree.files.len, 0);
	assert_null(sfs_tree_find(&tree, "x"));
}

static void
write_text(const char *root, const char *name, const char *text)
{
	char *path sfs_auto(free) = sfs_file_join(root, name);

	assert_int_equal(sfs_file_write_fast(path, text, strlen(text), 0600, NULL), 0);
}

static bool
exists(const char *root, const char *name)
{
	char *path sfs_auto(free) = sfs_file_join(root, name);
	struct stat st;

	return lstat(path, &st) == 0;
}

static void
expect_written(const struct sfs_tree *tree, const char *root, size_t written, size_t removed,
	size_t unchanged)
{
	struct sfs_tree_written counts;

	assert_int_equal(sfs_tree_write(tree, root, &counts, NULL), 0);
	assert_int_equal(counts.written, written);
	assert_int_equal(counts.removed, removed);
	assert_int_equal(counts.unchanged, unchanged);
}

static void
test_write(void **state)
{
	char *root sfs_auto(free) = sfs_file_join(directory, "w/tree");
	struct sfs_catalog *catalog sfs_auto(catalog) = make_catalog();
	struct sfs_tree tree sfs_auto(tree) = { 0 }, back sfs_auto(tree) = { 0 };

	assert_int_equal(sfs_tree_render(&driver, catalog, &tree, NULL), 0);
	expect_written(&tree, root, 6, 0, 0);
	expect_written(&tree, root, 0, 0, 6);
	assert_int_equal(sfs_tree_read(root, &back, NULL), 0);
	expect_tree(&back, expected_tree, UNIT_COUNT(expected_tree));
	assert_int_equal(back.files.items[5].id.kind, SFS_TABLE);
	assert_string_equal(back.files.items[5].id.name, "a/b");

	/* Stale files go, with directories that lose all; what is no object's file stays. */
	write_text(root, "schema/s/functions/g.sql", "same size ....\n");
	write_text(root, "schema/gone/tables/t.sql", "x");
	write_text(root, "schema/s/views/v.sql", "x");
	write_text(root, "schema/s/views/.v.sql.swp", "x");
	write_text(root, "schema/s/notes/n.sql", "x");
	write_text(root, "schema/s/tables/t.sql.error", "x");
	write_text(root, "migrations/0000_a.sql", "x");
	expect_written(&tree, root, 1, 2, 5);
	assert_false(exists(root, "schema/gone"));
	assert_false(exists(root, "schema/s/views/v.sql"));
	assert_true(exists(root, "schema/s/views/.v.sql.swp"));
	assert_true(exists(root, "schema/s/notes/n.sql"));
	assert_true(exists(root, "schema/s/tables/t.sql.error"));
	assert_true(exists(root, "migrations/0000_a.sql"));
}

/* Text by text, what is folded too, and in threads when there are many. */
static void
test_write_outline(void **state)
{
	enum { MANY = 1000 };
	char *root sfs_auto(free) = sfs_file_join(directory, "outline");
	struct sfs_catalog *catalog sfs_auto(catalog) = make_catalog();
	struct sfs_tree whole sfs_auto(tree) = { 0 }, outline sfs_auto(tree) = { 0 };
	struct sfs_tree_written counts;
	const char *none[64] = { NULL };

	(void)add(catalog, SFS_VIEW, "s", "silent", NULL);
	for (int i = 0; i < MANY; i++) {
		char *name sfs_auto(free) = sfs_asprintf("t%d", i);
		struct sfs_object *table = add(catalog, SFS_TABLE, "s", name, NULL);
		const struct sfs_identity id = { SFS_COLUMN, "s", name, i % 2 ? "odd" : "even" };

		if (i % 3) {
			sfs_fold(catalog, &id, table, none, 1, false);
		} else {
			(void)sfs_catalog_add(catalog, &id, table, none);
		}
	}
	sfs_catalog_seal(catalog);
	assert_int_equal(sfs_tree_render(&driver, catalog, &whole, NULL), 0);
	assert_int_equal(whole.files.len, MANY + 6);
	assert_string_equal(
		sfs_tree_find(&whole, "schema/s/tables/t7.sql")->text, "table s.t7 odd\n");
	assert_int_equal(sfs_tree_outline(catalog, &outline, NULL), 0);
	assert_null(sfs_tree_find(&outline, "schema/s/tables/t7.sql")->text);
	assert_true(sfs_tree_find(&outline, "schema/s/functions/f.sql")->locked);

	/* What says nothing has no file, and one that is there is stale. */
	write_text(root, "schema/s/views/silent.sql", "x");
	assert_int_equal(
		sfs_tree_write_outline(&driver, catalog, &outline, root, &counts, NULL), 0);
	assert_int_equal(counts.written, MANY + 6);
	assert_int_equal(counts.removed, 1);
	assert_false(exists(root, "schema/s/views"));
	expect_written(&whole, root, 0, 0, MANY + 6);
	assert_int_equal(
		sfs_tree_write_outline(&driver, catalog, &outline, root, &counts, NULL), 0);
	assert_int_equal(counts.unchanged, MANY + 6);
}

/* Neither an entry nor a directory that is a symlink leads out of the tree. */
static void
test_symlinks(void **state)
{
	char *root sfs_auto(free) = sfs_file_join(directory, "l");
	char *outside sfs_auto(free) = sfs_file_join(directory, "outside");
	char *file sfs_auto(free) = sfs_file_join(outside, "g.sql");
	char *link sfs_auto(free) = sfs_file_join(root, "schema/s/functions/g.sql");
	char *views sfs_auto(free) = sfs_file_join(root, "schema/s/views");
	struct sfs_catalog *catalog sfs_auto(catalog) = make_catalog();
	struct sfs_tree tree sfs_auto(tree) = { 0 }, back sfs_auto(tree) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

	assert_int_equal(sfs_tree_render(&driver, catalog, &tree, NULL), 0);
	expect_written(&tree, root, 6, 0, 0);
	write_text(outside, "g.sql", "outside");
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink(file, link), 0);
	assert_int_equal(symlink(outside, views), 0);
	assert_int_equal(sfs_tree_read(root, &back, &err), -EINVAL);
	expect_written(&tree, root, 1, 0, 5);
	assert_true(exists(outside, "g.sql"));

	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	assert_int_equal(sfs_file_read(file, 100, &text, NULL), 0);
	unit_expect(&text, "outside");

	(void)add(catalog, SFS_VIEW, "s", "v", NULL);
	sfs_tree_finish(&tree);
	assert_int_equal(sfs_tree_render(&driver, catalog, &tree, NULL), 0);
	assert_int_not_equal(sfs_tree_write(&tree, root, NULL, &err), 0);
	assert_false(exists(outside, "v.sql"));
}

static void
test_read_fails(void **state)
{
	char *root sfs_auto(free) = sfs_file_join(directory, "r");
	struct sfs_tree tree sfs_auto(tree) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

	assert_int_equal(sfs_tree_read(root, &tree, &err), -ENOENT);
	write_text(root, "readme", "x");
	assert_int_equal(sfs_tree_read(root, &tree, &err), -ENOENT);
	write_text(root, "schema/s/tables/t.sql", "");
	write_text(root, "schema/s/tables/t.sql~", "x");
	write_text(root, "schema/s/tables/.t.sql", "x");
	assert_int_equal(sfs_tree_read(root, &tree, &err), 0);
	assert_int_equal(tree.files.len, 1);
	assert_int_equal(tree.files.items[0].len, 0);
	write_text(root, "schema/s/nonsense/t.sql", "x");
	sfs_tree_finish(&tree);
	assert_int_equal(sfs_tree_read(root, &tree, &err), -EINVAL);
	assert_non_null(strstr(err.message, "schema/s/nonsense/t.sql"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_render),
		cmocka_unit_test(test_render_fails),
		cmocka_unit_test(test_render_nothing),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_outline),
		cmocka_unit_test(test_symlinks),
		cmocka_unit_test(test_read_fails),
	};

	return cmocka_run_group_tests_name("tree", tests, set_up, tear_down);
}
