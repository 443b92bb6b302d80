// SPDX-License-Identifier: MIT
/* What happens to values that are converted: which are lost, and which can not be. */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"

/* ---- types made anew ---- */

/* Whether something that `from` could hold has no place in `to`, a type made anew under its name. */
static bool
type_loses(const struct sfs_object *from, const struct sfs_object *to)
{
	struct pg_list old sfs_auto(pg_list) = { 0 }, new sfs_auto(pg_list) = { 0 };
	const struct sfs_object *part;

	if (from->id.kind == SFS_DOMAIN) {
		return pg_cast_is_lossy(
			sfs_object_get(from, SFS_DOMAIN_TYPE), sfs_object_get(to, SFS_DOMAIN_TYPE));
	}
	pg_list_split(sfs_object_get(from, SFS_TYPE_LABELS), &old);
	pg_list_split(sfs_object_get(to, SFS_TYPE_LABELS), &new);
	sfs_vec_foreach (label, &old) {
		if (!pg_list_has(&new, *label)) {
			return true;
		}
	}
	sfs_parts_foreach (part, from) {
		const struct sfs_object *other =
			sfs_object_part(to, SFS_TYPE_ATTRIBUTE, part->id.name);

		if (part->id.kind == SFS_TYPE_ATTRIBUTE &&
			(!other || pg_cast_is_lossy(sfs_object_get(part, SFS_TYPE_ATTRIBUTE_TYPE),
					   sfs_object_get(other, SFS_TYPE_ATTRIBUTE_TYPE)))) {
			return true;
		}
	}
	return false;
}

static bool
new_type_loses(const struct pg_planner *planner, const struct sfs_object *column)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, column);

	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *type = planner->by_from[uses.items[i]->index];
		bool known =
			uses.items[i]->id.kind == SFS_TYPE || uses.items[i]->id.kind == SFS_DOMAIN;

		if (known && type && type->gone && type->to && type_loses(type->from, type->to)) {
			return true;
		}
	}
	return false;
}

/* What the copy of a table that is made anew leaves behind. */
void
pg_hazard_move_rows(struct pg_planner *planner, const struct pg_state *table)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, table->from) {
		const struct sfs_object *to = planner->diff->counterpart[part->index];

		if (part->id.kind != SFS_COLUMN || sfs_object_has(part, SFS_COLUMN_GENERATED) ||
			!pg_has_values(planner, part)) {
			continue;
		}
		if (!to || sfs_object_has(to, SFS_COLUMN_GENERATED)) {
			sfs_plan_hazard(planner->plan, 2, SFS_LOSS, part,
				"is dropped with the values in it");
		} else if (new_type_loses(planner, part) ||
			   pg_cast_is_lossy(sfs_object_get(part, SFS_COLUMN_TYPE),
				   sfs_object_get(to, SFS_COLUMN_TYPE))) {
			sfs_plan_hazard(planner->plan, 5, SFS_LOSS, to,
				"becomes %s from %s: values may be cut, rounded or refused",
				sfs_object_get(to, SFS_COLUMN_TYPE),
				sfs_object_get(part, SFS_COLUMN_TYPE));
		}
	}
}

/* ---- one column ---- */

/* The type that the column shall have, when the plan makes or changes it; NULL: it is there. */
static const struct sfs_object *
type_in_plan(const struct pg_planner *planner, const struct sfs_object *column)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->to, column);

	for (size_t i = 0; i < uses.len; i++) {
		const struct sfs_object *used = uses.items[i];

		if ((used->id.kind == SFS_TYPE || used->id.kind == SFS_DOMAIN) &&
			(planner->by_to[used->index] || !planner->diff->origin[used->index])) {
			return used;
		}
	}
	return NULL;
}

/* Values that the labels of an enum leave without a place. */
static int64_t
count_without_label(
	struct pg_planner *planner, const struct sfs_object *column, const struct sfs_object *type)
{
	const char *labels = sfs_object_get(type, SFS_TYPE_LABELS);
	struct sfs_str condition sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT;

	if (type->id.kind != SFS_TYPE || !labels || !*labels ||
		sfs_ends_with(sfs_object_get(column, SFS_COLUMN_TYPE), "[]")) {
		return -1;
	}
	pg_name(&name, column->id.name);
	sfs_str_addf(&condition, "%s::text NOT IN (%s)", sfs_str_text(&name), labels);
	return pg_count_where(planner, column->owner, sfs_str_text(&condition));
}

