/* SPDX-License-Identifier: MIT */
#ifndef SFS_DRIVERS_SQLITE_ROWS_MIRROR_H
#define SFS_DRIVERS_SQLITE_ROWS_MIRROR_H

#include "drivers/rows.h"
#include "drivers/sqlite/value.h"

/*
 * A file's rows go into a table in memory with the same columns: what it then holds is what the
 * database would. Rows have the numbers that they have in the file, from 0.
 */
struct lite_mirror {
	struct lite_values values;
	sqlite3_stmt *get; /* owned; the row of a number */
	sqlite3_stmt *has; /* owned; the number of the row with a key */
};

/*
 * Fills a zeroed mirror. -EINVAL, with the line of the file, for a row that the table would not take
 * or whose key another row has.
 */
int lite_mirror_init(struct lite_mirror *mirror, const struct sfs_rows_query *query,
	const struct sfs_sheet *rows, struct sfs_error *err) SFS_MUST_CHECK;

void lite_mirror_finish(struct lite_mirror *mirror);
SFS_DEFINE_AUTO_VALUE(lite_mirror, struct lite_mirror, lite_mirror_finish)

/* The number of the row that has the key of the row at hand, -1 when there is none. */
int64_t lite_mirror_find(
	struct lite_mirror *mirror, const struct sfs_rows_query *query, sqlite3_stmt *row);

/* The column that is asked for in the given place. */
const struct sfs_shape_column *lite_rows_column(const struct sfs_rows_query *query, size_t i);

void lite_rows_add_table(const struct sfs_rows_query *query, struct sfs_str *out);

/* "id, name": of all that is asked for. */
void lite_rows_add_columns(const struct sfs_rows_query *query, struct sfs_str *out);

/* "id, name": of the key, each followed by `tail`. */
void lite_rows_add_key(const struct sfs_rows_query *query, const char *separator, const char *tail,
	struct sfs_str *out);

/* Binds the key of the row at hand of `from`, which gives the columns asked for, and resets `to`. */
void lite_rows_bind_key(const struct sfs_rows_query *query, sqlite3_stmt *from, sqlite3_stmt *to);

#endif
