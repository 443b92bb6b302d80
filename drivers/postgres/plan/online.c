// SPDX-License-Identifier: MIT
/*
 * Changes of large tables in forms that do not keep writers waiting: which they are and where in the
 * plan they stand. What was not carried to its end is taken up by the next plan, from what the
 * database then has: an index that is not valid, a constraint that is not, a helper of ours.
 */
#include <string.h>

#include "base/digest.h"
#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/online.h"

/* Behind everything that can be done in the first transaction. */
enum { LATE = 10000 };

/* ---- the table of forms ---- */

static const struct form {
	enum pg_op op;
	enum sfs_kind kind;
	bool late; /* it cuts the plan where it stands */
	bool (*fits)(struct pg_planner *planner, const struct pg_state *state);
	void (*emit)(struct pg_planner *planner, const struct pg_state *state);
	unsigned rule;       /* the hazard that it takes away */
	const char *instead; /* what is said of it then */
} forms[] = {
	{ PG_CREATE, SFS_INDEX, true, pg_online_fits_parts, pg_online_parts, 20,
		"is built for one partition after the other, beside writers" },
	{ PG_CREATE, SFS_INDEX, true, pg_online_fits_index, pg_online_index, 20,
		"is built beside writers, outside of the transaction" },
	{ PG_ALTER, SFS_INDEX, true, pg_online_fits_more_parts, pg_online_parts, 23,
		"lacks parts of partitions, which are built now" },
	{ PG_DROP, SFS_INDEX, true, pg_online_fits_taken, NULL, 21, NULL },
	{ PG_DROP, SFS_INDEX, true, pg_online_fits_drop_index, pg_online_drop_index, 21,
		"is dropped beside writers, outside of the transaction" },
	{ PG_DROP, SFS_CONSTRAINT, true, pg_online_fits_swap, NULL, 24, NULL },
	{ PG_DROP, SFS_CONSTRAINT, false, pg_online_keeps, pg_online_keep, 10, NULL },
	{ PG_CREATE, SFS_CONSTRAINT, true, pg_online_fits_key, pg_online_key, 24,
		"gets an index that is built beside writers, outside of the transaction" },
	{ PG_CREATE, SFS_CONSTRAINT, false, pg_online_fits_check, pg_online_check, 0,
		"checks new rows at once; the others are checked later, beside writers" },
	{ PG_ALTER, SFS_CONSTRAINT, false, pg_online_fits_validate, pg_online_validate, 28,
		"is checked for all rows beside writers" },
	{ PG_ALTER, SFS_COLUMN, true, pg_online_fits_not_null, pg_online_not_null, 29,
		"becomes NOT NULL after a check of all rows beside writers" },
	{ PG_TIE, SFS_TABLE, true, pg_online_fits_attach, pg_online_attach, 39,
		"is attached after a check of its rows beside writers" },
};

static const struct form *
form_of(struct pg_planner *planner, const struct pg_state *state, enum pg_op op)
{
	enum sfs_kind kind = state->to ? state->to->id.kind : state->from->id.kind;

	/* Without a database nothing is known of its tables' sizes. */
	for (size_t i = 0; planner->db && i < sizeof forms / sizeof *forms; i++) {
		if (forms[i].op == op && forms[i].kind == kind && forms[i].fits(planner, state)) {
			return &forms[i];
		}
	}
	return NULL;
}

int
pg_online_rank(struct pg_planner *planner, const struct pg_state *state, enum pg_op op)
{
	const struct form *form = form_of(planner, state, op);

	return form && form->late ? LATE : 0;
}

/* ---- what is common to the forms ---- */

const struct sfs_object *
pg_online_table(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *table = pg_present_table(planner, state);
	const struct pg_state *other = table ? planner->by_from[table->index] : NULL;
	enum sfs_kind kind = table ? table->id.kind : SFS_KIND_COUNT;

	if (!planner->db || planner->db->in_transaction || (other && other->gone) ||
		(kind != SFS_TABLE && kind != SFS_MATERIALIZED_VIEW) ||
		planner->db->base.online_above == SFS_ONLINE_NEVER) {
		return NULL;
	}
	return !planner->db->base.online_above ||
			       pg_is_larger(planner, table, planner->db->base.online_above)
		       ? table
		       : NULL;
}

const char *
pg_online_name(struct pg_planner *planner, const char *what, const struct sfs_object *object)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	char digest[65];

	sfs_identity_describe(&object->id, &name);
	sfs_sha256(sfs_str_text(&name), name.len, digest);
	return sfs_arena_printf(planner->arena, "schemafs_%s_%.16s", what, digest);
}

struct sfs_step *
pg_online_add(struct pg_planner *planner, const struct sfs_object *object, const char *lock,
	const char *sql)
{
	struct sfs_step *step = sfs_plan_add(planner->plan, object, sql);

	step->lock = lock;
	step->pace = SFS_PACE_BRIEF;
	return step;
}

void
pg_online_outside(struct sfs_step *step)
{
	step->outside = true;
	step->pace = SFS_PACE_ONLINE;
	step->lock = "SHARE UPDATE EXCLUSIVE";
}

void
pg_online_later(struct pg_planner *planner, const struct sfs_object *object, const char *sql)
{
	struct sfs_step step;

	pg_online_outside(sfs_plan_add(planner->plan, object, sql));
	step = planner->plan->steps.items[--planner->plan->steps.len];
	sfs_vec_push(&planner->later, step);
}

void
pg_online_finish(struct pg_planner *planner)
{
	sfs_vec_foreach (step, &planner->later) {
		sfs_vec_push(&planner->plan->steps, *step);
	}
}

/* ---- hazards ---- */

/* What the plain form would do does not happen; what else the node risks is said as ever. */
static void
tell_hazards(struct pg_planner *planner, const struct pg_node *node, const struct form *form)
{
	static const unsigned taken_away[] = { 20, 21, 24, 26, 28, 29, 39 };
	struct sfs_plan *plan = planner->plan;
	const struct sfs_object *object = node->state->to ? node->state->to : node->state->from;
	size_t kept = plan->hazards.len;
	unsigned rule = form->rule;

	pg_hazards(planner, node);
	for (size_t i = kept; i < plan->hazards.len; i++) {
		bool gone = false;

		for (size_t j = 0; j < sizeof taken_away / sizeof *taken_away; j++) {
			gone |= plan->hazards.items[i].rule == taken_away[j];
		}
		if (gone) {
			rule = plan->hazards.items[i].rule;
		} else {
			plan->hazards.items[kept++] = plan->hazards.items[i];
		}
	}
	plan->hazards.len = kept;
	if (form->instead && rule) {
		sfs_plan_hazard(plan, rule, SFS_INFO, object, "%s", form->instead);
	}
}

bool
pg_emit_online(struct pg_planner *planner, const struct pg_node *node)
{
	const struct form *form = form_of(planner, node->state, node->op);

	if (!form) {
		return false;
	}
	if (form->emit) {
		form->emit(planner, node->state);
	}
	tell_hazards(planner, node, form);
	return true;
}
