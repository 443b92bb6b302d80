// SPDX-License-Identifier: MIT
/* Reference data in a migration: what the history's rows lack. */
#include <errno.h>

#include "migrate/generate.h"
#include "tree/overlay.h"

static int
check(struct sfs_data *data, struct sfs_error *err)
{
	if (sfs_data_same(data)) {
		return 0;
	}
	(void)sfs_error_set(err, EIO,
		"the migration does not make the rows that the files say; it was not written");
	sfs_error_hint(err, "a trigger or a rule may change what is written: then the file has to "
			    "say what comes of it");
	return -EIO;
}

static int
visit(void *data, size_t stop, struct sfs_db *scratch, const struct sfs_catalog *catalog,
	struct sfs_error *err)
{
	struct sfs_generate_rows *rows = data;

	if (!rows->check) {
		struct sfs_catalog *overlay sfs_auto(catalog) =
			sfs_project_overlay(rows->project, catalog, rows->want);

		return sfs_data_compare(rows->data, scratch, catalog,
			overlay ? overlay : rows->want, rows->renames, err);
	}
	if (!stop) {
		return 0;
	}
	int r = sfs_data_compare(rows->data, scratch, catalog, catalog, NULL, err);

	return r < 0 ? r : check(rows->data, err);
}

void
sfs_generate_watch(struct sfs_history *history, struct sfs_generate_rows *rows)
{
	bool wanted = rows && rows->data;

	history->visit = wanted ? visit : NULL;
	history->visit_data = wanted ? rows : NULL;
}
