// SPDX-License-Identifier: MIT
/* Policies: roles and expressions in one ALTER POLICY. */
#include "drivers/postgres/alter/alter.h"

/* ALTER POLICY can set an expression but not take one away. */
bool
pg_policy_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	(void)diff;
	return (!pg_differs(change, SFS_POLICY_USING) ||
		       sfs_object_has(change->to, SFS_POLICY_USING)) &&
	       (!pg_differs(change, SFS_POLICY_WITH_CHECK) ||
		       sfs_object_has(change->to, SFS_POLICY_WITH_CHECK));
}

void
pg_policy_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	const char *roles = sfs_object_get(change->to, SFS_POLICY_ROLES);

	sfs_str_add(&sql, "ALTER POLICY ");
	pg_name(&sql, change->to->id.name);
	sfs_str_add(&sql, " ON ");
	pg_qualified(&sql, change->to->id.namespace, change->to->id.relation);
	if (pg_differs(change, SFS_POLICY_ROLES)) {
		sfs_str_addf(&sql, " TO %s", roles ? roles : "PUBLIC");
	}
	if (pg_differs(change, SFS_POLICY_USING)) {
		sfs_str_addf(&sql, " USING (%s)", sfs_object_get(change->to, SFS_POLICY_USING));
	}
	if (pg_differs(change, SFS_POLICY_WITH_CHECK)) {
		sfs_str_addf(&sql, " WITH CHECK (%s)",
			sfs_object_get(change->to, SFS_POLICY_WITH_CHECK));
	}
	(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
	(void)diff;
}
