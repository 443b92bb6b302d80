// SPDX-License-Identifier: MIT
/*
 * NOT NULL of columns. Since PostgreSQL 18 a constraint stands behind it, which has a name, may be the
 * table's alone (NO INHERIT), and need not hold for old rows yet (NOT VALID).
 */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/print/print.h"

static bool
says(const struct sfs_object *column, const char *what)
{
	const char *how = sfs_object_get(column, SFS_COLUMN_NOT_NULL);

	return how && strstr(how, what) != NULL;
}

void
pg_not_null_name(struct sfs_str *out, const struct sfs_object *column)
{
	const char *name = sfs_object_get(column, SFS_COLUMN_NULLABLE_NAME);

	if (name) {
		sfs_str_add(out, name);
	} else {
		char *usual sfs_auto(free) =
			sfs_asprintf("%s_%s_not_null", column->owner->id.name, column->id.name);

		pg_name(out, usual);
	}
}

bool
pg_not_null_is_renamed(const struct sfs_object *from, const struct sfs_object *to)
{
	struct sfs_str old sfs_auto(str) = SFS_STR_INIT, new sfs_auto(str) = SFS_STR_INIT;

	if (!sfs_object_has(from, SFS_COLUMN_NOT_NULL) ||
		!sfs_object_has(to, SFS_COLUMN_NOT_NULL)) {
		return false;
	}
	pg_not_null_name(&old, from);
	pg_not_null_name(&new, to);
	return strcmp(sfs_str_text(&old), sfs_str_text(&new)) != 0;
}

static bool
has_children(const struct sfs_catalog *catalog, const struct sfs_object *table)
{
	struct sfs_objects users = sfs_graph_used_by(catalog, table);

	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *user = users.items[i];

		if ((user->id.kind == SFS_TABLE || user->id.kind == SFS_FOREIGN_TABLE) &&
			(sfs_object_has(user, SFS_TABLE_INHERITS) ||
				sfs_object_has(user, SFS_TABLE_PARTITION_OF))) {
			return true;
		}
	}
	return false;
}

/*
 * Whether only a constraint that is dropped and added is as asked: what is valid stays so, and children
 * keep as their own what is not to be inherited any more.
 */
static bool
is_loosened(const struct sfs_diff *diff, const struct sfs_change *change)
{
	return sfs_object_has(change->from, SFS_COLUMN_NOT_NULL) &&
	       ((says(change->to, "NOT VALID") && !says(change->from, "NOT VALID")) ||
		       (says(change->to, "NO INHERIT") && !says(change->from, "NO INHERIT") &&
			       has_children(diff->from, change->from->owner)));
}

void
pg_not_null_drop(
	struct sfs_str *clauses, const struct sfs_diff *diff, const struct sfs_change *change)
{
	if (pg_differs(change, SFS_COLUMN_NOT_NULL) &&
		(!sfs_object_has(change->to, SFS_COLUMN_NOT_NULL) || is_loosened(diff, change))) {
		sfs_str_separate(clauses, ", ");
		sfs_str_add(clauses, "ALTER COLUMN ");
		pg_name(clauses, change->to->id.name);
		sfs_str_add(clauses, " DROP NOT NULL");
	}
}

/* A constraint that is there becomes what it shall be. */
static void
alter_constraint(struct sfs_str *clauses, const struct sfs_change *change)
{
	bool alone = says(change->to, "NO INHERIT");

	if (alone != says(change->from, "NO INHERIT")) {
		sfs_str_separate(clauses, ", ");
		sfs_str_add(clauses, "ALTER CONSTRAINT ");
		pg_not_null_name(clauses, change->to);
		sfs_str_add(clauses, alone ? " NO INHERIT" : " INHERIT");
	}
	if (says(change->from, "NOT VALID") && !says(change->to, "NOT VALID")) {
		sfs_str_separate(clauses, ", ");
		sfs_str_add(clauses, "VALIDATE CONSTRAINT ");
		pg_not_null_name(clauses, change->to);
	}
}

void
pg_not_null_set(
	struct sfs_str *clauses, const struct sfs_diff *diff, const struct sfs_change *change)
{
	const struct sfs_object *to = change->to;

	if (!pg_differs(change, SFS_COLUMN_NOT_NULL) || !sfs_object_has(to, SFS_COLUMN_NOT_NULL)) {
		return;
	}
	/* Where it is the same on both sides it was the parent's, who drops it for the child, too. */
	if (sfs_object_has(change->from, SFS_COLUMN_NOT_NULL) && !is_loosened(diff, change) &&
		sfs_attribute_differs(change->from, to, SFS_COLUMN_NOT_NULL)) {
		alter_constraint(clauses, change);
		return;
	}
	sfs_str_separate(clauses, ", ");
	if (sfs_object_has(to, SFS_COLUMN_NULLABLE_NAME) || says(to, "NO")) {
		sfs_str_add(clauses, "ADD ");
		pg_write_not_null(clauses, to, true);
	} else {
		sfs_str_add(clauses, "ALTER COLUMN ");
		pg_name(clauses, to->id.name);
		sfs_str_add(clauses, " SET NOT NULL");
	}
}

void
pg_not_null_rename(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (!pg_differs(change, SFS_COLUMN_NULLABLE_NAME) || is_loosened(diff, change) ||
		!pg_not_null_is_renamed(change->from, change->to)) {
		return;
	}
	pg_alter_relation(&sql, change->to);
	sfs_str_add(&sql, " RENAME CONSTRAINT ");
	pg_not_null_name(&sql, change->from);
	sfs_str_add(&sql, " TO ");
	pg_not_null_name(&sql, change->to);
	(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}
