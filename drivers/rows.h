/* SPDX-License-Identifier: MIT */
#ifndef SFS_DRIVERS_ROWS_H
#define SFS_DRIVERS_ROWS_H

#include "data/shape.h"
#include "data/sheet.h"
#include "drivers/driver.h"

/*
 * Rows of tables as texts. A text is what the database itself writes and reads for a value, so that
 * nothing is lost on the way; docs/man/schemafs-data.5.scd tells what that means for each engine.
 * Two values are the same when the database writes the same for both, two keys when it says so.
 */

/* The columns that are asked about, as indices into `shape->columns`. The key is among them. */
struct sfs_rows_query {
	const struct sfs_shape *shape; /* of the table as it is in the database */
	const size_t *columns;
	size_t n_columns;
};

enum sfs_rows_state {
	SFS_ROW_SAME,
	SFS_ROW_DIFFERENT,
	SFS_ROW_MISSING, /* the database has no row with that key */
};

/* What the database says of a row that was asked about. Texts live in the caller's arena. */
struct sfs_rows_verdict {
	enum sfs_rows_state state;
	const char *const
		*want; /* as the database writes what was asked; NULL when it is the same */
	const char *const *have; /* what it has; DIFFERENT alone */
};

/* Takes a row, whose fields are in the order of the query and borrowed; -errno ends the reading. */
typedef int sfs_rows_take(void *data, const char *const *fields, struct sfs_error *err);

/* A function returns 0 or -errno and fills `err`. Inside begin() .. end() it sees the transaction. */
struct sfs_rows_driver {
	/* All rows in the order of the key, one after the other. */
	int (*read)(struct sfs_db *db, const struct sfs_rows_query *query, sfs_rows_take *take,
		void *data, struct sfs_error *err) SFS_MUST_CHECK;

	/*
	 * Compares: `rows->columns` are those of the query, in its order. `verdicts` has one for each
	 * row. -EINVAL with file and line for what the database can not read, and for a key that
	 * stands twice. The number of queries does not depend on the number of rows.
	 */
	int (*compare)(struct sfs_db *db, const struct sfs_rows_query *query,
		const struct sfs_sheet *rows, struct sfs_arena *arena,
		struct sfs_rows_verdict *verdicts, struct sfs_error *err) SFS_MUST_CHECK;

	/* The rows of the table whose keys `rows` does not have, in the order of the key. */
	int (*extra)(struct sfs_db *db, const struct sfs_rows_query *query,
		const struct sfs_sheet *rows, sfs_rows_take *take, void *data,
		struct sfs_error *err) SFS_MUST_CHECK;

	/* Appends a text as an SQL literal that gives that value to the column. */
	void (*literal)(const struct sfs_shape *shape, const struct sfs_shape_column *column,
		const char *text, struct sfs_str *out);

	/* Whether the server could create the extension. */
	int (*offers)(struct sfs_db *db, const char *extension, bool *ret_offers,
		struct sfs_error *err) SFS_MUST_CHECK;
};

extern const struct sfs_rows_driver pg_rows;
extern const struct sfs_rows_driver lite_rows;

#endif
