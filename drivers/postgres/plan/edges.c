// SPDX-License-Identifier: MIT
/* Edges between nodes: from both dependency graphs, from tables to their parts. */
#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/plan/rows.h"
#include "drivers/postgres/print/print.h"

/* What an object needs: the graph's edges, and those that go without saying. */
struct needs SFS_VEC_OF(const struct sfs_object *);

static void
find_needs(const struct sfs_catalog *catalog, const struct sfs_object *object, struct needs *ret)
{
	struct sfs_objects uses = sfs_graph_uses(catalog, object);
	const struct sfs_object *relation = pg_relation_of(catalog, object);

	for (size_t i = 0; i < uses.len; i++) {
		sfs_vec_push(ret, uses.items[i]);
	}
	if (relation) {
		sfs_vec_push(ret, relation);
	}
	if (object->id.namespace && object->id.kind != SFS_NAMESPACE) {
		struct sfs_identity id = { SFS_NAMESPACE, object->id.namespace, NULL,
			object->id.namespace, NULL };
		const struct sfs_object *namespace = sfs_catalog_find(catalog, &id);

		if (namespace) {
			sfs_vec_push(ret, namespace);
		}
	}
}

static bool
is_table(enum sfs_kind kind)
{
	return kind == SFS_TABLE || kind == SFS_FOREIGN_TABLE;
}

static bool
is_type(enum sfs_kind kind)
{
	return kind == SFS_TYPE || kind == SFS_DOMAIN || kind == SFS_COLLATION ||
	       kind == SFS_EXTENSION || is_table(kind) || kind == SFS_VIEW ||
	       kind == SFS_MATERIALIZED_VIEW;
}

/* Of a column whose default is taken off and set again, what only the default needs. */
static bool
only_default_needs(const struct pg_state *user, const struct sfs_object *used)
{
	return (user->untied || user->tied) && user->to && user->to->id.kind == SFS_COLUMN &&
	       !is_type(used->id.kind) && used->id.kind != SFS_NAMESPACE;
}

/* ---- the way out of `from` ---- */

/* Whether the partition goes, and its rows are to be in what was the partitioned table. */
static bool
gives_rows(const struct pg_state *partition, const struct pg_state *table)
{
	return table->aside && table->to && table->from->id.kind == SFS_TABLE &&
	       is_table(partition->from->id.kind) &&
	       sfs_object_has(partition->from, SFS_TABLE_PARTITION_OF) &&
	       !sfs_object_has(table->to, SFS_TABLE_PARTITION_KEY);
}

/* Whether it stands aside until its successor has taken over: itself, or what it is dropped with. */
static bool
stands_aside(const struct pg_nodes *nodes, const struct pg_state *state)
{
	int drop = state->node[PG_DROP];

	return state->aside || (drop && nodes->nodes.items[drop - 1].state->aside);
}

/* Whether the column becomes NOT NULL, of which the check is the proof: while it is there, or when it came. */
static bool
proves_not_null(const struct sfs_object *check, const struct sfs_object *object,
	const struct pg_state *column)
{
	return object->id.kind == SFS_COLUMN && column->from && column->to && !column->made &&
	       !column->retyped && column->attributes & PG_BIT(SFS_COLUMN_NOT_NULL) &&
	       sfs_object_has(column->to, SFS_COLUMN_NOT_NULL) && pg_says_not_null(check, object);
}

static void
leave(struct pg_nodes *nodes, const struct pg_state *user, const struct pg_state *used)
{
	const int *u = user->node, *v = used->node;

	if (used->from->id.kind == SFS_NAMESPACE) {
		pg_nodes_edge(nodes, u[PG_RENAME], v[PG_DROP], false);
	}
	pg_nodes_edge(nodes, u[PG_UNTIE], v[PG_DROP], false);
	pg_nodes_edge(nodes, u[PG_UNTIE], v[PG_ASIDE], false);
	pg_nodes_edge(nodes, u[PG_UNTIE], v[PG_ALTER], true);
	if (user->gone && u[PG_UNTIE] && !is_type(used->from->id.kind)) {
		return; /* it needs the other no more when it is loosened */
	}
	if (user->gone) {
		pg_nodes_edge(nodes, u[PG_DROP], v[PG_DROP], false);
		if (gives_rows(user, used)) {
			pg_nodes_edge(nodes, v[PG_TIE], u[PG_DROP], false);
		} else if (!stands_aside(nodes, user)) {
			pg_nodes_edge(nodes, u[PG_DROP], v[PG_ASIDE], false);
			if (proves_not_null(user->from, used->from, used)) {
				pg_nodes_edge(nodes, v[PG_ALTER], u[PG_DROP], true);
			} else {
				pg_nodes_edge(nodes, u[PG_DROP], v[PG_ALTER], !used->retyped);
			}
		}
		return;
	}
	if (!(only_default_needs(user, used->from) && u[PG_UNTIE])) {
		pg_nodes_edge(nodes, u[PG_ALTER], v[PG_DROP], false);
	}
	if (used->retyped) {
		pg_nodes_edge(nodes, u[PG_ALTER], v[PG_ALTER], true);
	}
}

