/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_SCHEMA_H
#define SFS_SQLITE_SCHEMA_H

#include <sqlite3.h>

#include "base/error.h"

/*
 * Prepares a query that reads main.sqlite_schema and nothing else, without having SQLite parse what
 * stands in there: that takes it long, with a time that grows by the square of the number of tables.
 * Otherwise as lite_prepare(); finalized by the caller.
 */
int lite_schema_prepare(sqlite3 *conn, const char *sql, sqlite3_stmt **ret_statement,
	struct sfs_error *err) SFS_MUST_CHECK;

/* As sqlite3_step() on such a statement; after an error the connection knows what it was. */
int lite_schema_step(sqlite3_stmt *statement);

#endif
