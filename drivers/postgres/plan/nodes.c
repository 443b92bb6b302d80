// SPDX-License-Identifier: MIT
/* The states as nodes, and the edges between them: from both dependency graphs and from names. */
#include <string.h>

#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/plan/rows.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/print/statements.h"

/* ---- what comes and goes with another ---- */

static bool
is_foreign_key(const struct sfs_object *object)
{
	return object->id.kind == SFS_CONSTRAINT &&
	       sfs_streq(sfs_object_get(object, SFS_CONSTRAINT_TYPE), "FOREIGN KEY");
}

static struct pg_state *
state_or_null(struct pg_state *const *states, const struct sfs_object *object)
{
	return object ? states[object->index] : NULL;
}

/* The column that an owned sequence goes with. */
static const struct sfs_object *
owning_column(const struct sfs_catalog *catalog, const struct sfs_object *sequence)
{
	struct sfs_objects uses = sfs_graph_uses(catalog, sequence);

	for (size_t i = 0; i < uses.len; i++) {
		if (uses.items[i]->id.kind == SFS_COLUMN) {
			return uses.items[i];
		}
	}
	return NULL;
}

/* A table that stands aside keeps what has no name outside of it. */
static bool
stays_with_aside(const struct sfs_object *part)
{
	return part->id.kind != SFS_INDEX && part->id.kind != SFS_STATISTICS &&
	       part->id.kind != SFS_SEQUENCE &&
	       !(part->id.kind == SFS_CONSTRAINT &&
		       !sfs_streq(sfs_object_get(part, SFS_CONSTRAINT_TYPE), "CHECK"));
}

static struct pg_state *
drop_absorber(const struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_catalog *catalog = planner->diff->from;
	struct pg_state *owner =
		state_or_null(planner->by_from, pg_relation_of(catalog, state->from));

	if ((planner->split_keys && is_foreign_key(state->from) && !pg_is_inherited(state->from)) ||
		pg_goes_alone(planner, state->from)) {
		return NULL;
	}
	if (owner && owner->gone && (!owner->aside || stays_with_aside(state->from))) {
		return owner;
	}
	if (state->from->id.kind == SFS_SEQUENCE) {
		struct pg_state *column =
			state_or_null(planner->by_from, owning_column(catalog, state->from));

		return column && column->gone ? column : NULL;
	}
	return NULL;
}

/* The column that is written as serial and brings its sequence. */
static struct pg_state *
serial_column(const struct pg_planner *planner, const struct sfs_object *sequence)
{
	const struct sfs_object *column;

	sfs_parts_foreach (column, sequence->owner) {
		if (column->id.kind == SFS_COLUMN &&
			sfs_streq(sfs_object_get(column, SFS_COLUMN_SERIAL), sequence->id.name)) {
			return state_or_null(planner->by_to, column);
		}
	}
	return NULL;
}

static struct pg_state *
create_absorber(const struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *to = state->to;
	struct pg_state *maker;

	if (!to->owner) {
		maker = state_or_null(planner->by_to, pg_base_type_of(planner->diff->to, to));
		return maker && maker->made ? maker : NULL;
	}
	if (to->id.kind == SFS_TYPE_ATTRIBUTE || to->id.kind == SFS_DOMAIN_CONSTRAINT) {
		maker = state_or_null(planner->by_to, to->owner);
	} else if (!pg_is_made_with_owner(to) ||
		   (to->id.kind == SFS_CONSTRAINT && planner->omitted[to->index])) {
		return NULL;
	} else if (to->id.kind == SFS_SEQUENCE) {
		maker = serial_column(planner, to);
	} else {
		maker = state_or_null(planner->by_to, to->owner);
	}
	return maker && maker->made ? maker : NULL;
}

static struct pg_state *
absorber(const struct pg_planner *planner, const struct pg_state *state, enum pg_op op)
{
	return op == PG_DROP     ? drop_absorber(planner, state)
	       : op == PG_CREATE ? create_absorber(planner, state)
				 : NULL;
}

bool
pg_is_absorbed(const struct pg_planner *planner, const struct pg_state *state, enum pg_op op)
{
	return absorber(planner, state, op) != NULL;
}

/* ---- nodes ---- */

bool
pg_loses_identity(const struct pg_state *column)
{
	return sfs_object_has(column->from, SFS_COLUMN_IDENTITY) &&
	       !sfs_object_has(column->to, SFS_COLUMN_IDENTITY);
}

