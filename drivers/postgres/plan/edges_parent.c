// SPDX-License-Identifier: MIT
/* Edges between children, partitions too, and the tables that they inherit from. */
#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/plan/rows.h"
#include "drivers/postgres/print/print.h"

static bool
is_table(enum sfs_kind kind)
{
	return kind == SFS_TABLE || kind == SFS_FOREIGN_TABLE;
}

void
pg_parent_leave(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *child, const struct sfs_object *parent)
{
	int leaves = child->node[PG_UNTIE];
	struct sfs_object *part;

	if (!leaves || !is_table(child->from->id.kind) || !is_table(parent->id.kind)) {
		return;
	}
	sfs_parts_foreach (part, parent) {
		const struct pg_state *other = planner->by_from[part->index];

		if (other && !pg_refers_to(part, parent)) {
			pg_nodes_edge(nodes, leaves, other->node[PG_DROP], false);
			pg_nodes_edge(nodes, leaves, other->node[PG_ALTER], false);
		}
		struct sfs_objects users = sfs_graph_used_by(planner->diff->from, part);

		for (size_t i = 0; i < users.len; i++) {
			const struct pg_state *key = planner->by_from[users.items[i]->index];

			if (key && pg_is_own_foreign_key(users.items[i])) {
				pg_nodes_edge(nodes, key->node[PG_DROP], leaves, false);
			}
		}
	}
}

void
pg_parent_join(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *child, const struct sfs_object *parent)
{
	/* One that is made alone joins when it is tied, any other comes into being as a child. */
	int join = child->made && is_table(child->to->id.kind) && !pg_is_attached(child->to)
			   ? child->node[PG_CREATE]
			   : child->node[PG_TIE];
	struct sfs_object *part;

	if (!join || !is_table(child->to->id.kind) || !is_table(parent->id.kind)) {
		return;
	}
	sfs_parts_foreach (part, parent) {
		const struct pg_state *other = planner->by_to[part->index];

		/* Rows of the partition may be what it refers to. */
		if (other && pg_refers_to(part, parent)) {
			pg_nodes_edge(nodes, join, other->node[PG_CREATE], true);
		}
		if (other && part->id.kind == SFS_COLUMN) {
			const struct sfs_object *mine =
				sfs_object_part(child->to, SFS_COLUMN, part->id.name);
			bool later = mine && pg_comes_after_joining(planner, child, mine);

			pg_nodes_edge(nodes, later ? join : other->node[PG_CREATE],
				later ? other->node[PG_CREATE] : join, false);
			pg_nodes_edge(nodes, other->node[PG_ALTER], join, false);
			pg_nodes_edge(nodes, child->node[PG_UNTIE], other->node[PG_CREATE], true);
		}
	}
}

/* A child that came after what waits for it would be given another one. */
static void
wait_for_children(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *part)
{
	if (!pg_waits_for_children(part->to)) {
		return;
	}
	struct sfs_objects users = sfs_graph_used_by(planner->diff->to, part->to->owner);
	bool partitioned = sfs_object_has(part->to->owner, SFS_TABLE_PARTITION_KEY);

	for (size_t i = 0; i < users.len; i++) {
		const struct pg_state *child = planner->by_to[users.items[i]->index];

		if (child && is_table(users.items[i]->id.kind) && (partitioned || child->made)) {
			bool attached =
				pg_is_attached(users.items[i]) || (partitioned && !child->made);

			pg_nodes_edge(nodes, child->node[attached ? PG_TIE : PG_CREATE],
				part->node[PG_CREATE], false);
		}
	}
}

/* Adds the edges between a column and `theirs`, the one of that name in `table`, further up. */
typedef void ancestor_edges(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *mine, const struct pg_state *theirs, const struct sfs_object *table);

/* A new column of a child's own is there before its parents get one, which then is the same. */
static void
precede_ancestor(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *mine, const struct pg_state *theirs, const struct sfs_object *table)
{
	const struct pg_state *owner = planner->by_to[table->index];

	if (theirs->made && !(owner && owner->made)) {
		pg_nodes_edge(nodes, mine->node[PG_CREATE], theirs->node[PG_CREATE], true);
	}
}

/* A statement about a column reaches all below, through those that have nothing to say. */
static void
follow_ancestor(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *mine, const struct pg_state *theirs, const struct sfs_object *table)
{
	(void)planner;
	(void)table;
	pg_nodes_edge(nodes, theirs->node[PG_ALTER], mine->node[PG_ALTER], true);
}

