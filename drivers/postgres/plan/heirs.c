// SPDX-License-Identifier: MIT
/*
 * Columns that tables share with their parents: what ALTER TABLE of the parent does to the child's
 * on the way, and what becomes of it when the parent's is made anew.
 */
#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/print/print.h"

/* What a statement about a parent's column does to those of its children, unless they differ. */
static const int reaching[] = { SFS_COLUMN_DEFAULT, SFS_COLUMN_NOT_NULL, SFS_COLUMN_STORAGE,
	SFS_COLUMN_STATISTICS, SFS_COLUMN_GENERATED };

enum { MAX_DEPTH = 32 };

static bool
is_table(const struct sfs_object *object)
{
	return object->id.kind == SFS_TABLE || object->id.kind == SFS_FOREIGN_TABLE;
}

/* A partition's column is its parent's, however it is written. */
static bool
is_parents_own(const struct sfs_object *column)
{
	return sfs_object_has(column, SFS_COLUMN_INHERITED) ||
	       sfs_object_has(column->owner, SFS_TABLE_PARTITION_OF);
}

/* The column of a table that stays a child all the while; NULL: it does not, or has none. */
static const struct sfs_object *
heir(const struct pg_planner *planner, const struct sfs_object *child,
	const struct sfs_object *column)
{
	const struct sfs_diff *diff = planner->diff;
	const struct pg_state *state = planner->by_from[child->index];
	const struct sfs_object *found =
		is_table(child) ? sfs_object_part(child, SFS_COLUMN, column->id.name) : NULL;
	const struct sfs_object *to = found ? diff->counterpart[found->index] : NULL;
	const struct sfs_object *parent = diff->counterpart[column->owner->index];

	return to && parent && !(state && (state->gone || state->untied)) &&
			       pg_uses(diff->to, to->owner, parent)
		       ? found
		       : NULL;
}

/* ---- what keeps its own ---- */

static const char *
value_of(const struct sfs_catalog *catalog, const struct sfs_object *column, int attribute)
{
	return attribute == SFS_COLUMN_STATISTICS || attribute == SFS_COLUMN_GENERATED
		       ? sfs_object_get(column, attribute)
		       : pg_effective(catalog, column, attribute);
}

/* Has the children whose value is another one than `value` say so again after the parent. */
static void
spread(struct pg_planner *planner, const struct sfs_object *column, int attribute,
	const char *value, unsigned depth)
{
	const struct sfs_catalog *to = planner->diff->to;
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, column->owner);

	for (size_t i = 0; i < users.len && depth < MAX_DEPTH; i++) {
		const struct sfs_object *mine = heir(planner, users.items[i], column);
		const char *own;

		if (!mine) {
			continue;
		}
		own = value_of(to, planner->diff->counterpart[mine->index], attribute);
		if (!sfs_streq(own, value)) {
			struct pg_state *state = pg_state_of(planner, mine);

			if (state->gone || state->attributes & PG_BIT(attribute)) {
				continue; /* it is seen to, with its own children */
			}
			state->attributes |= PG_BIT(attribute);
		}
		spread(planner, mine, attribute, own, depth + 1);
	}
}

void
pg_spread_columns(struct pg_planner *planner)
{
	size_t n = planner->states.len; /* those behind are spread with their parents */

	for (size_t i = 0; i < n; i++) {
		const struct pg_state *state = planner->states.items[i];

		if (!state->from || !state->to || state->gone ||
			state->from->id.kind != SFS_COLUMN || !is_table(state->from->owner)) {
			continue;
		}
		for (size_t j = 0; j < sizeof reaching / sizeof *reaching; j++) {
			const char *value = value_of(planner->diff->to, state->to, reaching[j]);

			/* A child of one that becomes NOT NULL becomes it, too. */
			if (state->attributes & PG_BIT(reaching[j]) &&
				!(reaching[j] == SFS_COLUMN_NOT_NULL && value)) {
				spread(planner, state->from, reaching[j], value, 0);
			}
		}
	}
}

/* ---- what is made anew ---- */

void
pg_replace_heirs(struct pg_planner *planner, const struct pg_state *column)
{
	struct sfs_objects users = { 0 };

	if (column->from->id.kind == SFS_COLUMN && column->made && is_table(column->from->owner)) {
		users = sfs_graph_used_by(planner->diff->from, column->from->owner);
	}
	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *mine = heir(planner, users.items[i], column->from);

		if (mine && is_parents_own(mine)) {
			pg_replace(planner, pg_state_of(planner, mine));
		}
	}
}

