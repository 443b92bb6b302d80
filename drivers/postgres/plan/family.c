// SPDX-License-Identifier: MIT
/*
 * Tables with parents. A column that comes from a parent is described by what differs from the
 * parent's; when a table changes parents that has to be spelt out.
 */
#include <string.h>

#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/print/print.h"
#include "sql/lexer.h"

const struct sfs_object *
pg_parent_column(const struct sfs_catalog *catalog, const struct sfs_object *column)
{
	struct sfs_objects uses = sfs_graph_uses(catalog, column->owner);

	for (size_t i = 0; i < uses.len; i++) {
		bool table = uses.items[i]->id.kind == SFS_TABLE ||
			     uses.items[i]->id.kind == SFS_FOREIGN_TABLE;
		const struct sfs_object *found =
			table ? sfs_object_part(uses.items[i], SFS_COLUMN, column->id.name) : NULL;

		if (found) {
			return found;
		}
	}
	return NULL;
}

const char *
pg_effective(const struct sfs_catalog *catalog, const struct sfs_object *column, int attribute)
{
	const char *value = sfs_object_get(column, attribute);
	const struct sfs_object *parent = !value && sfs_object_has(column, SFS_COLUMN_INHERITED)
						  ? pg_parent_column(catalog, column)
						  : NULL;

	if (parent) {
		value = pg_effective(catalog, parent, attribute);
		if (attribute == SFS_COLUMN_NOT_NULL && value &&
			sfs_starts_with(value, "NO INHERIT")) {
			value = NULL;
		}
	}
	return attribute == SFS_COLUMN_DEFAULT && sfs_streq(value, "NULL") ? NULL : value;
}

static const int by_parent[] = { SFS_COLUMN_DEFAULT, SFS_COLUMN_NOT_NULL, SFS_COLUMN_STORAGE };
enum { BY_PARENT = sizeof by_parent / sizeof *by_parent };

const struct sfs_object *
pg_flatten(struct pg_planner *planner, const struct sfs_catalog *catalog,
	const struct sfs_object *column)
{
	struct sfs_object *flat;
	const char *all[64] = { 0 };
	size_t n = 0;

	if (!sfs_object_has(column, SFS_COLUMN_INHERITED)) {
		return column;
	}
	for (int i = 0; i < 64; i++) {
		all[i] = column->present & PG_BIT(i) ? sfs_object_get(column, i) : NULL;
	}
	all[SFS_COLUMN_INHERITED] = NULL;
	if (pg_effective(catalog, column, SFS_COLUMN_NOT_NULL) &&
		!sfs_object_has(column, SFS_COLUMN_NULLABLE_NAME)) {
		all[SFS_COLUMN_NULLABLE_NAME] =
			pg_inherited_not_null_name(planner, catalog, column);
	}
	for (size_t i = 0; i < BY_PARENT; i++) {
		all[by_parent[i]] = pg_effective(catalog, column, by_parent[i]);
	}
	flat = sfs_arena_alloc(planner->arena, sizeof *flat);
	*flat = *column;
	flat->present = 0;
	flat->values = sfs_arena_alloc(planner->arena, sizeof all);
	for (int i = 0; i < 64; i++) {
		if (all[i]) {
			flat->present |= PG_BIT(i);
			flat->values[n++] = all[i];
		}
	}
	return flat;
}

/* ---- tables that the server can not bring there ---- */

void
pg_renewed_parents(
	const struct pg_planner *planner, const struct pg_state *table, struct pg_list *ret_parents)
{
	struct sfs_objects parents = sfs_graph_uses(planner->diff->from, table->from);

	memset(ret_parents, 0, sizeof *ret_parents);
	for (size_t i = 0; i < parents.len; i++) {
		const struct pg_state *state = planner->by_from[parents.items[i]->index];

		if (state && state->gone && state->made && state->from->id.kind == SFS_TABLE) {
			struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

			pg_qualified(&name, state->to->id.namespace, state->to->id.name);
			sfs_vec_push(ret_parents, sfs_strdup(sfs_str_text(&name)));
		}
	}
}

/* Whether the parent, of `from` (`old_one`) or `to`, is not left on the way. */
static bool
keeps_parent(const struct pg_planner *planner, const struct pg_state *table,
	const struct sfs_object *parent, bool old_one)
{
	struct pg_list old sfs_auto(pg_list) = { 0 }, new sfs_auto(pg_list) = { 0 };
	struct pg_list renewed sfs_auto(pg_list) = { 0 };
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	pg_list_split(pg_rewritten(planner, sfs_object_get(table->from, SFS_TABLE_INHERITS)), &old);
	pg_list_split(sfs_object_get(table->to, SFS_TABLE_INHERITS), &new);
	pg_renewed_parents(planner, table, &renewed);
	pg_qualified(&name, parent->id.namespace, parent->id.name);
	const char *now =
		old_one ? pg_rewritten(planner, sfs_str_text(&name)) : sfs_str_text(&name);

	for (size_t i = pg_kept_parents(&old, &new, &renewed); i > 0; i--) {
		if (strcmp(new.items[i - 1], now) == 0) {
			return true;
		}
	}
	return false;
}