/* What TIE does is not ALTER's. */
uint64_t
pg_tied_attributes(const struct pg_state *state)
{
	switch ((int)state->to->id.kind) {
	case SFS_TABLE:
	case SFS_FOREIGN_TABLE:
		return PG_TABLE_TIED;
	case SFS_MATERIALIZED_VIEW:
		return PG_BIT(SFS_VIEW_CLUSTER_ON);
	case SFS_COLUMN:
		return (state->untied || state->tied ? PG_BIT(SFS_COLUMN_DEFAULT) : 0) |
		       (state->untied && pg_loses_identity(state) ? PG_BIT(SFS_COLUMN_IDENTITY)
								  : 0);
	case SFS_SEQUENCE:
		return PG_BIT(SFS_SEQUENCE_OWNED_BY);
	default:
		return 0;
	}
}

static int
rank_of(const struct pg_state *state, enum pg_op op)
{
	static const int base[] = {
		[PG_RENAME] = 0,
		[PG_UNTIE] = 100,
		[PG_DROP] = 200,
		[PG_ASIDE] = 300,
		[PG_CREATE] = 400,
		[PG_ALTER] = 400,
		[PG_TIE] = 400,
	};
	const struct sfs_object *object = state->to ? state->to : state->from;
	int kind = (int)object->id.kind;

	if (op == PG_DROP) {
		return base[op] + (state->aside ? 400 : 0) + SFS_KIND_COUNT - kind;
	}
	/* Keys first, then indexes, then the foreign keys that need them. */
	/* Columns are altered one after the other, so that one statement can do it. */
	bool late = op == PG_TIE || (op == PG_CREATE && kind == SFS_COLUMN) ||
		    (op == PG_CREATE && kind == SFS_INDEX && !pg_is_inherited(object));

	return base[op] + 2 * kind + (is_foreign_key(object) ? 5 : 0) + late;
}

static void
add_node(struct pg_nodes *nodes, struct pg_state *state, enum pg_op op)
{
	struct pg_node node = { state, op, rank_of(state, op) };

	sfs_vec_push(&nodes->nodes, node);
	state->node[op] = (int)nodes->nodes.len;
}

/*
 * A new table, or materialized view, says what it thinks of its indexes when they are there, and so
 * it becomes a partition when it has what takes the place of its parent's.
 */
static void
tie_new_table(struct pg_state *state)
{
	static const int choices[] = { SFS_TABLE_REPLICA_IDENTITY, SFS_TABLE_CLUSTER_ON };

	if (state->made &&
		(state->to->id.kind == SFS_TABLE || state->to->id.kind == SFS_FOREIGN_TABLE) &&
		pg_is_attached(state->to)) {
		state->attributes |= PG_BIT(SFS_TABLE_PARTITION_OF);
		state->tied = true;
	}
	if (state->made && !state->aside && state->to->id.kind == SFS_MATERIALIZED_VIEW &&
		sfs_object_has(state->to, SFS_VIEW_CLUSTER_ON)) {
		state->attributes |= PG_BIT(SFS_VIEW_CLUSTER_ON);
		state->tied = true;
	}
	if (state->made && !state->aside && state->to->id.kind == SFS_TABLE) {
		for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
			if (sfs_object_has(state->to, choices[i])) {
				state->attributes |= PG_BIT(choices[i]);
				state->tied = true;
			}
		}
	}
}

static void
add_nodes(struct pg_planner *planner, struct pg_nodes *nodes, struct pg_state *state)
{
	bool moves_rows = state->aside && state->to && state->from->id.kind == SFS_TABLE;

	if (state->echo) {
		return;
	}
	if (state->made && state->to->id.kind == SFS_SEQUENCE &&
		sfs_object_has(state->to, SFS_SEQUENCE_OWNED_BY) &&
		!pg_is_absorbed(planner, state, PG_CREATE)) {
		state->tied = true;
	}
	if (state->from && state->to && !state->untied && !state->gone &&
		state->to->id.kind == SFS_SEQUENCE &&
		sfs_object_has(state->from, SFS_SEQUENCE_OWNED_BY)) {
		/* The server changes the owner of a sequence with that of the table it goes with. */
		state->attributes &= ~PG_BIT(SFS_ATTR_OWNER);
	}
	const bool wanted[PG_OP_COUNT] = {
		[PG_RENAME] =
			state->renamed && !state->gone && !pg_is_renamed_by_parent(planner, state),
		[PG_UNTIE] = (state->untied && !state->gone) || pg_leaves_parents(state) ||
			     (state->gone && planner->loosened[state->from->index] &&
				     !pg_goes_alone(planner, state->from)),
		[PG_ASIDE] = state->aside,
		[PG_DROP] = state->gone,
		[PG_CREATE] = state->made,
		[PG_ALTER] =
			state->split || (state->to && !state->gone && !state->made &&
						(state->attributes & ~pg_tied_attributes(state))),
		[PG_TIE] = (state->tied && (state->made || !state->gone)) || moves_rows,
	};
	for (int op = 0; op < PG_OP_COUNT; op++) {
		if (wanted[op] && !pg_is_absorbed(planner, state, op)) {
			add_node(nodes, state, op);
			nodes->nodes.items[nodes->nodes.len - 1].rank +=
				pg_online_rank(planner, state, op);
		}
	}
}

