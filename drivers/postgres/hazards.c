// SPDX-License-Identifier: MIT
/* What a node risks, by the rules of docs/hazards.md: one row for each kind and operation. */
#include <string.h>

#include "drivers/postgres/planner.h"

/* ---- helpers ---- */

/* The table as it is now, of a part or of what belongs to it; NULL when it is new. */
static const struct sfs_object *
present_table(const struct pg_planner *planner, const struct pg_state *state)
{
	if (state->from) {
		const struct sfs_object *relation =
			pg_relation_of(planner->diff->from, state->from);

		return relation ? relation : state->from;
	}
	const struct sfs_object *relation = pg_relation_of(planner->diff->to, state->to);

	return relation ? planner->diff->origin[relation->index] : NULL;
}

/* Whether rows are in the way: false for a table that is made by this plan, too. */
static bool
rows_wait(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *table = present_table(planner, state);

	return table && pg_has_rows(planner, table);
}

static bool
differs(const struct pg_state *state, int attribute)
{
	return state->attributes & PG_BIT(attribute);
}

/* ---- what is lost ---- */

static void
drop_table(struct pg_planner *planner, const struct pg_state *state)
{
	if (state->aside) {
		if (pg_has_rows(planner, state->from)) {
			sfs_plan_hazard(planner->plan, 32, SFS_WARN, state->from,
				"is made anew: its rows are copied while it is locked");
		}
	} else if (pg_has_rows(planner, state->from)) {
		sfs_plan_hazard(
			planner->plan, 1, SFS_LOSS, state->from, "is dropped with the rows in it");
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
	if (!state->made) {
		sfs_plan_hazard(
			planner->plan, 1, SFS_LOSS, state->from, "is dropped with the rows in it");
	} else {
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
			"is dropped with the values in it");
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
drop_rule_of_data(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *table = pg_relation_of(planner->diff->from, state->from);

	if (!state->made && table && planner->diff->counterpart[table->index]) {
		sfs_plan_hazard(planner->plan, 10, SFS_WARN, state->from,
			"is dropped: what it kept out or kept up is not any more");
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
	const struct sfs_object *table = present_table(planner, state);

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

/* ---- tables and columns ---- */

static void
alter_table(struct pg_planner *planner, const struct pg_state *state)
{
	static const struct {
		int attribute;
		unsigned rule;
		enum sfs_severity on, off;
		const char *message_on, *message_off;
	} rows[] = {
		{ SFS_TABLE_ROW_SECURITY, 8, SFS_WARN, SFS_LOSS,
			"gets row security: roles without a policy see no rows",
			"loses its row security: every row becomes visible" },
		{ SFS_TABLE_FORCE_ROW_SECURITY, 8, SFS_WARN, SFS_LOSS,
			"applies its policies to its owner, too",
			"applies its policies to its owner no more" },
		{ SFS_TABLE_PERSISTENCE, 32, SFS_WARN, SFS_WARN,
			"becomes unlogged: rewritten now, and emptied after a crash",
			"becomes logged: it is rewritten" },
		{ SFS_TABLE_ACCESS_METHOD, 32, SFS_WARN, SFS_WARN, "is rewritten", "is rewritten" },
		{ SFS_TABLE_TABLESPACE, 32, SFS_WARN, SFS_WARN, "is moved while it is locked",
			"is moved while it is locked" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool on = sfs_object_has(state->to, rows[i].attribute);

		if (differs(state, rows[i].attribute)) {
			sfs_plan_hazard(planner->plan, rows[i].rule, on ? rows[i].on : rows[i].off,
				state->to, "%s", on ? rows[i].message_on : rows[i].message_off);
		}
	}
}

static void
tie_table(struct pg_planner *planner, const struct pg_state *state)
{
	if (state->made) {
		return;
	}
	if ((differs(state, SFS_TABLE_PARTITION_OF) || differs(state, SFS_TABLE_PARTITION_BOUND)) &&
		sfs_object_has(state->to, SFS_TABLE_PARTITION_OF) && rows_wait(planner, state)) {
		sfs_plan_hazard(planner->plan, 39, SFS_WARN, state->to,
			"is attached: its rows are checked against the bound while it is locked");
	}
	if (differs(state, SFS_TABLE_REPLICA_IDENTITY)) {
		sfs_plan_hazard(planner->plan, 67, SFS_INFO, state->to,
			"has another replica identity: subscribers see other old rows");
	}
}

static void
untie_table(struct pg_planner *planner, const struct pg_state *state)
{
	if (state->made) {
		return;
	}
	if (sfs_object_has(state->from, SFS_TABLE_PARTITION_OF)) {
		sfs_plan_hazard(planner->plan, 21, SFS_WARN, state->from,
			"is detached: its rows leave the partitioned table");
	}
}

/* A type that was made again under its name: what the values are checked against now. */
static bool
loses_labels(const struct pg_planner *planner, const struct pg_state *column)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, column->from);

	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *type = planner->by_from[uses.items[i]->index];
		struct pg_list old sfs_auto(pg_list) = { 0 }, new sfs_auto(pg_list) = { 0 };

		if (uses.items[i]->id.kind != SFS_TYPE || !type || !type->gone || !type->to) {
			continue;
		}
		pg_list_split(sfs_object_get(type->from, SFS_TYPE_LABELS), &old);
		pg_list_split(sfs_object_get(type->to, SFS_TYPE_LABELS), &new);
		sfs_vec_foreach (label, &old) {
			if (!pg_list_has(&new, *label)) {
				return true;
			}
		}
	}
	return false;
}

static void
retype_column(struct pg_planner *planner, const struct pg_state *state)
{
	const char *old = sfs_object_get(state->from, SFS_COLUMN_TYPE);
	const char *new = sfs_object_get(state->to, SFS_COLUMN_TYPE);
	bool same = strcmp(old, new) == 0;

	if (!pg_has_values(planner, state->from)) {
		return;
	}
	if (same ? loses_labels(planner, state) : pg_cast_is_lossy(old, new)) {
		sfs_plan_hazard(planner->plan, 5, SFS_LOSS, state->to,
			"becomes %s from %s: values may be cut, rounded or refused", new, old);
	} else if (same || pg_cast_between(old, new) != PG_CAST_SAME) {
		sfs_plan_hazard(planner->plan, 32, SFS_WARN, state->to,
			"becomes %s from %s: the table is rewritten", new, old);
	}
}

static void
alter_column(struct pg_planner *planner, const struct pg_state *state)
{
	if (state->to->owner->id.kind != SFS_TABLE || !state->from) {
		return;
	}
	if (differs(state, SFS_COLUMN_TYPE)) {
		retype_column(planner, state);
	}
	if (differs(state, SFS_COLUMN_NOT_NULL) && sfs_object_has(state->to, SFS_COLUMN_NOT_NULL) &&
		rows_wait(planner, state)) {
		bool fails = pg_has_nulls(planner, state->from);

		sfs_plan_hazard(planner->plan, fails ? 51 : 29, SFS_WARN, state->to,
			fails ? "becomes NOT NULL and holds NULL: the statement will fail"
			      : "becomes NOT NULL: all rows are checked while the table is locked");
	}
}

static void
create_column(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *to = state->to;
	bool filled = sfs_object_has(to, SFS_COLUMN_DEFAULT) ||
		      sfs_object_has(to, SFS_COLUMN_IDENTITY) ||
		      sfs_object_has(to, SFS_COLUMN_GENERATED);

	if (to->owner->id.kind != SFS_TABLE || !rows_wait(planner, state)) {
		return;
	}
	if (sfs_object_has(to, SFS_COLUMN_NOT_NULL) && !filled) {
		sfs_plan_hazard(planner->plan, 30, SFS_WARN, to,
			"is NOT NULL without a default, and there are rows: the statement will fail");
	}
	if (sfs_object_has(to, SFS_COLUMN_IDENTITY) || sfs_object_has(to, SFS_COLUMN_SERIAL) ||
		sfs_streq(sfs_object_get(to, SFS_COLUMN_GENERATED_KIND), "STORED")) {
		sfs_plan_hazard(planner->plan, 31, SFS_WARN, to,
			"gets a value for each row: the table is rewritten");
	}
}

/* ---- indexes and constraints ---- */

static void
create_index(struct pg_planner *planner, const struct pg_state *state)
{
	if (rows_wait(planner, state)) {
		sfs_plan_hazard(planner->plan, 20, SFS_WARN, state->to,
			"is built while writers of the table wait");
	}
	if (sfs_object_has(state->to, SFS_INDEX_UNIQUE) && rows_wait(planner, state)) {
		sfs_plan_hazard(planner->plan, 50, SFS_WARN, state->to,
			"is unique: fails if there are duplicates");
	}
}

static void
create_constraint(struct pg_planner *planner, const struct pg_state *state)
{
	static const struct {
		const char *type, *message;
		unsigned rule;
	} rows[] = {
		{ "PRIMARY KEY", "builds an index while the table is locked", 24 },
		{ "UNIQUE", "builds an index while the table is locked; fails on duplicates", 24 },
		{ "EXCLUDE", "builds an index while the table is locked; fails on conflicts", 25 },
		{ "FOREIGN KEY", "checks all rows while writers of both tables wait", 26 },
		{ "CHECK", "checks all rows while the table is locked", 28 },
	};
	const char *type = sfs_object_get(state->to, SFS_CONSTRAINT_TYPE);

	if (sfs_object_has(state->to, SFS_CONSTRAINT_NOT_VALID) || !rows_wait(planner, state)) {
		return;
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (sfs_streq(type, rows[i].type)) {
			sfs_plan_hazard(planner->plan, rows[i].rule, SFS_WARN, state->to, "%s",
				rows[i].message);
		}
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

	if (now && !before) {
		sfs_plan_hazard(planner->plan, 9, SFS_LOSS, state->to,
			"runs with its owner's rights and a search_path that the caller chooses");
	}
}

static void
alter_extension(struct pg_planner *planner, const struct pg_state *state)
{
	if (differs(state, SFS_EXTENSION_VERSION)) {
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

/* A line that is new, or says more than before: at the price of some lines that only say it otherwise. */
static void
widen_acl(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *from = state->old ? state->old : state->from;
	const char *old = sfs_object_get(from, SFS_ATTR_ACL);
	const char *new = sfs_object_get(state->to, SFS_ATTR_ACL);

	if (pg_acl_widens(pg_kind(state->to->id.kind), old, new)) {
		sfs_plan_hazard(planner->plan, 8, SFS_LOSS, state->to,
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
	{ PG_DROP, SFS_CONSTRAINT, drop_rule_of_data },
	{ PG_DROP, SFS_TRIGGER, drop_rule_of_data },
	{ PG_DROP, SFS_RULE, drop_rule_of_data },
	{ PG_DROP, SFS_POLICY, drop_policy },
	{ PG_CREATE, SFS_POLICY, create_policy },
	{ PG_ALTER, SFS_POLICY, alter_policy },
	{ PG_ALTER, SFS_TABLE, alter_table },
	{ PG_TIE, SFS_TABLE, tie_table },
	{ PG_UNTIE, SFS_TABLE, untie_table },
	{ PG_ALTER, SFS_COLUMN, alter_column },
	{ PG_CREATE, SFS_COLUMN, create_column },
	{ PG_CREATE, SFS_INDEX, create_index },
	{ PG_CREATE, SFS_CONSTRAINT, create_constraint },
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
	if (node->op == PG_ALTER && differs(state, SFS_ATTR_ACL)) {
		widen_acl(planner, state);
	}
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (rules[i].op == node->op && rules[i].kind == kind) {
			rules[i].look(planner, state);
		}
	}
}