/* A partition that is neither detached nor attached. */
static bool
keeps_partitioned(const struct pg_state *table)
{
	return sfs_object_has(table->from, SFS_TABLE_PARTITION_OF) &&
	       !(table->attributes &
		       (PG_BIT(SFS_TABLE_PARTITION_OF) | PG_BIT(SFS_TABLE_PARTITION_BOUND)));
}

bool
pg_keeps_inherited(const struct pg_planner *planner, const struct pg_state *table,
	const struct sfs_object *part)
{
	bool old = table->from && sfs_object_filed(part) == table->from;
	struct sfs_objects parents;

	if (!table->from || !table->to || table->gone || table->from->id.kind != SFS_TABLE) {
		return false;
	}
	if (keeps_partitioned(table)) {
		return true; /* an index of it has a name of its own */
	}
	parents = sfs_graph_uses(
		old ? planner->diff->from : planner->diff->to, old ? table->from : table->to);
	for (size_t i = 0; i < parents.len; i++) {
		const struct sfs_object *parent = parents.items[i];
		const struct pg_state *state =
			old ? planner->by_from[parent->index] : planner->by_to[parent->index];

		if (parent->id.kind == SFS_TABLE && !(state && state->gone) &&
			sfs_object_part(parent, part->id.kind, part->id.name) &&
			keeps_parent(planner, table, parent, old)) {
			return true;
		}
	}
	return false;
}

bool
pg_leaves_parents(const struct pg_state *table)
{
	return table->aside && table->from->id.kind == SFS_TABLE &&
	       (sfs_object_has(table->from, SFS_TABLE_INHERITS) ||
		       sfs_object_has(table->from, SFS_TABLE_PARTITION_OF));
}

bool
pg_joins(const struct pg_state *table)
{
	return table->tied && (table->untied || table->attributes & PG_TABLE_HELD);
}

bool
pg_comes_after_joining(const struct pg_planner *planner, const struct pg_state *table,
	const struct sfs_object *column)
{
	const struct sfs_object *theirs;
	const struct pg_state *state;

	if (!table->from || table->made || !pg_joins(table) || column->id.kind != SFS_COLUMN ||
		!sfs_object_has(column, SFS_COLUMN_INHERITED) ||
		!sfs_object_has(table->to, SFS_TABLE_INHERITS)) {
		return false;
	}
	theirs = pg_parent_column(planner->diff->to, column);
	state = theirs ? planner->by_to[theirs->index] : NULL;
	return state && state->made && !state->gone && planner->diff->origin[theirs->owner->index];
}

bool
pg_keeps_order(const struct pg_planner *planner, const struct pg_state *table)
{
	const struct sfs_object *part;
	uint32_t last = 0;
	bool added = false;

	if (!table->to || table->to->id.kind != SFS_TABLE ||
		!sfs_object_has(table->to, SFS_TABLE_PARTITION_OF) || pg_is_attached(table->to)) {
		return true;
	}
	sfs_parts_foreach (part, table->to) {
		const struct sfs_object *from = planner->diff->origin[part->index];

		if (part->id.kind != SFS_COLUMN) {
			continue;
		}
		if (from && (added || from->position < last)) {
			return false;
		}
		added |= !from;
		last = from ? from->position : last;
	}
	return true;
}

void
pg_inherited_edges(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *part)
{
	const struct pg_state *table =
		part->from && part->from->owner ? planner->by_from[part->from->owner->index] : NULL;

	if (table && pg_is_inherited(part->from)) {
		pg_nodes_edge(nodes, table->node[PG_UNTIE], part->node[PG_DROP], false);
	}
}

/*
 * A column that the table has is its own for ever, also when a new parent has it, too: only one
 * that the parent brought is the parent's alone. ATTACH PARTITION knows no such difference.
 */
static bool
column_needs_new_table(
	const struct pg_planner *planner, const struct pg_state *table, const struct sfs_object *to)
{
	const struct sfs_object *from = planner->diff->origin[to->index];
	const struct sfs_object *parent = pg_parent_column(planner->diff->to, to);

	/* A new one comes with a parent that stays, or with one whose column comes after it. */
	if (!from) {
		const struct pg_state *owner = parent ? planner->by_to[parent->owner->index] : NULL;

		if (owner && owner->gone && sfs_object_has(to, SFS_COLUMN_INHERITED)) {
			return true;
		}
		return sfs_object_has(to, SFS_COLUMN_INHERITED) && parent &&
		       !keeps_parent(planner, table, parent->owner, false) &&
		       (planner->diff->origin[parent->index] ||
			       !planner->diff->origin[parent->owner->index]);
	}

	/* One that becomes its own, too, does so by leaving all parents that bring it. */
	if (!sfs_object_has(to, SFS_COLUMN_INHERITED)) {
		return sfs_object_has(from, SFS_COLUMN_INHERITED) && parent &&
		       keeps_parent(planner, table, parent->owner, false);
	}

	return parent && !(sfs_object_has(from, SFS_COLUMN_INHERITED) &&
				 keeps_parent(planner, table, parent->owner, false));
}

