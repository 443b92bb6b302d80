/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_LEDGER_H
#define SFS_SQLITE_LEDGER_H

#include "drivers/migrator.h"

/* sfs_driver's ledger_read(), ledger_append(), lock() and unlock(). */
int lite_ledger_read(
	struct sfs_db *db, struct sfs_ledger_rows *ret_rows, struct sfs_error *err) SFS_MUST_CHECK;
int lite_ledger_append(
	struct sfs_db *db, const struct sfs_ledger_row *row, struct sfs_error *err) SFS_MUST_CHECK;
int lite_lock(struct sfs_db *db, unsigned timeout_ms, struct sfs_error *err) SFS_MUST_CHECK;
int lite_lock_here(struct sfs_db *db, unsigned timeout_ms, struct sfs_error *err) SFS_MUST_CHECK;
void lite_unlock(struct sfs_db *db);

/* sfs_migrator's place(); the rest of it is in migrator.c. */
void lite_ledger_place(struct sfs_db *db, const char *schema, const char *table);

int lite_ledger_make(struct sfs_db *db, struct sfs_error *err) SFS_MUST_CHECK;

struct lite_db;

/* Whether the database has a table of that name now. */
int lite_ledger_exists(struct lite_db *db, const char *name, bool *ret_exists,
	struct sfs_error *err) SFS_MUST_CHECK;

extern const struct sfs_migrator lite_migrator;

#endif
