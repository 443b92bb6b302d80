// SPDX-License-Identifier: MIT
/* Indexes: options, tablespace, statistics of expressions, the parent's index. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"

/* "2=100, 3=50": the target of each expression column. */
static void
add_statistics(struct sfs_str *clauses, const struct sfs_change *change)
{
	struct pg_list old sfs_auto(pg_list) = { 0 }, new sfs_auto(pg_list) = { 0 };

	pg_list_split(sfs_object_get(change->from, SFS_INDEX_STATISTICS), &old);
	pg_list_split(sfs_object_get(change->to, SFS_INDEX_STATISTICS), &new);
	sfs_vec_foreach (item, &new) {
		const char *value = strchr(*item, '=');

		if (value && !pg_list_has(&old, *item)) {
			sfs_str_separate(clauses, ", ");
			sfs_str_addf(clauses, "ALTER COLUMN %.*s SET STATISTICS %s",
				(int)(value - *item), *item, value + 1);
		}
	}
	sfs_vec_foreach (item, &old) {
		size_t len = strcspn(*item, "=") + 1;
		bool found = false;

		sfs_vec_foreach (other, &new) {
			found |= strncmp(*item, *other, len) == 0;
		}
		if (!found) {
			sfs_str_separate(clauses, ", ");
			sfs_str_addf(clauses, "ALTER COLUMN %.*s SET STATISTICS -1", (int)len - 1,
				*item);
		}
	}
}

/*
 * An index that was not built to its end is built anew, but for a partitioned table's, which gets the
 * parts that it lacks. A part can be attached, and never taken off again: one that shall lack it is made anew.
 */
bool
pg_index_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	const struct sfs_object *table = change->to->owner;
	bool partitioned =
		table->id.kind == SFS_TABLE && sfs_object_has(table, SFS_TABLE_PARTITION_KEY);

	(void)diff;
	if (pg_differs(change, SFS_INDEX_INVALID) &&
		(!partitioned || sfs_object_has(change->to, SFS_INDEX_INVALID))) {
		return false;
	}
	return !pg_differs(change, SFS_INDEX_PARENT) ||
	       !sfs_object_has(change->from, SFS_INDEX_PARENT) ||
	       sfs_object_has(change->to, SFS_INDEX_PARENT);
}

static void
attach(struct pg_writer *writer, const struct sfs_change *change)
{
	const char *parent = sfs_object_get(change->to, SFS_INDEX_ATTACHED);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (parent && !sfs_object_has(change->from, SFS_INDEX_PARENT)) {
		pg_qualified(&name, change->to->id.namespace, change->to->id.name);
		(void)sfs_plan_addf(writer->plan, change->to, "ALTER INDEX %s ATTACH PARTITION %s",
			parent, sfs_str_text(&name));
	}
}

void
pg_index_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT, clauses sfs_auto(str) = SFS_STR_INIT;
	const char *tablespace = sfs_object_get(change->to, SFS_INDEX_TABLESPACE);

	sfs_str_add(&head, "ALTER INDEX ");
	pg_qualified(&head, change->to->id.namespace, change->to->id.name);
	if (pg_differs(change, SFS_INDEX_OPTIONS)) {
		pg_options_alter(&clauses, "", sfs_object_get(change->from, SFS_INDEX_OPTIONS),
			sfs_object_get(change->to, SFS_INDEX_OPTIONS));
	}
	if (pg_differs(change, SFS_INDEX_STATISTICS)) {
		add_statistics(&clauses, change);
	}
	pg_alter_emit(writer, change->to, sfs_str_text(&head), &clauses);
	if (pg_differs(change, SFS_INDEX_TABLESPACE)) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

		pg_name(&name, tablespace ? tablespace : "pg_default");
		(void)sfs_plan_addf(writer->plan, change->to, "%s SET TABLESPACE %s",
			sfs_str_text(&head), sfs_str_text(&name));
	}
	attach(writer, change);
	(void)diff;
}

/* An index goes where its table goes: only its name can differ by itself. */
void
pg_index_rename(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (strcmp(change->from->id.name, change->to->id.name) == 0) {
		return;
	}
	sfs_str_add(&sql, "ALTER INDEX ");
	pg_qualified(&sql, change->to->id.namespace, change->from->id.name);
	sfs_str_add(&sql, " RENAME TO ");
	pg_name(&sql, change->to->id.name);
	(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}
