/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_RUNNER_H
#define SFS_MIGRATE_RUNNER_H

#include "migrate/progress.h"
#include "migrate/script.h"

/* One migration to run. Everything is borrowed. */
struct sfs_run {
	struct sfs_db *db;
	const char *tag;
	const char *name; /* of the file, for errors */
	const char *text;
	size_t len;
	struct sfs_ledger_row row; /* what the ledger gets */

	/* After each statement and each batch; may be NULL. */
	void (*report)(void *data, const struct sfs_progress *progress, size_t n_statements);
	void *data;
};

/*
 * Runs the statements one by one, all in one transaction with the ledger's row. What can not run in
 * one runs by itself, as the server asks; then the part before it is committed first, it is written
 * down how far the migration has come, and the next call goes on from there, in this process or in
 * another. The database's lock must be held. The error says file, line and column.
 */
int sfs_run_migration(const struct sfs_run *run, struct sfs_error *err) SFS_MUST_CHECK;

#endif
