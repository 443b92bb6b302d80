// SPDX-License-Identifier: MIT
/* The locks that statements take, and what follows from holding several in one transaction. */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/nodes.h"

/* ---- of one statement ---- */

const char *
pg_lock_of(const struct pg_node *node)
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
bool
pg_is_brief(const struct pg_node *node)
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
		return node->op == PG_ALTER && !state->retyped &&
		       !(state->attributes & rows & ~PG_BIT(SFS_COLUMN_NOT_NULL)) &&
		       !(state->attributes & PG_BIT(SFS_COLUMN_NOT_NULL) &&
			       pg_not_null_checks(state));
	default:
		return node->op == PG_RENAME;
	}
}

/* Statements about comments and privileges take no lock that a writer would notice. */
bool
pg_touches_table(const char *sql)
{
	return !sfs_starts_with(sql, "COMMENT ") && !sfs_starts_with(sql, "GRANT ") &&
	       !sfs_starts_with(sql, "REVOKE ") && !sfs_starts_with(sql, "SECURITY LABEL ");
}

/* Whether the table is there already and stays: nobody waits for a lock on a new one. */
bool
pg_is_used_by_others(const struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *relation;

	if (state->from) {
		return true;
	}
	relation = pg_relation_of(planner->diff->to, state->to);
	return relation && planner->diff->origin[relation->index] != NULL;
}

/* ---- of the whole plan ---- */

/* Rules that are told of a statement that reads, or writes, as many rows as a table has. */
static bool
is_slow_rule(const struct sfs_hazard *hazard)
{
	static const unsigned rules[] = { 20, 21, 24, 25, 26, 28, 29, 31, 32, 39 };

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (hazard->rule == rules[i] && hazard->severity != SFS_INFO) {
			return hazard->rule != 21;
		}
	}
	return false;
}

/* The other table that a foreign key locks. */
static const struct sfs_object *
referenced_table(const struct pg_planner *planner, const struct pg_node *node)
{
	const struct sfs_object *key = node->state->to;
	const char *name = key && key->id.kind == SFS_CONSTRAINT && node->op == PG_CREATE
				   ? sfs_object_get(key, SFS_CONSTRAINT_REFERENCES)
				   : NULL;
	struct sfs_objects uses = { 0 };

	if (name) {
		uses = sfs_graph_uses(planner->diff->to, key);
	}
	for (size_t i = 0; i < uses.len; i++) {
		const struct sfs_object *table = sfs_object_filed(uses.items[i]);
		struct sfs_str other sfs_auto(str) = SFS_STR_INIT;

		pg_qualified(&other, table->id.namespace, table->id.name);
		if (table->id.kind == SFS_TABLE && strcmp(sfs_str_text(&other), name) == 0) {
			return planner->diff->origin[table->index];
		}
	}
	return NULL;
}

void
pg_locks_note(struct pg_planner *planner, const struct pg_node *node, size_t step, size_t hazard)
{
	const struct sfs_plan *plan = planner->plan;
	struct pg_hold hold = {
		.about = node->state->to ? node->state->to : node->state->from,
		.table = pg_present_table(planner, node->state),
		.other = referenced_table(planner, node),
		.pieces = planner->later.len,
	};

	for (size_t i = step; i < plan->steps.len; i++) {
		hold.outside |= plan->steps.items[i].outside;
		if (plan->steps.items[i].lock) {
			hold.lock = plan->steps.items[i].lock;
		}
	}
	for (size_t i = hazard; i < plan->hazards.len; i++) {
		hold.slow |= is_slow_rule(&plan->hazards.items[i]);
		hold.rewrites |=
			(plan->hazards.items[i].rule == 31 || plan->hazards.items[i].rule == 32) &&
			plan->hazards.items[i].severity != SFS_INFO;
	}
	if (plan->steps.len > step) {
		sfs_vec_push(&planner->holds, hold);
	}
}

static bool
is_strong(const char *lock)
{
	return lock && strcmp(lock, "SHARE UPDATE EXCLUSIVE") != 0;
}

static bool
holds_rows(struct pg_planner *planner, const struct sfs_object *table)
{
	return table && table->id.kind == SFS_TABLE && pg_has_rows(planner, table);
}

/* "index public.t.i" and how many more there are. */
static void
add_name(struct sfs_str *out, const struct sfs_object *object, size_t nth)
{
	enum { NAMED = 3 };

	if (nth < NAMED) {
		sfs_str_separate(out, ", ");
		sfs_identity_describe(&object->id, out);
	}
	if (nth == NAMED) {
		sfs_str_add(out, " and others");
	}
}

/* H33: a table that nobody can read meanwhile. */
static void
tell_waits(struct pg_planner *planner, size_t first, size_t end)
{
	const struct pg_hold *hold = &planner->holds.items[first];
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT;
	size_t slow = 0;

	for (size_t i = first; i-- > 0 && !planner->holds.items[i].outside;) {
		const struct pg_hold *before = &planner->holds.items[i];

		if (before->table == hold->table && sfs_streq(before->lock, hold->lock)) {
			return; /* told of that one */
		}
	}
	for (size_t i = first + 1; i < end; i++) {
		if (planner->holds.items[i].slow && !planner->holds.items[i].merged) {
			add_name(&names, planner->holds.items[i].about, slow++);
		}
	}
	if (slow && holds_rows(planner, hold->table)) {
		sfs_plan_hazard(planner->plan, 33, SFS_WARN, hold->table,
			"stays locked while %zu more statement%s at all rows: %s", slow,
			slow == 1 ? " looks" : "s look", sfs_str_text(&names));
		planner->plan->hazards.items[planner->plan->hazards.len - 1].lock = hold->lock;
	}
}

