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

void pg_hazard_alter_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_tie_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_untie_table(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_alter_column(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_create_column(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_create_index(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_create_constraint(struct pg_planner *planner, const struct pg_state *state);
void pg_hazard_move_rows(struct pg_planner *planner, const struct pg_state *state);

#endif
