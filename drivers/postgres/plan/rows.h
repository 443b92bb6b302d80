/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PLAN_ROWS_H
#define SFS_POSTGRES_PLAN_ROWS_H

#include "drivers/postgres/plan/planner.h"

/* What happens to rows: their values, their columns' order, their partition. */

/* ---- convert.c: what happens to values ---- */

/* Whether the sequence, or an identity column's, stands outside of its new bounds. */
bool pg_must_restart(struct pg_planner *planner, const struct sfs_change *change);

/* The expression that converts a column's values when no cast does; NULL: none is needed. */
const char *pg_conversion(struct pg_planner *planner, const struct sfs_change *change);

/* ---- column_order.c ---- */

/* What the fields of its rows are: columns, or the attributes of a composite type. */
enum sfs_kind pg_field_kind(const struct sfs_object *object);

struct pg_names SFS_VEC_OF(const char *);

/*
 * The names of the columns of an object of `diff->to`, a table, view or composite type, in the order in
 * which it has them after the plan: columns that are added come behind those there are, and a child has those of
 * its parents first. The names are borrowed, the vector is the caller's.
 */
void pg_column_order(const struct pg_planner *planner, const struct sfs_object *object,
	struct pg_names *ret_order);

/* ---- partition.c ---- */

/* The table that it is, or shall be, a partition of, in `diff->to`; NULL: none that is known. */
const struct sfs_object *pg_partition_parent(
	const struct pg_planner *planner, const struct sfs_object *table);

/*
 * What holds for the rows of a partition with that bound, so that the server need not read them to
 * know; false where it can not be told so: DEFAULT, hashes, keys of several columns.
 */
bool pg_partition_condition(
	const struct sfs_object *parent, const char *bound, struct sfs_str *out);

bool pg_is_default_partition(const struct sfs_object *partition);

/*
 * The rows that a partition takes, as it shall be, whatever the key; and those that no partition of the
 * parent takes (`but`, or NULL, left out of account). False where that can not be told.
 */
bool pg_partition_accepts(const struct pg_planner *planner, const struct sfs_object *parent,
	const struct sfs_object *partition, struct sfs_str *out);
bool pg_partition_refuses(const struct pg_planner *planner, const struct sfs_object *parent,
	const struct sfs_object *but, struct sfs_str *out);

/* ---- resettle.c: rows that change their partition ---- */

/* Finds the partitions whose rows are to be in others, and has them leave their parent for that. */
void pg_resettle(struct pg_planner *planner);

/* Keeps the moving of rows behind what makes room for them. */
void pg_resettle_edges(struct pg_planner *planner, struct pg_nodes *nodes);

/* Moves the rows that the partition gives away, before it is attached again or dropped. */
void pg_emit_moves(
	struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *source);

/* Whether it gives rows away; how many of which nobody knows are not told: -1 in `ret_n`. */
bool pg_gives_rows_away(
	const struct pg_planner *planner, const struct pg_state *source, int64_t *ret_n);

/* How many rows of a partition, as it is, no partition takes that there shall be; -1: unknown. */
int64_t pg_count_homeless(
	struct pg_planner *planner, const struct sfs_object *from, const struct sfs_object *parent);

#endif
