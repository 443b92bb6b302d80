/* SPDX-License-Identifier: MIT */
#ifndef SFS_DRIVERS_MIGRATOR_H
#define SFS_DRIVERS_MIGRATOR_H

#include "drivers/driver.h"

/* Texts, each owned or NULL: rows of a query, one column after the other. */
struct sfs_texts SFS_VEC_OF(char *);

void sfs_texts_finish(struct sfs_texts *texts);
SFS_DEFINE_AUTO_VALUE(texts, struct sfs_texts, sfs_texts_finish)

/* A statement of a migration that can not run inside a transaction. */
struct sfs_outside {
	const char *sql;
	const char *const *settings; /* what the file has SET before it; run in the same session */
	size_t n_settings;
};

/*
 * What running migrations asks of a database beyond struct sfs_driver. Unless said otherwise a
 * function returns 0 or -errno and fills `err`.
 */
struct sfs_migrator {
	/*
	 * Where drizzle's table is, when the project has it elsewhere: `schema` is PostgreSQL's. NULL:
	 * as drizzle has it.
	 */
	void (*place)(struct sfs_db *db, const char *schema, const char *table);

	/* Makes the ledger when it is missing. */
	int (*make)(struct sfs_db *db, struct sfs_error *err) SFS_MUST_CHECK;

	/* A table of ours beside the ledger, as SQL. Owned by the caller. */
	char *(*beside)(struct sfs_db *db, const char *name);

	/* Whether there is a table; its name as SQL. */
	int (*exists)(struct sfs_db *db, const char *table, bool *ret_exists,
		struct sfs_error *err) SFS_MUST_CHECK;

	/* Runs a query of ours and appends what it gives. */
	int (*rows)(struct sfs_db *db, const char *sql, struct sfs_texts *rows,
		struct sfs_error *err) SFS_MUST_CHECK;

	/*
	 * Names of columns that are never null and put the rows of a table in an order that its index
	 * knows: the primary key, or what is like one. -EINVAL when it has none.
	 */
	int (*key)(struct sfs_db *db, const char *table, struct sfs_texts *ret_columns,
		struct sfs_error *err) SFS_MUST_CHECK;

	/* Whether one of these functions makes one row of many; their names as they stand in SQL. */
	int (*combines)(struct sfs_db *db, const struct sfs_texts *functions, bool *ret_combines,
		struct sfs_error *err) SFS_MUST_CHECK;

	/*
	 * Before a statement runs outside: takes away what it left behind when it was interrupted (an
	 * INVALID index). `begun`: it was sent before, and nobody knows what came of it. `ret_done`:
	 * it had its effect already.
	 */
	int (*revisit)(struct sfs_db *db, const struct sfs_outside *what, bool begun,
		bool *ret_done, struct sfs_error *err) SFS_MUST_CHECK;
	int (*run_outside)(struct sfs_db *db, const struct sfs_outside *what,
		struct sfs_error *err) SFS_MUST_CHECK;
};

#endif
