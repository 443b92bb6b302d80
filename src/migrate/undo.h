/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_UNDO_H
#define SFS_MIGRATE_UNDO_H

#include "migrate/history.h"

/* What the undoing of a migration does not bring back. */
struct sfs_undo_loss {
	const char *object; /* as a plan describes it; what was in it is gone */
	const char *table;  /* of a column: its table, described; else NULL */
	const char *column; /* its plain name */
};

/* A migration of a history undone: the schema as it is now, without what the migration did. */
struct sfs_undo {
	struct sfs_arena *arena;    /* owned; the texts below */
	const char *tag;            /* of the migration */
	struct sfs_catalog *before; /* owned; before the migration */
	struct sfs_catalog *after;  /* owned; after it */
	struct sfs_catalog *now;    /* owned; after all migrations */
	struct sfs_catalog *want;   /* owned */
	struct sfs_renames renames; /* from `now` to `want` */
	SFS_VEC(struct sfs_undo_loss) losses;
	SFS_VEC(const char *) impossible; /* what can not be undone, and why, a line each */
};

/*
 * Finds the migration called `which`, by its number, prefix or tag (-EINVAL when there is none), and
 * what the schema would be without it. What a later migration changed again is left, and told.
 */
int sfs_undo_init(struct sfs_history *history, struct sfs_db *db, const char *shadow,
	const char *which, struct sfs_undo *ret_undo, struct sfs_error *err) SFS_MUST_CHECK;
void sfs_undo_finish(struct sfs_undo *undo);
SFS_DEFINE_AUTO_VALUE(undo, struct sfs_undo, sfs_undo_finish)

/* What a step of the plan does not bring back, or NULL when it undoes exactly. */
const struct sfs_undo_loss *sfs_undo_loss_of(
	const struct sfs_undo *undo, enum sfs_dialect dialect, const struct sfs_step *step);

/* ---- undo_rows.c ---- */

/* Tells the statements of file `at` that change rows, which nothing brings back. */
void sfs_undo_rows(const struct sfs_history *history, size_t at, struct sfs_undo *undo);

/* ---- undo_merge.c ---- */

/* The renames of file `at`, the other way round. */
void sfs_undo_renames(const struct sfs_history *history, size_t at, struct sfs_undo *undo);

/*
 * `now` without the changes from `before` to `after`, where no migration changed them again; `diff` is
 * from `after` to `before`. A new catalog, not sealed by the server's understanding: its objects have
 * no dependencies. `whole`: a file that was changed since is left as it is, since its text can not be merged.
 */
struct sfs_catalog *sfs_undo_merge(struct sfs_undo *undo, const struct sfs_diff *diff, bool whole);

#endif
