// SPDX-License-Identifier: MIT
/* Extended statistics: the target, and the schema they stand in. */
#include "drivers/postgres/alter/alter.h"

void
pg_statistics_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	const char *target = sfs_object_get(change->to, SFS_STATISTICS_TARGET);
	const struct pg_kind *kind = pg_kind(SFS_STATISTICS);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (pg_differs(change, SFS_STATISTICS_TARGET)) {
		kind->reference(change->to, &name);
		(void)sfs_plan_addf(writer->plan, change->to,
			"ALTER STATISTICS %s SET STATISTICS %s", sfs_str_text(&name),
			target ? target : "-1");
	}
	(void)diff;
}
