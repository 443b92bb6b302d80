// SPDX-License-Identifier: MIT
/* What keeps rows safe when somebody runs a plan by himself. */
#include <string.h>

#include "catalog/graph.h"
#include "drivers/sqlite/planner.h"

static bool
is_referred_to(const struct lite_planner *planner, const struct sfs_object *table)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, table);

	for (size_t i = 0; i < users.len; i++) {
		if (users.items[i]->id.kind == SFS_CONSTRAINT && users.items[i]->owner != table) {
			return true;
		}
	}
	return false;
}

/*
 * Somebody may run the plan in a transaction of his own with foreign keys on: they can not be turned
 * off there, and rows that refer to the table would be deleted. No statement of SQLite's raises an
 * error under a condition, but an overflow does.
 */
int
lite_refuse_foreign_keys(struct lite_planner *planner, struct sfs_error *err)
{
	bool needed = false;

	sfs_vec_foreach (pair, &planner->pairs) {
		needed = needed || (pair->rebuilt && is_referred_to(planner, pair->from));
	}
	if (!needed) {
		return 0;
	}
	int r = lite_emit(planner, NULL,
		"CREATE TABLE __schemafs_foreign_keys AS\n"
		"-- an overflow says that foreign keys are on: what comes would delete rows\n"
		"SELECT abs(-9223372036854775807 - foreign_keys) AS off FROM pragma_foreign_keys",
		err);
	return r == 0 ? lite_emit(planner, NULL, "DROP TABLE __schemafs_foreign_keys", err) : r;
}

/* Foreign keys off around it all, for who runs the plan by hand; no change in our transactions. */
int
lite_frame(struct lite_planner *planner, struct sfs_error *err)
{
	struct sfs_plan *plan = planner->plan;

	if (!plan->rebuilds) {
		return 0;
	}
	int r = lite_emit(planner, NULL, "PRAGMA foreign_keys = OFF", err);
	if (r == 0) {
		struct sfs_step off = plan->steps.items[plan->steps.len - 1];

		memmove(plan->steps.items + 1, plan->steps.items,
			(plan->steps.len - 1) * sizeof off);
		plan->steps.items[0] = off;
		r = lite_emit(planner, NULL, "PRAGMA foreign_keys = ON", err);
	}
	return r;
}
