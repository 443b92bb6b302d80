// SPDX-License-Identifier: MIT
/* schemafs pull DB DIR: the schema as files. */
#include <stdio.h>

#include "drivers/driver.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/side.h"
#include "verbs/verb.h"

static int
render(struct sfs_side *side, struct sfs_tree *ret_tree, struct sfs_error *err)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = NULL;
	int r = sfs_side_open(side, true, err);

	if (r == 0) {
		r = side->driver->read(
			side->db, &(struct sfs_scope){ .texts = true }, &catalog, err);
	}
	return r < 0 ? r : sfs_tree_render(side->driver, catalog, ret_tree, err);
}

static void
print(struct sfs_side *side, const char *directory, const struct sfs_tree_written *done, bool json)
{
	const char *database = side->driver->describe(side->db);

	if (json) {
		sfs_output_json(json_pack("{s:o, s:o, s:I, s:I, s:I}", "database",
			sfs_output_string(database), "directory", sfs_output_string(directory),
			"written", (json_int_t)done->written, "removed", (json_int_t)done->removed,
			"unchanged", (json_int_t)done->unchanged));
		return;
	}
	fprintf(stderr, "%s -> %s: %zu files written, %zu removed, %zu unchanged\n", database,
		directory, done->written, done->removed, done->unchanged);
}

static int
pull(const char *target, const char *directory, bool json, struct sfs_error *err)
{
	struct sfs_side side sfs_auto(side) = { 0 };
	struct sfs_tree tree sfs_auto(tree) = { 0 };
	struct sfs_tree_written done;
	int r = sfs_side_init_database(&side, target, err);

	if (r == 0) {
		r = render(&side, &tree, err);
	}
	if (r == 0) {
		r = sfs_tree_write(&tree, directory, &done, err);
	}
	if (r == 0) {
		print(&side, directory, &done, json);
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
