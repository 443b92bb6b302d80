// SPDX-License-Identifier: MIT
/* What a migration does not do, though a person may think so. */
#include <string.h>

#include "migrate/generate.h"
#include "sql/quote.h"

/* A default that a column gets or changes, where rows may be without a value. */
static bool
is_late_default(const struct sfs_change *change)
{
	const struct sfs_object *column = change->to;

	return column && change->from && column->id.kind == SFS_COLUMN &&
	       change->attributes >> SFS_COLUMN_DEFAULT & 1 &&
	       sfs_object_has(column, SFS_COLUMN_DEFAULT) &&
	       !sfs_object_has(column, SFS_COLUMN_NOT_NULL) &&
	       !sfs_object_has(column, SFS_COLUMN_SERIAL);
}

void
sfs_generate_notes(const struct sfs_diff *diff, enum sfs_dialect dialect, struct sfs_plan *plan)
{
	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *column = change->to;
		struct sfs_str table sfs_auto(str) = SFS_STR_INIT,
				     name sfs_auto(str) = SFS_STR_INIT;

		if (!is_late_default(change)) {
			continue;
		}
		bool lite = dialect == SFS_SQLITE;
		sfs_quote_qualified(
			&table, dialect, lite ? NULL : column->id.namespace, column->id.relation);
		sfs_quote_name(&name, dialect, column->id.name);
		sfs_plan_note(plan,
			"the default of %s does not reach rows that are there; a migration with "
			"`-- schemafs: backfill` on a line and `UPDATE %s SET %s = %s WHERE %s IS NULL;` "
			"on the next one gives it to them in batches",
			sfs_str_text(&name), sfs_str_text(&table), sfs_str_text(&name),
			lite ? sfs_object_get(column, SFS_COLUMN_DEFAULT) : "DEFAULT",
			sfs_str_text(&name));
	}
}
