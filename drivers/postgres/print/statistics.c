// SPDX-License-Identifier: MIT
/* Writes extended statistics. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/text/tidy.h"

void
pg_reference_statistics(const struct sfs_object *object, struct sfs_str *out)
{
	const char *schema = sfs_object_get(object, SFS_STATISTICS_SCHEMA);

	if (schema) {
		sfs_str_addf(out, "%s.", schema); /* with quotes where it needs them */
		pg_name(out, object->id.name);
	} else {
		pg_qualified(out, object->id.namespace, object->id.name);
	}
}

void
pg_print_statistics(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *target = sfs_object_get(object, SFS_STATISTICS_TARGET);
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE ");
	pg_write_reference(object, &sql);
	sfs_str_addc(&sql, ' ');
	pg_tidy(&sql, sfs_object_get(object, SFS_STATISTICS_DEFINITION), PG_TIDY_CLAUSE, 0);
	(void)sfs_plan_add(writer->plan, object, sql.text);
	if (target) {
		sfs_str_truncate(&sql, 0);
		sfs_str_add(&sql, "ALTER ");
		pg_write_reference(object, &sql);
		sfs_str_addf(&sql, " SET STATISTICS %s", target);
		(void)sfs_plan_add(writer->plan, object, sql.text);
	}
	pg_write_common(writer, object);
}
