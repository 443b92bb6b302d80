/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PLAN_HAZARDS_H
#define SFS_POSTGRES_PLAN_HAZARDS_H

#include "drivers/postgres/plan/planner.h"

/* Between hazards.c, which has the table of rules, and hazards_table.c. */

static inline bool
pg_state_differs(const struct pg_state *state, int attribute)
{
	return state->attributes & PG_BIT(attribute);
}

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

void pg_hazard_alter_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_tie_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_untie_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_alter_column(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_create_column(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_create_index(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_create_constraint(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_move_rows(struct pg_planner *planner, const struct pg_state *state);

#endif
