// SPDX-License-Identifier: MIT
/* What a node risks, by the rules of docs/hazards.md: one row for each kind and operation. */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/nodes.h"

/* ---- rules, triggers, policies ---- */

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

/* Whether all that differs is how it converts columns that get other types. */
static bool
means_the_same(const struct pg_planner *planner, const struct pg_state *policy)
{
	static const int expressions[] = { SFS_POLICY_USING, SFS_POLICY_WITH_CHECK };
	uint64_t others = policy->attributes >> SFS_ATTR_COMMON << SFS_ATTR_COMMON;
	struct pg_list types sfs_auto(pg_list) = { 0 };

	if (!policy->to || !pg_retyped_around(planner, policy->from, &types)) {
		return false;
	}
	for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
		others &= ~PG_BIT(expressions[i]);
		if (!pg_same_but_for_casts(sfs_object_get(policy->from, expressions[i]),
			    sfs_object_get(policy->to, expressions[i]), &types)) {
			return false;
		}
	}
	return !others;
}

static void
drop_policy(struct pg_planner *planner, const struct pg_state *state)
{
	if (state->made && (!state->attributes || means_the_same(planner, state))) {
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

/* H37: for a moment only, but that has to come. */
static void
create_trigger(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *table = pg_present_table(planner, state);

	if (table && table->id.kind == SFS_TABLE) {
		sfs_plan_hazard(planner->plan, 37, SFS_INFO, state->to,
			"comes when no writer is at work, and new ones wait for that");
	}
}

/* ---- views, types, extensions ---- */

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

/*
 * On what is not ours, and there before the plan. In a database without a relation nobody has
 * anything to lose.
 */
static void
widen_grants(struct pg_planner *planner, const struct sfs_object *grants, bool created)
{
	const char *acl = sfs_object_get(grants, SFS_ATTR_ACL);
	const char *initial = sfs_object_get(grants, SFS_GRANTS_INITIAL);

	if (pg_acl_widens(pg_kind(SFS_GRANTS), created ? initial : acl, created ? acl : initial)) {
		sfs_plan_hazard(planner->plan, 8, pg_has_relations(planner) ? SFS_LOSS : SFS_WARN,
			grants, "is granted to more roles, or with more privileges");
	}
}

static void
create_grants(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *extension = state->to->owner;

	if (!extension || planner->diff->origin[extension->index]) {
		widen_grants(planner, state->to, true);
	}
}

static void
drop_grants(struct pg_planner *planner, const struct pg_state *state)
{
	widen_grants(planner, state->from, false);
}

/* ---- the table ---- */

static const struct hazard_rule {
	enum pg_op op;
	enum sfs_kind kind;
	void (*look)(struct pg_planner *planner, const struct pg_state *state);
} rules[] = {
	{ PG_DROP, SFS_TABLE, pg_hazard_drop_table },
	{ PG_DROP, SFS_FOREIGN_TABLE, pg_hazard_drop_foreign_table },
	{ PG_DROP, SFS_MATERIALIZED_VIEW, pg_hazard_drop_materialized_view },
	{ PG_DROP, SFS_COLUMN, pg_hazard_drop_column },
	{ PG_DROP, SFS_SEQUENCE, pg_hazard_drop_sequence },
	{ PG_DROP, SFS_INDEX, pg_hazard_drop_index },
	{ PG_DROP, SFS_EXTENSION, pg_hazard_drop_extension },
	{ PG_DROP, SFS_CONSTRAINT, drop_rule_of_data },
	{ PG_DROP, SFS_TRIGGER, drop_rule_of_data },
	{ PG_DROP, SFS_RULE, drop_rule_of_data },
	{ PG_DROP, SFS_POLICY, drop_policy },
	{ PG_DROP, SFS_TYPE_ATTRIBUTE, pg_hazard_drop_type_attribute },
	{ PG_DROP, SFS_VIEW, drop_view },
	{ PG_CREATE, SFS_TRIGGER, create_trigger },
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
	{ PG_ALTER, SFS_CONSTRAINT, pg_hazard_alter_constraint },
	{ PG_CREATE, SFS_CONSTRAINT, pg_hazard_create_constraint },
	{ PG_CREATE, SFS_FUNCTION, pg_hazard_write_function },
	{ PG_ALTER, SFS_FUNCTION, pg_hazard_write_function },
	{ PG_CREATE, SFS_PROCEDURE, pg_hazard_write_function },
	{ PG_ALTER, SFS_PROCEDURE, pg_hazard_write_function },
	{ PG_CREATE, SFS_FUNCTION, pg_hazard_create_routine },
	{ PG_CREATE, SFS_PROCEDURE, pg_hazard_create_routine },
	{ PG_CREATE, SFS_AGGREGATE, pg_hazard_create_routine },
	{ PG_ALTER, SFS_EXTENSION, alter_extension },
	{ PG_CREATE, SFS_GRANTS, create_grants },
	{ PG_DROP, SFS_GRANTS, drop_grants },
};

/* H07: told before anything runs, and not when half of it has. */
static void
tell_owner(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *owned =
		state->from ? sfs_object_filed(state->from) : pg_present_table(planner, state);

	if (owned && owned->locked) {
		sfs_plan_hazard(planner->plan, 7, SFS_WARN, state->from ? state->from : state->to,
			"belongs to a role that this one is no member of: the statement will fail");
	}
}

/* H65: what a body names, the database does not follow. */
static void
tell_bodies(struct pg_planner *planner, const struct pg_node *node)
{
	const struct pg_state *state = node->state;
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT;
	bool retyped = node->op == PG_ALTER && state->retyped;

	if ((node->op == PG_RENAME || retyped) &&
		pg_named_in_bodies(planner, state->from, &names)) {
		sfs_plan_hazard(planner->plan, 65, SFS_INFO, state->from,
			"is named in bodies that the database does not look into: %s",
			sfs_str_text(&names));
	}
}

/* H70: the text says more than the server keeps. */
static void
tell_cut_name(struct pg_planner *planner, const struct pg_node *node)
{
	const struct sfs_object *to = node->state->to;

	if (to && to->written && (node->op == PG_CREATE || node->op == PG_RENAME)) {
		sfs_plan_hazard(planner->plan, 70, SFS_WARN, to,
			"is called %s in the text: names are cut after 63 bytes", to->written);
	}
}

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
	if (node->op == PG_DROP) {
		pg_hazard_drop_any(planner, state);
	}
	tell_bodies(planner, node);
	tell_owner(planner, state);
	tell_cut_name(planner, node);
}
