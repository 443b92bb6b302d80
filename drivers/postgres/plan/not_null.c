// SPDX-License-Identifier: MIT
/*
 * The names of the constraints behind NOT NULL, since PostgreSQL 18. Who says none gets "<table>_<column>_
 * not_null", or with a number behind where a table of the schema has that already; a child gets its parent's.
 */
#include <string.h>

#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/print/print.h"

enum { MAX_DEPTH = 32 };

static bool
has_names(const struct pg_planner *planner)
{
	return planner->db && planner->db->version >= 180000;
}

static bool
is_of_table(const struct sfs_object *object)
{
	return object->id.kind == SFS_COLUMN &&
	       (object->owner->id.kind == SFS_TABLE || object->owner->id.kind == SFS_FOREIGN_TABLE);
}

const char *
pg_inherited_not_null_name(const struct pg_planner *planner, const struct sfs_catalog *catalog,
	const struct sfs_object *column)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT, own sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_object *above = column;

	if (!has_names(planner)) {
		return NULL;
	}
	for (unsigned depth = 0; depth < MAX_DEPTH && sfs_object_has(above, SFS_COLUMN_INHERITED) &&
				 !sfs_object_has(above, SFS_COLUMN_NOT_NULL);
		depth++) {
		const struct sfs_object *parent = pg_parent_column(catalog, above);

		if (!parent) {
			return NULL;
		}
		above = parent;
	}
	pg_not_null_name(&name, above);
	pg_not_null_name(&own, column);
	return strcmp(sfs_str_text(&name), sfs_str_text(&own)) != 0
		       ? sfs_arena_strdup(planner->arena, sfs_str_text(&name))
		       : NULL;
}

/* ---- names that are taken ---- */

static void
add_key(struct sfs_str *key, const struct sfs_object *column)
{
	sfs_str_add(key, column->id.namespace);
	sfs_str_addc(key, '\x01');
	pg_not_null_name(key, column);
}

/* Of each name who has it, and which of them two have: of columns that are not a parent's. */
static void
add_names(struct pg_planner *planner, const struct sfs_catalog *catalog)
{
	sfs_vec_foreach (object, &catalog->objects) {
		struct sfs_str key sfs_auto(str) = SFS_STR_INIT;
		const struct sfs_object *other;
		const char *kept;

		if (!is_of_table(*object) || !sfs_object_has(*object, SFS_COLUMN_NOT_NULL) ||
			sfs_object_has(*object, SFS_COLUMN_INHERITED)) {
			continue;
		}
		add_key(&key, *object);
		kept = sfs_arena_strdup(planner->arena, sfs_str_text(&key));
		other = sfs_map_get(planner->not_nulls, kept);
		if (other && !sfs_identity_equal(&other->id, &(*object)->id)) {
			sfs_map_set(planner->shared_not_nulls, kept, planner);
		}
		sfs_map_set(planner->not_nulls, kept, *object);
	}
}

static bool
is_taken(struct pg_planner *planner, const struct sfs_object *column)
{
	struct sfs_identity id = column->owner->id;
	const struct sfs_object *table = sfs_catalog_find(planner->diff->to, &id);
	const struct pg_state *state = table ? planner->by_to[table->index] : NULL;
	struct sfs_str key sfs_auto(str) = SFS_STR_INIT;

	if (!planner->not_nulls) {
		planner->not_nulls = sfs_map_create();
		planner->shared_not_nulls = sfs_map_create();
		add_names(planner, planner->diff->from);
		add_names(planner, planner->diff->to);
	}
	add_key(&key, column);
	return (state && state->aside) ||
	       sfs_map_has(planner->shared_not_nulls, sfs_str_text(&key));
}

const struct sfs_object *
pg_with_not_null_name(struct pg_planner *planner, const struct sfs_object *column)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (!has_names(planner) || !is_of_table(column) ||
		!sfs_object_has(column, SFS_COLUMN_NOT_NULL) ||
		sfs_object_has(column, SFS_COLUMN_NULLABLE_NAME) || !is_taken(planner, column)) {
		return column;
	}
	pg_not_null_name(&name, column);
	return pg_with(planner, column, SFS_COLUMN_NULLABLE_NAME,
		sfs_arena_strdup(planner->arena, sfs_str_text(&name)));
}
