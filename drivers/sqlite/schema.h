/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_SCHEMA_H
#define SFS_SQLITE_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Prepares a query that reads main.sqlite_schema and nothing else, without having SQLite parse what
 * stands in there: that takes it long, with a time that grows by the square of the number of tables.
 * Otherwise as lite_prepare(); finalized by the caller.
 */
int lite_schema_prepare(sqlite3 *conn, const char *sql, sqlite3_stmt **ret_statement,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Whether the file has a write-ahead log; `PRAGMA journal_mode` would read the schema first. */
bool lite_is_logged(sqlite3 *conn);

/* As sqlite3_step() on such a statement; after an error the connection knows what it was. */
int lite_schema_step(sqlite3_stmt *statement);

/* As lite_number() for such a query. */
int lite_schema_number(sqlite3 *conn, const char *sql, int64_t fallback, int64_t *ret_number,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
