/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_BACKFILL_H
#define SFS_MIGRATE_BACKFILL_H

#include "drivers/migrator.h"

/*
 * A statement that can be run in parts: an UPDATE or DELETE, or an INSERT ... SELECT, whose rows are
 * those of one table, which its key puts in order. A part is the statement with a range of the key as
 * a further condition, so each row is in just one.
 */
struct sfs_backfill {
	char *sql;                  /* owned */
	char *table;                /* owned; as the statement names it */
	char *alias;                /* owned; what the columns are qualified with */
	size_t where;               /* past the word WHERE; 0: there is none */
	size_t end;                 /* where the condition ends, or goes */
	struct sfs_texts assigned;  /* columns that it sets */
	struct sfs_texts functions; /* that an INSERT's SELECT calls */
	struct sfs_texts key;       /* columns, quoted */
};

void sfs_backfill_finish(struct sfs_backfill *backfill);
SFS_DEFINE_AUTO_VALUE(backfill, struct sfs_backfill, sfs_backfill_finish)

/* Reads the statement and asks the database for the key. -EINVAL, saying why, when it can not be cut. */
int sfs_backfill_init(struct sfs_backfill *backfill, struct sfs_db *db, const char *sql,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Reads `backfill->sql`: all but the key. (backfill_read.c) */
int sfs_backfill_read(struct sfs_backfill *backfill, enum sfs_dialect dialect,
	struct sfs_error *err) SFS_MUST_CHECK;

/* How many rows the table has. */
int sfs_backfill_total(const struct sfs_backfill *backfill, struct sfs_db *db, int64_t *ret_total,
	struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Runs the part that follows `place` (NULL: the first), `batch` rows of the table. `ret_place`
 * (owned by the caller) is where it ended, NULL after the last part. Call it inside a transaction.
 */
int sfs_backfill_step(const struct sfs_backfill *backfill, struct sfs_db *db, const char *place,
	int64_t batch, char **ret_place, struct sfs_error *err) SFS_MUST_CHECK;

#endif
