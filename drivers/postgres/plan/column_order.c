// SPDX-License-Identifier: MIT
/* In which order a table will really have its columns: not where `to` has them, where it grew. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/plan/rows.h"
#include "drivers/postgres/print/print.h"

/* No family is deeper. */
enum { MAX_DEPTH = 32 };

static void
add_name(struct pg_names *order, const char *name)
{
	sfs_vec_foreach (known, order) {
		if (strcmp(*known, name) == 0) {
			return;
		}
	}
	sfs_vec_push(order, name);
}

enum sfs_kind
pg_field_kind(const struct sfs_object *object)
{
	return object->id.kind == SFS_TYPE ? SFS_TYPE_ATTRIBUTE : SFS_COLUMN;
}

/* What stays of what it has; what is added comes behind. */
static void
add_kept(const struct pg_planner *planner, const struct sfs_object *from, struct pg_names *order)
{
	struct pg_parts parts sfs_auto(pg_parts) = { 0 };

	pg_parts_of(from, pg_field_kind(from), &parts);
	sfs_vec_foreach (part, &parts) {
		const struct sfs_object *to = planner->diff->counterpart[(*part)->index];
		const struct pg_state *state = to ? planner->by_to[to->index] : NULL;

		if (to && !(state && state->made)) {
			add_name(order, to->id.name);
		}
	}
}

static void add_columns(const struct pg_planner *planner, const struct sfs_object *object,
	struct pg_names *order, unsigned depth);

/* Of the object that the table's statement calls by that name. */
static void
add_named(const struct pg_planner *planner, const struct sfs_object *table, const char *name,
	struct pg_names *order, unsigned depth)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->to, table);

	for (size_t i = 0; i < uses.len; i++) {
		struct sfs_str own sfs_auto(str) = SFS_STR_INIT;

		pg_qualified(&own, uses.items[i]->id.namespace, uses.items[i]->id.name);
		if (!uses.items[i]->owner && strcmp(sfs_str_text(&own), name) == 0) {
			add_columns(planner, uses.items[i], order, depth + 1);
			return;
		}
	}
}

/* A table that is made with parents, or of a type, has their columns first, as these have them by then. */
static void
add_given(const struct pg_planner *planner, const struct sfs_object *table, struct pg_names *order,
	unsigned depth)
{
	const char *inherits = sfs_object_get(table, SFS_TABLE_INHERITS);
	const char *type = sfs_object_get(table, SFS_TABLE_OF_TYPE);
	const struct sfs_object *parent =
		pg_is_made_as_partition(table) ? pg_partition_parent(planner, table) : NULL;

	if (inherits && !sfs_object_has(table, SFS_TABLE_JOINED)) {
		struct pg_list names sfs_auto(pg_list) = { 0 };

		pg_list_split(inherits, &names);
		sfs_vec_foreach (name, &names) {
			add_named(planner, table, *name, order, depth);
		}
	}
	if (parent) {
		add_columns(planner, parent, order, depth + 1);
	}
	if (type) {
		add_named(planner, table, type, order, depth);
	}
}

static void
add_columns(const struct pg_planner *planner, const struct sfs_object *object,
	struct pg_names *order, unsigned depth)
{
	const struct sfs_object *from = planner->diff->origin[object->index];
	const struct pg_state *state = planner->by_to[object->index];
	struct pg_parts parts sfs_auto(pg_parts) = { 0 };
	bool anew = !from || (state && (state->made || state->aside));

	if (!anew) {
		add_kept(planner, from, order);
	} else if (object->id.kind == SFS_TABLE && depth < MAX_DEPTH) {
		add_given(planner, object, order, depth);
	}
	pg_parts_of(object, pg_field_kind(object), &parts);
	sfs_vec_foreach (part, &parts) {
		add_name(order, (*part)->id.name);
	}
}

void
pg_column_order(const struct pg_planner *planner, const struct sfs_object *object,
	struct pg_names *ret_order)
{
	memset(ret_order, 0, sizeof *ret_order);
	add_columns(planner, object, ret_order, 0);
}
