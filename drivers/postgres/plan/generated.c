// SPDX-License-Identifier: MIT
/* Generated columns: which get another expression in place, and which have to be made anew. */
#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/planner.h"

#define COMMON_ATTRIBUTES (PG_BIT(SFS_ATTR_COMMON) - 1)

static bool
is_checked(const struct sfs_object *table)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, table) {
		if (part->id.kind == SFS_CONSTRAINT &&
			sfs_streq(sfs_object_get(part, SFS_CONSTRAINT_TYPE), "CHECK")) {
			return true;
		}
	}
	return false;
}

static bool
has_publications(const struct sfs_catalog *catalog)
{
	sfs_vec_foreach (object, &catalog->objects) {
		if ((*object)->id.kind == SFS_PUBLICATION) {
			return true;
		}
	}
	return false;
}

/* Whether it has a check, on either side, or one of its children has. */
static bool
is_checked_below(const struct pg_planner *planner, const struct sfs_object *table, unsigned depth)
{
	enum { MAX_DEPTH = 32 };
	const struct sfs_object *to = planner->diff->counterpart[table->index];
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, table);

	if (is_checked(table) || (to && is_checked(to))) {
		return true;
	}
	for (size_t i = 0; i < users.len && depth < MAX_DEPTH; i++) {
		if (users.items[i]->id.kind == SFS_TABLE &&
			is_checked_below(planner, users.items[i], depth + 1)) {
			return true;
		}
	}
	return false;
}

/*
 * The server does not yet check again what a check or a publication sees of a column that is not
 * stored: it refuses.
 */
static bool
is_watched(const struct pg_planner *planner, const struct sfs_object *table)
{
	return has_publications(planner->diff->from) || is_checked_below(planner, table, 0);
}

bool
pg_sets_expression(const struct pg_planner *planner, const struct pg_state *column)
{
	const struct sfs_object *from = column->from, *to = column->to;
	const char *kind = sfs_object_get(from, SFS_COLUMN_GENERATED_KIND);

	return planner->db && planner->db->version >= 170000 && to && kind &&
	       column->attributes & PG_BIT(SFS_COLUMN_GENERATED) &&
	       !(column->attributes & (PG_BIT(SFS_COLUMN_TYPE) | PG_BIT(SFS_COLUMN_COLLATION))) &&
	       sfs_streq(kind, sfs_object_get(to, SFS_COLUMN_GENERATED_KIND)) &&
	       !(sfs_streq(kind, "STORED") && pg_is_stored(planner->diff, from->owner)) &&
	       !(sfs_streq(kind, "VIRTUAL") && is_watched(planner, from->owner));
}

bool
pg_is_generated_anew(const struct pg_planner *planner, const struct pg_state *column)
{
	const struct sfs_object *from = column->from, *to = column->to;

	if (!sfs_object_has(to, SFS_COLUMN_GENERATED)) {
		/* DROP EXPRESSION is for values that are stored. */
		return sfs_streq(sfs_object_get(from, SFS_COLUMN_GENERATED_KIND), "VIRTUAL");
	}
	if (column->attributes & PG_BIT(SFS_COLUMN_GENERATED_KIND) ||
		(column->attributes & PG_BIT(SFS_COLUMN_GENERATED) &&
			!pg_sets_expression(planner, column))) {
		return true;
	}
	/* No USING for what is computed: only what the server converts by itself. */
	return column->attributes & PG_BIT(SFS_COLUMN_TYPE) &&
	       pg_cast_between(sfs_object_get(from, SFS_COLUMN_TYPE),
		       sfs_object_get(to, SFS_COLUMN_TYPE)) >= PG_CAST_DIRECT;
}
