/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PLAN_HAZARDS_H
#define SFS_POSTGRES_PLAN_HAZARDS_H

#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"

/* Between hazards.c, which has the table of rules, and hazards_table.c. */

static inline bool
pg_state_differs(const struct pg_state *state, int attribute)
{
	return state->attributes & PG_BIT(attribute);
}

/*
 * Whether two expressions say the same when casts to any of the types are left out; and the types of such
 * casts that come and go with the new types of columns that `user`, of `from`, needs: false when there
 * are none. (uncast.c)
 */
bool pg_same_but_for_casts(const char *a, const char *b, const struct pg_list *types);
bool pg_retyped_around(
	const struct pg_planner *planner, const struct sfs_object *user, struct pg_list *ret_types);

/* The table as it is now, of a part or of what belongs to it; NULL when it is new. */
const struct sfs_object *pg_present_table(
	const struct pg_planner *planner, const struct pg_state *state);

/* ---- measure.c: counted in the database; texts are valid as long as the planner ---- */

/* "3 rows", "the rows" when they were not counted. */
const char *pg_tell_rows(struct pg_planner *planner, const struct sfs_object *relation);

/* The same of rows in which the column is, or is not, null. */
const char *pg_tell_values(struct pg_planner *planner, const struct sfs_object *column, bool null);

/* "16 kB, about 100 rows", of it with its partitions and children; NULL: nobody knows. */
const char *pg_tell_size(struct pg_planner *planner, const struct sfs_object *relation);

/* How many values of the keys stand in more than one row, -1 when nobody knows. */
int64_t pg_count_duplicates(struct pg_planner *planner, const struct sfs_object *table,
	const char *keys, const char *predicate, bool nulls_too);

/* How many rows a check or foreign key does not hold for, -1 when nobody knows. */
int64_t pg_count_violations(struct pg_planner *planner, const struct sfs_object *table,
	const struct sfs_object *constraint);

/* ---- measure.c, of what goes or is converted ---- */

/* ", 16 kB, used 12 times so far": of an index; "" when nobody knows. */
const char *pg_tell_index(struct pg_planner *planner, const struct sfs_object *index);

/*
 * Whether `expression` can be computed of all rows of the table now: 1, or 0 with the server's words
 * why not (in the planner's arena), -1 when nobody knows.
 */
int pg_try_expression(struct pg_planner *planner, const struct sfs_object *table,
	const char *expression, const char **ret_why);

/* How many rows of the table a condition holds for, -1 when nobody knows. */
int64_t pg_count_where(
	struct pg_planner *planner, const struct sfs_object *table, const char *condition);

/* Whether a default gives each row a value of its own: it calls a volatile function. */
bool pg_is_volatile(struct pg_planner *planner, const char *expression);

/* What belongs to an extension: how many objects, and the tables of them that have rows. */
bool pg_count_members(struct pg_planner *planner, const struct sfs_object *extension,
	int64_t *ret_members, struct sfs_str *ret_tables);

/* ---- bodies.c ---- */

/*
 * The routines, of those that the plan leaves as they are, whose bodies name the object: how many,
 * the first of them added to `names`. A part must be named together with what it is part of.
 */
size_t pg_named_in_bodies(
	struct pg_planner *planner, const struct sfs_object *object, struct sfs_str *names);

/* ---- locks.c ---- */

/* The strongest lock of a node's statements on a table of a user's, as it would be; NULL: none. */
const char *pg_lock_of(const struct pg_node *node);

/* Whether it changes the catalog alone: it looks at no row, whatever the size of the table. */
bool pg_is_brief(const struct pg_node *node);

/* Whether a statement of a node takes the node's lock. */
bool pg_touches_table(const char *sql);

/* Whether the table is there already and stays: nobody waits for a lock on a new one. */
bool pg_is_used_by_others(const struct pg_planner *planner, const struct pg_state *state);

/* Takes down what a node's steps and hazards, from the given ones on, say of locks. */
void pg_locks_note(
	struct pg_planner *planner, const struct pg_node *node, size_t step, size_t hazard);

/* Tells what follows from all of them together. */
void pg_locks_finish(struct pg_planner *planner);

/* ---- merge.c: joins the node's step with that before it, when one statement can do both. ---- */

void pg_merge(struct pg_planner *planner, const struct pg_node *node, size_t step);

/* ---- hazards_*.c: the rows of the table in hazards.c ---- */

void pg_hazard_drop_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_drop_foreign_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_drop_materialized_view(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_drop_column(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_drop_type_attribute(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_drop_sequence(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_drop_index(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_drop_extension(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_drop_any(struct pg_planner *planner, const struct pg_state *state);

void pg_hazard_write_function(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_create_routine(struct pg_planner *planner, const struct pg_state *state);

void pg_hazard_alter_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_tie_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_untie_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_alter_column(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_create_column(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_create_index(struct pg_planner *planner, const struct pg_state *state);
/* Whether the column comes to have no NULL in any row, which has to be looked at. */
bool pg_not_null_checks(const struct pg_state *column);

void pg_hazard_alter_constraint(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_create_constraint(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_retype_column(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_move_rows(struct pg_planner *planner, const struct pg_state *state);

#endif
