/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_READ_H
#define SFS_SQLITE_READ_H

#include "drivers/sqlite/connection.h"

/* sfs_driver's read(). */
int lite_read(struct sfs_db *db, const struct sfs_scope *scope, struct sfs_catalog **ret_catalog,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The same on any connection. */
int lite_read_from(sqlite3 *conn, const struct sfs_scope *scope, struct sfs_catalog **ret_catalog,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The namespace that all objects of a SQLite database are in. */
#define LITE_NAMESPACE "main"

/* drizzle's table of applied migrations. */
#define LITE_LEDGER "__drizzle_migrations"

/* Ours beside it, there while a migration is half done. */
#define LITE_PROGRESS "__schemafs_progress"

struct lite_stored;
struct lite_table;

/*
 * Adds a table with its columns and constraints; `parsed` is used for taking its text apart, NULL: only
 * the text is wanted. Returns NULL when there is one of the name already. (read_table.c)
 */
struct sfs_object *lite_read_table(
	struct sfs_catalog *catalog, struct lite_table *parsed, const struct lite_stored *row);

/* Adds the edges between objects to a sealed catalog. (depend.c) */
void lite_depend(struct sfs_catalog *catalog);

/* ---- shadow.c ---- */

/* The virtual tables of a database: their modules own tables of their own. */
struct lite_virtuals SFS_VEC_OF(struct lite_virtual {
	char *name;
	char *module;
});
int lite_virtuals_read(
	sqlite3 *conn, struct lite_virtuals *ret_virtuals, struct sfs_error *err) SFS_MUST_CHECK;
void lite_virtuals_finish(struct lite_virtuals *virtuals);
SFS_DEFINE_AUTO_VALUE(lite_virtuals, struct lite_virtuals, lite_virtuals_finish)

/* Whether a table of that name is what the virtual table's module keeps for it. */
bool lite_is_shadow_of(const struct lite_virtual *virtual, const char *name);

/* The virtual table whose module keeps a table of that name; NULL: none does. */
const char *lite_shadowed(const struct lite_virtuals *virtuals, const char *name);

/* Whether it would be one, were `table` a virtual table; and all names for which that is so. */
bool lite_may_shadow(const char *table, const char *name);
void lite_each_shadow(const char *table, void (*found)(void *data, const char *name), void *data);

/* The word after USING in a CREATE VIRTUAL TABLE; owned by the caller, "" when there is none. */
char *lite_module_name(const char *sql);

/* Whether a name of sqlite_schema is none of the user's: SQLite's, a module's, the ledger. */
bool lite_is_internal(const struct lite_virtuals *virtuals, const char *name);

#endif
