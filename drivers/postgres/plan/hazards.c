// SPDX-License-Identifier: MIT
/* What a node risks, by the rules of docs/hazards.md: one row for each kind and operation. */
#include <string.h>

#include "drivers/postgres/plan/hazards.h"

/* ---- what is lost ---- */

static void
drop_table(struct pg_planner *planner, const struct pg_state *state)
{
	if (!pg_has_own_rows(planner, state->from)) {
		return;
	}
	if (state->aside) {
		sfs_plan_hazard(planner->plan, 32, SFS_WARN, state->from,
			"is made anew: its rows are copied while it is locked");
		pg_hazard_move_rows(planner, state);
	} else {
		sfs_plan_hazard(planner->plan, 1, SFS_LOSS, state->from, "is dropped with %s in it",
			pg_tell_rows(planner, state->from));
	}
}

static void
drop_foreign_table(struct pg_planner *planner, const struct pg_state *state)
{
	if (!state->made) {
		sfs_plan_hazard(planner->plan, 1, SFS_WARN, state->from,
			"is dropped; its rows stay on the other server");
	}
}

static void
drop_materialized_view(struct pg_planner *planner, const struct pg_state *state)
{
	if (!state->made && pg_has_own_rows(planner, state->from)) {
		sfs_plan_hazard(planner->plan, 1, SFS_LOSS, state->from, "is dropped with %s in it",
			pg_tell_rows(planner, state->from));
	} else if (state->made) {
		sfs_plan_hazard(planner->plan, 21, SFS_WARN, state->from,
			"is made anew: its query runs in the transaction");
	}
}

static void
drop_column(struct pg_planner *planner, const struct pg_state *state)
{
	if (!sfs_object_has(state->from, SFS_COLUMN_GENERATED) &&
		state->from->owner->id.kind == SFS_TABLE && pg_has_values(planner, state->from)) {
		sfs_plan_hazard(planner->plan, 2, SFS_LOSS, state->from,
			"is dropped with values in %s",
			pg_tell_values(planner, state->from, false));
	}
}

/* An attribute of a composite type goes out of every value of it. */
static void
drop_type_attribute(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, state->from->owner);

	for (size_t i = 0; i < users.len; i++) {
		if (users.items[i]->id.kind == SFS_COLUMN &&
			users.items[i]->owner->id.kind == SFS_TABLE &&
			pg_has_values(planner, users.items[i])) {
			sfs_plan_hazard(planner->plan, 2, SFS_LOSS, state->from,
				"is dropped out of the values of columns");
			return;
		}
	}
}

static void
drop_sequence(struct pg_planner *planner, const struct pg_state *state)
{
	if (pg_was_called(planner, state->from)) {
		sfs_plan_hazard(planner->plan, 6, SFS_LOSS, state->from,
			"is dropped, and with it the number it has reached");
	}
}

static void
drop_index(struct pg_planner *planner, const struct pg_state *state)
{
	if (sfs_object_has(state->from, SFS_INDEX_INVALID)) {
		sfs_plan_hazard(planner->plan, 23, SFS_INFO, state->from,
			"is INVALID, was not built to its end: it is %s",
			state->made ? "built anew" : "dropped");
	}
}

static void
drop_rule_of_data(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *table = pg_relation_of(planner->diff->from, state->from);

	if (!state->made && table && planner->diff->counterpart[table->index]) {
		sfs_plan_hazard(planner->plan, 10, SFS_WARN, state->from,
			"is dropped: what it kept out or kept up is not any more");
	}
}

/* Switched off it is as good as gone. */
static void
disable_trigger(struct pg_planner *planner, const struct pg_state *state)
{
	if (pg_state_differs(state, SFS_TRIGGER_ENABLED) &&
		sfs_streq(sfs_object_get(state->to, SFS_TRIGGER_ENABLED), "DISABLE")) {
		sfs_plan_hazard(planner->plan, 10, SFS_WARN, state->to,
			"is disabled: what it kept out or kept up is not any more");
	}
}

static bool
is_restrictive(const struct sfs_object *policy)
{
	return sfs_object_has(policy, SFS_POLICY_RESTRICTIVE);
}

