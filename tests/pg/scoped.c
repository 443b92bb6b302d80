// SPDX-License-Identifier: MIT
/*
 * A tool of the tests: `scoped DB` reads each object for itself and holds it, and all that came
 * with it, against the same in a reading of everything; status 1 and both texts when they differ.
 */
#include <stdio.h>
#include <string.h>

#include "drivers/driver.h"

static const struct sfs_driver *driver;

static int
report(const struct sfs_error *err)
{
	char *text sfs_auto(free) = sfs_error_format(err);

	(void)fprintf(stderr, "%s\n", text);
	return 2;
}

static int
compare(const struct sfs_catalog *all, const struct sfs_catalog *some, int *ret_differences,
	struct sfs_error *err)
{
	sfs_vec_foreach (item, &some->objects) {
		const struct sfs_object *object = *item, *same = sfs_catalog_find(all, &object->id);
		struct sfs_str a sfs_auto(str) = SFS_STR_INIT, b sfs_auto(str) = SFS_STR_INIT;
		int r;

		if (object->owner) {
			continue;
		}
		r = driver->print(some, object, &a, err);
		if (r == 0 && same) {
			r = driver->print(all, same, &b, err);
		}
		if (r < 0) {
			return r;
		}
		if (strcmp(sfs_str_text(&a), sfs_str_text(&b)) != 0) {
			printf("---- alone\n%s---- with all\n%s", sfs_str_text(&a),
				sfs_str_text(&b));
			(*ret_differences)++;
		}
	}
	return 0;
}

static int
run(struct sfs_db *db, int *ret_differences, struct sfs_error *err)
{
	struct sfs_catalog *all sfs_auto(catalog) = NULL;
	int r = driver->read(db, NULL, &all, err);

	if (r < 0) {
		return r;
	}
	sfs_vec_foreach (item, &all->objects) {
		const struct sfs_object *object = *item;
		struct sfs_catalog *some sfs_auto(catalog) = NULL;
		struct sfs_scope scope = { .objects = &object->id, .n_objects = 1 };

		if (object->owner || object->id.kind == SFS_UNMODELED) {
			continue;
		}
		r = driver->read(db, &scope, &some, err);
		if (r < 0) {
			return r;
		}
		if (!sfs_catalog_find(some, &object->id)) {
			struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

			sfs_identity_describe(&object->id, &name);
			printf("---- missing: %s\n", sfs_str_text(&name));
			(*ret_differences)++;
		}
		r = compare(all, some, ret_differences, err);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_db *db = NULL;
	int differences = 0;

	driver = argc == 2 ? sfs_driver_for(argv[1]) : NULL;
	if (!driver) {
		return 2;
	}
	int r = driver->open(argv[1], NULL, &db, &err);

	r = r ? r : run(db, &differences, &err);
	driver->close(db);
	return r ? report(&err) : differences != 0;
}
