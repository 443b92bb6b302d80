// SPDX-License-Identifier: MIT
/*
 * Names that objects pass on to each other. Each has to leave its name before the next one comes; in a
 * ring nobody can, so one of it steps aside first, under a name of ours.
 */
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/online.h"

/* What tells the place of a name: what it is part of is told by what that is called now. */
static const char *
key_of(const struct pg_planner *planner, const struct sfs_object *object, bool to)
{
	const struct sfs_object *owner = object->owner;
	const char *namespace = object->id.namespace, *relation = object->id.relation;
	const char *shared = pg_name_key(planner, object);

	if (shared) {
		return shared;
	}
	if (owner && to) {
		owner = planner->diff->origin[owner->index];
	}
	if (object->id.kind == SFS_NAMESPACE) {
		namespace = NULL;
	} else if (owner) {
		namespace = owner->id.namespace;
		relation = owner->id.name;
	}
	return sfs_arena_printf(planner->arena, "%d\n%s\n%s\n%s", (int)object->id.kind,
		namespace ? namespace : "", relation ? relation : "", object->id.name);
}

static struct sfs_map *
find_leaving(struct pg_planner *planner)
{
	struct sfs_map *leaving = sfs_map_create();

	for (size_t i = 0; i < planner->states.len; i++) {
		struct pg_state *state = planner->states.items[i];

		if (state->node[PG_RENAME] && state->from && state->to) {
			sfs_map_set(leaving, key_of(planner, state->from, false), state);
		}
	}
	return leaving;
}

/* Who has the name now that the state shall get, if he leaves it. */
static struct pg_state *
holder_of(struct pg_planner *planner, const struct sfs_map *leaving, const struct pg_state *state)
{
	struct pg_state *holder = sfs_map_get(leaving, key_of(planner, state->to, true));

	return holder == state ? NULL : holder;
}

/* Whether the ring that begins with `first` comes back to it with nobody stepping aside. */
static bool
is_closed(struct pg_planner *planner, const struct sfs_map *leaving, struct pg_state *first)
{
	struct pg_state *at = first;

	for (size_t i = 0; at && i <= planner->states.len; i++) {
		if (at->stepped) {
			return false;
		}
		at = holder_of(planner, leaving, at);
		if (at == first) {
			return true;
		}
	}
	return false;
}

void
pg_rings_break(struct pg_planner *planner, struct pg_nodes *nodes)
{
	struct sfs_map *leaving sfs_auto(map) = find_leaving(planner);

	for (size_t i = 0; i < planner->states.len; i++) {
		struct pg_state *state = planner->states.items[i];
		struct pg_state *holder = NULL;

		if (!state->node[PG_RENAME] || !state->from || !state->to) {
			continue;
		}
		if (is_closed(planner, leaving, state)) {
			struct sfs_object *aside = pg_copy(planner, state->from);

			aside->id.name = pg_online_name(planner, "swap", state->from);
			state->stepped = aside;
		}
		holder = holder_of(planner, leaving, state);
		if (holder && !holder->stepped) {
			pg_nodes_edge(
				nodes, holder->node[PG_RENAME], state->node[PG_RENAME], false);
		}
	}
}

static void
step_aside(struct pg_planner *planner, const struct pg_state *state)
{
	struct pg_writer writer = { .catalog = planner->diff->from, .plan = planner->plan };
	struct sfs_change change = {
		.action = SFS_RENAME, .from = state->from, .to = state->stepped
	};
	size_t first = planner->plan->steps.len;

	pg_emit_rename(planner, &writer, &change);
	for (size_t i = first; i < planner->plan->steps.len; i++) {
		struct sfs_step *step = &planner->plan->steps.items[i];

		step->lock = pg_touches_table(step->sql) ? "ACCESS EXCLUSIVE" : NULL;
		step->pace = step->lock ? SFS_PACE_BRIEF : SFS_PACE_FREE;
	}
}

static bool
has_stepped_attribute(const struct pg_planner *planner, const struct sfs_object *type)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, type) {
		const struct pg_state *state = planner->by_from[part->index];

		if (part->id.kind == SFS_TYPE_ATTRIBUTE && state && state->stepped) {
			return true;
		}
	}
	return false;
}

/* A table of a type holds the type's attributes: it lets go before they step aside, not when it would. */
static void
free_attributes(struct pg_planner *planner, struct pg_state *table)
{
	struct pg_writer writer = { .catalog = planner->diff->from, .plan = planner->plan };
	struct sfs_change change = { SFS_ALTER, table->from, table->from,
		PG_BIT(SFS_TABLE_OF_TYPE) };
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, table->from);

	for (size_t i = 0; i < uses.len; i++) {
		if (has_stepped_attribute(planner, uses.items[i])) {
			pg_table_untie(&writer, &change);
			table->old = pg_without(planner, table->from, SFS_TABLE_OF_TYPE);
			return;
		}
	}
}

void
pg_rings_write(struct pg_planner *planner)
{
	sfs_vec_foreach (state, &planner->states) {
		if ((*state)->untied && (*state)->from->id.kind == SFS_TABLE &&
			sfs_object_has((*state)->from, SFS_TABLE_OF_TYPE)) {
			free_attributes(planner, *state);
		}
	}
	/* What stands on a table first, while that has its name. */
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < planner->states.len; i++) {
			const struct pg_state *state = planner->states.items[i];

			if (state->stepped && (round == 0) == (state->from->id.relation != NULL)) {
				step_aside(planner, state);
			}
		}
	}
}
