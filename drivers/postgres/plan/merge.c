// SPDX-License-Identifier: MIT
/* One ALTER TABLE for several columns: a table is locked, and rewritten, once for all of them. */
#include <string.h>

#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/nodes.h"

/* What follows "ALTER TABLE public.t " in a step that does so with columns; NULL: it does not. */
static const char *
clauses_of(const struct sfs_step *step, const char *head, const char *verb)
{
	size_t len = strlen(head);

	if (!sfs_starts_with(step->sql, head) || step->sql[len] != ' ' ||
		!sfs_starts_with(step->sql + len + 1, verb)) {
		return NULL;
	}
	return step->sql + len + 1;
}

static void
append(struct sfs_plan *plan, size_t to, size_t from, const char *clauses)
{
	struct sfs_step *steps = plan->steps.items;

	if (steps[from].pace == SFS_PACE_FREE) {
		steps[to].pace = SFS_PACE_FREE;
	}
	steps[to].sql = sfs_arena_printf(plan->arena, "%s,\n    %s", steps[to].sql, clauses);
	memmove(&steps[from], &steps[from + 1], (plan->steps.len - from - 1) * sizeof *steps);
	plan->steps.len--;
}

static bool
merge_altered(struct sfs_plan *plan, const char *head, size_t step)
{
	const char *clauses = clauses_of(&plan->steps.items[step], head, "ALTER COLUMN ");
	const struct sfs_step *former = &plan->steps.items[step - 1];

	if (!clauses || !clauses_of(former, head, "ALTER COLUMN ") ||
		!sfs_streq(former->lock, plan->steps.items[step].lock)) {
		return false;
	}
	append(plan, step - 1, step, clauses);
	return true;
}

/*
 * A new column that has a value in each row goes with another such, or with columns that get other
 * types: the server gives those first, whatever the order in which they are written.
 */
static bool
merge_added(struct sfs_plan *plan, const char *head, size_t step)
{
	const char *clauses = clauses_of(&plan->steps.items[step], head, "ADD COLUMN ");
	size_t to = step;

	do {
		to--;
	} while (to > 0 && !pg_touches_table(plan->steps.items[to].sql));
	const struct sfs_step *former = &plan->steps.items[to];
	if (!clauses || !sfs_streq(former->lock, plan->steps.items[step].lock) ||
		(!clauses_of(former, head, "ADD COLUMN ") &&
			!clauses_of(former, head, "ALTER COLUMN "))) {
		return false;
	}
	append(plan, to, step, clauses);
	return true;
}

void
pg_merge(struct pg_planner *planner, const struct pg_node *node, size_t step)
{
	const struct sfs_object *column = node->state->to;
	struct pg_hold *now = planner->holds.len ? &sfs_vec_end(&planner->holds)[-1] : NULL;
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

	if (!column || column->id.kind != SFS_COLUMN || !step || !now ||
		step >= planner->plan->steps.len) {
		return;
	}
	pg_alter_relation(&head, column);
	if (node->op == PG_ALTER) {
		now->merged = merge_altered(planner->plan, sfs_str_text(&head), step);
	} else if (node->op == PG_CREATE && planner->holds.len > 1 && now->rewrites &&
		   now[-1].rewrites && now[-1].table == now->table) {
		now->merged = merge_added(planner->plan, sfs_str_text(&head), step);
	}
}
