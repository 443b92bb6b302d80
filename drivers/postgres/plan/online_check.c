// SPDX-License-Identifier: MIT
/* Rows of large tables checked beside writers: constraints, NOT NULL, the bound of a partition. */
#include <string.h>

#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/online.h"
#include "drivers/postgres/plan/rows.h"
#include "drivers/postgres/print/print.h"

static bool
is_partitioned(const struct sfs_object *table)
{
	return table->id.kind == SFS_TABLE && sfs_object_has(table, SFS_TABLE_PARTITION_KEY);
}

static void
write_validate(struct pg_planner *planner, const struct sfs_object *on, const char *name,
	struct sfs_str *out)
{
	(void)planner;
	pg_alter_relation(out, on);
	sfs_str_add(out, " VALIDATE CONSTRAINT ");
	pg_name(out, name);
}

/* ---- CHECK and FOREIGN KEY: NOT VALID now, VALIDATE later ---- */

bool
pg_online_fits_check(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *to = state->to, *table;
	const char *type = sfs_object_get(to, SFS_CONSTRAINT_TYPE);
	bool key = sfs_streq(type, "FOREIGN KEY");

	if ((!key && !sfs_streq(type, "CHECK")) || sfs_object_has(to, SFS_CONSTRAINT_NOT_VALID) ||
		sfs_object_has(to, SFS_CONSTRAINT_NOT_ENFORCED) ||
		sfs_object_has(to, SFS_CONSTRAINT_INHERITED)) {
		return false;
	}
	table = pg_online_table(planner, state);
	if (!table) {
		return false;
	}
	const struct pg_state *owner = planner->by_from[table->index];

	/* A child that joins must have what its parent has, and checked. */
	return !(owner && pg_joins(owner)) &&
	       !(key && is_partitioned(table) && planner->db->version < 180000);
}

void
pg_online_check(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_plan *plan = planner->plan;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	struct pg_node node = { (struct pg_state *)state, PG_CREATE, 0 };
	size_t first = plan->steps.len;
	bool key = sfs_streq(sfs_object_get(state->to, SFS_CONSTRAINT_TYPE), "FOREIGN KEY");

	pg_emit(planner, &node);
	plan->steps.items[first].sql =
		sfs_arena_printf(plan->arena, "%s NOT VALID", plan->steps.items[first].sql);
	plan->steps.items[first].lock = key ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE";
	plan->steps.items[first].pace = SFS_PACE_BRIEF;
	write_validate(planner, state->to, state->to->id.name, &sql);
	pg_online_later(planner, state->to, sfs_str_text(&sql));
}

/* ---- a constraint that is there and shall be valid ---- */

bool
pg_online_fits_validate(struct pg_planner *planner, const struct pg_state *state)
{
	return (state->attributes == PG_BIT(SFS_CONSTRAINT_NOT_VALID) ||
		       state->attributes == PG_BIT(SFS_CONSTRAINT_UNCHECKED)) &&
	       !sfs_object_has(state->to, SFS_CONSTRAINT_NOT_VALID) &&
	       pg_online_table(planner, state);
}

void
pg_online_validate(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	write_validate(planner, state->to, state->to->id.name, &sql);
	pg_online_later(planner, state->to, sfs_str_text(&sql));
}

/* ---- checks of our own, which are dropped when they have served ---- */

static const struct sfs_object *
left_over(const struct sfs_object *table, const char *name)
{
	return table ? sfs_object_part(table, SFS_CONSTRAINT, name) : NULL;
}

/* From the adding of the check, or from where a former plan left it, to its being valid. */
static void
add_helper(struct pg_planner *planner, const struct sfs_object *object,
	const struct sfs_object *present, const char *name, const char *condition)
{
	const struct sfs_object *left = left_over(present, name);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (!left) {
		pg_alter_relation(&sql, object);
		sfs_str_add(&sql, " ADD CONSTRAINT ");
		pg_name(&sql, name);
		sfs_str_addf(&sql, " CHECK (%s) NOT VALID", condition);
		(void)pg_online_add(planner, object, "ACCESS EXCLUSIVE", sfs_str_text(&sql));
	}
	if (!left || sfs_object_has(left, SFS_CONSTRAINT_NOT_VALID)) {
		sfs_str_truncate(&sql, 0);
		write_validate(planner, object, name, &sql);
		pg_online_outside(pg_online_add(planner, object, NULL, sfs_str_text(&sql)));
	}
}

static void
drop_helper(struct pg_planner *planner, const struct sfs_object *object, const char *name)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_alter_relation(&sql, object);
	sfs_str_add(&sql, " DROP CONSTRAINT ");
	pg_name(&sql, name);
	(void)pg_online_add(planner, object, "ACCESS EXCLUSIVE", sfs_str_text(&sql));
}

/* ---- SET NOT NULL ---- */

bool
pg_online_fits_not_null(struct pg_planner *planner, const struct pg_state *state)
{
	return state->from && state->attributes & PG_BIT(SFS_COLUMN_NOT_NULL) &&
	       pg_not_null_checks(state) && !sfs_object_has(state->to, SFS_COLUMN_INHERITED) &&
	       !state->retyped && !(state->attributes & PG_BIT(SFS_COLUMN_IDENTITY)) &&
	       state->to->owner->id.kind == SFS_TABLE && pg_online_table(planner, state);
}

