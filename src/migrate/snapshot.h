/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_SNAPSHOT_H
#define SFS_MIGRATE_SNAPSHOT_H

#include <jansson.h>

#include "catalog/catalog.h"
#include "diff/diff.h"
#include "migrate/journal.h"

/*
 * drizzle's snapshots: what its model can say of a schema, in its own words. Where it writes what a
 * person wrote (defaults, checks, queries) and a catalog has only what the server makes of it, the
 * snapshot before has the words: a new one is the old one with what has changed.
 */

#define SFS_SNAPSHOT_NONE "00000000-0000-0000-0000-000000000000" /* prevId of the first */

/* A snapshot of the catalog in drizzle's newest version, `id` and `prevId` none; a new reference. */
json_t *sfs_snapshot_make(const struct sfs_catalog *catalog);

/*
 * `before`, a snapshot as it was read, with all that differs between `have` and `want`, snapshots
 * made of catalogs, changed. Renames of tables and columns keep what is said of them. A new reference.
 */
json_t *sfs_snapshot_merge(
	json_t *before, json_t *have, json_t *want, const struct sfs_renames *renames);

/*
 * Says what differs between `have` and `want` in the words of another snapshot that has it, too;
 * `words` may be NULL.
 */
void sfs_snapshot_reword(
	json_t *snapshot, const json_t *have, const json_t *want, const json_t *words);

/* Gives a snapshot a random id, and `prev` for its prevId. */
void sfs_snapshot_identify(json_t *snapshot, const char *prev);

/* The name of the snapshot file of a tag: what stands before its first `_`, and "_snapshot.json". */
char *sfs_snapshot_name(const char *tag);

/*
 * Reads the snapshot of an entry. -ENOENT when there is none; -EINVAL, with file, line and column,
 * when it can not be read. `ret_snapshot` is a new reference.
 */
int sfs_snapshot_read(const char *directory, const char *tag, json_t **ret_snapshot,
	struct sfs_error *err) SFS_MUST_CHECK;

int sfs_snapshot_write(const char *directory, const char *tag, json_t *snapshot,
	struct sfs_error *err) SFS_MUST_CHECK;

void sfs_snapshot_remove(const char *directory, const char *tag);

/* Whether it is of the version that drizzle-kit writes now, so that another can be made of it. */
bool sfs_snapshot_is_current(const json_t *snapshot);

/* ---- snapshot_postgres*.c, snapshot_sqlite.c ---- */

json_t *sfs_snapshot_postgres(const struct sfs_catalog *catalog);
json_t *sfs_snapshot_sqlite(const struct sfs_catalog *catalog);

/* The table with its parts and policies. */
json_t *sfs_snapshot_postgres_table(
	const struct sfs_catalog *catalog, const struct sfs_object *table);

/* "columns": { name: ... }. */
json_t *sfs_snapshot_postgres_columns(
	const struct sfs_catalog *catalog, const struct sfs_object *table);

/* A default, by the type of its column, both as the catalog has them. A new reference. */
json_t *sfs_snapshot_postgres_default(const char *type, const char *text);

/* Whether a primary key stands in its column and has no name of its own. */
bool sfs_snapshot_is_inline_key(const struct sfs_object *table, const struct sfs_object *key);

/* ---- snapshot_text.c: values of a catalog as drizzle writes them ---- */

/* A string; what is not UTF-8 becomes "?". A new reference. */
json_t *sfs_snapshot_string(const char *text);

/* Adds a value under a key that may hold anything; the reference to `value` is stolen. */
void sfs_snapshot_set(json_t *object, const char *key, json_t *value);

/*
 * The name of a constraint or index that drizzle calls `usual`: `name` is what PostgreSQL has left of
 * a long one. A new reference.
 */
json_t *sfs_snapshot_full_name(const char *name, const char *usual);

/* The names of "a, "B c"" (or of what stands in the first parentheses of `list`) as an array. */
json_t *sfs_snapshot_names(enum sfs_dialect dialect, const char *list);

/* Values of "name=70, other=on" as an object: numbers, booleans and strings. */
json_t *sfs_snapshot_options(enum sfs_dialect dialect, const char *options);

/*
 * An expression as it comes out of drizzle's sql`...`: names of columns quoted and, when `qualified`,
 * with the table before them; casts of string literals left out. `table` NULL: a default, which has
 * no columns, and keeps its casts.
 */
json_t *sfs_snapshot_expression(enum sfs_dialect dialect, const struct sfs_object *table,
	const char *expression, bool qualified);

/* What stands between the first parentheses of a text. */
char *sfs_snapshot_inside(enum sfs_dialect dialect, const char *text);

#endif
