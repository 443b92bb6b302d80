// SPDX-License-Identifier: MIT
/* A side of a comparison: a database, an exported tree or a .sql file. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "verbs/side.h"

/* A schema larger than this is a dump with its data. */
enum { MAX_SCRIPT = 256 << 20 };

static int
read_script(struct sfs_side *side, struct sfs_error *err)
{
	int r = sfs_file_read(side->name, MAX_SCRIPT, &side->script, err);

	if (r < 0) {
		return r;
	}
	if (strlen(sfs_str_text(&side->script)) != side->script.len) {
		return sfs_error_set(err, EINVAL, "%s holds a NUL byte: it is no SQL", side->name);
	}
	return 0;
}

static int
no_database(const char *name, struct sfs_error *err)
{
	sfs_error_set(err, ENOENT, "%s is no database", name);
	sfs_error_hint(err, "a database is postgresql://..., a keyword string such as dbname=shop, "
			    "sqlite:PATH, or the path of a SQLite file");
	return -ENOENT;
}

static int
read_side(struct sfs_side *side, const char *name, struct sfs_error *err)
{
	struct stat st;
	bool there = stat(name, &st) == 0;

	side->name = name;
	if (there && S_ISDIR(st.st_mode)) {
		side->type = SFS_SIDE_TREE;
		return sfs_tree_read(name, &side->tree, err);
	}
	if (there && sfs_ends_with(name, ".sql")) {
		side->type = SFS_SIDE_SCRIPT;
		return read_script(side, err);
	}
	side->driver = sfs_driver_for(name);
	if (side->driver) {
		side->type = SFS_SIDE_DATABASE;
		return 0;
	}
	if (there) {
		side->type = SFS_SIDE_SCRIPT;
		return read_script(side, err);
	}
	return no_database(name, err);
}

int
sfs_side_init(struct sfs_side *side, const char *name, struct sfs_error *err)
{
	memset(side, 0, sizeof *side);
	int r = read_side(side, name, err);
	if (r < 0) {
		sfs_side_finish(side);
	}
	return r;
}

int
sfs_side_init_database(struct sfs_side *side, const char *name, struct sfs_error *err)
{
	memset(side, 0, sizeof *side);
	side->name = name;
	side->type = SFS_SIDE_DATABASE;
	side->driver = sfs_driver_for(name);
	return side->driver ? 0 : no_database(name, err);
}

void
sfs_side_finish(struct sfs_side *side)
{
	sfs_catalog_destroy(side->catalog);
	if (side->db) {
		side->driver->close(side->db);
	}
	sfs_tree_finish(&side->tree);
	sfs_str_finish(&side->script);
	memset(side, 0, sizeof *side);
}

int
sfs_side_open(struct sfs_side *side, bool read_only, struct sfs_error *err)
{
	return side->driver->open(side->name,
		&(struct sfs_open_options){
			.read_only = read_only,
			.lock_timeout_ms = side->lock_timeout_ms,
		},
		&side->db, err);
}

static int
evaluate_tree(
	struct sfs_side *side, struct sfs_db *evaluator, const char *shadow, struct sfs_error *err)
{
	SFS_VEC(struct sfs_source) sources = { 0 };

	sfs_vec_foreach (file, &side->tree.files) {
		sfs_vec_push(&sources, (struct sfs_source){ file->path, file->text, file->len });
	}
	int r = evaluator->driver->evaluate(evaluator,
		&(struct sfs_evaluation){
			.sources = sources.items,
			.n_sources = sources.len,
			.whole = true,
			.shadow = shadow,
		},
		&side->catalog, err);
	sfs_vec_finish(&sources);
	return r;
}

static int
evaluate_script(
	struct sfs_side *side, struct sfs_db *evaluator, const char *shadow, struct sfs_error *err)
{
	struct sfs_source source = { side->name, sfs_str_text(&side->script), side->script.len };

	return evaluator->driver->evaluate(evaluator,
		&(struct sfs_evaluation){
			.sources = &source,
			.n_sources = 1,
			.whole = true,
			.shadow = shadow,
		},
		&side->catalog, err);
}

int
sfs_side_load(
	struct sfs_side *side, struct sfs_db *evaluator, const char *shadow, struct sfs_error *err)
{
	switch (side->type) {
	case SFS_SIDE_DATABASE:
		return side->driver->read(
			side->db, &(struct sfs_scope){ .dependencies = true }, &side->catalog, err);
	case SFS_SIDE_TREE:
		return evaluate_tree(side, evaluator, shadow, err);
	case SFS_SIDE_SCRIPT:
		return evaluate_script(side, evaluator, shadow, err);
	}
	return sfs_error_set(err, EINVAL, "a side of an unknown type");
}