static void
drop_policy(struct pg_planner *planner, const struct pg_state *state)
{
	if (state->made && !state->attributes) {
		return; /* comes back as it was */
	}
	sfs_plan_hazard(planner->plan, 8, SFS_LOSS, state->from,
		is_restrictive(state->from) ? "is restrictive and goes: rows become visible"
					    : "goes: who may see which rows changes");
}

static void
create_policy(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *table = pg_present_table(planner, state);

	if (!state->gone && table && !is_restrictive(state->to) &&
		sfs_object_has(table, SFS_TABLE_ROW_SECURITY)) {
		sfs_plan_hazard(planner->plan, 8, SFS_LOSS, state->to,
			"is permissive and new: more rows become visible");
	}
}

static void
alter_policy(struct pg_planner *planner, const struct pg_state *state)
{
	if (state->attributes >> SFS_ATTR_COMMON) {
		sfs_plan_hazard(planner->plan, 8, SFS_LOSS, state->to,
			"is altered: who may see which rows changes");
	}
}

/* ---- routines, extensions ---- */

static void
write_function(struct pg_planner *planner, const struct pg_state *state)
{
	const char *settings = sfs_object_get(state->to, SFS_FUNCTION_CONFIGURATION);
	bool now = sfs_object_has(state->to, SFS_FUNCTION_SECURITY_DEFINER) &&
		   !(settings && strstr(settings, "search_path"));
	const char *former =
		state->from ? sfs_object_get(state->from, SFS_FUNCTION_CONFIGURATION) : NULL;
	bool before = state->from && sfs_object_has(state->from, SFS_FUNCTION_SECURITY_DEFINER) &&
		      !(former && strstr(former, "search_path"));

	/* Who asks for a new one has read it; one that is there gets it under its callers' feet. */
	if (now && !before) {
		sfs_plan_hazard(planner->plan, 9, state->from ? SFS_LOSS : SFS_WARN, state->to,
			"runs with its owner's rights and a search_path that the caller chooses");
	}
}

static void
drop_view(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_change change = { SFS_ALTER, state->from, state->to, state->attributes };

	if (state->made && !pg_view_can_alter(planner->diff, &change)) {
		sfs_plan_hazard(planner->plan, 63, SFS_WARN, state->from,
			"is made anew: columns of it go, or get other names or types");
	}
}

static void
alter_type(struct pg_planner *planner, const struct pg_state *state)
{
	if (pg_state_differs(state, SFS_TYPE_LABELS)) {
		sfs_plan_hazard(planner->plan, 62, SFS_INFO, state->to,
			"gets labels that can not be used before the plan is committed");
	}
}

static void
create_domain_constraint(struct pg_planner *planner, const struct pg_state *state)
{
	if (!sfs_object_has(state->to, SFS_DOMAIN_CONSTRAINT_NOT_VALID)) {
		sfs_plan_hazard(planner->plan, 38, SFS_WARN, state->to,
			"checks all columns of the domain while their tables are locked");
	}
}

static void
alter_extension(struct pg_planner *planner, const struct pg_state *state)
{
	if (pg_state_differs(state, SFS_EXTENSION_VERSION)) {
		sfs_plan_hazard(planner->plan, 66, SFS_WARN, state->to,
			"is brought to another version by its own script");
	}
}

static void
rename_object(struct pg_planner *planner, const struct pg_state *state)
{
	enum sfs_kind kind = state->to->id.kind;
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (kind == SFS_CONSTRAINT || kind == SFS_INDEX || kind == SFS_STATISTICS) {
		return; /* programs do not name them */
	}
	sfs_identity_describe(&state->to->id, &name);
	sfs_plan_hazard(planner->plan, 60, SFS_WARN, state->from,
		"becomes %s: programs that use the former name fail", sfs_str_text(&name));
}

/* ---- privileges ---- */