/* Since PostgreSQL 18 NOT NULL is a constraint, for new rows first and for the others later. */
static void
later_not_null(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (!sfs_object_has(state->from, SFS_COLUMN_NOT_NULL)) {
		pg_alter_relation(&sql, state->to);
		sfs_str_add(&sql, " ADD ");
		pg_write_not_null(&sql, state->to, false);
		(void)pg_online_add(planner, state->to, "ACCESS EXCLUSIVE", sfs_str_text(&sql));
		sfs_str_truncate(&sql, 0);
	}
	pg_alter_relation(&sql, state->to);
	sfs_str_add(&sql, " VALIDATE CONSTRAINT ");
	pg_not_null_name(&sql, state->to);
	pg_online_outside(pg_online_add(planner, state->to, NULL, sfs_str_text(&sql)));
}

void
pg_online_not_null(struct pg_planner *planner, const struct pg_state *state)
{
	const char *name = pg_online_name(planner, "not_null", state->to);
	struct sfs_str condition sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;
	struct pg_state rest = *state;
	struct pg_node node = { &rest, PG_ALTER, 0 };

	rest.attributes &= ~PG_BIT(SFS_COLUMN_NOT_NULL);
	if (rest.attributes & ~pg_tied_attributes(&rest)) {
		pg_emit(planner, &node);
	}
	if (planner->db->version >= 180000) {
		later_not_null(planner, state);
		return;
	}
	pg_name(&condition, state->to->id.name);
	sfs_str_add(&condition, " IS NOT NULL");
	add_helper(planner, state->to, state->from->owner, name, sfs_str_text(&condition));
	pg_alter_relation(&sql, state->to);
	sfs_str_add(&sql, " ALTER COLUMN ");
	pg_name(&sql, state->to->id.name);
	sfs_str_add(&sql, " SET NOT NULL");
	(void)pg_online_add(planner, state->to, "ACCESS EXCLUSIVE", sfs_str_text(&sql));
	drop_helper(planner, state->to, name);
}

/* ---- ATTACH PARTITION ---- */

bool
pg_online_fits_attach(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_str condition sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_object *parent;
	int64_t n;

	/* One that leaves another parent for this one stays where it is seen all the time. */
	if (!state->from || state->made || state->gone ||
		sfs_object_has(state->from, SFS_TABLE_PARTITION_OF) ||
		!(state->attributes &
			(PG_BIT(SFS_TABLE_PARTITION_OF) | PG_BIT(SFS_TABLE_PARTITION_BOUND))) ||
		pg_gives_rows_away(planner, state, &n)) {
		return false;
	}
	parent = pg_partition_parent(planner, state->to);
	return parent &&
	       pg_partition_condition(
		       parent, sfs_object_get(state->to, SFS_TABLE_PARTITION_BOUND), &condition) &&
	       pg_online_table(planner, state);
}

void
pg_online_attach(struct pg_planner *planner, const struct pg_state *state)
{
	const char *name = pg_online_name(planner, "bound", state->to);
	const struct sfs_object *parent = pg_partition_parent(planner, state->to);
	struct sfs_str condition sfs_auto(str) = SFS_STR_INIT;
	struct pg_node node = { (struct pg_state *)state, PG_TIE, 0 };
	size_t first;

	(void)pg_partition_condition(
		parent, sfs_object_get(state->to, SFS_TABLE_PARTITION_BOUND), &condition);
	add_helper(planner, state->to, state->from, name, sfs_str_text(&condition));
	first = planner->plan->steps.len;
	pg_emit(planner, &node);
	for (size_t i = first; i < planner->plan->steps.len; i++) {
		planner->plan->steps.items[i].lock = "ACCESS EXCLUSIVE";
		planner->plan->steps.items[i].pace = SFS_PACE_BRIEF;
	}
	drop_helper(planner, state->to, name);
}

/* ---- helpers that a former plan left ---- */

bool
pg_online_keeps(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *table = state->from->owner;
	const struct pg_state *owner = planner->by_from[table->index];
	const struct sfs_object *part;

	if (state->made || !sfs_starts_with(state->from->id.name, "schemafs_")) {
		return false;
	}
	if (owner && owner->to && pg_joins(owner) &&
		strcmp(state->from->id.name, pg_online_name(planner, "bound", owner->to)) == 0) {
		return pg_online_fits_attach(planner, owner);
	}
	sfs_parts_foreach (part, table) {
		const struct pg_state *column =
			planner->db->version < 180000 ? planner->by_from[part->index] : NULL;

		if (part->id.kind == SFS_COLUMN && column && column->to && !column->gone &&
			strcmp(state->from->id.name,
				pg_online_name(planner, "not_null", column->to)) == 0) {
			return pg_online_fits_not_null(planner, column);
		}
	}
	return false;
}

/* Nothing is to be done here: what it is there for drops it. */
void
pg_online_keep(struct pg_planner *planner, const struct pg_state *state)
{
	(void)planner;
	(void)state;
}
