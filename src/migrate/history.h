/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_HISTORY_H
#define SFS_MIGRATE_HISTORY_H

#include "drivers/driver.h"
#include "migrate/journal.h"

/* The migrations of a folder as one history that can be run again. */
struct sfs_history {
	struct sfs_arena *arena; /* owned */
	const char *directory;
	const struct sfs_driver *driver;
	struct sfs_journal journal;
	SFS_VEC(struct sfs_source) files; /* one for each entry, and those that were added */
	SFS_VEC(struct sfs_replay_step) steps;
	SFS_VEC(size_t) ends; /* i: how many steps the first i files have */
	/* As in struct sfs_replay, for each replay; NULL: nobody is called. */
	int (*visit)(void *data, size_t stop, struct sfs_db *scratch,
		const struct sfs_catalog *catalog, struct sfs_error *err);
	void *visit_data;
};

/* Whether the folder has a journal. */
bool sfs_history_exists(const char *directory);

/* The driver of a folder, by its journal; NULL when there is none or it is for another database. */
const struct sfs_driver *sfs_history_driver(const char *directory);

/* Reads the journal and every file that it names; -ENOENT for one that is missing. */
int sfs_history_read(const char *directory, const struct sfs_driver *driver,
	struct sfs_history *ret_history, struct sfs_error *err) SFS_MUST_CHECK;
void sfs_history_finish(struct sfs_history *history);
SFS_DEFINE_AUTO_VALUE(history, struct sfs_history, sfs_history_finish)

/* Adds a file that is not in the folder, or not yet: `name` is for errors. */
int sfs_history_add(struct sfs_history *history, const char *name, const char *text, size_t len,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Takes the last file out again. */
void sfs_history_remove(struct sfs_history *history);

/*
 * What the first stops[i] files make, for each stop, in ascending order. `db` evaluates (SQLite: may
 * be NULL), in `shadow` when that is given. The catalogs are the caller's.
 */
int sfs_history_replay(const struct sfs_history *history, struct sfs_db *db, const char *shadow,
	const size_t *stops, size_t n_stops, struct sfs_catalog **ret_catalogs,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