/* H34: what one statement could do is told when it could not be made one. */
static void
tell_rewrites(struct pg_planner *planner, size_t first)
{
	const struct pg_hold *hold = &planner->holds.items[first];
	size_t n = 0;

	for (size_t i = 0; hold->rewrites && i < planner->holds.len; i++) {
		const struct pg_hold *other = &planner->holds.items[i];

		if (other->rewrites && other->table == hold->table && !other->merged) {
			if (i < first) {
				return;
			}
			n++;
		}
	}
	if (n > 1) {
		sfs_plan_hazard(planner->plan, 34, SFS_WARN, hold->table,
			"is rewritten %zu times: no one statement can do it all", n);
		planner->plan->hazards.items[planner->plan->hazards.len - 1].lock = hold->lock;
	}
}

struct tables SFS_VEC_OF(const struct sfs_object *);

static void
add_table(struct pg_planner *planner, struct tables *tables, const struct sfs_object *table)
{
	sfs_vec_foreach (known, tables) {
		if (*known == table) {
			return;
		}
	}
	if (holds_rows(planner, table)) {
		sfs_vec_push(tables, table);
	}
}

/* How often rows of the tables were written, as far as the server has counted; NULL: nobody knows. */
static const char *
tell_writes(struct pg_planner *planner, const struct tables *tables)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	if (!pg_facts_begin(planner)) {
		return NULL;
	}
	sfs_str_add(&sql, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint"
			  " FROM pg_catalog.pg_stat_all_tables WHERE relid IN (");
	sfs_vec_foreach (table, tables) {
		sfs_str_truncate(&name, 0);
		pg_qualified(&name, (*table)->id.namespace, (*table)->id.name);
		sfs_str_add(&sql, table == tables->items ? "" : ", ");
		pg_literal(&sql, sfs_str_text(&name));
		sfs_str_add(&sql, "::regclass");
	}
	sfs_str_addc(&sql, ')');
	if (!pg_facts_query(planner, sfs_str_text(&sql), &result) || PQntuples(result) != 1 ||
		PQgetisnull(result, 0, 0)) {
		return NULL;
	}
	return sfs_arena_strdup(planner->arena, PQgetvalue(result, 0, 0));
}

/* H40: several tables in one transaction. */
static void
tell_together(struct pg_planner *planner, size_t first, size_t end)
{
	struct tables tables = { 0 };
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT;
	const char *lock = NULL;

	for (size_t i = first; i < end; i++) {
		const struct pg_hold *hold = &planner->holds.items[i];

		if (is_strong(hold->lock)) {
			lock = !lock || strcmp(hold->lock, "ACCESS EXCLUSIVE") == 0 ? hold->lock
										    : lock;
			add_table(planner, &tables, hold->table);
			add_table(planner, &tables, hold->other);
		}
	}
	if (tables.len > 1) {
		const char *writes = tell_writes(planner, &tables);

		for (size_t i = 1; i < tables.len; i++) {
			add_name(&names, tables.items[i], i - 1);
		}
		sfs_plan_hazard(planner->plan, 40, SFS_INFO, tables.items[0],
			"is locked together with %s until all is done: who locks them in another "
			"order ends in a deadlock%s%s%s",
			sfs_str_text(&names), writes ? " (rows written so far: " : "",
			writes ? writes : "", writes ? ")" : "");
		planner->plan->hazards.items[planner->plan->hazards.len - 1].lock = lock;
	}
	sfs_vec_finish(&tables);
}

/* H22: what runs by itself cuts the plan. */
static void
tell_pieces(struct pg_planner *planner, const struct sfs_object *about)
{
	size_t alone = 0, together = 0;

	sfs_vec_foreach (step, &planner->plan->steps) {
		alone += step->outside;
		together += !step->outside && !step->check && !step->scaffolding;
	}
	if (about && alone && alone + together > 1) {
		sfs_plan_hazard(planner->plan, 22, SFS_INFO, about,
			"can not run in a transaction: %zu of %zu statements run by themselves, "
			"and what is done when one fails stays done",
			alone, alone + together);
		planner->plan->hazards.items[planner->plan->hazards.len - 1].lock =
			"SHARE UPDATE EXCLUSIVE";
	}
}

void
pg_locks_finish(struct pg_planner *planner)
{
	const struct sfs_object *outside = NULL;
	size_t start = 0;

	for (size_t i = 0; i < planner->holds.len; i++) {
		const struct pg_hold *hold = &planner->holds.items[i];
		size_t pieces = i ? planner->holds.items[i - 1].pieces : 0;

		if ((hold->outside || hold->pieces > pieces) && !outside) {
			outside = hold->about;
		}
	}
	for (size_t end = 0; end <= planner->holds.len; end++) {
		if (end < planner->holds.len && !planner->holds.items[end].outside) {
			continue;
		}
		for (size_t i = start; i < end; i++) {
			if (sfs_streq(planner->holds.items[i].lock, "ACCESS EXCLUSIVE")) {
				tell_waits(planner, i, end);
			}
		}
		tell_together(planner, start, end);
		start = end + 1;
	}
	for (size_t i = 0; i < planner->holds.len; i++) {
		tell_rewrites(planner, i);
	}
	tell_pieces(planner, outside);
}
