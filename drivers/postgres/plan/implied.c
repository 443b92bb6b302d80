// SPDX-License-Identifier: MIT
/*
 * The indexes that a partition has because its parent has them are named by the server, after the table
 * and after what the parent's index calls its columns: that is what they were called when it was made.
 * In a database made anew they would be named after the columns as they are; so they shall be here.
 */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/plan/rows.h"

/* The parent as the database has it; its name is quoted. */
static const struct sfs_object *
former_parent(const struct pg_planner *planner, const struct sfs_object *partition)
{
	const struct sfs_object *parent = pg_partition_parent(planner, partition);

	return parent ? planner->diff->origin[parent->index] : NULL;
}

/* What the column of that name is called after the plan; the parent may be no part of the diff. */
static const char *
new_name(const struct pg_planner *planner, const struct sfs_object *parent, const char *name)
{
	const struct sfs_object *column = parent ? sfs_object_part(parent, SFS_COLUMN, name) : NULL;

	if (!column) {
		return name;
	}
	column = planner->diff->counterpart[column->index];
	return column ? column->id.name : NULL;
}

/* Whether the index of that name goes, or is made anew: then there is nothing to be done. */
static bool
stays(const struct pg_planner *planner, const struct sfs_object *parent, const char *name)
{
	const struct sfs_object *part;

	if (!parent) {
		return true;
	}
	sfs_parts_foreach (part, parent) {
		const struct pg_state *state = planner->by_from[part->index];

		if ((part->id.kind == SFS_INDEX || part->id.kind == SFS_CONSTRAINT) &&
			strcmp(part->id.name, name) == 0) {
			return !state || !(state->gone || state->renamed);
		}
	}
	return false;
}

/* Rows of: namespace, index, what it calls a column, that column. */
static bool
ask(struct pg_planner *planner, const char *parent, PGresult **ret_result)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql,
		"SELECT n.nspname, x.relname, xa.attname, ha.attname FROM pg_index i"
		" JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace"
		" JOIN pg_attribute xa ON xa.attrelid = x.oid"
		" JOIN pg_attribute ha ON ha.attrelid = i.indrelid"
		" AND ha.attnum = i.indkey[xa.attnum - 1] AND ha.attnum > 0"
		" WHERE array_length(array_positions(i.indkey::int2[], ha.attnum), 1) = 1"
		" AND i.indrelid = to_regclass(");
	pg_literal(&sql, parent);
	sfs_str_add(&sql, ") ORDER BY x.relname, xa.attnum");
	return pg_facts_query(planner, sfs_str_text(&sql), ret_result);
}

void
pg_refresh_index_columns(struct pg_planner *planner, const struct sfs_object *partition)
{
	const char *name = partition->id.kind == SFS_TABLE
				   ? sfs_object_get(partition, SFS_TABLE_PARTITION_OF)
				   : NULL;
	const struct sfs_object *parent = name ? former_parent(planner, partition) : NULL;
	struct sfs_str known sfs_auto(str) = SFS_STR_INIT;
	PGresult *rows sfs_auto(PQclear) = NULL;

	if (!name || sfs_map_has(planner->refreshed, name)) {
		return;
	}
	sfs_map_set(planner->refreshed, name, planner);
	if (parent) {
		pg_qualified(&known, parent->id.namespace, parent->id.name);
	}
	if (!pg_facts_begin(planner) || !ask(planner, parent ? known.text : name, &rows)) {
		return;
	}
	for (int i = 0; i < PQntuples(rows); i++) {
		const char *index = PQgetvalue(rows, i, 1), *called = PQgetvalue(rows, i, 2);
		const char *column = new_name(planner, parent, PQgetvalue(rows, i, 3));
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		if (!column || strcmp(column, called) == 0 || !stays(planner, parent, index)) {
			continue;
		}
		sfs_str_add(&sql, "ALTER TABLE ");
		pg_qualified(&sql, PQgetvalue(rows, i, 0), index);
		sfs_str_add(&sql, " RENAME COLUMN ");
		pg_name(&sql, called);
		sfs_str_add(&sql, " TO ");
		pg_name(&sql, column);
		(void)sfs_plan_add(planner->plan, partition, sfs_str_text(&sql));
	}
}
