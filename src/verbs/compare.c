// SPDX-License-Identifier: MIT
/* Compares two sides, each a database, a tree or a script, and plans the way from one to the other. */
#include <errno.h>
#include <string.h>

#include "apply/lock.h"
#include "diff/hints.h"
#include "diff/renames.h"
#include "tree/overlay.h"
#include "verbs/compare.h"

/* Whether the only namespace of a tree is SQLite's, with nothing outside of namespaces. */
static bool
looks_like_sqlite(const struct sfs_side *side)
{
	sfs_vec_foreach (file, &side->tree.files) {
		if (!sfs_starts_with(file->path, "schema/main/")) {
			return false;
		}
	}
	return side->tree.files.len > 0;
}

/* The server that the environment names: it can hold a scratch database. */
static const char *
environment_target(void)
{
	static const char *const libpq[] = { "PGSERVICE", "PGHOST", "PGHOSTADDR", "PGDATABASE" };
	const char *url = getenv("DATABASE_URL");

	if (url && *url) {
		return url;
	}
	for (size_t i = 0; i < sizeof libpq / sizeof *libpq; i++) {
		if (getenv(libpq[i])) {
			return "postgresql://";
		}
	}
	return NULL;
}

/*
 * Opens what evaluates files when no side is a database: the shadow, SQLite in memory, or the server
 * of the environment, in a scratch database of our own.
 */
static int
open_shadow(struct sfs_comparison *comparison, const char **shadow, struct sfs_error *err)
{
	const char *target = *shadow;

	if (!target &&
		(looks_like_sqlite(&comparison->have) || looks_like_sqlite(&comparison->want))) {
		target = "sqlite::memory:";
	}
	target = target ? target : environment_target();
	if (!target) {
		sfs_error_set(
			err, EINVAL, "neither side is a database, so nothing can evaluate them");
		sfs_error_hint(err,
			"name an empty database with --shadow (sqlite::memory: for SQLite), "
			"or a server to make a scratch database on with DATABASE_URL");
		return -EINVAL;
	}
	int r = sfs_side_init(&comparison->shadow, target, err);
	if (r < 0) {
		return r;
	}
	if (comparison->shadow.type != SFS_SIDE_DATABASE) {
		return sfs_error_set(err, EINVAL, "--shadow wants a database");
	}
	return sfs_side_open(&comparison->shadow, false, err);
}

static int
open_sides(struct sfs_comparison *comparison, bool read_only, struct sfs_error *err)
{
	struct sfs_side *have = &comparison->have, *want = &comparison->want;
	int r = 0;

	if (have->driver && want->driver && have->driver != want->driver) {
		return sfs_error_set(err, EINVAL, "one side is %s, the other %s",
			have->driver->name, want->driver->name);
	}
	if (have->type == SFS_SIDE_DATABASE) {
		r = sfs_side_open(have, read_only, err);
	}
	if (r == 0 && want->type == SFS_SIDE_DATABASE) {
		r = sfs_side_open(want, true, err);
	}
	return r;
}

/* Leaves those files in a tree that the project is about. */
void
sfs_comparison_filter(const struct sfs_project *project, struct sfs_tree *tree)
{
	size_t kept = 0;

	sfs_vec_foreach (file, &tree->files) {
		struct sfs_object object = { .id = file->id };

		if (sfs_project_includes(project, &object)) {
			tree->files.items[kept++] = *file;
		}
	}
	tree->files.len = kept;
}

static struct sfs_db *
evaluator_of(const struct sfs_comparison *comparison)
{
	const struct sfs_side *sides[] = { &comparison->have, &comparison->want,
		&comparison->shadow };

	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
		if (sides[i]->db) {
			return sides[i]->db;
		}
	}
	return NULL;
}

/* What unqualified names in a script belong to. */
static const char *
default_namespace(const struct sfs_db *evaluator)
{
	return evaluator->driver->dialect == SFS_SQLITE ? "main" : "public";
}

/* The renames that the wanted side tells as comments, and those of the file. */
static int
find_renames(struct sfs_comparison *comparison, const struct sfs_db *evaluator, const char *renames,
	struct sfs_error *err)
{
	const struct sfs_side *want = &comparison->want;
	/* What the database has told itself has no comments of ours. */
	const struct sfs_tree *tree = comparison->partly ? &comparison->changed : &want->tree;
	enum sfs_dialect dialect = evaluator->driver->dialect;
	int r = 0;

	for (size_t i = 0; r == 0 && want->type == SFS_SIDE_TREE && i < tree->files.len; i++) {
		const struct sfs_file *file = &tree->files.items[i];

		r = sfs_hints_find(dialect, file->path, file->text, file->len, file->id.namespace,
			comparison->arena, &comparison->renames, err);
	}
	if (want->type == SFS_SIDE_SCRIPT) {
		r = sfs_hints_find(dialect, want->name, sfs_str_text(&want->script),
			want->script.len, default_namespace(evaluator), comparison->arena,
			&comparison->renames, err);
	}
	if (r == 0 && renames) {
		r = sfs_renames_read(dialect, renames, default_namespace(evaluator),
			comparison->arena, &comparison->renames, err);
	}
	return r;
}

/* What the project is not about, and what is not its own, stays as it is. */
static void
hold_back(struct sfs_comparison *comparison)
{
	struct sfs_side *want = &comparison->want;
	struct sfs_catalog *overlay =
		sfs_project_overlay(&comparison->project, comparison->have.catalog, want->catalog);

	if (overlay) {
		sfs_catalog_destroy(want->catalog);
		want->catalog = overlay;
	}
}

