/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_VALUE_H
#define SFS_SQLITE_VALUE_H

#include <sqlite3.h>

#include "base/str.h"
#include "data/shape.h"

/*
 * Values as texts. A text is the value that its column makes of it; in a column without a type, a
 * number as SQLite writes it is that number. What would become another value is marked:
 *   \x0aff    a blob
 *   \t42      the text after the mark
 *   \u6100    a text, by its bytes
 *   \\a       a text that begins with a backslash
 */
struct lite_values {
	sqlite3 *
		conn; /* owned; in memory, for the file's rows and for what SQLite makes of values */
	sqlite3_stmt *quote, *real;
};

int lite_values_open(struct lite_values *values, struct sfs_error *err) SFS_MUST_CHECK;
void lite_values_close(struct lite_values *values); /* accepts a zeroed one */
SFS_DEFINE_AUTO_VALUE(lite_values, struct lite_values, lite_values_close)

/* A type with the same affinity as the column's, fit for a table of ours; STRICT: the type itself. */
const char *lite_value_type(const struct sfs_shape_column *column, bool strict);

/* Appends a value that is not null. */
int lite_value_write(struct lite_values *values, const struct sfs_shape_column *column, bool strict,
	sqlite3_value *value, struct sfs_str *out, struct sfs_error *err) SFS_MUST_CHECK;

/* Binds what a text stands for; NULL is null. -EINVAL for a mark that is none. */
int lite_value_bind(struct lite_values *values, const struct sfs_shape_column *column, bool strict,
	const char *text, sqlite3_stmt *statement, int parameter,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Appends it as a literal. */
void lite_value_literal(
	const struct sfs_shape_column *column, bool strict, const char *text, struct sfs_str *out);

#endif