/* Of a column that is made anew, the parent's; NULL: there is none that stays its parent. */
static const struct sfs_object *
inherited_from(const struct pg_planner *planner, const struct pg_state *column)
{
	struct sfs_objects parents = sfs_graph_uses(planner->diff->from, column->from->owner);

	for (size_t i = 0; i < parents.len; i++) {
		const struct sfs_object *theirs =
			is_table(parents.items[i]) ? sfs_object_part(parents.items[i], SFS_COLUMN,
							     column->from->id.name)
						   : NULL;

		if (theirs && heir(planner, column->from->owner, theirs) == column->from) {
			return theirs;
		}
	}
	return NULL;
}

/* A child's column can go by itself only while the table is no child. */
static void
leave_for_a_while(struct pg_planner *planner, const struct sfs_object *table)
{
	struct pg_state *state = pg_state_of(planner, table);

	if (!sfs_object_has(table, SFS_TABLE_PARTITION_OF)) {
		pg_replace(planner, state);
		return;
	}
	state->attributes |= PG_BIT(SFS_TABLE_PARTITION_OF);
	state->untied = state->tied = true;
	pg_loosen_references(planner, state, false);
}

/* Since PostgreSQL 18 a partition's NOT NULL has a name, which is the parent's after this. */
static void
keep_not_null_name(struct pg_planner *planner, const struct pg_state *column)
{
	struct sfs_objects users = { 0 };

	if (planner->db && planner->db->version >= 180000 && column->to && !column->gone &&
		sfs_object_has(column->from, SFS_COLUMN_NOT_NULL) &&
		(column->retyped || pg_sets_expression(planner, column))) {
		users = sfs_graph_used_by(planner->diff->from, column->from->owner);
	}
	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *mine = heir(planner, users.items[i], column->from);

		if (mine && users.items[i]->id.kind == SFS_TABLE &&
			pg_is_attached(users.items[i])) {
			leave_for_a_while(planner, users.items[i]);
		}
	}
}

void
pg_keep_new_not_null(struct pg_planner *planner, const struct sfs_object *column)
{
	const struct sfs_object *table =
		column->id.kind == SFS_COLUMN ? planner->diff->origin[column->owner->index] : NULL;
	const struct sfs_object *parent;

	if (!planner->db || planner->db->version < 180000 || !table ||
		column->owner->id.kind != SFS_TABLE || !pg_is_attached(column->owner) ||
		!sfs_object_has(table, SFS_TABLE_PARTITION_OF)) {
		return;
	}
	parent = pg_parent_column(planner->diff->to, column);
	if (parent && !planner->diff->origin[parent->index] &&
		pg_not_null_is_renamed(parent, column)) {
		leave_for_a_while(planner, table);
	}
}

bool
pg_settle_heirs(struct pg_planner *planner)
{
	for (size_t i = 0; i < planner->states.len; i++) {
		struct pg_state *state = planner->states.items[i];
		const struct sfs_object *theirs;
		struct pg_state *parent;

		if (!state->from || state->from->id.kind != SFS_COLUMN ||
			!is_table(state->from->owner)) {
			continue;
		}
		keep_not_null_name(planner, state);
		if (!state->gone || !state->made) {
			continue;
		}
		theirs = inherited_from(planner, state);
		parent = theirs ? planner->by_from[theirs->index] : NULL;
		state->heir_of = NULL;
		if (!theirs) {
			continue;
		}
		if (parent && parent->gone && parent->made &&
			(!is_parents_own(state->from) ||
				sfs_streq(sfs_object_get(state->to, SFS_COLUMN_GENERATED),
					sfs_object_get(parent->to, SFS_COLUMN_GENERATED)))) {
			state->heir_of = parent;
		} else {
			leave_for_a_while(planner, state->from->owner);
		}
	}
	return planner->queue.len > 0;
}

/* It goes and comes with the parent's, or, being its own as well, after that and before. */
void
pg_heir_nodes(struct pg_state *column)
{
	static const enum pg_op ops[] = { PG_DROP, PG_CREATE };

	for (size_t i = 0; column->heir_of && i < sizeof ops / sizeof *ops; i++) {
		if (!column->node[ops[i]] && is_parents_own(column->from)) {
			column->node[ops[i]] = column->heir_of->node[ops[i]];
		}
	}
}

void
pg_heir_edges(struct pg_nodes *nodes, const struct pg_state *column)
{
	if (column->heir_of && !is_parents_own(column->from)) {
		const int *theirs = column->heir_of->node;

		pg_nodes_edge(nodes, theirs[PG_DROP], column->node[PG_DROP], false);
		pg_nodes_edge(nodes, column->node[PG_CREATE], theirs[PG_CREATE], false);
	}
}
