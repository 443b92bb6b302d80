// SPDX-License-Identifier: MIT
/* schemafs pull DB DIR: the schema as files. */
#include <stdio.h>

#include "verbs/compare.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/verb.h"

/* What is pulled: the schema, and the rows of the tables that the project names. */
struct pull {
	struct sfs_side side;
	struct sfs_project project;
	struct sfs_catalog *catalog; /* owned */
	struct sfs_tree tree;        /* its outline */
	struct sfs_catalog *rows;    /* owned; the tables whose rows are pulled */
	struct sfs_tree_written files;
	struct sfs_data_written data;
};

static void
pull_finish(struct pull *pull)
{
	sfs_catalog_destroy(pull->rows);
	sfs_side_finish(&pull->side);
	sfs_project_finish(&pull->project);
	sfs_tree_finish(&pull->tree);
	sfs_catalog_destroy(pull->catalog);
}
SFS_DEFINE_AUTO_VALUE(pull, struct pull, pull_finish)

/* Nothing is held twice: a text is made when its file is written. */
static int
write_schema(struct pull *pull, const char *directory, struct sfs_error *err)
{
	const struct sfs_driver *driver = pull->side.driver;
	const struct sfs_scope scope = { .texts = true, .folded = true };
	int r = driver->read(pull->side.db, &scope, &pull->catalog, err);

	if (r == 0) {
		r = sfs_tree_outline(pull->catalog, &pull->tree, err);
	}
	if (r < 0) {
		return r;
	}
	sfs_comparison_filter(&pull->project, &pull->tree);
	return sfs_tree_write_outline(
		driver, pull->catalog, &pull->tree, directory, &pull->files, err);
}

static int
write_rows(struct pull *pull, const char *directory, struct sfs_error *err)
{
	struct sfs_side *side = &pull->side;
	struct sfs_scope scope = { .alone = true };

	if (!pull->project.reference.len) {
		return 0;
	}
	struct sfs_identity *ids =
		sfs_data_identities(&pull->project, side->driver, &scope.n_objects);
	scope.objects = ids;
	int r = side->driver->read(side->db, &scope, &pull->rows, err);
	free(ids);
	return r < 0 ? r
		     : sfs_data_export(
			       &pull->project, side->db, pull->rows, directory, &pull->data, err);
}

static void
print(struct pull *pull, const char *directory, bool json)
{
	const char *database = pull->side.driver->describe(pull->side.db);
	size_t written = pull->files.written + pull->data.written;
	size_t removed = pull->files.removed + pull->data.removed;
	size_t unchanged = pull->files.unchanged + pull->data.unchanged;

	if (json) {
		sfs_output_json(json_pack("{s:o, s:o, s:I, s:I, s:I, s:I}", "database",
			sfs_output_string(database), "directory", sfs_output_string(directory),
			"written", (json_int_t)written, "removed", (json_int_t)removed, "unchanged",
			(json_int_t)unchanged, "statements",
			(json_int_t)pull->side.db->statements));
		return;
	}
	fprintf(stderr, "%s -> %s: %zu files written, %zu removed, %zu unchanged\n", database,
		directory, written, removed, unchanged);
}

static int
pull(const char *target, const char *directory, bool json, struct sfs_error *err)
{
	struct pull work sfs_auto(pull) = { 0 };
	int r = sfs_side_init_database(&work.side, target, err);

	r = r < 0 ? r : sfs_project_find(directory, &work.project, err);
	r = r < 0 ? r : sfs_side_open(&work.side, true, err);
	r = r < 0 ? r : write_schema(&work, directory, err);
	r = r < 0 ? r : write_rows(&work, directory, err);
	if (r == 0) {
		print(&work, directory, json);
	}
	return r;
}

int
sfs_verb_pull(int argc, char **argv, struct sfs_error *err)
{
	const char *target;
	bool json = false;
	int first;
	const struct sfs_option options[] = {
		{ .name = "json", .flag = &json },
		{ 0 },
	};
	int r = sfs_options_parse(argc, argv, options, 1, 2, &first, err);

	if (r == 0) {
		r = sfs_options_target(first + 1 < argc ? argv[first] : NULL, &target, err);
	}
	return r < 0 ? r : pull(target, argv[argc - 1], json, err);
}
