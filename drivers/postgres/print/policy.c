// SPDX-License-Identifier: MIT
/* Writes row security policies. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/text/tidy.h"

void
pg_print_policy(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *command = sfs_object_get(object, SFS_POLICY_COMMAND);
	const char *roles = sfs_object_get(object, SFS_POLICY_ROLES);
	const char *using = sfs_object_get(object, SFS_POLICY_USING);
	const char *check = sfs_object_get(object, SFS_POLICY_WITH_CHECK);
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE ");
	pg_write_reference(object, &sql);
	if (sfs_object_has(object, SFS_POLICY_RESTRICTIVE)) {
		sfs_str_add(&sql, "\n    AS RESTRICTIVE");
	}
	if (command) {
		sfs_str_addf(&sql, "\n    FOR %s", command);
	}
	if (roles) {
		sfs_str_addf(&sql, "\n    TO %s", roles);
	}
	if (using) {
		sfs_str_add(&sql, "\n    USING (");
		pg_tidy(&sql, using, PG_TIDY_CONDITION, 1);
		sfs_str_addc(&sql, ')');
	}
	if (check) {
		sfs_str_add(&sql, "\n    WITH CHECK (");
		pg_tidy(&sql, check, PG_TIDY_CONDITION, 1);
		sfs_str_addc(&sql, ')');
	}
	(void)sfs_plan_add(writer->plan, object, sql.text);
	pg_write_common(writer, object);
}
