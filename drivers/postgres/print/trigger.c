// SPDX-License-Identifier: MIT
/* Writes triggers and rules. */
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"

/* "ALTER TABLE public.t ENABLE ALWAYS TRIGGER x" */
static void
write_enabled(struct pg_writer *writer, const struct sfs_object *object, const char *enabled,
	const char *what)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	if (!enabled) {
		return;
	}
	/* ALTER TABLE does for views, too. */
	sfs_str_add(&sql, "ALTER TABLE ");
	pg_qualified(&sql, object->id.namespace, object->id.relation);
	sfs_str_addf(&sql, " %s %s ", enabled, what);
	pg_name(&sql, object->id.name);
	(void)sfs_plan_add(writer->plan, object, sql.text);
}

/* It comes with the name of its parent's. */
static void
write_name(struct pg_writer *writer, const struct sfs_object *object, const char *given)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_addf(&sql, "ALTER TRIGGER %s ON ", given);
	pg_qualified(&sql, object->id.namespace, object->id.relation);
	sfs_str_add(&sql, " RENAME TO ");
	pg_name(&sql, object->id.name);
	(void)sfs_plan_add(writer->plan, object, sql.text);
}

void
pg_print_trigger(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *inherited = sfs_object_get(object, SFS_TRIGGER_INHERITED);

	/* A partition's copy exists as soon as it is a partition. */
	if (inherited && strcmp(inherited, "true") != 0) {
		write_name(writer, object, inherited);
	} else if (!inherited) {
		(void)sfs_plan_add(
			writer->plan, object, sfs_object_get(object, SFS_TRIGGER_DEFINITION));
	}
	write_enabled(writer, object, sfs_object_get(object, SFS_TRIGGER_ENABLED), "TRIGGER");
	pg_write_common(writer, object);
}

void
pg_print_rule(struct pg_writer *writer, const struct sfs_object *object)
{
	(void)sfs_plan_add(writer->plan, object, sfs_object_get(object, SFS_RULE_DEFINITION));
	write_enabled(writer, object, sfs_object_get(object, SFS_RULE_ENABLED), "RULE");
	pg_write_common(writer, object);
}
