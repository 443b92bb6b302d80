// SPDX-License-Identifier: MIT
/* What the server refuses to change while something else holds it: typed tables, stored domains. */
#include <string.h>

#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"

/* ---- tables of a type ---- */

static bool
is_of_type(const struct sfs_object *table)
{
	return table->id.kind == SFS_TABLE && sfs_object_has(table, SFS_TABLE_OF_TYPE);
}

void
pg_loosen_typed_tables(struct pg_planner *planner, const struct sfs_object *type)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, type);

	for (size_t i = 0; i < users.len; i++) {
		struct pg_state *table =
			is_of_type(users.items[i]) ? pg_state_of(planner, users.items[i]) : NULL;

		if (table && !table->gone && table->to) {
			table->attributes |= PG_BIT(SFS_TABLE_OF_TYPE);
			table->untied = table->tied = true;
		}
	}
}

/* A column of a typed table gets the name of its attribute while the table is none. */
static void
add_column_edges(struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *column)
{
	const struct sfs_object *owner = column->from ? column->from->owner : NULL;
	const struct pg_state *table =
		owner && is_of_type(owner) ? planner->by_from[owner->index] : NULL;

	if (table && table->untied) {
		pg_nodes_edge(nodes, table->node[PG_UNTIE], column->node[PG_RENAME], false);
		pg_nodes_edge(nodes, column->node[PG_RENAME], table->node[PG_TIE], false);
	}
}

void
pg_typed_table_edges(
	struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *attribute)
{
	const struct sfs_object *any = attribute->from ? attribute->from : attribute->to;
	const struct sfs_object *type = NULL;
	struct sfs_objects users = { 0 };

	if (any->id.kind == SFS_COLUMN) {
		add_column_edges(planner, nodes, attribute);
	}
	if (any->id.kind == SFS_TYPE_ATTRIBUTE) {
		type = attribute->from ? any->owner : planner->diff->origin[any->owner->index];
	}
	if (type) {
		users = sfs_graph_used_by(planner->diff->from, type);
	}
	for (size_t i = 0; i < users.len; i++) {
		const struct pg_state *table = planner->by_from[users.items[i]->index];

		if (!table || !is_of_type(users.items[i])) {
			continue;
		}
		for (int op = 0; op < PG_OP_COUNT; op++) {
			pg_nodes_edge(nodes, table->node[PG_UNTIE], attribute->node[op], true);
			pg_nodes_edge(nodes, attribute->node[op], table->node[PG_TIE], true);
		}
	}
}

/* ---- values of types, and of the rows of tables and views ---- */

static const bool is_of_values[SFS_KIND_COUNT] = {
	[SFS_TYPE] = true,
	[SFS_DOMAIN] = true,
	[SFS_TYPE_ATTRIBUTE] = true,
	[SFS_COLUMN] = true,
};

static bool
is_stored(const struct sfs_diff *diff, const struct sfs_object *type, unsigned depth)
{
	enum { MAX_DEPTH = 32 };
	struct sfs_objects users = sfs_graph_used_by(diff->from, type);

	for (size_t i = 0; i < users.len && depth < MAX_DEPTH; i++) {
		const struct sfs_object *user = users.items[i];
		const struct sfs_object *whole = user->owner ? user->owner : user;

		/* What goes in the same plan has gone by then. */
		if (!is_of_values[user->id.kind] || whole == type ||
			!diff->counterpart[user->index]) {
			continue;
		}
		/* A view stores nothing, but values of its rows can be stored. */
		if ((user->id.kind == SFS_COLUMN && whole->id.kind != SFS_VIEW) ||
			is_stored(diff, whole, depth + 1)) {
			return true;
		}
	}
	return false;
}

bool
pg_is_stored(const struct sfs_diff *diff, const struct sfs_object *type)
{
	return is_stored(diff, type, 0);
}

/*
 * What comes to hold rows of a table, by itself or inside of other values, waits for the table's columns;
 * and these wait for what holds some and goes.
 */
static void
holder_edges(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *column, const struct sfs_object *type, bool comes, unsigned depth)
{
	enum { MAX_DEPTH = 32 };
	const struct sfs_catalog *catalog = comes ? planner->diff->to : planner->diff->from;
	struct sfs_objects users = sfs_graph_used_by(catalog, type);

	for (size_t i = 0; i < users.len && depth < MAX_DEPTH; i++) {
		const struct sfs_object *user = users.items[i];
		const struct sfs_object *whole = user->owner ? user->owner : user;
		const struct pg_state *state =
			comes ? planner->by_to[user->index] : planner->by_from[user->index];

		if (!is_of_values[user->id.kind] || whole == type) {
			continue;
		}
		if (user->id.kind == SFS_COLUMN && state) {
			const int *c = column->node, *u = state->node;

			pg_nodes_edge(nodes, comes ? c[PG_ALTER] : u[PG_DROP],
				comes ? u[PG_CREATE] : c[PG_ALTER], true);
			pg_nodes_edge(nodes, comes ? c[PG_CREATE] : u[PG_DROP],
				comes ? u[PG_CREATE] : c[PG_CREATE], true);
		}
		holder_edges(planner, nodes, column, whole, comes, depth + 1);
	}
}

