/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_PENDING_H
#define SFS_MIGRATE_PENDING_H

#include "drivers/driver.h"

/*
 * Runs one migration file: takes the database's lock, refuses with -EEXIST what the ledger has
 * already (by hash), runs the statements as sfs_run_migration() does, with the ledger's row, and
 * then puts the file into `directory` (drizzle's folder) under the next number with its journal
 * entry. `name` is the file name that the person chose ("add_teams.sql", "0007_add_teams.sql").
 * The statement at fault is told as file:line:column. On failure the folder is as it was, and so is
 * the database, unless the file had to be divided: then it goes on from there the next time. `ret_tag` (owned by the caller) is the tag under which it was recorded.
 */
int sfs_pending_apply(struct sfs_db *db, const char *directory, const char *name, const char *text,
	size_t len, char **ret_tag, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Ends what a crash left of a migration whose transaction was committed: 1 when the ledger has it, and
 * the folder then has it too; 0 when it was not applied. Waits for nobody: -EBUSY while another works.
 */
int sfs_pending_recover(struct sfs_db *db, const char *directory, const char *text, size_t len,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
