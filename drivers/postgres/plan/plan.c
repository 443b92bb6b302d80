// SPDX-License-Identifier: MIT
/* From a diff to ordered statements: decide (replace.c), sort (nodes.c, order.c), write (emit.c). */
#include <string.h>

#include "drivers/postgres/plan/hazards.h"
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
	pg_default_acls_finish(&planner->defaults);
	sfs_vec_finish(&planner->later);
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

/* ---- locks ---- */

static const char *
lock_of(const struct pg_node *node)
{
	const struct pg_state *state = node->state;
	const struct sfs_object *object = state->to ? state->to : state->from;
	bool part = object->owner || object->id.relation;

	switch ((int)object->id.kind) {
	case SFS_TABLE:
	case SFS_FOREIGN_TABLE:
		return node->op == PG_CREATE ? NULL : "ACCESS EXCLUSIVE";
	case SFS_INDEX:
		return node->op == PG_CREATE ? "SHARE" : "ACCESS EXCLUSIVE";
	case SFS_TRIGGER:
		return node->op == PG_CREATE ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE";
	case SFS_CONSTRAINT:
		if (node->op == PG_CREATE &&
			sfs_streq(sfs_object_get(object, SFS_CONSTRAINT_TYPE), "FOREIGN KEY")) {
			return "SHARE ROW EXCLUSIVE";
		}
		return node->op == PG_ALTER ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
	case SFS_STATISTICS:
		return node->op == PG_CREATE ? "SHARE UPDATE EXCLUSIVE" : NULL;
	case SFS_COLUMN:
	case SFS_RULE:
	case SFS_POLICY:
		return "ACCESS EXCLUSIVE";
	default:
		return part && node->op != PG_CREATE ? "ACCESS EXCLUSIVE" : NULL;
	}
}

/* Whether it changes the catalog alone: it looks at no row, whatever the size of the table. */
static bool
is_brief(const struct pg_node *node)
{
	static const uint64_t rows = PG_BIT(SFS_COLUMN_TYPE) | PG_BIT(SFS_COLUMN_COLLATION) |
				     PG_BIT(SFS_COLUMN_NOT_NULL) | PG_BIT(SFS_COLUMN_GENERATED) |
				     PG_BIT(SFS_COLUMN_GENERATED_KIND) |
				     PG_BIT(SFS_COLUMN_IDENTITY) | PG_BIT(SFS_COLUMN_SERIAL);
	const struct pg_state *state = node->state;

	switch ((int)(state->to ? state->to : state->from)->id.kind) {
	case SFS_TRIGGER:
	case SFS_POLICY:
	case SFS_RULE:
		return true;
	case SFS_COLUMN:
		return node->op == PG_ALTER && !state->retyped && !(state->attributes & rows);
	default:
		return node->op == PG_RENAME;
	}
}

/* Statements about comments and privileges take no lock that a writer would notice. */
static bool
touches_table(const char *sql)
{
	return !sfs_starts_with(sql, "COMMENT ") && !sfs_starts_with(sql, "GRANT ") &&
	       !sfs_starts_with(sql, "REVOKE ") && !sfs_starts_with(sql, "SECURITY LABEL ");
}

/* Whether the table is there already and stays: nobody waits for a lock on a new one. */
static bool
is_used_by_others(const struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *relation;

	if (state->from) {
		return true;
	}
	relation = pg_relation_of(planner->diff->to, state->to);
	return relation && planner->diff->origin[relation->index] != NULL;
}

/* ---- one ALTER TABLE for several columns: a table is rewritten once for all of them ---- */

/* What follows "ALTER TABLE public.t " in a step that alters columns; NULL: it does something else. */
static const char *
column_clauses(const struct sfs_step *step, const char *head)
{
	size_t len = strlen(head);

	if (!sfs_starts_with(step->sql, head) ||
		!sfs_starts_with(step->sql + len, " ALTER COLUMN ")) {
		return NULL;
	}
	return step->sql + len + 1;
}

static void
merge(struct pg_planner *planner, const struct pg_node *node, size_t first)
{
	struct sfs_plan *plan = planner->plan;
	struct sfs_step *steps = plan->steps.items;
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

	if (node->op != PG_ALTER || node->state->to->id.kind != SFS_COLUMN || !first ||
		first >= plan->steps.len) {
		return;
	}
	pg_alter_relation(&head, node->state->to);
	const char *clauses = column_clauses(&steps[first], sfs_str_text(&head));

	if (!clauses || !column_clauses(&steps[first - 1], sfs_str_text(&head)) ||
		!sfs_streq(steps[first - 1].lock, steps[first].lock)) {
		return;
	}
	if (steps[first].pace == SFS_PACE_FREE) {
		steps[first - 1].pace = SFS_PACE_FREE;
	}
	steps[first - 1].sql =
		sfs_arena_printf(plan->arena, "%s,\n    %s", steps[first - 1].sql, clauses);
	memmove(&steps[first], &steps[first + 1], (plan->steps.len - first - 1) * sizeof *steps);
	plan->steps.len--;
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
	const char *lock = lock_of(node);

	if (!is_used_by_others(planner, node->state)) {
		lock = NULL;
	}
	if (pg_emit_online(planner, node)) {
		complete_hazards(planner, node, first_hazard, strongest_lock(planner, first));
		return;
	}
	pg_emit(planner, node);
	pg_hazards(planner, node);
	complete_hazards(planner, node, first_hazard, lock);
	for (size_t i = first; i < planner->plan->steps.len; i++) {
		struct sfs_step *step = &planner->plan->steps.items[i];

		step->lock = touches_table(step->sql) ? lock : NULL;
		step->pace = step->lock && is_brief(node) ? SFS_PACE_BRIEF : SFS_PACE_FREE;
	}
	merge(planner, node, first);
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
	pg_facts_end(&planner);
	(void)err;
	return 0;
}