/* H52, for a type that is there: the conversion is tried. */
static void
try_cast(struct pg_planner *planner, const struct pg_state *state, enum pg_cast cast)
{
	struct sfs_str expression sfs_auto(str) = SFS_STR_INIT;
	const char *why = NULL;

	pg_cast_write(&expression, state->from->id.name, cast,
		sfs_object_get(state->to, SFS_COLUMN_TYPE));
	switch (pg_try_expression(planner, state->from->owner, sfs_str_text(&expression), &why)) {
	case 0:
		sfs_plan_hazard(planner->plan, 52, SFS_WARN, state->to,
			"can not become %s, the statement will fail: %s",
			sfs_object_get(state->to, SFS_COLUMN_TYPE), why);
		break;
	case 1:
		sfs_plan_hazard(planner->plan, 52, SFS_INFO, state->to,
			"is converted by a cast that can fail: it does for no value now");
		break;
	default:
		sfs_plan_hazard(planner->plan, 52, SFS_WARN, state->to,
			"is converted by a cast: fails if there are values that do not fit");
	}
}

static void
tell_cast(struct pg_planner *planner, const struct pg_state *state, bool same)
{
	const struct sfs_object *type = type_in_plan(planner, state->to);
	int64_t lost = type ? count_without_label(planner, state->from, type) : -1;
	enum pg_cast cast = pg_cast_between(sfs_object_get(state->from, SFS_COLUMN_TYPE),
		sfs_object_get(state->to, SFS_COLUMN_TYPE));

	if (lost > 0) {
		sfs_plan_hazard(planner->plan, 52, SFS_WARN, state->to,
			"has a value that %s has no label for in %lld rows: the statement will fail",
			type->id.name, (long long)lost);
	} else if (type && lost < 0) {
		sfs_plan_hazard(planner->plan, 52, SFS_WARN, state->to,
			"is converted by a cast: fails if there are values that do not fit");
	} else if (!type && !same && cast >= PG_CAST_DIRECT) {
		try_cast(planner, state, cast);
	}
}

/* Words for how many values come out of the conversion as others; "" when nobody knows. */
static const char *
tell_changed(struct pg_planner *planner, const struct pg_state *state)
{
	const char *old = sfs_object_get(state->from, SFS_COLUMN_TYPE);
	const char *new = sfs_object_get(state->to, SFS_COLUMN_TYPE);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT;
	int64_t n;

	if (strcmp(old, new) == 0 || type_in_plan(planner, state->to)) {
		return "";
	}
	pg_name(&name, state->from->id.name);
	sfs_str_addc(&sql, '(');
	pg_cast_write(&sql, state->from->id.name, pg_cast_between(old, new), new);
	sfs_str_addf(&sql, ")::text::%s::text IS DISTINCT FROM %s::text", old, sfs_str_text(&name));
	n = pg_count_where(planner, state->from->owner, sfs_str_text(&sql));
	return n < 0    ? ""
	       : n == 0 ? "; none would be now"
			: sfs_arena_printf(planner->arena, "; %lld would be now", (long long)n);
}

void
pg_hazard_retype_column(struct pg_planner *planner, const struct pg_state *state)
{
	const char *old = sfs_object_get(state->from, SFS_COLUMN_TYPE);
	const char *new = sfs_object_get(state->to, SFS_COLUMN_TYPE);
	bool same = strcmp(old, new) == 0;

	if (!pg_has_values(planner, state->from)) {
		return;
	}
	if (same ? new_type_loses(planner, state->from) : pg_cast_is_lossy(old, new)) {
		sfs_plan_hazard(planner->plan, 5, SFS_LOSS, state->to,
			"becomes %s from %s: values may be cut, rounded or refused%s", new, old,
			tell_changed(planner, state));
		tell_cast(planner, state, same);
	} else if (same || pg_cast_between(old, new) != PG_CAST_SAME) {
		sfs_plan_hazard(planner->plan, 32, SFS_WARN, state->to,
			"becomes %s from %s: the table is rewritten", new, old);
	}
}