/* All tables above that have a column of that name, through those that have it. */
static void
visit_ancestors(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *mine, const struct sfs_object *table, ancestor_edges *add,
	unsigned depth)
{
	enum { MAX_DEPTH = 32 };
	struct sfs_objects parents = sfs_graph_uses(planner->diff->to, table);

	for (size_t i = 0; i < parents.len && depth < MAX_DEPTH; i++) {
		const struct sfs_object *parent = parents.items[i];
		const struct sfs_object *column =
			is_table(parent->id.kind)
				? sfs_object_part(parent, SFS_COLUMN, mine->to->id.name)
				: NULL;
		const struct pg_state *theirs = column ? planner->by_to[column->index] : NULL;

		if (theirs) {
			add(planner, nodes, mine, theirs, parent);
		}
		if (column) {
			visit_ancestors(planner, nodes, mine, parent, add, depth + 1);
		}
	}
}

/* A column's change in the parent reaches the child, whose own comes after. */
static void
follow_columns(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *mine)
{
	if (mine->to->id.kind != SFS_COLUMN || !is_table(mine->to->owner->id.kind)) {
		return;
	}
	struct sfs_objects parents = sfs_graph_uses(planner->diff->to, mine->to->owner);
	const struct pg_state *table = planner->by_to[mine->to->owner->index];

	if (mine->made && !sfs_object_has(mine->to, SFS_COLUMN_INHERITED) &&
		!(table && (table->made || pg_joins(table)))) {
		visit_ancestors(planner, nodes, mine, mine->to->owner, precede_ancestor, 0);
	}
	visit_ancestors(planner, nodes, mine, mine->to->owner, follow_ancestor, 0);
	for (size_t i = 0; i < parents.len; i++) {
		const struct sfs_object *column =
			sfs_object_part(parents.items[i], SFS_COLUMN, mine->to->id.name);
		const struct pg_state *theirs = column ? planner->by_to[column->index] : NULL;

		if (theirs) {
			pg_nodes_edge(nodes, theirs->node[PG_CREATE], mine->node[PG_ALTER], false);
			pg_nodes_edge(nodes, theirs->node[PG_TIE], mine->node[PG_TIE], true);
		}
	}
}

/* What is said of a check that came from a parent is said when it has come. */
static void
follow_check(const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *mine)
{
	struct sfs_objects parents = { 0 };

	if (mine->to->id.kind == SFS_CONSTRAINT && pg_is_inherited(mine->to)) {
		parents = sfs_graph_uses(planner->diff->to, mine->to->owner);
	}
	for (size_t i = 0; i < parents.len; i++) {
		const struct sfs_object *check =
			sfs_object_part(parents.items[i], SFS_CONSTRAINT, mine->to->id.name);
		const struct pg_state *theirs = check ? planner->by_to[check->index] : NULL;

		if (theirs) {
			pg_nodes_edge(nodes, theirs->node[PG_CREATE], mine->node[PG_ALTER], false);
		}
	}
}

/* A trigger that comes with the parent's is there when all tables above are tied. */
static void
follow_trigger(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *mine)
{
	enum { MAX_DEPTH = 32 };
	const struct sfs_object *table = NULL;

	if (mine->to->id.kind == SFS_TRIGGER && pg_is_inherited(mine->to)) {
		table = pg_relation_of(planner->diff->to, mine->to);
	}
	for (unsigned depth = 0; table && depth < MAX_DEPTH; depth++) {
		const struct pg_state *above = planner->by_to[table->index];

		if (above) {
			pg_nodes_edge(nodes, above->node[PG_TIE], mine->node[PG_CREATE], false);
			pg_nodes_edge(nodes, above->node[PG_TIE], mine->node[PG_ALTER], false);
		}
		table = pg_partition_parent(planner, table);
	}
}

/* What came with the parent's key or index is there for the table to name when that is. */
static void
follow_clone(const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *mine)
{
	enum { MAX_DEPTH = 32 };
	const struct pg_state *table =
		mine->to->owner ? planner->by_to[mine->to->owner->index] : NULL;
	const struct pg_state *at = mine->echo ? mine : NULL;

	if (!table || (mine->to->id.kind != SFS_INDEX && mine->to->id.kind != SFS_CONSTRAINT)) {
		return;
	}
	for (unsigned depth = 0; at && depth < MAX_DEPTH; depth++) {
		struct sfs_objects uses = sfs_graph_uses(planner->diff->to, at->to);
		const struct pg_state *parent = NULL;

		for (size_t i = 0; i < uses.len && !parent; i++) {
			if (uses.items[i]->id.kind == at->to->id.kind &&
				uses.items[i]->owner != at->to->owner) {
				parent = planner->by_to[uses.items[i]->index];
			}
		}
		if (parent) {
			pg_nodes_edge(nodes, parent->node[PG_CREATE], table->node[PG_TIE], false);
		}
		at = parent;
	}
}

void
pg_parent_follow(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *mine)
{
	follow_columns(planner, nodes, mine);
	follow_check(planner, nodes, mine);
	wait_for_children(planner, nodes, mine);
	follow_clone(planner, nodes, mine);
	follow_trigger(planner, nodes, mine);
}
