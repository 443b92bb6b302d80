/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_TRANSACTION_H
#define SFS_SQLITE_TRANSACTION_H

#include "drivers/sqlite/connection.h"

/* sfs_driver's begin(), exec() and end(). */
int lite_begin(struct sfs_db *db, bool rebuilds, struct sfs_error *err) SFS_MUST_CHECK;
int lite_exec(struct sfs_db *db, const char *sql, struct sfs_error *err) SFS_MUST_CHECK;
int lite_end(struct sfs_db *db, bool commit, struct sfs_error *err);

#endif
