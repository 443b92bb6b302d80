/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_PLANNER_H
#define SFS_SQLITE_PLANNER_H

#include "drivers/sqlite/connection.h"

/* A table that changes, as it was and as it shall be. */
struct lite_pair {
	const struct sfs_object *from; /* NULL: it is created */
	const struct sfs_object *to;   /* NULL: it is dropped */
	const struct sfs_object
		*now;         /* as it is once everything is renamed; set by lite_rename() */
	bool touched;         /* columns, constraints or its own attributes differ */
	bool replaced;        /* a virtual table: dropped and created */
	bool rebuilt;         /* made anew; also set by lite_loosen() */
	struct sfs_str alter; /* owned; statements that do it in place, each ended by a NUL */
};

/* A view or trigger that must go while tables are renamed, and comes back as it was. */
struct lite_aside {
	char *name, *sql; /* owned */
	bool view;
	bool settled; /* `sql` is what it shall be after the renames */
};

struct lite_planner {
	struct lite_db *db; /* NULL: nothing can be measured */
	const struct sfs_diff *diff;
	struct sfs_plan *plan;
	bool partial; /* the catalogs hold what one edit is about, not the whole database */
	SFS_VEC(struct lite_pair) pairs;
	const struct sfs_change **change_from; /* owned; by index in diff->from; NULL: unchanged */
	const struct sfs_change **change_to;   /* owned; by index in diff->to */
	size_t *pair_from, *pair_to;           /* owned; 1 + index in pairs, by index in catalogs */
	sqlite3 *
		sandbox; /* owned; the schema as the statements so far leave it; NULL: not needed */
	struct sfs_catalog
		*now; /* owned; read from the sandbox after the renames; NULL: as before */
	SFS_VEC(struct lite_aside) asides;
	bool never_drop; /* ALTER TABLE DROP COLUMN fails, or changes what it has no business with */
	bool guarded;    /* lite_refuse_foreign_keys() has said its word */
	bool legacy;     /* PRAGMA legacy_alter_table is on at this point of the plan */
};

/* Appends a step; it is carried out in the sandbox too, when there is one. */
int lite_emit(struct lite_planner *planner, const struct sfs_object *object, const char *sql,
	struct sfs_error *err) SFS_MUST_CHECK;
int lite_emitf(struct lite_planner *planner, const struct sfs_object *object, struct sfs_error *err,
	const char *format, ...) __attribute__((format(printf, 4, 5))) SFS_MUST_CHECK;

/* Turns legacy_alter_table on or off, if it is not: under it, nothing but the table is rewritten. */
int lite_emit_legacy(struct lite_planner *planner, bool on, struct sfs_error *err) SFS_MUST_CHECK;

/* A name as SQL, in the planner's arena: always in double quotes unless it is plain. */
const char *lite_quoted(const struct lite_planner *planner, const char *name);

/* DROP `word` for an object, and the statement that makes one. */
int lite_emit_drop(struct lite_planner *planner, const struct sfs_object *object, const char *word,
	struct sfs_error *err) SFS_MUST_CHECK;