/* A partition's foreign key goes with its parent's, which may go before the partition does; or NULL. */
static struct pg_state *
key_of_parent(const struct pg_planner *planner, const struct pg_state *key)
{
	struct sfs_objects uses = { 0 };

	if (key->gone && key->from->id.kind == SFS_CONSTRAINT &&
		sfs_object_has(key->from, SFS_CONSTRAINT_INHERITED) &&
		sfs_object_has(key->from, SFS_CONSTRAINT_REFERENCES)) {
		uses = sfs_graph_uses(planner->diff->from, key->from);
	}
	for (size_t i = 0; i < uses.len; i++) {
		struct pg_state *theirs = planner->by_from[uses.items[i]->index];

		if (theirs && theirs->gone && uses.items[i]->id.kind == SFS_CONSTRAINT &&
			sfs_object_has(uses.items[i], SFS_CONSTRAINT_REFERENCES)) {
			return theirs;
		}
	}
	return NULL;
}

/* An absorbed part's needs are those of the node that makes or drops it. */
static void
lift(const struct pg_planner *planner, struct pg_state *state, enum pg_op op)
{
	struct pg_state *at = state;

	for (struct pg_state *up = op == PG_DROP ? state : NULL; up && !at->node[op];) {
		up = key_of_parent(planner, up);
		if (up && up->node[op]) {
			at = up;
		}
	}
	while (at && !at->node[op]) {
		at = (op == PG_DROP ? at->gone : at->made) ? absorber(planner, at, op) : NULL;
	}
	state->node[op] = at ? at->node[op] : 0;
}

/* Whether `table` is the partition, or one of its own partitions. */
static bool
is_below(const struct pg_planner *planner, const struct sfs_object *table,
	const struct sfs_object *partition)
{
	enum { MAX_DEPTH = 32 };

	for (unsigned depth = 0; table && table != partition && depth < MAX_DEPTH; depth++) {
		table = pg_partition_parent(planner, table);
	}
	return table == partition;
}

/*
 * A partition that leaves and comes back gets the triggers of its parent anew, which then fire as the
 * parent's do: what it says of them is said again.
 */
static void
renew_triggers(struct pg_planner *planner, const struct pg_state *partition)
{
	const struct sfs_diff *diff = planner->diff;

	if (!partition->from || !partition->to || partition->made || partition->gone ||
		!partition->untied || !partition->tied || partition->to->id.kind != SFS_TABLE ||
		!sfs_object_has(partition->to, SFS_TABLE_PARTITION_OF)) {
		return;
	}
	sfs_vec_foreach (item, &diff->to->objects) {
		const struct sfs_object *trigger = *item, *from = diff->origin[trigger->index];

		if (trigger->id.kind == SFS_TRIGGER && from &&
			sfs_object_has(trigger, SFS_TRIGGER_INHERITED) &&
			is_below(planner, pg_relation_of(diff->to, trigger), partition->to)) {
			pg_state_of(planner, from)->made = true;
		}
	}
}

void
pg_nodes_make(struct pg_planner *planner, struct pg_nodes *ret_nodes)
{
	memset(ret_nodes, 0, sizeof *ret_nodes);
	for (size_t i = 0; i < planner->states.len; i++) {
		memset(planner->states.items[i]->node, 0, sizeof planner->states.items[i]->node);
	}
	for (size_t i = 0; i < planner->states.len; i++) {
		tie_new_table(planner->states.items[i]);
	}
	for (size_t i = 0; i < planner->states.len; i++) {
		renew_triggers(planner, planner->states.items[i]);
	}
	for (size_t i = 0; i < planner->states.len; i++) {
		pg_find_echo(planner, planner->states.items[i]);
		pg_follow_query(planner, planner->states.items[i]);
	}
	for (size_t i = 0; i < planner->states.len; i++) {
		add_nodes(planner, ret_nodes, planner->states.items[i]);
	}
	for (size_t i = 0; i < planner->states.len; i++) {
		lift(planner, planner->states.items[i], PG_DROP);
		lift(planner, planner->states.items[i], PG_CREATE);
	}
	for (size_t i = 0; i < planner->states.len; i++) {
		pg_heir_nodes(planner->states.items[i]);
	}
	pg_edges_make(planner, ret_nodes);
}
