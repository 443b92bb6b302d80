// SPDX-License-Identifier: MIT
/* Writes row security policies. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/text/fold.h"
#include "drivers/postgres/text/tidy.h"

static void
add_condition(struct sfs_str *sql, const char *word, const char *condition)
{
	sfs_auto(str) struct sfs_str clause = SFS_STR_INIT;

	sfs_str_addf(&clause, "%s (", word);
	pg_tidy(&clause, condition, PG_TIDY_CONDITION, 1);
	sfs_str_addc(&clause, ')');
	sfs_str_add(sql, "\n    ");
	pg_fold(sql, sfs_str_text(&clause), 1);
}

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
		add_condition(&sql, "USING", using);
	}
	if (check) {
		add_condition(&sql, "WITH CHECK", check);
	}
	(void)sfs_plan_add(writer->plan, object, sql.text);
	pg_write_common(writer, object);
}
