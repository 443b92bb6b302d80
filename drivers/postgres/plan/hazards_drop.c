// SPDX-License-Identifier: MIT
/* What is lost when something is dropped, and who misses it. */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/rows.h"

/* Of the rows of a partition that goes, those that other partitions have taken are not lost. */
static bool
keeps_rows(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *rows = state->from;
	int64_t moved, all;

	if (!pg_gives_rows_away(planner, state, &moved)) {
		return false;
	}
	all = pg_count_where(planner, rows, "true");
	if (moved < 0 || all != moved) {
		sfs_plan_hazard(planner->plan, 1, SFS_LOSS, rows,
			"is dropped with those of its %s that no new partition takes",
			pg_tell_rows(planner, rows));
	} else {
		sfs_plan_hazard(planner->plan, 39, SFS_WARN, rows,
			"is dropped when its %s have moved to other partitions",
			pg_tell_rows(planner, rows));
	}
	return true;
}

/* Rows of a table that becomes a partitioned one, and has no partition for them. */
static void
tell_homeless(struct pg_planner *planner, const struct pg_state *state)
{
	int64_t n = sfs_object_has(state->to, SFS_TABLE_PARTITION_KEY)
			    ? pg_count_homeless(planner, state->from, state->to)
			    : 0;

	if (n > 0) {
		sfs_plan_hazard(planner->plan, 39, SFS_WARN, state->to,
			"has no partition for %lld of the rows: the statement will fail",
			(long long)n);
	}
}

void
pg_hazard_drop_table(struct pg_planner *planner, const struct pg_state *state)
{
	if (keeps_rows(planner, state) || !pg_has_own_rows(planner, state->from)) {
		return;
	}
	if (state->aside) {
		sfs_plan_hazard(planner->plan, 32, SFS_WARN, state->from,
			"is made anew: its rows are copied while it is locked");
		tell_homeless(planner, state);
		pg_hazard_move_rows(planner, state);
	} else {
		sfs_plan_hazard(planner->plan, 1, SFS_LOSS, state->from, "is dropped with %s in it",
			pg_tell_rows(planner, state->from));
	}
}

void
pg_hazard_drop_foreign_table(struct pg_planner *planner, const struct pg_state *state)
{
	if (!state->made) {
		sfs_plan_hazard(planner->plan, 1, SFS_WARN, state->from,
			"is dropped; its rows stay on the other server");
	}
}

void
pg_hazard_drop_materialized_view(struct pg_planner *planner, const struct pg_state *state)
{
	if (!state->made && pg_has_own_rows(planner, state->from)) {
		sfs_plan_hazard(planner->plan, 1, SFS_LOSS, state->from, "is dropped with %s in it",
			pg_tell_rows(planner, state->from));
	} else if (state->made) {
		sfs_plan_hazard(planner->plan, 21, SFS_WARN, state->from,
			"is made anew: its query runs in the transaction");
	}
}

void
pg_hazard_drop_column(struct pg_planner *planner, const struct pg_state *state)
{
	const char *kind = sfs_object_get(state->from, SFS_COLUMN_GENERATED_KIND);

	if (sfs_streq(kind, "VIRTUAL") && state->made &&
		!sfs_object_has(state->to, SFS_COLUMN_GENERATED) &&
		pg_has_own_rows(planner, state->from->owner)) {
		sfs_plan_hazard(planner->plan, 2, SFS_LOSS, state->from,
			"is computed no more: what it shows now was never stored");
	}
	if (!sfs_object_has(state->from, SFS_COLUMN_GENERATED) &&
		state->from->owner->id.kind == SFS_TABLE && pg_has_values(planner, state->from)) {
		sfs_plan_hazard(planner->plan, 2, SFS_LOSS, state->from,
			"is dropped with values in %s",
			pg_tell_values(planner, state->from, false));
	}
}

/* An attribute of a composite type goes out of every value of it. */
void
pg_hazard_drop_type_attribute(struct pg_planner *planner, const struct pg_state *state)
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

void
pg_hazard_drop_sequence(struct pg_planner *planner, const struct pg_state *state)
{
	if (pg_was_called(planner, state->from)) {
		sfs_plan_hazard(planner->plan, 6, SFS_LOSS, state->from,
			"is dropped, and with it the number it has reached");
	}
}

void
pg_hazard_drop_index(struct pg_planner *planner, const struct pg_state *state)
{
	if (sfs_object_has(state->from, SFS_INDEX_INVALID)) {
		sfs_plan_hazard(planner->plan, 23, SFS_INFO, state->from,
			"is INVALID, was not built to its end: it is %s",
			state->made ? "built anew" : "dropped");
	} else if (pg_has_rows(planner, state->from->owner)) {
		sfs_plan_hazard(planner->plan, 21, SFS_WARN, state->from,
			"is dropped while its table is locked%s",
			pg_tell_index(planner, state->from));
	}
}

