// SPDX-License-Identifier: MIT
/* From the database to the tree: all of it, or what changed. */
#include "fs/refresh.h"

#include <errno.h>
#include <malloc.h>

#include "fs/control.h"
#include "fs/refusal.h"
#include "fs/view.h"
#include "tree/json.h"

struct reading {
	struct sfs_census census;
	struct sfs_catalog *catalog; /* owned */
	struct sfs_tree tree;
	struct sfs_str schema, model;
	struct sfs_str invisible;
	struct sfs_map *touched; /* owned; paths that are to be read in any case; NULL: none */
	uint64_t changes;        /* ours, as of its beginning */
};

static void
reading_finish(struct reading *reading)
{
	sfs_vec_finish(&reading->census);
	sfs_catalog_destroy(reading->catalog);
	sfs_tree_finish(&reading->tree);
	sfs_str_finish(&reading->schema);
	sfs_str_finish(&reading->model);
	sfs_str_finish(&reading->invisible);
	sfs_map_destroy(reading->touched);
}

SFS_DEFINE_AUTO_VALUE(reading, struct reading, reading_finish)

static void
begin(struct mnt *mnt, struct reading *reading)
{
	MNT_LOCK(mnt);
	reading->changes = mnt->changes;
}

/* What we made is shown, and known to no census: others may have made it what it was before. */
static void
begin_counted(struct mnt *mnt, struct reading *reading)
{
	MNT_LOCK(mnt);
	reading->changes = mnt->changes;
	reading->touched = sfs_map_create();
	sfs_vec_foreach (path, &mnt->touched) {
		sfs_map_set(reading->touched, *path, NULL);
	}
}

/* Whether a change of ours is, or may be, in the database that is not in the reading or the tree. */
static bool
is_behind(const struct mnt *mnt, const struct reading *reading)
{
	return mnt->committing || mnt->changes != reading->changes;
}

static int
tell_changed(struct sfs_error *err)
{
	return sfs_error_set(err, EAGAIN, "the database changed while it was read");
}

/* ---- everything ---- */

static int
read_whole(struct mnt *mnt, struct sfs_db *db, struct reading *reading, struct sfs_error *err)
{
	struct sfs_scope scope = { .dependencies = true };
	struct sfs_error whole sfs_auto(error) = SFS_ERROR_INIT;
	int r = mnt->driver->read(db, &scope, &reading->catalog, err);

	r = r < 0 ? r : sfs_tree_render(mnt->driver, reading->catalog, &reading->tree, err);
	if (r < 0) {
		return r;
	}
	if (mnt->driver->print_all(reading->catalog, &reading->schema, &whole) < 0) {
		/* The objects can be shown all the same. */
		mnt_control_warn(mnt, "generated/schema.sql: %s", whole.message);
	}
	sfs_tree_json(reading->catalog, &reading->tree, &reading->model);
	sfs_vec_foreach (line, &reading->catalog->invisible) {
		sfs_str_addf(&reading->invisible, "  %s\n", *line);
	}
	return 0;
}

/* Needs the lock. */
static void
show_invisible(struct mnt *mnt, struct reading *reading)
{
	free(mnt->health.invisible);
	mnt->health.invisible = reading->invisible.len ? sfs_str_steal(&reading->invisible) : NULL;
}

static int
show_whole(struct mnt *mnt, struct reading *reading, bool counted)
{
	MNT_LOCK(mnt);
	if (is_behind(mnt, reading)) {
		return -EAGAIN;
	}
	mnt_view_refresh(mnt, &reading->tree);
	if (counted) {
		mnt_view_untouch(mnt);
	}
	show_invisible(mnt, reading);
	return 0;
}

/* What is told of the whole: nothing of the tree. */
static void
show_generated(struct mnt *mnt, struct reading *reading, int64_t start)
{
	__atomic_store_n(&mnt->reading_ms, mnt_now() - start, __ATOMIC_RELAXED);
	/* A catalog is large and short-lived: give its memory back. */
	sfs_catalog_destroy(sfs_steal(reading->catalog));
	sfs_tree_finish(&reading->tree);
	mnt_control_schema(mnt, &reading->schema, &reading->model);
	mnt_refusals_review(mnt);
	mnt_control_update(mnt);
	sfs_str_finish(&reading->schema);
	sfs_str_finish(&reading->model);
	(void)malloc_trim(0);
}

int
mnt_refresh_generated(struct mnt *mnt, struct sfs_db *db, struct sfs_error *err)
{
	struct reading reading sfs_auto(reading) = { 0 };
	int64_t start = mnt_now();

	begin(mnt, &reading);
	int r = read_whole(mnt, db, &reading, err);
	if (r < 0) {
		return r;
	}
	{
		MNT_LOCK(mnt);
		if (is_behind(mnt, &reading)) {
			return tell_changed(err);
		}
		show_invisible(mnt, &reading);
	}
	show_generated(mnt, &reading, start);
	return 0;
}

int
mnt_refresh_whole(
	struct mnt *mnt, struct sfs_db *db, struct mnt_known *known, struct sfs_error *err)
{
	struct reading reading sfs_auto(reading) = { 0 };
	int64_t start = mnt_now();

	begin(mnt, &reading);
	/* Before reading: what changes in between is read once more. */
	int r = known ? mnt->driver->census(db, &reading.census, err) : 0;
	r = r < 0 ? r : read_whole(mnt, db, &reading, err);
	if (r < 0) {
		return r;
	}
	if (show_whole(mnt, &reading, known != NULL) < 0) {
		return tell_changed(err);
	}
	if (known) {
		mnt_known_build(known, &reading.census, reading.catalog);
	}
	show_generated(mnt, &reading, start);
	return 0;
}