static int
load_sides(struct sfs_comparison *comparison, struct sfs_db *evaluator, const char *shadow,
	struct sfs_error *err)
{
	struct sfs_side *have = &comparison->have;
	int r = sfs_skip_optional(
		&comparison->project, evaluator, NULL, &have->tree, &comparison->plan, err);

	if (r == 0) {
		r = sfs_side_load(have, evaluator, shadow, err);
	}
	if (r == 0) {
		r = sfs_skip_optional(&comparison->project, evaluator, have->catalog,
			&comparison->want.tree, &comparison->plan, err);
	}
	if (r == 0) {
		r = sfs_side_load(&comparison->want, evaluator, shadow, err);
	}
	return r;
}

/* Both catalogs are there. */
static int
find_difference(struct sfs_comparison *comparison, struct sfs_db *evaluator, const char *renames,
	struct sfs_error *err)
{
	hold_back(comparison);
	int r = find_renames(comparison, evaluator, renames, err);

	if (r == 0) {
		r = sfs_diff_make(comparison->have.catalog, comparison->want.catalog,
			&comparison->renames, &comparison->diff, err);
	}
	return r;
}

/* Forgets what the files that differ have told: the whole will tell it. */
static void
forget(struct sfs_comparison *comparison)
{
	sfs_diff_finish(&comparison->diff);
	sfs_catalog_destroy(comparison->have.catalog);
	sfs_catalog_destroy(comparison->want.catalog);
	comparison->have.catalog = comparison->want.catalog = NULL;
	comparison->renames.len = 0;
	comparison->partly = false;
}

static int
plan(struct sfs_comparison *comparison, struct sfs_db *evaluator, const char *shadow,
	const char *renames, struct sfs_error *err)
{
	int r = 0;

	/* A rename, for one, may be of something that does not differ. */
	if (comparison->partly && find_difference(comparison, evaluator, renames, NULL) < 0) {
		forget(comparison);
	}
	if (!comparison->partly) {
		r = load_sides(comparison, evaluator, shadow, err);
		r = r < 0 ? r : find_difference(comparison, evaluator, renames, err);
	}
	if (r < 0) {
		return r;
	}
	comparison->same = sfs_diff_is_empty(&comparison->diff);
	if (!comparison->same && comparison->have.db && !*comparison->fingerprint) {
		r = sfs_fingerprint_catalog(comparison->have.driver, comparison->have.catalog,
			comparison->fingerprint, err);
	}
	if (r < 0) {
		return r;
	}
	return comparison->same ? 0
				: evaluator->driver->plan(comparison->have.db, &comparison->diff,
					  &comparison->plan, err);
}

/* From which size on a table is changed online: what was asked for, else what the project says. */
static void
settle_online(struct sfs_comparison *comparison, int64_t asked)
{
	asked = asked < 0 ? comparison->project.online_above : asked;
	if (asked >= 0) {
		comparison->have.db->online_above = asked;
	}
}

static int
compare(struct sfs_comparison *comparison, const char *have, const char *want,
	const struct sfs_comparison_options *options, struct sfs_error *err)
{
	const char *shadow = options->shadow;
	int r = sfs_side_init(&comparison->have, have, err);

	if (r == 0) {
		r = sfs_side_init(&comparison->want, want, err);
		comparison->have.lock_timeout_ms = options->lock_timeout_ms;
	}
	if (r == 0) {
		r = sfs_comparison_find_project(comparison, err);
	}
	if (r == 0) {
		r = open_sides(comparison, options->read_only, err);
	}
	if (r == 0 && comparison->have.db) {
		settle_online(comparison, options->online_above);
	}
	if (r == 0 && options->lock) {
		r = sfs_lock(comparison->have.db, SFS_LOCK_PLAN, SFS_LOCK_PLAN_MS, err);
		comparison->locked = r == 0;
	}
	if (r == 0) {
		r = sfs_comparison_by_files(comparison, shadow == NULL, err);
	}
	if (r == 0 && !comparison->same && !evaluator_of(comparison)) {
		r = open_shadow(comparison, &shadow, err);
	}
	if (r == 0 && !comparison->same) {
		r = plan(comparison, evaluator_of(comparison), shadow, options->renames, err);
	}
	if (r == 0) {
		r = sfs_comparison_add_rows(comparison, err);
	}
	if (comparison->same) {
		comparison->fingerprint[0] = '\0';
	}
	return r;
}

int
sfs_comparison_init(struct sfs_comparison *comparison, const char *have, const char *want,
	const struct sfs_comparison_options *options, struct sfs_error *err)
{
	memset(comparison, 0, sizeof *comparison);
	sfs_plan_init(&comparison->plan);
	comparison->arena = sfs_arena_create();
	int r = compare(comparison, have, want, options, err);
	if (r < 0) {
		sfs_comparison_finish(comparison);
		memset(comparison, 0, sizeof *comparison);
	}
	return r;
}

void
sfs_comparison_finish(struct sfs_comparison *comparison)
{
	sfs_plan_finish(&comparison->plan);
	sfs_diff_finish(&comparison->diff);
	sfs_vec_finish(&comparison->renames);
	sfs_tree_finish(&comparison->changed);
	sfs_data_finish(&comparison->data);
	sfs_catalog_destroy(comparison->rows);
	sfs_project_finish(&comparison->project);
	sfs_arena_destroy(comparison->arena);
	if (comparison->locked) {
		sfs_unlock(comparison->have.db);
	}
	sfs_side_finish(&comparison->have);
	sfs_side_finish(&comparison->want);
	sfs_side_finish(&comparison->shadow);
}