void
pg_row_edges(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *column)
{
	const struct sfs_object *any = column->to ? column->to : column->from;
	const struct sfs_object *from, *to;

	if (any->id.kind != SFS_COLUMN || any->owner->id.kind != SFS_TABLE || !column->to) {
		return;
	}
	to = column->to->owner;
	from = planner->diff->origin[to->index];
	if (from) {
		holder_edges(planner, nodes, column, to, true, 0);
		holder_edges(planner, nodes, column, from, false, 0);
	}
}

/* ---- domains inside of arrays and composite values ---- */

/* Whether the server looks for values of the domain in a column, and can not look into them. */
bool
pg_is_stored_inside(const struct sfs_catalog *catalog, const struct sfs_object *domain)
{
	struct sfs_objects users = sfs_graph_used_by(catalog, domain);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	pg_qualified(&name, domain->id.namespace, domain->id.name);
	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *user = users.items[i];

		if (user->id.kind == SFS_COLUMN && user->owner->id.kind == SFS_TABLE &&
			!sfs_streq(sfs_object_get(user, SFS_COLUMN_TYPE), sfs_str_text(&name))) {
			return true;
		}
		if (user->id.kind == SFS_TYPE_ATTRIBUTE &&
			sfs_graph_used_by(catalog, user->owner).len) {
			return true;
		}
		if (user->id.kind == SFS_DOMAIN && pg_is_stored_inside(catalog, user)) {
			return true;
		}
	}
	return false;
}

/* ---- tables that are logged refer to none that are not ---- */

void
pg_persistence_edges(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *table)
{
	const struct sfs_object *part;

	if (!table->from || !table->to || table->to->id.kind != SFS_TABLE) {
		return;
	}
	sfs_parts_foreach (part, table->to) {
		struct sfs_objects uses = sfs_graph_uses(planner->diff->to, part);

		for (size_t i = 0; i < uses.len; i++) {
			const struct sfs_object *used = sfs_object_filed(uses.items[i]);
			const struct pg_state *other = planner->by_to[used->index];

			if (!other || other == table || !pg_is_own_foreign_key(part)) {
				continue;
			}
			if (sfs_object_has(table->to, SFS_TABLE_PERSISTENCE)) {
				pg_nodes_edge(
					nodes, table->node[PG_ALTER], other->node[PG_ALTER], true);
			} else {
				pg_nodes_edge(
					nodes, other->node[PG_ALTER], table->node[PG_ALTER], true);
			}
		}
	}
}

/* ---- keys of partitions ---- */

/* The index of a partitioned table that the key of one of its partitions is a part of; or NULL. */
static const struct sfs_object *
index_above(const struct sfs_catalog *catalog, const struct sfs_object *key)
{
	struct sfs_objects uses = { 0 };

	if (key->id.kind == SFS_CONSTRAINT && key->owner->id.kind == SFS_TABLE &&
		sfs_object_has(key->owner, SFS_TABLE_PARTITION_OF) &&
		!sfs_object_has(key, SFS_CONSTRAINT_INHERITED)) {
		uses = sfs_graph_uses(catalog, key);
	}
	for (size_t i = 0; i < uses.len; i++) {
		if (uses.items[i]->id.kind == SFS_INDEX && uses.items[i]->owner != key->owner &&
			!sfs_object_has(key, SFS_CONSTRAINT_REFERENCES)) {
			return uses.items[i];
		}
	}
	return NULL;
}

/* An index that is attached goes only with the one that it is a part of. */
static bool
take_whole(struct pg_planner *planner, const struct pg_state *part)
{
	struct sfs_objects uses = { 0 };
	bool taken = false;

	if (part->from && part->gone && part->from->id.kind == SFS_INDEX &&
		sfs_object_has(part->from, SFS_INDEX_ATTACHED)) {
		uses = sfs_graph_uses(planner->diff->from, part->from);
	}
	for (size_t i = 0; i < uses.len; i++) {
		const struct sfs_object *table = part->from->owner;
		const struct pg_state *owner = planner->by_from[table->index];

		if (uses.items[i]->id.kind == SFS_INDEX && uses.items[i]->owner != table &&
			!(owner && (owner->gone || owner->untied)) &&
			!pg_state_of(planner, uses.items[i])->gone) {
			pg_replace(planner, pg_state_of(planner, uses.items[i]));
			taken = true;
		}
	}
	return taken;
}

bool
pg_release_keys(struct pg_planner *planner)
{
	bool released = false;

	for (size_t i = 0; i < planner->states.len; i++) {
		const struct pg_state *key = planner->states.items[i];
		const struct sfs_object *above =
			key->from && key->gone ? index_above(planner->diff->from, key->from) : NULL;
		struct pg_state *table = above ? pg_state_of(planner, key->from->owner) : NULL;

		released |= take_whole(planner, key);
		if (!table || table->gone || table->untied || !table->to ||
			!sfs_object_has(table->to, SFS_TABLE_PARTITION_OF)) {
			continue;
		}
		table->attributes |= PG_BIT(SFS_TABLE_PARTITION_OF);
		table->untied = table->tied = true;
		pg_loosen_references(planner, table, false);
		released = true;
	}
	return released;
}
