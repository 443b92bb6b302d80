/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_COMPARE_H
#define SFS_VERBS_COMPARE_H

#include "apply/fingerprint.h"
#include "data/data.h"
#include "verbs/side.h"

/* Two sides and what makes `have` equal `want`. */
struct sfs_comparison {
	struct sfs_side have, want;
	struct sfs_side
		shadow; /* a database to evaluate in, when neither side is one; else zeroed */
	struct sfs_arena *arena;    /* owned; texts of the renames */
	struct sfs_renames renames; /* those that `want` tells in its files, and --renames */
	struct sfs_project project; /* of the side that is a tree, else of where we are */
	struct sfs_data data;       /* the rows that the project wants compared; or zeroed */
	struct sfs_catalog
		*rows; /* owned; the tables of `data`, where no side's catalog was read */
	struct sfs_diff diff;
	struct sfs_plan plan;
	char fingerprint[SFS_FINGERPRINT_SIZE]; /* of `have`, a database that differs; else "" */
	bool same;
	bool partly;             /* the catalogs hold what differs, and what that reaches, alone */
	struct sfs_tree changed; /* partly: the files of the tree that differ */
	bool locked;             /* `have` is: sfs_lock() */
};

struct sfs_comparison_options {
	bool lock;                /* hold the lock of `have` from before it is read */
	bool read_only;           /* open the sides so that they refuse every change */
	unsigned lock_timeout_ms; /* of `have`; 0: the default */
	int64_t online_above;     /* bytes; -1: as the project says, or the default */
	const char *shadow;  /* an empty database to evaluate files in; NULL: a scratch place */
	const char *renames; /* a file of renames, as sfs_renames_read() takes it; NULL: none */
};

/* Opens, reads and compares. Changes neither side. */
int sfs_comparison_init(struct sfs_comparison *comparison, const char *have, const char *want,
	const struct sfs_comparison_options *options, struct sfs_error *err) SFS_MUST_CHECK;
void sfs_comparison_finish(struct sfs_comparison *comparison);

/* Leaves those files in a tree that the project is about. */
void sfs_comparison_filter(const struct sfs_project *project, struct sfs_tree *tree);

/* ---- by_files.c ---- */

/*
 * Where a side is a tree: finds out whether the other says the same byte for byte. If not, and the
 * other is a database, and `partly`: takes the catalogs of both sides from the files that differ
 * (apply/partial.h), if those can tell. Fills the fingerprint of `have`.
 */
int sfs_comparison_by_files(
	struct sfs_comparison *comparison, bool partly, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- rows.c ---- */

/* Reads the project's configuration, all as by default when there is none. */
int sfs_comparison_find_project(
	struct sfs_comparison *comparison, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Takes optional extensions that the server of `db` does not have out of a tree, and notes it in
 * `plan`. Those that `have` (NULL: unknown) has stay.
 */
int sfs_skip_optional(const struct sfs_project *project, struct sfs_db *db,
	const struct sfs_catalog *have, struct sfs_tree *tree, struct sfs_plan *plan,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Compares the rows of the project's tables, once the schemas are; adds to the plan. */
int sfs_comparison_add_rows(
	struct sfs_comparison *comparison, struct sfs_error *err) SFS_MUST_CHECK;

/* Inside the transaction that carried out the plan: -EIO unless the rows are what was wanted. */
int sfs_comparison_check_rows(void *comparison, struct sfs_db *db, struct sfs_error *err);

SFS_DEFINE_AUTO_VALUE(comparison, struct sfs_comparison, sfs_comparison_finish)

#endif
