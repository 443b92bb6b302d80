/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PLAN_FAMILY_H
#define SFS_POSTGRES_PLAN_FAMILY_H

#include "drivers/postgres/plan/planner.h"

/* Tables with parents: what a child has from them, and what follows by itself when they change. */

/* ---- family.c: tables with parents ---- */

/* The column that the parent has by this name; NULL: none. */
const struct sfs_object *pg_parent_column(
	const struct sfs_catalog *catalog, const struct sfs_object *column);

/* The column as if all it has were its own. */
const struct sfs_object *pg_flatten(struct pg_planner *planner, const struct sfs_catalog *catalog,
	const struct sfs_object *column);

/* The parents of a table of `from` that are made anew: it leaves them, and joins them again. */
void pg_renewed_parents(const struct pg_planner *planner, const struct pg_state *table,
	struct pg_list *ret_parents);

/* Whether the table can get its parents only by being made with them. */
bool pg_needs_new_table(const struct pg_planner *planner, const struct pg_state *table);

/* Whether the table's partition key names the column, which then can not be altered. */
bool pg_is_partitioned_by(const struct sfs_object *table, const struct sfs_object *column);

/* Whether a parent that the table has before, after and all the while brings it the part, of either. */
bool pg_keeps_inherited(const struct pg_planner *planner, const struct pg_state *table,
	const struct sfs_object *part);

/* Whether a column that parent and child get comes to the child when it has joined the parent. */
bool pg_comes_after_joining(const struct pg_planner *planner, const struct pg_state *table,
	const struct sfs_object *column);

/*
 * Whether the columns of a partition stand as its parent's do when some go and others come behind
 * them: attached to a parent that is made anew it is else not as if it had been made with it.
 */
bool pg_keeps_order(const struct pg_planner *planner, const struct pg_state *table);

/* Whether the table stands aside, and leaves its parents before that: they change without it. */
bool pg_leaves_parents(const struct pg_state *table);

/* What a parent brought can be dropped when the table has left it. */
void pg_inherited_edges(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *part);

/* Whether a child keeps the column that its parent drops. */
bool pg_child_keeps(const struct pg_planner *planner, const struct sfs_object *column);

/* Spells out the columns of the tables that change parents. */
void pg_flatten_columns(struct pg_planner *planner);

/* The value that the column has, its own or its parent's. */
const char *pg_effective(
	const struct sfs_catalog *catalog, const struct sfs_object *column, int attribute);

/* Whether the table joins a parent, or a type: `tied` may be about what it says of its indexes alone. */
bool pg_joins(const struct pg_state *table);

/* ---- not_null.c: the names of NOT NULL ---- */

/* The name, for SQL, that a column's NOT NULL has from a parent; NULL: that which it would get anyway. */
const char *pg_inherited_not_null_name(const struct pg_planner *planner,
	const struct sfs_catalog *catalog, const struct sfs_object *column);

/* The column with its NOT NULL by name, where the server would else choose another one. */
const struct sfs_object *pg_with_not_null_name(
	struct pg_planner *planner, const struct sfs_object *column);

/* ---- generated.c: columns that are computed ---- */

/* Whether the column only gets another expression, and the server can do that. */
bool pg_sets_expression(const struct pg_planner *planner, const struct pg_state *column);

/* Whether a column that shall be generated can be so only by being dropped and added. */
bool pg_is_generated_anew(const struct pg_planner *planner, const struct pg_state *column);

/* ---- heirs.c: columns that children have from their parents ---- */

/* Has children that keep a value of their own be given it again after their parent changes. */
void pg_spread_columns(struct pg_planner *planner);

/* Makes the columns anew that go and come with the parent's, which is made anew. */
void pg_replace_heirs(struct pg_planner *planner, const struct pg_state *column);

/* Has a partition whose new column has another name for NOT NULL than its parent's get it alone. */
void pg_keep_new_not_null(struct pg_planner *planner, const struct sfs_object *column);

/* Finds how each child's column is made anew; whether more follows from that. */
bool pg_settle_heirs(struct pg_planner *planner);

/* Gives a column that goes and comes with its parent's the nodes of that. */
void pg_heir_nodes(struct pg_state *column);

/* Keeps a child's own column behind its parent's when both go, and before it when both come. */
void pg_heir_edges(struct pg_nodes *nodes, const struct pg_state *column);

/* ---- echo.c: what follows by itself ---- */

/* Whether the part comes from a parent table, with which it comes and goes. */
bool pg_is_inherited(const struct sfs_object *object);

/* Whether the statement that renames the parent's part reaches this one. */
bool pg_is_renamed_by_parent(const struct pg_planner *planner, const struct pg_state *state);

/* Whether the index, or key, of a partition is made before the one of its parent that takes it over. */
bool pg_index_comes_first(const struct pg_planner *planner, const struct pg_state *index);

/* Leaves to a parent what its change does to the state's object. */
void pg_find_echo(struct pg_planner *planner, struct pg_state *state);

/*
 * A view's columns come and go with its query. What is said of them besides, a comment or a grant,
 * is said of a column that the new query brings as of any other.
 */
void pg_follow_query(struct pg_planner *planner, struct pg_state *column);

/*
 * Whether it is an exclusion constraint, or a key WITHOUT OVERLAPS, that a partition has from its parent:
 * of those ATTACH PARTITION always makes another one, whatever the table has.
 */
bool pg_comes_by_attaching(const struct sfs_object *constraint);

/* ---- implied.c: indexes that partitions have by their parents alone ---- */

/* Before a table is made a partition: its parent's indexes call the columns as they are called. */
void pg_refresh_index_columns(struct pg_planner *planner, const struct sfs_object *partition);

#endif
