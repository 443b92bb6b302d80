// SPDX-License-Identifier: MIT
/* What a project's configuration has to say in a comparison: rows, and optional extensions. */
#include <errno.h>
#include <string.h>

#include "verbs/compare.h"

int
sfs_comparison_find_project(struct sfs_comparison *comparison, struct sfs_error *err)
{
	const struct sfs_side *sides[] = { &comparison->want, &comparison->have };

	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
		if (sides[i]->type == SFS_SIDE_TREE) {
			return sfs_project_find(sides[i]->name, &comparison->project, err);
		}
	}
	return sfs_project_find(".", &comparison->project, err);
}

/* ---- optional extensions ---- */

int
sfs_skip_optional(const struct sfs_project *project, struct sfs_db *db,
	const struct sfs_catalog *have, struct sfs_tree *tree, struct sfs_plan *plan,
	struct sfs_error *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < tree->files.len; i++) {
		const struct sfs_file *file = &tree->files.items[i];
		struct sfs_object object = { .id = file->id };
		bool offered = true;

		if (sfs_project_is_optional(project, &object) &&
			!(have && sfs_catalog_find(have, &file->id))) {
			int r = db->driver->rows->offers(db, file->id.name, &offered, err);
			if (r < 0) {
				return r;
			}
		}
		if (offered) {
			tree->files.items[kept++] = *file;
		} else {
			sfs_plan_note(plan,
				"the server does not offer extension %s, which is optional",
				file->id.name);
		}
	}
	tree->files.len = kept;
	return 0;
}

/* ---- rows ---- */

/* The catalog of a side that is a database, or of the tables with rows alone. */
static int
find_catalog(struct sfs_comparison *comparison, struct sfs_side *side,
	const struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	int r = 0;

	if (side->catalog) {
		*ret_catalog = side->catalog;
		return 0;
	}
	if (!comparison->rows) {
		/* With what depends on them: tables that inherit from them do. */
		struct sfs_scope scope = { 0 };
		struct sfs_identity *ids =
			sfs_data_identities(&comparison->project, side->driver, &scope.n_objects);

		scope.objects = ids;
		r = side->driver->read(side->db, &scope, &comparison->rows, err);
		free(ids);
	}
	*ret_catalog = comparison->rows;
	return r;
}

/* The wanted rows, those of a tree or of a database; 1 when there are any to compare. */
static int
load(struct sfs_comparison *comparison, struct sfs_error *err)
{
	struct sfs_side *have = &comparison->have, *want = &comparison->want;
	const struct sfs_catalog *catalog;
	int r;

	if (want->type == SFS_SIDE_TREE && have->db) {
		r = sfs_data_load(
			&comparison->project, want->name, have->driver, &comparison->data, err);
	} else if (have->type == SFS_SIDE_TREE && want->db) {
		r = sfs_data_load(
			&comparison->project, have->name, want->driver, &comparison->data, err);
		comparison->data.backwards = r == 0;
	} else if (!comparison->project.reference.len) {
		return 0;
	} else if (have->db && want->db) {
		r = find_catalog(comparison, want, &catalog, err);
		r = r < 0 ? r
			  : sfs_data_load_rows(&comparison->project, want->db, catalog,
				    &comparison->data, err);
	} else {
		sfs_plan_note(&comparison->plan,
			"the rows of reference data are not compared: no side is a database");
		return 0;
	}
	return r < 0 ? r : 1;
}

int
sfs_comparison_add_rows(struct sfs_comparison *comparison, struct sfs_error *err)
{
	struct sfs_data *data = &comparison->data;
	const struct sfs_catalog *now = NULL, *then = NULL;

	if (!comparison->project.file) {
		return 0;
	}
	int r = load(comparison, err);
	if (r <= 0) {
		return r;
	}
	if (!data->tables.len) {
		return sfs_data_plan(data, NULL, &comparison->plan, err);
	}
	struct sfs_side *side = data->backwards ? &comparison->want : &comparison->have;
	r = find_catalog(comparison, side, &now, err);
	then = comparison->want.catalog ? comparison->want.catalog : now;
	r = r < 0 ? r : sfs_data_compare(data, side->db, now, then, &comparison->renames, err);
	r = r < 0 ? r : sfs_data_plan(data, then, &comparison->plan, err);
	if (r == 0 && !sfs_data_same(data)) {
		comparison->same = false;
	}
	return r;
}

/* ---- afterwards ---- */

static int
tell_difference(const struct sfs_data *data, struct sfs_error *err)
{
	sfs_vec_foreach (table, &data->tables) {
		size_t n = 0;

		for (size_t i = 0; table->compared && i < table->sheet.rows.len; i++) {
			n += table->verdicts[i].state != SFS_ROW_SAME;
		}
		if (!n && !table->extra.len) {
			continue;
		}
		(void)sfs_error_set(err, EIO,
			"%zu rows of %s.%s are not what %s says after they were written; nothing was "
			"changed",
			n + table->extra.len, table->namespace, table->name, table->path);
		sfs_error_hint(err, "a trigger or a rule of the table may change what is written: "
				    "then the file has to say what comes of it");
		sfs_error_object(err, "table %s.%s", table->namespace, table->name);
		return -EIO;
	}
	return 0;
}

int
sfs_comparison_check_rows(void *data, struct sfs_db *db, struct sfs_error *err)
{
	struct sfs_comparison *comparison = data;
	struct sfs_catalog *catalog sfs_auto(catalog) = NULL;
	struct sfs_scope scope = { .alone = true };

	if (!comparison->data.tables.len) {
		return 0;
	}
	struct sfs_identity *ids =
		sfs_data_identities(&comparison->project, db->driver, &scope.n_objects);
	scope.objects = ids;
	int r = db->driver->read(db, &scope, &catalog, err);
	free(ids);
	r = r < 0 ? r : sfs_data_compare(&comparison->data, db, catalog, catalog, NULL, err);
	return r < 0 ? r : tell_difference(&comparison->data, err);
}
