// SPDX-License-Identifier: MIT
/*
 * A tool of the tests: `catalogs print DB` writes a database's schema as one script, `catalogs files
 * DB` every object as the text of its file, `catalogs compare DB DB` what differs, attribute by
 * attribute, with status 1 when anything does, `catalogs plan DB DB` the plan from one to the other.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "catalog/path.h"
#include "diff/diff.h"
#include "drivers/driver.h"

struct side {
	const struct sfs_driver *driver;
	struct sfs_db *db;
	struct sfs_catalog *catalog;
};

static int
side_open(struct side *side, const char *target, struct sfs_error *err)
{
	struct sfs_open_options options = { .read_only = true };
	struct sfs_scope scope = { .dependencies = true };
	int r;

	side->driver = sfs_driver_for(target);
	if (!side->driver) {
		return sfs_error_set(err, EINVAL, "no driver for %s", target);
	}
	r = side->driver->open(target, &options, &side->db, err);
	return r ? r : side->driver->read(side->db, &scope, &side->catalog, err);
}

static void
side_close(struct side *side)
{
	sfs_catalog_destroy(side->catalog);
	if (side->driver) {
		side->driver->close(side->db);
	}
}

static int
print_files(const struct side *side, struct sfs_error *err)
{
	sfs_vec_foreach (object, &side->catalog->objects) {
		struct sfs_str text sfs_auto(str) = SFS_STR_INIT, path sfs_auto(str) = SFS_STR_INIT;
		int r;

		if (sfs_object_filed(*object) != *object) {
			continue;
		}
		sfs_path_of(&(*object)->id, &path);
		r = side->driver->print(side->catalog, *object, &text, err);
		if (r) {
			return r;
		}
		printf("==== %s\n%s", sfs_str_text(&path), sfs_str_text(&text));
	}
	return 0;
}

static void
print_change(const struct sfs_change *change)
{
	static const char *const actions[] = {
		[SFS_CREATE] = "only in the second",
		[SFS_DROP] = "only in the first",
		[SFS_ALTER] = "differs",
		[SFS_RENAME] = "renamed",
	};
	const struct sfs_object *object = change->to ? change->to : change->from;
	const struct sfs_kind_info *info = sfs_kind_info(object->id.kind);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	sfs_identity_describe(&object->id, &name);
	printf("%s: %s\n", sfs_str_text(&name), actions[change->action]);
	for (size_t i = 0; change->from && change->to && i < info->n_attributes; i++) {
		if (change->attributes & UINT64_C(1) << i) {
			const char *from = sfs_object_get(change->from, (int)i);
			const char *to = sfs_object_get(change->to, (int)i);

			printf("  %s: [%s] [%s]\n", info->attributes[i].name, from ? from : "NULL",
				to ? to : "NULL");
		}
	}
}

static int
compare(const struct side *a, const struct side *b, struct sfs_error *err)
{
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	int r = sfs_diff_make(a->catalog, b->catalog, NULL, &diff, err);

	if (r) {
		return r;
	}
	sfs_vec_foreach (change, &diff.changes) {
		print_change(change);
	}
	printf("%zu and %zu objects, %zu differ\n", a->catalog->objects.len,
		b->catalog->objects.len, diff.changes.len);
	return diff.changes.len > 0;
}

static int
plan(const struct side *a, const struct side *b, struct sfs_error *err)
{
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_plan plan sfs_auto(plan);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	int r;

	sfs_plan_init(&plan);
	r = sfs_diff_make(a->catalog, b->catalog, NULL, &diff, err);
	if (!r) {
		r = a->driver->plan(a->db, &diff, &plan, err);
	}
	sfs_plan_format(&plan, false, &text);
	fputs(sfs_str_text(&text), stdout);
	return r;
}

int
main(int argc, char **argv)
{
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct side sides[2] = { 0 };
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	int r = -EINVAL;

	if (argc == 3 && !(r = side_open(&sides[0], argv[2], &err))) {
		if (strcmp(argv[1], "files") == 0) {
			r = print_files(&sides[0], &err);
		} else {
			r = sides[0].driver->print_all(sides[0].catalog, &text, &err);
			fputs(sfs_str_text(&text), stdout);
		}
	} else if (argc == 4 && !(r = side_open(&sides[0], argv[2], &err)) &&
		   !(r = side_open(&sides[1], argv[3], &err))) {
		r = strcmp(argv[1], "plan") == 0 ? plan(&sides[0], &sides[1], &err)
						 : compare(&sides[0], &sides[1], &err);
	}
	side_close(&sides[0]);
	side_close(&sides[1]);
	if (r < 0) {
		char *message sfs_auto(free) = sfs_error_format(&err);

		fprintf(stderr, "%s\n", message);
	}
	return r < 0 ? 2 : r;
}
