// SPDX-License-Identifier: MIT
/* Edges from names: what takes a name comes after what leaves it. */
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/print/print.h"

/* Tables, indexes, sequences and types share one space of names; of an index-backed key, its index. */
static const char *
space_of(const struct sfs_object *object)
{
	switch ((int)object->id.kind) {
	case SFS_TABLE:
	case SFS_FOREIGN_TABLE:
	case SFS_VIEW:
	case SFS_MATERIALIZED_VIEW:
	case SFS_SEQUENCE:
	case SFS_INDEX:
	case SFS_TYPE:
	case SFS_DOMAIN:
	case SFS_CONSTRAINT:
		return "relation";
	case SFS_FUNCTION:
	case SFS_PROCEDURE:
	case SFS_AGGREGATE:
		return "function";
	default:
		return NULL;
	}
}

const char *
pg_name_key(const struct pg_planner *planner, const struct sfs_object *object)
{
	const char *space = space_of(object);
	const char *type = object->id.kind == SFS_CONSTRAINT
				   ? sfs_object_get(object, SFS_CONSTRAINT_TYPE)
				   : NULL;

	if (!space || sfs_streq(type, "CHECK") || sfs_streq(type, "FOREIGN KEY")) {
		return NULL;
	}
	return sfs_arena_printf(planner->arena, "%s\n%s\n%s\n%s", space, object->id.namespace,
		object->id.name, object->id.signature ? object->id.signature : "");
}

/* The name that the sequence behind an identity column has unless it was given another. */
static const char *
identity_key(struct pg_planner *planner, const struct sfs_object *column)
{
	return sfs_arena_printf(planner->arena, "relation\n%s\n%s_%s_seq\n", column->id.namespace,
		column->owner->id.name, column->id.name);
}

/* What is told by its arguments, or makes functions that are, gets its name after them, or goes. */
static void
follow_arguments(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *state)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, state->from);

	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *used = planner->by_from[uses.items[i]->index];

		if (used) {
			pg_nodes_edge(nodes, used->node[PG_RENAME], state->node[PG_RENAME], true);
			pg_nodes_edge(nodes, used->node[PG_RENAME], state->node[PG_DROP], true);
		}
	}
}

/* The foreign keys of a table in the order of their numbers (print.h). */
static void
number_keys(const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *key)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, key->to->owner) {
		const struct pg_state *other = planner->by_to[part->index];

		if (other && other != key && part->id.kind == SFS_CONSTRAINT &&
			pg_is_foreign_key(part) &&
			pg_compare_numbered(part->id.name, key->to->id.name) < 0) {
			pg_nodes_edge(nodes, other->node[PG_CREATE], key->node[PG_CREATE], true);
		}
	}
}

void
pg_name_edges(struct pg_planner *planner, struct pg_nodes *nodes)
{
	struct sfs_map *leaving sfs_auto(map) = sfs_map_create();

	for (size_t i = 0; i < planner->states.len; i++) {
		struct pg_state *state = planner->states.items[i];
		bool leaves = state->node[PG_DROP] || state->node[PG_RENAME];
		const char *key = state->from && leaves ? pg_name_key(planner, state->from) : NULL;

		if (key) {
			sfs_map_set(leaving, key, state);
		}
		if (state->node[PG_UNTIE] && state->from->id.kind == SFS_COLUMN &&
			pg_loses_identity(state)) {
			sfs_map_set(leaving, identity_key(planner, state->from), state);
		}
	}
	for (size_t i = 0; i < planner->states.len; i++) {
		struct pg_state *state = planner->states.items[i];
		int arrives =
			state->node[PG_RENAME] ? state->node[PG_RENAME] : state->node[PG_CREATE];
		const char *key = state->to && arrives ? pg_name_key(planner, state->to) : NULL;
		struct pg_state *other = key ? sfs_map_get(leaving, key) : NULL;

		if (other && other != state) {
			enum pg_op op = other->node[PG_RENAME]               ? PG_RENAME
					: other->node[PG_ASIDE]              ? PG_ASIDE
					: other->from->id.kind == SFS_COLUMN ? PG_UNTIE
									     : PG_DROP;

			/* What steps aside has left its name before all else. */
			pg_nodes_edge(nodes,
				op == PG_RENAME && other->stepped ? 0 : other->node[op], arrives,
				false);
		}
		if (state->node[PG_CREATE] && state->to && state->to->id.kind == SFS_CONSTRAINT &&
			pg_is_foreign_key(state->to)) {
			number_keys(planner, nodes, state);
		}
		if (other && state->aside) {
			pg_nodes_edge(nodes, other->node[PG_DROP], state->node[PG_ASIDE], true);
		}
		if (state->from && (state->node[PG_RENAME] || state->node[PG_DROP]) &&
			(state->from->id.signature || state->from->id.kind == SFS_TYPE)) {
			follow_arguments(planner, nodes, state);
		}
	}
}
