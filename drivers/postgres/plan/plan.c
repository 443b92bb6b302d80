// SPDX-License-Identifier: MIT
/* From a diff to ordered statements: decide (replace.c), sort (nodes.c, order.c), write (emit.c). */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/plan.h"
#include "drivers/postgres/plan/planner.h"

static void
planner_init(struct pg_planner *planner, struct sfs_db *db, const struct sfs_diff *diff,
	struct sfs_plan *plan)
{
	*planner = (struct pg_planner){
		.db = (struct pg_db *)db,
		.diff = diff,
		.plan = plan,
		.arena = sfs_arena_create(),
		.facts = sfs_map_create(),
		.refreshed = sfs_map_create(),
	};
	planner->by_from = sfs_alloc((diff->from->objects.len + 1) * sizeof *planner->by_from);
	planner->by_to = sfs_alloc((diff->to->objects.len + 1) * sizeof *planner->by_to);
	planner->omitted = sfs_alloc(diff->to->objects.len + 1);
	planner->loosened = sfs_alloc(diff->from->objects.len + 1);
}

static void
planner_finish(struct pg_planner *planner)
{
	sfs_arena_destroy(planner->arena);
	sfs_map_destroy(planner->facts);
	sfs_map_destroy(planner->not_nulls);
	sfs_map_destroy(planner->shared_not_nulls);
	sfs_map_destroy(planner->refreshed);
	pg_default_acls_finish(&planner->defaults);
	sfs_vec_finish(&planner->later);
	sfs_vec_finish(&planner->holds);
	sfs_vec_finish(&planner->moves);
	pg_bodies_finish(&planner->bodies);
	free(planner->by_from);
	free(planner->by_to);
	free(planner->omitted);
	free(planner->loosened);
	sfs_vec_finish(&planner->states);
	sfs_vec_finish(&planner->queue);
}
SFS_DEFINE_AUTO_VALUE(planner, struct pg_planner, planner_finish)

/* ---- scaffolding ---- */

static bool
is_routine(enum sfs_kind kind)
{
	return kind == SFS_FUNCTION || kind == SFS_PROCEDURE;
}

/*
 * The server checks the body of a function when it is made, but a body leaves no trace of what it
 * needs: what it names may be made later.
 */
static bool
makes_routines(const struct pg_nodes *nodes)
{
	sfs_vec_foreach (node, &nodes->nodes) {
		bool written = node->op == PG_CREATE ||
			       (node->op == PG_ALTER && node->state->attributes >> SFS_ATTR_COMMON);

		if (written && is_routine(node->state->to->id.kind)) {
			return true;
		}
	}
	return false;
}

/* Of the steps from `first` on; those that the plan ends with are not among them. */
static const char *
strongest_lock(const struct pg_planner *planner, size_t first)
{
	static const char *const locks[] = { "ACCESS EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE",
		"SHARE UPDATE EXCLUSIVE" };

	for (size_t i = 0; i < sizeof locks / sizeof *locks; i++) {
		for (size_t j = first; j < planner->plan->steps.len; j++) {
			if (sfs_streq(planner->plan->steps.items[j].lock, locks[i])) {
				return locks[i];
			}
		}
	}
	return NULL;
}

/* What takes long takes longer the larger the table is: rules H20 to H39. */
static void
complete_hazards(
	struct pg_planner *planner, const struct pg_node *node, size_t first, const char *lock)
{
	enum { FIRST_SLOW = 20, LAST_SLOW = 39 };
	struct sfs_plan *plan = planner->plan;

	for (size_t i = first; i < plan->hazards.len; i++) {
		struct sfs_hazard *hazard = &plan->hazards.items[i];
		bool slow = hazard->rule >= FIRST_SLOW && hazard->rule <= LAST_SLOW;
		const struct sfs_object *table =
			slow ? pg_present_table(planner, node->state) : NULL;
		const char *size = table && (table->id.kind == SFS_TABLE ||
						    table->id.kind == SFS_MATERIALIZED_VIEW)
					   ? pg_tell_size(planner, table)
					   : NULL;

		hazard->lock = lock;
		if (size) {
			hazard->message =
				sfs_arena_printf(plan->arena, "%s (%s)", hazard->message, size);
		}
	}
}

static void
write_node(struct pg_planner *planner, const struct pg_node *node)
{
	size_t first = planner->plan->steps.len, first_hazard = planner->plan->hazards.len;
	const char *lock = pg_lock_of(node);

	if (!pg_is_used_by_others(planner, node->state)) {
		lock = NULL;
	}
	if (pg_emit_online(planner, node)) {
		complete_hazards(planner, node, first_hazard, strongest_lock(planner, first));
		pg_locks_note(planner, node, first, first_hazard);
		return;
	}
	pg_emit(planner, node);
	pg_hazards(planner, node);
	complete_hazards(planner, node, first_hazard, lock);
	for (size_t i = first; i < planner->plan->steps.len; i++) {
		struct sfs_step *step = &planner->plan->steps.items[i];

		step->lock = pg_touches_table(step->sql) ? lock : NULL;
		step->pace = step->lock && pg_is_brief(node) ? SFS_PACE_BRIEF : SFS_PACE_FREE;
	}
	pg_locks_note(planner, node, first, first_hazard);
	pg_merge(planner, node, first);
}

/* Sorts, and as long as there are circles that can be opened does so and sorts again. */
static int *
sort_nodes(struct pg_planner *planner, struct pg_nodes *nodes)
{
	for (;;) {
		struct pg_circle circle = { 0 };
		int *order;
		bool again;

		pg_nodes_make(planner, nodes);
		order = pg_nodes_sort(nodes, &circle);
		again = circle.len && pg_split(planner, nodes, &circle);
		sfs_vec_finish(&circle);
		if (!again) {
			return order;
		}
		free(order);
		pg_nodes_finish(nodes);
	}
}

int
pg_plan(struct sfs_db *db, const struct sfs_diff *diff, struct sfs_plan *plan,
	struct sfs_error *err)
{
	struct pg_planner planner sfs_auto(planner) = { 0 };
	struct sfs_diff paired sfs_auto(diff) = { 0 };
	struct pg_nodes nodes sfs_auto(pg_nodes) = { 0 };
	int *order sfs_auto(free) = NULL;
	bool routines;

	if (sfs_diff_is_empty(diff)) {
		return 0;
	}
	pg_pair(diff, &paired);
	planner_init(&planner, db, &paired, plan);
	sfs_plan_ask(plan, diff);
	pg_defaults_load(&planner);
	pg_decide(&planner);
	order = sort_nodes(&planner, &nodes);
	routines = makes_routines(&nodes);
	pg_rename_labels(plan, diff);
	pg_rings_write(&planner);
	if (routines) {
		(void)sfs_plan_add(plan, NULL, "SET check_function_bodies = off");
	}
	for (size_t i = 0; i < nodes.nodes.len; i++) {
		write_node(&planner, &nodes.nodes.items[order[i]]);
	}
	if (routines) {
		(void)sfs_plan_add(plan, NULL, "RESET check_function_bodies");
	}
	pg_online_finish(&planner);
	pg_locks_finish(&planner);
	pg_facts_end(&planner);
	(void)err;
	return 0;
}
