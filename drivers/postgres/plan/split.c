// SPDX-License-Identifier: MIT
/*
 * Circles: a view is made with its columns alone and gets its query later, a table is made without
 * the defaults and checks that call functions. The other way round a view loses its query before it
 * goes, a table the foreign keys, defaults and checks, and the policies, rules and triggers that others
 * are needed for.
 */
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"

static bool
calls_function(const struct sfs_catalog *catalog, const struct sfs_object *object)
{
	struct sfs_objects uses = sfs_graph_uses(catalog, object);

	for (size_t i = 0; i < uses.len; i++) {
		enum sfs_kind kind = uses.items[i]->id.kind;

		if (kind == SFS_FUNCTION || kind == SFS_AGGREGATE || kind == SFS_OPERATOR ||
			kind == SFS_CAST) {
			return true;
		}
	}
	return false;
}

/* A default, or a check, that needs a function. */
static bool
calls_in_table(const struct sfs_catalog *catalog, const struct sfs_object *part)
{
	bool value = part->id.kind == SFS_COLUMN && sfs_object_has(part, SFS_COLUMN_DEFAULT) &&
		     !sfs_object_has(part, SFS_COLUMN_INHERITED);
	bool check = part->id.kind == SFS_CONSTRAINT &&
		     sfs_streq(sfs_object_get(part, SFS_CONSTRAINT_TYPE), "CHECK") &&
		     !sfs_object_has(part, SFS_CONSTRAINT_INHERITED);

	return (value || check) && calls_function(catalog, part);
}

/* Whether it needs more than the table that it belongs to. */
static bool
needs_others(const struct sfs_catalog *catalog, const struct sfs_object *user,
	const struct sfs_object *table)
{
	struct sfs_objects uses = sfs_graph_uses(catalog, user);

	for (size_t i = 0; i < uses.len; i++) {
		if (uses.items[i] != table && uses.items[i]->owner != table) {
			return true;
		}
	}
	return false;
}

static bool
split_create(struct pg_planner *planner, const struct sfs_object *table)
{
	const struct sfs_object *part;
	bool found = false;

	sfs_parts_foreach (part, table) {
		if (!planner->omitted[part->index] && calls_in_table(planner->diff->to, part)) {
			planner->omitted[part->index] = 1;
			pg_state_of_new(planner, part)->tied |= part->id.kind == SFS_COLUMN;
			found = true;
		}
	}
	return found;
}

bool
pg_goes_alone(const struct pg_planner *planner, const struct sfs_object *part)
{
	static const bool kinds[SFS_KIND_COUNT] = {
		[SFS_CONSTRAINT] = true,
		[SFS_POLICY] = true,
		[SFS_RULE] = true,
		[SFS_TRIGGER] = true,
	};

	return kinds[part->id.kind] && planner->loosened[part->index];
}

/* Lets the policies, rules and triggers go before the table that are about more than the table. */
static bool
loosen_dependents(struct pg_planner *planner, const struct sfs_object *table)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, table);
	bool found = false;

	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *user = users.items[i];
		enum sfs_kind kind = user->id.kind;

		if ((kind == SFS_POLICY || kind == SFS_RULE ||
			    (kind == SFS_TRIGGER &&
				    !sfs_object_has(user, SFS_TRIGGER_INHERITED))) &&
			!planner->loosened[user->index] &&
			pg_relation_of(planner->diff->from, user) == table &&
			needs_others(planner->diff->from, user, table)) {
			planner->loosened[user->index] = 1;
			found = true;
		}
	}
	return found;
}

static bool
split_drop(struct pg_planner *planner, const struct sfs_object *table)
{
	const struct sfs_object *part;
	bool found = !planner->split_keys;

	planner->split_keys = true;
	sfs_parts_foreach (part, table) {
		if (!planner->loosened[part->index] && calls_in_table(planner->diff->from, part)) {
			planner->loosened[part->index] = 1;
			found = true;
		}
	}
	return found || loosen_dependents(planner, table);
}

static bool
split_node(struct pg_planner *planner, const struct pg_node *node)
{
	struct pg_state *state = node->state;
	enum sfs_kind kind = state->to ? state->to->id.kind : state->from->id.kind;

	if (kind == SFS_TABLE) {
		return node->op == PG_DROP     ? split_drop(planner, state->from)
		       : node->op == PG_CREATE ? split_create(planner, state->to)
					       : false;
	}
	if (kind == SFS_VIEW && node->op == PG_DROP && !planner->loosened[state->from->index]) {
		planner->loosened[state->from->index] = 1;
		return true;
	}
	if (kind == SFS_VIEW && node->op == PG_CREATE && !state->split) {
		state->split = true;
		return true;
	}
	return false;
}

bool
pg_split(struct pg_planner *planner, const struct pg_nodes *nodes, const struct pg_circle *circle)
{
	bool found = false;

	sfs_vec_foreach (index, circle) {
		const struct pg_node *node = &nodes->nodes.items[*index];
		const struct pg_state *state = node->state;

		/* One opens the circle, unless they are tables that need each other's keys gone. */
		if (!found || (state->from && state->from->id.kind == SFS_TABLE)) {
			found |= split_node(planner, node);
		}
	}
	return found;
}
