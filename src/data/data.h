/* SPDX-License-Identifier: MIT */
#ifndef SFS_DATA_DATA_H
#define SFS_DATA_DATA_H

#include "diff/plan.h"
#include "drivers/rows.h"
#include "tree/project.h"

/*
 * Reference data: the rows of the tables that a project names, which stand in its tree as
 * data/NAMESPACE/TABLE.csv. Used in this order: load (from files or from a database), compare (with a
 * database), plan.
 */

/* A table whose rows are wanted. What points anywhere lives in the arena of the whole. */
struct sfs_data_table {
	const char *namespace, *name;
	const char *path;       /* "data/public/plans.csv" */
	bool delete;            /* rows that the file does not have are deleted; else no concern */
	struct sfs_sheet sheet; /* owned; the rows that are wanted */
	/* Found by comparing: */
	bool compared; /* else the database has no such table, or not by this key */
	bool there;    /* the database has the table, if not by this key */
	size_t *places; /* of each column of the sheet in the verdicts' texts; SIZE_MAX: not compared */
	struct sfs_rows_verdict *verdicts;  /* one for each row */
	SFS_VEC(const char *const *) extra; /* rows that are not wanted, in the verdicts' columns */
};

struct sfs_data {
	struct sfs_arena *arena; /* owned */
	const struct sfs_driver *driver;
	SFS_VEC(struct sfs_data_table) tables; /* by namespace and name */
	SFS_VEC(const char *) notes;           /* what a person should know; no faults */
	bool over;      /* rows are written over others even where the table is made by the plan */
	bool backwards; /* the database is what is wanted, the sheets are what is there */
};

void sfs_data_finish(struct sfs_data *data); /* accepts a zeroed one */
SFS_DEFINE_AUTO_VALUE(data, struct sfs_data, sfs_data_finish)

/*
 * Reads the files below TREE/data of the tables that the project names. A table without a file is
 * left alone, a file of a table that is not named is none of ours: both are noted.
 */
int sfs_data_load(const struct sfs_project *project, const char *tree,
	const struct sfs_driver *driver, struct sfs_data *ret_data,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The same from a database, whose `catalog` has the tables; one that is not there is noted. */
int sfs_data_load_rows(const struct sfs_project *project, struct sfs_db *db,
	const struct sfs_catalog *catalog, struct sfs_data *ret_data,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The identities of the tables: to read a catalog of them alone. Owned by the caller (free). */
struct sfs_identity *sfs_data_identities(
	const struct sfs_project *project, const struct sfs_driver *driver, size_t *ret_n);

/*
 * Compares with what `db` has now. `have` is its catalog, `want` the one that it shall have when the
 * rows are written; where a table or its columns change on the way, what can be compared is, and the
 * rest is taken to differ. -EINVAL with file and line for what no such table could hold, a column
 * that it has not, a key that is missing or stands twice.
 */
int sfs_data_compare(struct sfs_data *data, struct sfs_db *db, const struct sfs_catalog *have,
	const struct sfs_catalog *want, const struct sfs_renames *renames,
	struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Appends the statements for the difference, after those that make `want` of the schema, and what
 * they risk; `want` may be NULL when there are no tables. Nothing was compared with: each row is written, whatever is there. Tables that others
 * refer to come first, circles are written at once.
 */
int sfs_data_plan(const struct sfs_data *data, const struct sfs_catalog *want,
	struct sfs_plan *plan, struct sfs_error *err) SFS_MUST_CHECK;

/* Whether sfs_data_plan() would have anything to write. */
bool sfs_data_same(const struct sfs_data *data);

struct sfs_data_written {
	size_t written, removed, unchanged;
};

/*
 * Makes the files below DIRECTORY/data those of the tables that the project names; `catalog` is the
 * database's. A file whose bytes are right is not touched, one of a table that is gone is removed.
 */
int sfs_data_export(const struct sfs_project *project, struct sfs_db *db,
	const struct sfs_catalog *catalog, const char *directory,
	struct sfs_data_written *ret_written, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- within this room ---- */

/* "data/public/plans.csv" */
void sfs_data_path(const char *namespace, const char *name, struct sfs_str *out);

/* Where a reference belongs when the project does not say. */
const char *sfs_data_namespace(
	const struct sfs_reference *reference, const struct sfs_driver *driver);

/* Adds a note; its text is copied. */
void sfs_data_note(struct sfs_data *data, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
