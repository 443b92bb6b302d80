/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_SANDBOX_H
#define SFS_SQLITE_SANDBOX_H

#include "drivers/sqlite/connection.h"

/*
 * An empty database in memory in which texts of strangers can be run: it reaches no file, and
 * gives up what takes too long.
 */
int lite_sandbox_open(sqlite3 **ret_conn, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Runs one statement. Functions, modules, tokenizers and collations that only an application has are
 * made up, so that definitions which name them can be read. Returns 0, or -EINVAL with `err` filled and
 * `*ret_offset` the byte of `sql` at fault.
 */
int lite_sandbox_run(
	sqlite3 *conn, const char *sql, size_t len, size_t *ret_offset, struct sfs_error *err);

/*
 * Makes up what the last error of `conn` misses; false when it is none of that. In a live database
 * only functions and tokenizers are, and calling one fails: names resolve, but no value is ever computed.
 */
bool lite_make_up(sqlite3 *conn, bool live);

/*
 * The collation that the last error of `conn` misses, there until it is taken back: `*ret_asked` says
 * whether it had to compare, and then nothing that was done with it may stay. NULL: none is missing.
 */
char *lite_lend_collation(sqlite3 *conn, bool *ret_asked);
void lite_take_collation(sqlite3 *conn, char *name); /* frees the name */

#endif