int lite_emit_create(struct lite_planner *planner, const struct sfs_object *object,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Whether what the change is about was there before, as it will not be any more. */
bool lite_is_gone(const struct sfs_change *change);

/* ---- module.c: virtual tables whose module is not known here ---- */

bool lite_lacks_module(const struct lite_planner *planner, const struct sfs_object *table);
int lite_store_virtual(struct lite_planner *planner, const struct sfs_object *table,
	struct sfs_error *err) SFS_MUST_CHECK;
int lite_forget_virtual(struct lite_planner *planner, const struct sfs_object *table,
	struct sfs_error *err) SFS_MUST_CHECK;

/* ---- programs.c ---- */

int lite_drop_triggers(struct lite_planner *planner, struct sfs_error *err) SFS_MUST_CHECK;
int lite_drop_views(struct lite_planner *planner, struct sfs_error *err) SFS_MUST_CHECK;

/* Makes the views, or the triggers, that differ or had to go. */
int lite_create_programs(
	struct lite_planner *planner, enum sfs_kind kind, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- frame.c ---- */

/* A statement that fails while foreign keys are on, where rows of others would be deleted then. */
int lite_refuse_foreign_keys(struct lite_planner *planner, struct sfs_error *err) SFS_MUST_CHECK;

/* Foreign keys off around it all, for who runs the plan by hand; no change in our transactions. */
int lite_frame(struct lite_planner *planner, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- pair.c ---- */

/* Finds the tables that change, and which of the old ones each is. */
void lite_pairs_find(struct lite_planner *planner);
struct lite_pair *lite_pair_of_to(const struct lite_planner *planner, const struct sfs_object *to);
struct lite_pair *lite_pair_of_from(
	const struct lite_planner *planner, const struct sfs_object *from);

/* The column of pair->from that `column` of pair->to was, NULL when it is new. */
const struct sfs_object *lite_column_origin(const struct lite_planner *planner,
	const struct lite_pair *pair, const struct sfs_object *column);

/* The part of that kind and name; SQLite does not care about case. */
const struct sfs_object *lite_part(
	const struct sfs_object *table, enum sfs_kind kind, const char *name);

/* Whether two tables say the same, indexes left aside. */
bool lite_tables_equal(const struct sfs_object *a, const struct sfs_object *b);

/* ---- the stages, in this order ---- */

bool lite_needs_rename(const struct lite_planner *planner);
int lite_rename_start(struct lite_planner *planner, struct sfs_error *err)
	SFS_MUST_CHECK; /* rename.c: opens the sandbox with a copy of the schema */
int lite_rename(struct lite_planner *planner, struct sfs_error *err) SFS_MUST_CHECK;

/* Drops what is described, and the triggers upon it when it is a view; takes what `aside` owns. (rename.c) */
int lite_put_aside(struct lite_planner *planner, const struct lite_aside *aside,
	struct sfs_error *err) SFS_MUST_CHECK;

/*
 * For a column that SQLite refuses to rename: replaces the pair's table, in the sandbox too, by one of its
 * name, columns and rows without any rule, and marks the pair as rebuilt. (loosen.c)
 */
int lite_loosen(
	struct lite_planner *planner, struct lite_pair *pair, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * After the renames: has the programs made anew in which SQLite took the rowid for a column; -EINVAL when a
 * text that was given says an old name. (settle.c)
 */
int lite_settle_texts(struct lite_planner *planner, struct sfs_error *err) SFS_MUST_CHECK;

int lite_choose(struct lite_planner *planner, struct lite_pair *pair,
	struct sfs_error *err) SFS_MUST_CHECK; /* alter.c: in place, or by a rebuild */
/* Whether a column may be dropped in place while there are views or triggers. (alter.c) */
bool lite_drops_columns(const struct lite_planner *planner);

/* Finds out in the sandbox what that does to them: sets never_drop. (alter.c) */
int lite_try_drop(struct lite_planner *planner, struct sfs_error *err) SFS_MUST_CHECK;

int lite_alter(struct lite_planner *planner, struct lite_pair *pair,
	struct sfs_error *err) SFS_MUST_CHECK; /* alter.c */
int lite_rebuild(struct lite_planner *planner, struct lite_pair *pair,
	struct sfs_error *err) SFS_MUST_CHECK; /* rebuild.c */

/*
 * Whether SQLite takes `ALTER TABLE quoted RENAME TO aside` for a table with its indexes and with the
 * views and triggers that name it. (movable.c)
 */
bool lite_can_rename(const struct lite_planner *planner, const struct sfs_object *table,
	const char *quoted, const char *aside);
int lite_check_programs(struct lite_planner *planner,
	struct sfs_error *err) SFS_MUST_CHECK; /* check.c: at the end of the plan */

/* ---- text.c ---- */

/*
 * Appends the text that makes an object: as it is stored, but with the name, and the relation of a
 * trigger, that the object has in its catalog. Rename hints are for this plan, and not kept.
 */
void lite_text(const struct sfs_object *object, struct sfs_str *out);

/* ---- measure.c: hazards, measured where there is a database ---- */

void lite_measure_drop(struct lite_planner *planner, const struct sfs_object *table);
void lite_measure_pair(struct lite_planner *planner, const struct lite_pair *pair);

/* Says of every step and hazard what it locks. */
void lite_tell_lock(struct lite_planner *planner);

/* A count that is not known: there is no database, or the question makes no sense to it. */
#define LITE_UNKNOWN ((int64_t)-1)

/* What a query of one number answers. */
int64_t lite_measure(const struct lite_planner *planner, const char *sql);
int64_t lite_count_rows(const struct lite_planner *planner, const struct sfs_object *table);

/* Columns that take no null from now on. (measure_null.c) */
void lite_measure_nulls(struct lite_planner *planner, const struct lite_pair *pair);

/* New unique keys, checks and foreign keys of a table that is there. (measure_keys.c) */
void lite_measure_keys(struct lite_planner *planner, const struct lite_pair *pair);

#endif