/* Whether the table is made as a partition, and not attached later, when it is tied. */
static bool
is_born_partition(const struct pg_state *table)
{
	return table->made && table->to && sfs_object_has(table->to, SFS_TABLE_PARTITION_OF) &&
	       !pg_is_attached(table->to);
}

/* Whether the part can be there only when the table is a partition, which that is not from the start. */
static bool
needs_parent(const struct pg_state *part, const struct pg_state *owner)
{
	if (!part->to) {
		return false;
	}
	if (part->to->id.kind == SFS_TRIGGER) {
		return sfs_object_has(part->to, SFS_TRIGGER_INHERITED);
	}
	bool attached =
		(part->to->id.kind == SFS_INDEX && sfs_object_has(part->to, SFS_INDEX_ATTACHED)) ||
		(part->to->id.kind == SFS_CONSTRAINT &&
			sfs_object_has(part->to, SFS_CONSTRAINT_ATTACHED));

	return attached && !is_born_partition(owner);
}

/* A part of a table changes between the table's loosening and its tying. */
static void
stay_within(struct pg_nodes *nodes, const struct pg_state *part, const struct pg_state *owner)
{
	enum sfs_kind kind = owner->to ? owner->to->id.kind : owner->from->id.kind;

	pg_nodes_edge(nodes, owner->node[PG_RENAME], part->node[PG_RENAME], false);
	for (int op = PG_UNTIE; op < PG_OP_COUNT; op++) {
		pg_nodes_edge(nodes, owner->node[PG_RENAME], part->node[op], false);
		if (needs_parent(part, owner)) {
			pg_nodes_edge(nodes, owner->node[PG_TIE], part->node[op], false);
			continue;
		}
		if ((is_table(kind) || kind == SFS_MATERIALIZED_VIEW) && !owner->aside) {
			pg_nodes_edge(nodes, owner->node[PG_UNTIE], part->node[op], true);
			pg_nodes_edge(nodes, part->node[op], owner->node[PG_TIE], true);
		}
	}
}

static void
add_from_edges(struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *user)
{
	const struct sfs_catalog *catalog = planner->diff->from;
	const struct sfs_object *relation = pg_relation_of(catalog, user->from);
	struct needs needs = { 0 };

	find_needs(catalog, user->from, &needs);
	sfs_vec_foreach (used, &needs) {
		const struct pg_state *other = planner->by_from[(*used)->index];

		pg_parent_leave(planner, nodes, user, *used);
		if (other) {
			leave(nodes, user, other);
			if (*used == relation) {
				stay_within(nodes, user, other);
			}
		}
	}
	sfs_vec_finish(&needs);
}

/* ---- the way into `to` ---- */

/* The indexes of a partitioned table are there before its partitions, which then bring their own. */
static bool
comes_with_partitions(const struct pg_state *user, const struct pg_state *used)
{
	const char *type = user->to->id.kind == SFS_CONSTRAINT
				   ? sfs_object_get(user->to, SFS_CONSTRAINT_TYPE)
				   : NULL;

	return used->to->id.kind == SFS_TABLE &&
	       sfs_object_has(used->to, SFS_TABLE_PARTITION_KEY) && user->to->owner == used->to &&
	       (user->to->id.kind == SFS_INDEX || sfs_streq(type, "PRIMARY KEY") ||
		       sfs_streq(type, "UNIQUE") || sfs_streq(type, "EXCLUDE"));
}

