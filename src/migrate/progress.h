/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_PROGRESS_H
#define SFS_MIGRATE_PROGRESS_H

#include "drivers/migrator.h"

/*
 * Migrations that are half done, since not all of them is one transaction. They stand in a table of
 * ours beside drizzle's, which is made with the first of them and goes with the last.
 */
struct sfs_progress {
	char *tag;     /* owned */
	char hash[65]; /* of the whole file when it was begun */
	size_t done;   /* statements that are done */
	bool begun;    /* the next one was sent outside of a transaction: what came of it is open */
	char *place;   /* owned; the next one is a backfill: SQL of the last key done; or NULL */
	int64_t rows;  /* of that backfill: dealt with */
	int64_t total; /* and as many as there were */
	char digest[65]; /* of the statements that are done or begun, as they were */
};
struct sfs_progress_list SFS_VEC_OF(struct sfs_progress);

void sfs_progress_finish(struct sfs_progress *progress);
SFS_DEFINE_AUTO_VALUE(progress, struct sfs_progress, sfs_progress_finish)
void sfs_progress_list_finish(struct sfs_progress_list *list);
SFS_DEFINE_AUTO_VALUE(progress_list, struct sfs_progress_list, sfs_progress_list_finish)

/* All of them; none, and nothing is changed, when there is no table. */
int sfs_progress_read(struct sfs_db *db, struct sfs_progress_list *ret_list,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Writes it down, instead of what was there for its tag. */
int sfs_progress_write(struct sfs_db *db, const struct sfs_progress *progress,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Forgets it; the last one takes the table with it. */
int sfs_progress_clear(struct sfs_db *db, const char *tag, struct sfs_error *err) SFS_MUST_CHECK;

#endif
