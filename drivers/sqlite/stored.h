/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_STORED_H
#define SFS_SQLITE_STORED_H

#include "drivers/sqlite/connection.h"

/* A row of sqlite_schema that has a text. (stored.c) */
struct lite_stored {
	const char *type, *name, *relation, *sql;
};

/* Where rows come from: the database, or a whole catalog that was read from it; the other is NULL. */
struct lite_stored_from {
	sqlite3 *conn;
	const struct sfs_catalog *known;
};

/*
 * Calls `visit` for each row, whose texts are valid for so long. Of a database these are the ones
 * that `condition`, SQL of ours, is true for; of a catalog always all.
 */
int lite_stored_each(const struct lite_stored_from *from, const char *condition,
	void (*visit)(void *data, const struct lite_stored *row), void *data,
	struct sfs_error *err) SFS_MUST_CHECK;

/* ---- search.c ---- */

/* A name that many texts are searched for, whatever the case of ASCII letters. */
struct lite_needle {
	const unsigned char *text; /* borrowed; in lower case */
	size_t len;
	unsigned char skip[256]; /* how far a byte under the end of the name lets it move on */
};

void lite_needle_init(struct lite_needle *needle, const char *lower_case);
bool lite_needle_in(const struct lite_needle *needle, const char *text);

#endif