/* A namespace in which nothing was before the plan: nothing of it can be seen by more roles. */
static bool
is_empty_namespace(const struct pg_planner *planner, const struct sfs_object *object)
{
	if (object->id.kind != SFS_NAMESPACE) {
		return false;
	}
	sfs_vec_foreach (item, &planner->diff->from->objects) {
		const struct sfs_identity *id = &(*item)->id;

		if (id->kind != SFS_NAMESPACE && sfs_streq(id->namespace, object->id.name)) {
			return false;
		}
	}
	return true;
}

/* A line that is new, or says more than before: at the price of some lines that only say it otherwise. */
static void
widen_acl(struct pg_planner *planner, const struct pg_state *state)
{
	const char *old = sfs_object_get(state->from, SFS_ATTR_ACL);
	const char *new = sfs_object_get(state->to, SFS_ATTR_ACL);

	if (pg_acl_widens(pg_kind(state->to->id.kind), old, new)) {
		sfs_plan_hazard(planner->plan, 8,
			is_empty_namespace(planner, state->from) ? SFS_WARN : SFS_LOSS, state->to,
			"is granted to more roles, or with more privileges");
	}
}

/* ---- the table ---- */

static const struct hazard_rule {
	enum pg_op op;
	enum sfs_kind kind;
	void (*look)(struct pg_planner *planner, const struct pg_state *state);
} rules[] = {
	{ PG_DROP, SFS_TABLE, drop_table },
	{ PG_DROP, SFS_FOREIGN_TABLE, drop_foreign_table },
	{ PG_DROP, SFS_MATERIALIZED_VIEW, drop_materialized_view },
	{ PG_DROP, SFS_COLUMN, drop_column },
	{ PG_DROP, SFS_SEQUENCE, drop_sequence },
	{ PG_DROP, SFS_INDEX, drop_index },
	{ PG_DROP, SFS_CONSTRAINT, drop_rule_of_data },
	{ PG_DROP, SFS_TRIGGER, drop_rule_of_data },
	{ PG_DROP, SFS_RULE, drop_rule_of_data },
	{ PG_DROP, SFS_POLICY, drop_policy },
	{ PG_DROP, SFS_TYPE_ATTRIBUTE, drop_type_attribute },
	{ PG_DROP, SFS_VIEW, drop_view },
	{ PG_ALTER, SFS_TRIGGER, disable_trigger },
	{ PG_ALTER, SFS_TYPE, alter_type },
	{ PG_CREATE, SFS_DOMAIN_CONSTRAINT, create_domain_constraint },
	{ PG_CREATE, SFS_POLICY, create_policy },
	{ PG_ALTER, SFS_POLICY, alter_policy },
	{ PG_ALTER, SFS_TABLE, pg_hazard_alter_table },
	{ PG_TIE, SFS_TABLE, pg_hazard_tie_table },
	{ PG_UNTIE, SFS_TABLE, pg_hazard_untie_table },
	{ PG_ALTER, SFS_COLUMN, pg_hazard_alter_column },
	{ PG_CREATE, SFS_COLUMN, pg_hazard_create_column },
	{ PG_CREATE, SFS_INDEX, pg_hazard_create_index },
	{ PG_CREATE, SFS_CONSTRAINT, pg_hazard_create_constraint },
	{ PG_CREATE, SFS_FUNCTION, write_function },
	{ PG_ALTER, SFS_FUNCTION, write_function },
	{ PG_CREATE, SFS_PROCEDURE, write_function },
	{ PG_ALTER, SFS_PROCEDURE, write_function },
	{ PG_ALTER, SFS_EXTENSION, alter_extension },
};

void
pg_hazards(struct pg_planner *planner, const struct pg_node *node)
{
	const struct pg_state *state = node->state;
	enum sfs_kind kind = state->to ? state->to->id.kind : state->from->id.kind;

	if (node->op == PG_RENAME) {
		rename_object(planner, state);
	}
	if (state->from && state->to && pg_state_differs(state, SFS_ATTR_ACL) &&
		(node->op == PG_ALTER || node->op == PG_CREATE)) {
		widen_acl(planner, state);
	}
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (rules[i].op == node->op && rules[i].kind == kind) {
			rules[i].look(planner, state);
		}
	}
}