/* So it is with a check: one that a table has to have before it can join stays its own. */
static bool
check_needs_new_table(
	const struct pg_planner *planner, const struct pg_state *table, const struct sfs_object *to)
{
	struct sfs_objects parents = sfs_graph_uses(planner->diff->to, table->to);

	for (size_t i = 0; i < parents.len && pg_is_inherited(to); i++) {
		const struct sfs_object *theirs =
			parents.items[i]->id.kind == SFS_TABLE
				? sfs_object_part(parents.items[i], SFS_CONSTRAINT, to->id.name)
				: NULL;

		if (theirs && !keeps_parent(planner, table, parents.items[i], false)) {
			return true;
		}
	}
	return false;
}

bool
pg_needs_new_table(const struct pg_planner *planner, const struct pg_state *table)
{
	const struct sfs_object *part;

	if (!sfs_object_has(table->to, SFS_TABLE_INHERITS)) {
		return false;
	}
	sfs_parts_foreach (part, table->to) {
		if ((part->id.kind == SFS_COLUMN && column_needs_new_table(planner, table, part)) ||
			(part->id.kind == SFS_CONSTRAINT &&
				check_needs_new_table(planner, table, part))) {
			return true;
		}
	}
	return false;
}

bool
pg_is_partitioned_by(const struct sfs_object *table, const struct sfs_object *column)
{
	const char *key =
		table->id.kind == SFS_TABLE ? sfs_object_get(table, SFS_TABLE_PARTITION_KEY) : NULL;
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	struct sfs_token token;

	if (!key) {
		return false;
	}
	pg_name(&name, column->id.name);
	sfs_lexer_init(&lexer, SFS_POSTGRES, key, strlen(key));
	while (sfs_lexer_word(&lexer, &token)) {
		if (token.len == name.len &&
			memcmp(key + token.offset, sfs_str_text(&name), name.len) == 0) {
			return true;
		}
	}
	return false;
}

/* Whether a child keeps the column that its parent drops. */
bool
pg_child_keeps(const struct pg_planner *planner, const struct sfs_object *column)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, column->owner);
	const struct pg_state *state = planner->by_from[column->index];

	if (state && state->made) {
		return false; /* it comes again, and goes from the child only where that has no other */
	}
	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *theirs =
			users.items[i]->id.kind == SFS_TABLE
				? sfs_object_part(users.items[i], SFS_COLUMN, column->id.name)
				: NULL;
		const struct pg_state *child = planner->by_from[users.items[i]->index];

		if (theirs && planner->diff->counterpart[theirs->index] &&
			!(child && (child->gone || child->untied))) {
			return true;
		}
	}
	return false;
}

/* ---- columns of tables that change parents ---- */

static void
flatten_column(struct pg_planner *planner, const struct sfs_object *column)
{
	const struct sfs_diff *diff = planner->diff;
	struct pg_state *state = pg_state_of(planner, column);

	if (state->gone || !state->to) {
		return;
	}
	state->old = pg_flatten(planner, diff->from, state->from);
	state->new = pg_flatten(planner, diff->to, state->to);
	state->attributes &= ~(PG_BIT(SFS_COLUMN_INHERITED) | PG_BIT(SFS_COLUMN_NULLABLE_NAME));
	if (sfs_attribute_differs(state->old, state->new, SFS_COLUMN_NULLABLE_NAME)) {
		state->attributes |= PG_BIT(SFS_COLUMN_NULLABLE_NAME);
	}
	for (size_t i = 0; i < BY_PARENT; i++) {
		state->attributes &= ~PG_BIT(by_parent[i]);
		if (sfs_attribute_differs(state->old, state->new, by_parent[i])) {
			state->attributes |= PG_BIT(by_parent[i]);
		}
	}
}

/* A partition that was made as one and shall be as if made alone, or the other way round. */
static bool
changes_look(const struct pg_state *table)
{
	return table->from->id.kind == SFS_TABLE && table->to->id.kind == SFS_TABLE &&
	       sfs_object_has(table->from, SFS_TABLE_PARTITION_OF) &&
	       sfs_object_has(table->to, SFS_TABLE_PARTITION_OF) &&
	       pg_is_attached(table->from) != pg_is_attached(table->to);
}

void
pg_flatten_columns(struct pg_planner *planner)
{
	size_t n = planner->states.len; /* columns are added behind */

	for (size_t i = 0; i < n; i++) {
		const struct pg_state *table = planner->states.items[i];
		const struct sfs_object *part;

		if (table->gone || !table->from || !table->to ||
			!(table->untied || changes_look(table)) ||
			(table->from->id.kind != SFS_TABLE &&
				table->from->id.kind != SFS_FOREIGN_TABLE)) {
			continue;
		}
		sfs_parts_foreach (part, table->from) {
			if (part->id.kind == SFS_COLUMN) {
				flatten_column(planner, part);
			}
		}
		sfs_parts_foreach (part, table->to) {
			struct pg_state *new = planner->by_to[part->index];

			if (part->id.kind == SFS_COLUMN && new &&new->made) {
				new->new = pg_flatten(planner, planner->diff->to, part);
			}
		}
	}
}
