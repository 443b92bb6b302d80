/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_RECORD_H
#define SFS_MIGRATE_RECORD_H

#include "migrate/set.h"
#include "tree/project.h"

/*
 * A change that is made live and becomes the next migration of a folder: begin, then the change with
 * sfs_record_plan() as what its transaction runs last, then end. The lock must be held all along.
 */
struct sfs_record {
	struct sfs_db *db;
	const char *directory;             /* drizzle's folder */
	const struct sfs_project *project; /* NULL: none, all as usual */
	const char *name;                  /* of the migration, without its prefix */

	/* What follows is its own. */
	struct sfs_set set;
	struct sfs_catalog *before;
	struct sfs_str text;
	struct sfs_ledger_row row;
	char *tag; /* staged; NULL: nothing was changed */
};

/*
 * Ends what an earlier one left, and reads what is there. -EPERM while the folder has migrations that
 * are not applied: the new one would come before them in this database and behind them in others.
 */
int sfs_record_begin(struct sfs_record *record, struct sfs_error *err) SFS_MUST_CHECK;

/* Inside the transaction: stages the plan as a migration and adds it to the ledger. `data` is the record. */
int sfs_record_plan(void *data, const struct sfs_plan *plan, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * `result` is what came of the transaction. Puts the migration into the folder, with its snapshot;
 * when it failed, forgets it, unless the ledger has it or can not be asked: then the next begin ends it.
 */
int sfs_record_end(struct sfs_record *record, int result, struct sfs_error *err) SFS_MUST_CHECK;

void sfs_record_finish(struct sfs_record *record);
SFS_DEFINE_AUTO_VALUE(record, struct sfs_record, sfs_record_finish)

/*
 * Writes the snapshot of a migration that brought the schema from `before` to `after`, whole catalogs:
 * the newest one with what has changed. Nothing when it has one already.
 */
int sfs_record_snapshot(const char *directory, const struct sfs_journal *journal, const char *tag,
	const struct sfs_catalog *before, const struct sfs_catalog *after,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
