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
 * Somebody may run the plan in a transaction of his own with foreign keys on, as some of drizzle's
 * migrators do: they can not be turned off there, and rows that refer to the table would be deleted.
 * What SQLite says of a check that fails is its name.
 */
int
lite_refuse_foreign_keys(struct lite_planner *planner, struct sfs_error *err)
{
	bool needed = false;

	sfs_vec_foreach (pair, &planner->pairs) {
		needed = needed || (pair->rebuilt && is_referred_to(planner, pair->from));
	}
	if (!needed || planner->guarded) {
		return 0;
	}
	planner->guarded = true;
	static const char *const guard[] = {
		"CREATE TABLE __schemafs_foreign_keys (\n"
		"\ton_or_off integer CONSTRAINT \"foreign keys are on: rows that refer to a table "
		"which is made anew would be deleted; PRAGMA foreign_keys = OFF before the "
		"transaction\" CHECK (on_or_off = 0)\n)",
		"INSERT INTO __schemafs_foreign_keys SELECT foreign_keys FROM pragma_foreign_keys",
		"DROP TABLE __schemafs_foreign_keys",
	};
	int r = 0;
	for (size_t i = 0; r == 0 && i < sizeof guard / sizeof *guard; i++) {
		r = lite_emit(planner, NULL, guard[i], err);
	}
	return r;
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
