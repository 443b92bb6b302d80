/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_MIGRATOR_H
#define SFS_POSTGRES_MIGRATOR_H

#include "drivers/migrator.h"

/* What migrator.c puts into struct sfs_migrator, each as said there. */

extern const struct sfs_migrator pg_migrator;

/* ledger.c */
void pg_ledger_place(struct sfs_db *db, const char *schema, const char *table);
char *pg_ledger_beside(struct sfs_db *db, const char *name);
int pg_ledger_make(struct sfs_db *db, struct sfs_error *err) SFS_MUST_CHECK;
int pg_ledger_exists(struct sfs_db *db, const char *table, bool *ret_exists,
	struct sfs_error *err) SFS_MUST_CHECK;

/* outside.c */
int pg_outside_revisit(struct sfs_db *db, const struct sfs_outside *what, bool begun,
	bool *ret_done, struct sfs_error *err) SFS_MUST_CHECK;
int pg_outside_run(
	struct sfs_db *db, const struct sfs_outside *what, struct sfs_error *err) SFS_MUST_CHECK;

#endif