/* What an extension brought goes with it, and no file of the tree tells of that. */
void
pg_hazard_drop_extension(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_str tables sfs_auto(str) = SFS_STR_INIT;
	int64_t n;

	if (!pg_count_members(planner, state->from, &n, &tables)) {
		sfs_plan_hazard(planner->plan, 7, SFS_LOSS, state->from,
			"%s with all that belongs to it, tables and their rows among that",
			state->made ? "is made anew" : "is dropped");
	} else if (tables.len) {
		sfs_plan_hazard(planner->plan, 7, SFS_LOSS, state->from,
			"%s with the %lld objects that belong to it; there are rows in %s",
			state->made ? "is made anew" : "is dropped", (long long)n,
			sfs_str_text(&tables));
	} else {
		sfs_plan_hazard(planner->plan, 7, SFS_WARN, state->from,
			"%s with the %lld objects that belong to it",
			state->made ? "is made anew" : "is dropped", (long long)n);
	}
}

/* ---- whatever it is ---- */

/* The file of a thing that goes, or is made anew, because of another one. */
static const struct sfs_object *
victim(const struct pg_planner *planner, const struct pg_state *state,
	const struct sfs_object *user, bool *ret_back)
{
	const struct pg_state *theirs = planner->by_from[user->index];
	const struct sfs_object *file = sfs_object_filed(user);

	if (!theirs || !theirs->gone || file == sfs_object_filed(state->from)) {
		return NULL;
	}
	*ret_back = theirs->made;
	return user->owner && theirs->made ? user : theirs->from;
}

struct victims {
	SFS_VEC(const struct sfs_object *) items;
	size_t lost; /* do not come back */
};

static void
add_victims(const struct pg_planner *planner, const struct pg_state *state,
	const struct sfs_object *object, struct victims *victims)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, object);

	for (size_t i = 0; i < users.len; i++) {
		bool back = true, known = false;
		const struct sfs_object *found = victim(planner, state, users.items[i], &back);

		sfs_vec_foreach (item, &victims->items) {
			known |= *item == found;
		}
		if (found && !known) {
			sfs_vec_push(&victims->items, found);
			victims->lost += !back;
		}
	}
}

/* H04: what CASCADE would take along is named, since the plan sees to each by itself. */
static void
tell_victims(struct pg_planner *planner, const struct pg_state *state)
{
	enum { NAMED = 5 };
	struct victims victims = { 0 };
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_object *part;

	add_victims(planner, state, state->from, &victims);
	sfs_parts_foreach (part, state->from) {
		add_victims(planner, state, part, &victims);
	}
	for (size_t i = 0; i < victims.items.len; i++) {
		if (i < NAMED) {
			sfs_str_separate(&names, ", ");
			sfs_identity_describe(&victims.items.items[i]->id, &names);
		} else if (i == NAMED) {
			sfs_str_addf(&names, " and %zu more", victims.items.len - NAMED);
		}
	}
	if (victims.lost) {
		sfs_plan_hazard(planner->plan, 4, SFS_WARN, state->from,
			"goes, and so does what depends on it: %s", sfs_str_text(&names));
	} else if (victims.items.len) {
		sfs_plan_hazard(planner->plan, 4, SFS_INFO, state->from,
			"goes for a while, and what depends on it is made anew: %s",
			sfs_str_text(&names));
	}
	sfs_vec_finish(&victims.items);
}

/* Kinds that programs use by their names. */
static bool
has_readers(const struct sfs_object *object)
{
	switch ((int)object->id.kind) {
	case SFS_TABLE:
	case SFS_FOREIGN_TABLE:
	case SFS_VIEW:
	case SFS_MATERIALIZED_VIEW:
	case SFS_COLUMN:
	case SFS_SEQUENCE:
	case SFS_FUNCTION:
	case SFS_PROCEDURE:
	case SFS_AGGREGATE:
	case SFS_TYPE:
	case SFS_DOMAIN:
	case SFS_NAMESPACE:
		return true;
	default:
		return false;
	}
}

void
pg_hazard_drop_any(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT;

	if (state->aside) {
		return; /* its place is taken before it goes */
	}
	tell_victims(planner, state);
	if (state->made || !has_readers(state->from)) {
		return;
	}
	if (pg_named_in_bodies(planner, state->from, &names)) {
		sfs_plan_hazard(planner->plan, 61, SFS_WARN, state->from,
			"goes, and is still named by %s", sfs_str_text(&names));
	} else {
		sfs_plan_hazard(planner->plan, 61, SFS_INFO, state->from,
			"goes: first let no program that runs use it any more");
	}
}