/* ---- what changed ---- */

/* Reads until no file of what was read lacks an object that shares it; 1: everything is simpler. */
static int
read_some(struct mnt *mnt, struct sfs_db *db, const struct mnt_known *known,
	struct reading *reading, struct mnt_tags *tags, struct sfs_error *err)
{
	enum { ROUNDS = 3 };

	for (int round = 0; round < ROUNDS; round++) {
		struct sfs_scope scope = { .tags = tags->items, .n_tags = tags->len };

		sfs_catalog_destroy(sfs_steal(reading->catalog));
		int r = mnt->driver->read(db, &scope, &reading->catalog, err);
		if (r < 0) {
			return r;
		}
		if (!mnt_known_complete(known, &reading->census, reading->catalog, tags)) {
			return sfs_tree_render(mnt->driver, reading->catalog, &reading->tree, err);
		}
	}
	return 1;
}

static int
show_some(struct mnt *mnt, const struct reading *reading, const struct mnt_paths *old_paths)
{
	MNT_LOCK(mnt);
	if (is_behind(mnt, reading)) {
		return -EAGAIN;
	}
	sfs_vec_foreach (path, old_paths) {
		if (!sfs_tree_find(&reading->tree, *path)) {
			mnt_view_withdraw(mnt, *path);
		}
	}
	const char *touched;
	for (size_t i = 0;
		reading->touched && sfs_map_next(reading->touched, &i, &touched, NULL);) {
		if (!sfs_tree_find(&reading->tree, touched)) {
			mnt_view_withdraw(mnt, touched);
		}
	}
	mnt_view_changes(mnt, &reading->tree);
	if (reading->touched) {
		mnt_view_untouch(mnt);
	}
	return 0;
}

static int
show_changes(struct mnt *mnt, struct mnt_known *known, struct reading *reading,
	const struct mnt_tags *tags, struct sfs_error *err)
{
	struct mnt_known former sfs_auto(mnt_known) = { 0 };
	struct mnt_paths old_paths = { 0 };

	mnt_known_update(known, &reading->census, tags, reading->catalog, &former, &old_paths);
	int r = show_some(mnt, reading, &old_paths);
	sfs_vec_finish(&old_paths);
	if (r < 0) {
		/* Nothing of it was shown: what was known still is. */
		struct mnt_known unused = *known;

		*known = former;
		former = unused;
		return tell_changed(err);
	}
	mnt_refusals_review(mnt);
	mnt_control_update(mnt);
	return 0;
}

/*
 * Reads and shows what the census of a reading says; 1: everything is to be read. When `exactly`, -EAGAIN
 * if something went between the census and the reading: another may have its name by now.
 */
static int
follow(struct mnt *mnt, struct sfs_db *db, struct mnt_known *known, struct reading *reading,
	bool exactly, struct sfs_error *err)
{
	struct mnt_tags tags = { 0 };
	bool touched = reading->touched && sfs_map_len(reading->touched);

	if (touched) {
		mnt_known_doubt(known, reading->touched);
	}
	int r = mnt_known_compare(known, &reading->census, &tags) ? 0 : 1;
	if (r == 0 && (tags.len || touched)) {
		/* No tags would mean everything. */
		r = tags.len ? read_some(mnt, db, known, reading, &tags, err) : 0;
		reading->catalog = reading->catalog ? reading->catalog : sfs_catalog_create();
		if (r == 0 && exactly &&
			mnt_known_misses(known, &reading->census, reading->catalog, &tags)) {
			r = tell_changed(err);
		}
		r = r ? r : show_changes(mnt, known, reading, &tags, err);
	}
	sfs_vec_finish(&tags);
	return r;
}

static int
refresh_some(struct mnt *mnt, struct sfs_db *db, struct mnt_known *known, bool exactly,
	struct sfs_error *err)
{
	struct reading reading sfs_auto(reading) = { 0 };

	begin_counted(mnt, &reading);
	int r = mnt->driver->census(db, &reading.census, err);
	return r < 0 ? r : follow(mnt, db, known, &reading, exactly, err);
}

int
mnt_refresh_some(struct mnt *mnt, struct sfs_db *db, struct mnt_known *known, struct sfs_error *err)
{
	int r = refresh_some(mnt, db, known, true, err);

	/* What is counted and can not be read is so for another reason the second time. */
	return r == -EAGAIN ? refresh_some(mnt, db, known, false, err) : r;
}

int
mnt_refresh_recent(
	struct mnt *mnt, struct sfs_db *db, struct mnt_known *known, struct sfs_error *err)
{
	enum { FEW = 100 };
	struct reading reading sfs_auto(reading) = { 0 };
	struct sfs_census recent = { 0 };

	if (!mnt->driver->recent || !known->objects.len) {
		return 0;
	}
	begin(mnt, &reading);
	int r = mnt->driver->recent(db, &recent, err);
	/* What is not told apart, and what is much, is left to the census. */
	if (r == 0 && recent.len && recent.len <= FEW && recent.items[0].tag) {
		mnt_known_suppose(known, &recent, &reading.census);
		r = follow(mnt, db, known, &reading, true, err);
	}
	sfs_vec_finish(&recent);
	return r > 0 || r == -EAGAIN ? 0 : r;
}