static void
arrive(struct pg_nodes *nodes, const struct pg_state *user, const struct pg_state *used)
{
	static const enum pg_op becomes[] = { PG_RENAME, PG_CREATE, PG_ALTER };
	enum sfs_kind user_kind = user->to->id.kind, used_kind = used->to->id.kind;
	bool tie_only =
		only_default_needs(user, used->to) ||
		(user_kind == SFS_SEQUENCE && (used_kind == SFS_COLUMN || is_table(used_kind))) ||
		(user->tied && !user->made && is_table(user_kind) && is_table(used_kind));

	for (size_t i = 0; i < sizeof becomes / sizeof *becomes; i++) {
		int before = used->node[becomes[i]];
		bool soft = becomes[i] == PG_ALTER && used_kind != SFS_COLUMN;

		if (becomes[i] == PG_ALTER && (is_table(used_kind) || used_kind == SFS_NAMESPACE)) {
			continue; /* nothing that others could wait for */
		}
		if (becomes[i] == PG_ALTER && proves_not_null(user->to, used->to, used)) {
			pg_nodes_edge(nodes, user->node[PG_CREATE], before, true);
			pg_nodes_edge(nodes, user->node[PG_ALTER], before, true);
			continue;
		}
		if (used_kind == SFS_NAMESPACE) {
			pg_nodes_edge(nodes, before, user->node[PG_RENAME], false);
		}
		if (!tie_only &&
			!(user->split && !is_type(used_kind) && used_kind != SFS_NAMESPACE)) {
			pg_nodes_edge(nodes, before, user->node[PG_CREATE], soft);
		}
		if (!tie_only) {
			pg_nodes_edge(nodes, before, user->node[PG_ALTER], soft);
		}
		pg_nodes_edge(nodes, before, user->node[PG_TIE], soft);
	}
	if (used->aside && used->node[PG_TIE] && !comes_with_partitions(user, used)) {
		/* Rows come in through the partitions, and before triggers and foreign keys. */
		bool partition = is_table(user_kind);

		for (int op = PG_CREATE; op < PG_OP_COUNT; op++) {
			pg_nodes_edge(nodes, partition ? user->node[op] : used->node[PG_TIE],
				partition ? used->node[PG_TIE] : user->node[op], true);
		}
	}
}

/* An index that is there before its parent's: that may be made with one further up. */
static void
precede_index(const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *mine,
	const struct pg_state *parent, unsigned depth)
{
	enum { MAX_DEPTH = 32 };
	struct sfs_objects uses = sfs_graph_uses(planner->diff->to, parent->to);

	pg_nodes_edge(nodes, mine->node[PG_CREATE], parent->node[PG_CREATE], false);
	for (size_t i = 0; i < uses.len && !parent->node[PG_CREATE] && depth < MAX_DEPTH; i++) {
		const struct pg_state *above = planner->by_to[uses.items[i]->index];

		if (above && uses.items[i]->id.kind == mine->to->id.kind &&
			uses.items[i]->owner != parent->to->owner) {
			precede_index(planner, nodes, mine, above, depth + 1);
		}
	}
}

static void
add_to_edges(struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *user)
{
	const struct sfs_catalog *catalog = planner->diff->to;
	const struct sfs_object *relation = pg_relation_of(catalog, user->to);
	struct needs needs = { 0 };

	pg_parent_follow(planner, nodes, user);
	find_needs(catalog, user->to, &needs);
	sfs_vec_foreach (used, &needs) {
		const struct pg_state *other = planner->by_to[(*used)->index];

		pg_parent_join(planner, nodes, user, *used);
		if (other && (other->made || other->echo) &&
			((*used)->id.kind == user->to->id.kind || (*used)->id.kind == SFS_INDEX) &&
			pg_index_comes_first(planner, user)) {
			precede_index(planner, nodes, user, other, 0);
		} else if (other) {
			arrive(nodes, user, other);
			if (*used == relation) {
				stay_within(nodes, user, other);
			}
		}
	}
	sfs_vec_finish(&needs);
}

/* ---- one after the other ---- */

static void
add_own_edges(struct pg_nodes *nodes, const struct pg_state *state)
{
	static const enum pg_op in_place[] = { PG_RENAME, PG_UNTIE, PG_DROP, PG_CREATE, PG_ALTER,
		PG_TIE };
	static const enum pg_op aside[] = { PG_UNTIE, PG_ASIDE, PG_CREATE, PG_TIE, PG_DROP };
	bool is_aside = stands_aside(nodes, state);
	const enum pg_op *ops = is_aside ? aside : in_place;
	size_t n = is_aside ? sizeof aside / sizeof *aside : sizeof in_place / sizeof *in_place;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++) {
			pg_nodes_edge(nodes, state->node[ops[i]], state->node[ops[j]], false);
		}
	}
}

void
pg_edges_make(struct pg_planner *planner, struct pg_nodes *nodes)
{
	pg_rings_break(planner, nodes);
	for (size_t i = 0; i < planner->states.len; i++) {
		const struct pg_state *state = planner->states.items[i];

		add_own_edges(nodes, state);
		pg_typed_table_edges(planner, nodes, state);
		pg_persistence_edges(planner, nodes, state);
		pg_row_edges(planner, nodes, state);
		pg_inherited_edges(planner, nodes, state);
		pg_heir_edges(nodes, state);
		if (state->from) {
			add_from_edges(planner, nodes, state);
		}
		if (state->to) {
			add_to_edges(planner, nodes, state);
		}
	}
	pg_resettle_edges(planner, nodes);
	pg_name_edges(planner, nodes);
	pg_defaults_edges(planner, nodes);
}
