/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_GUARD_H
#define SFS_SQLITE_GUARD_H

#include <sqlite3.h>

#include "base/error.h"

/*
 * Watches over the rows while tables are rebuilt: what the foreign keys complained of before, and
 * how many rows the tables had that a rebuild goes through or that refer to one.
 */
struct lite_guard;

/* Starts to watch; call inside the transaction, before anything was changed. */
int lite_guard_start(
	sqlite3 *conn, struct lite_guard **ret_guard, struct sfs_error *err) SFS_MUST_CHECK;
void lite_guard_destroy(struct lite_guard *guard); /* accepts NULL */

/* Call before each statement: notices a table that is put aside, and counts before it is dropped. */
int lite_guard_statement(struct lite_guard *guard, sqlite3 *conn, const char *sql,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Whether everything is still there and refers to what exists; call before the commit. */
int lite_guard_check(struct lite_guard *guard, sqlite3 *conn, struct sfs_error *err) SFS_MUST_CHECK;

/* What a rebuild calls the table that it puts aside: this and the table's name. */
#define LITE_ASIDE "__schemafs_old_"

#endif
