/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_SCRATCH_LOAD_H
#define SFS_POSTGRES_SCRATCH_LOAD_H

#include "drivers/postgres/connection.h"
#include "drivers/postgres/scratch/rewrite.h"

/* What the server adds to the privileges of new objects, and how to have that or not. (defaults.c) */
struct pg_defaults {
	struct sfs_arena *arena;        /* owned; NULL: there is nothing to do */
	SFS_VEC(const char *) existing; /* statements to run before those for objects that exist */
	SFS_VEC(const char *) fresh;    /* and before those for new ones */
	struct sfs_map *paths;          /* owned; of the sources that define new ones */
};

void pg_defaults_finish(struct pg_defaults *defaults);

struct pg_load_options {
	const struct pg_defaults *defaults; /* NULL: as they are */
	const struct pg_places *places;     /* NULL: names stay as they are */
	bool in_transaction; /* one is open and shall stay so; else each statement is one of its own */
	bool any_order;      /* the sources are files of a tree: their order means nothing */
};

/*
 * Runs the statements of a script. They may stand in any order: first they are tried as they come
 * (files of a tree: as they need each other), and what fails is tried again, sorted, until nothing
 * new succeeds. Rows and transaction control are left out. The error is that of the statement that
 * the others wait for, with file, line and column; for a circle it names the files.
 */
int pg_load_script(struct pg_db *db, struct pg_script *script,
	const struct pg_load_options *options, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- load_order.c ---- */

/* A statement on its way to the server; a foreign key that was cut out is one of its own. */
struct pg_task {
	struct pg_stmt *statement;
	const struct pg_key *key; /* NULL: the statement itself */
	bool cut;                 /* its keys have tasks of their own (struct pg_key) */
	bool added;               /* and these are there */
	bool waits;               /* load_order.c: it needs itself by way of others */
	PGresult *failure;        /* owned; of the last try */
};
struct pg_tasks SFS_VEC_OF(struct pg_task);
struct pg_order SFS_VEC_OF(size_t); /* indexes of tasks */

/*
 * Sorts `order` so that a task comes after what it needs among those in it, and as it was
 * otherwise. Foreign keys in a circle are cut: their tasks are added to both.
 */
void pg_order_sort(struct pg_script *script, struct pg_tasks *tasks, struct pg_order *order);

/*
 * Puts keys of tables that statements attach before those of the tables above: a parent's key takes over
 * one that is there already, and gives the partition one more where that comes later. (load_attached.c)
 */
void pg_order_attached(const struct pg_tasks *tasks, struct pg_order *keys);

/* Whether the statement would act on others: default privileges, event triggers, publications. */
bool pg_order_is_last(const struct pg_stmt *statement);

/* ---- load_wait.c: what has to come before the children of a table, and what after them ---- */

/*
 * An index or a key of a partitioned table ONLY, and what is attached to it: after all partitions, of which
 * each that came later would get a part of it.
 */
bool pg_waits_for_partitions(const struct pg_stmt *statement);

/* The first of these: it is not whole while some partition has no part of it. */
bool pg_is_incomplete(const struct pg_stmt *statement);

/* ALTER TABLE ... ADD CHECK (...) NOT VALID: children that came later would have it valid. */
bool pg_adds_unchecked(const struct pg_stmt *statement);

/* ALTER TABLE ... VALIDATE CONSTRAINT: of a child it comes after what its parent adds. */
bool pg_validates(const struct pg_stmt *statement);

/* ALTER TABLE ... ALTER COLUMN: what children inherit that are made afterwards. */
bool pg_settles_columns(const struct pg_stmt *statement);

#endif
