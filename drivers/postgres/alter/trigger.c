// SPDX-License-Identifier: MIT
/* Triggers and rules: switched on and off where they stand. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"

static void
alter_enabled(struct pg_writer *writer, const struct sfs_object *object, const char *enabled,
	const char *what)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_alter_relation(&sql, object);
	sfs_str_addf(&sql, " %s %s ", enabled ? enabled : "ENABLE", what);
	pg_name(&sql, object->id.name);
	(void)sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
}

void
pg_trigger_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	if (pg_differs(change, SFS_TRIGGER_ENABLED)) {
		alter_enabled(writer, change->to, sfs_object_get(change->to, SFS_TRIGGER_ENABLED),
			"TRIGGER");
	}
	(void)diff;
}

void
pg_rule_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	if (pg_differs(change, SFS_RULE_ENABLED)) {
		alter_enabled(
			writer, change->to, sfs_object_get(change->to, SFS_RULE_ENABLED), "RULE");
	}
	(void)diff;
}

/* "ALTER TRIGGER old ON t RENAME TO new": the relation has its new name by now. */
void
pg_relation_level_rename(struct pg_writer *writer, const struct sfs_change *change)
{
	const struct pg_kind *kind = pg_kind(change->to->id.kind);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (strcmp(change->from->id.name, change->to->id.name) == 0) {
		return;
	}
	sfs_str_addf(&sql, "ALTER %s ", kind->keyword);
	pg_name(&sql, change->from->id.name);
	sfs_str_add(&sql, " ON ");
	pg_qualified(&sql, change->to->id.namespace, change->to->id.relation);
	sfs_str_add(&sql, " RENAME TO ");
	pg_name(&sql, change->to->id.name);
	(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}
