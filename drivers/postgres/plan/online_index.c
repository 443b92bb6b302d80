// SPDX-License-Identifier: MIT
/* Indexes of large tables, made and dropped beside writers. */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/online.h"
#include "drivers/postgres/print/print.h"

static bool
is_partitioned(const struct sfs_object *table)
{
	return table->id.kind == SFS_TABLE && sfs_object_has(table, SFS_TABLE_PARTITION_KEY);
}

static bool
is_part(const struct sfs_object *index)
{
	return sfs_object_has(index, SFS_INDEX_INHERITED) ||
	       sfs_object_has(index, SFS_INDEX_ATTACHED);
}

/* Whether all columns that it stands on stay as they are: then it can stay until the new one is there. */
static bool
stands_firm(const struct pg_planner *planner, const struct sfs_object *object)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, object);

	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *state = planner->by_from[uses.items[i]->index];

		if (state && (state->gone || state->retyped)) {
			return false;
		}
	}
	return true;
}

/* Whether the old one is dropped when the new one has been made under another name. */
bool
pg_online_is_swapped(struct pg_planner *planner, const struct pg_state *state)
{
	return state->from && state->gone && state->made &&
	       sfs_streq(state->from->id.name, state->to->id.name) &&
	       stands_firm(planner, state->from);
}

static void
write_name(struct sfs_str *out, const struct sfs_object *index, const char *name)
{
	pg_qualified(out, index->id.namespace, name ? name : index->id.name);
}

/* ---- making ---- */

void
pg_online_add_outside(struct pg_planner *planner, const struct sfs_object *object, const char *sql,
	const char *made)
{
	struct sfs_step *step = pg_online_add(planner, object, NULL, sql);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	pg_online_outside(step);
	if (made) {
		write_name(&name, object, made);
		step->undo = sfs_arena_printf(planner->plan->arena,
			"DROP INDEX CONCURRENTLY IF EXISTS %s", sfs_str_text(&name));
	}
}

/* Makes the index under a name that may be another than its own. */
static void
add_index(struct pg_planner *planner, const struct sfs_object *index, const char *name)
{
	struct sfs_object *named = pg_copy(planner, index);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	named->id.name = name;
	pg_write_index(&sql, named, PG_INDEX_CONCURRENTLY);
	pg_online_add_outside(planner, index, sfs_str_text(&sql), name);
}

static void
add_drop(struct pg_planner *planner, const struct sfs_object *index)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "DROP INDEX CONCURRENTLY ");
	write_name(&sql, index, NULL);
	pg_online_add_outside(planner, index, sfs_str_text(&sql), NULL);
}

bool
pg_online_fits_index(struct pg_planner *planner, const struct pg_state *state)
{
	return !is_part(state->to) && !sfs_object_has(state->to, SFS_INDEX_INVALID) &&
	       !is_partitioned(state->to->owner) && pg_online_table(planner, state);
}

/* What CREATE INDEX is followed by: statistics, comments. */
void
pg_online_rest(struct pg_planner *planner, const struct pg_state *state)
{
	struct pg_node node = { (struct pg_state *)state, PG_CREATE, 0 };
	struct sfs_plan *plan = planner->plan;
	size_t first = plan->steps.len;

	pg_emit(planner, &node);
	memmove(&plan->steps.items[first], &plan->steps.items[first + 1],
		(plan->steps.len - first - 1) * sizeof *plan->steps.items);
	plan->steps.len--;
}

/* Whether an index that is there is, but for its name, the one that shall be. */
static bool
is_same_index(const struct sfs_object *index, const struct sfs_object *wanted)
{
	const struct sfs_kind_info *info = sfs_kind_info(SFS_INDEX);

	for (size_t i = 0; i < info->n_attributes; i++) {
		/* What is stated afterwards. */
		bool rest = i == SFS_ATTR_COMMENT || i == SFS_INDEX_STATISTICS;

		if (!rest && !(info->attributes[i].flags & SFS_ATTR_INFORMATIVE) &&
			sfs_attribute_differs(index, wanted, (int)i)) {
			return false;
		}
	}
	return true;
}

/* What a plan that was broken off has built to take the place of an index, or of a key's; or NULL. */
const struct sfs_object *
pg_online_successor(struct pg_planner *planner, const struct sfs_object *wanted)
{
	const struct sfs_object *table = planner->diff->origin[wanted->owner->index];
	const struct sfs_object *index =
		table ? sfs_object_part(table, SFS_INDEX, pg_online_name(planner, "new", wanted))
		      : NULL;

	if (!index || !stands_firm(planner, index)) {
		return NULL;
	}
	return (wanted->id.kind == SFS_INDEX ? is_same_index(index, wanted)
					     : pg_online_is_ready_for(index, wanted))
		       ? index
		       : NULL;
}

void
pg_online_index(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	const char *name = pg_online_name(planner, "new", state->to);
	bool built = pg_online_successor(planner, state->to),
	     swapped = pg_online_is_swapped(planner, state);

	if (!swapped && !built) {
		add_index(planner, state->to, state->to->id.name);
		pg_online_rest(planner, state);
		return;
	}
	if (!built) {
		add_index(planner, state->to, name);
	}
	if (swapped) {
		add_drop(planner, state->to);
	}
	sfs_str_add(&sql, "ALTER INDEX ");
	write_name(&sql, state->to, name);
	sfs_str_add(&sql, " RENAME TO ");
	pg_name(&sql, state->to->id.name);
	(void)pg_online_add(planner, state->to, "SHARE UPDATE EXCLUSIVE", sfs_str_text(&sql));
	pg_online_rest(planner, state);
}

/* ---- dropping ---- */

bool
pg_online_fits_drop_index(struct pg_planner *planner, const struct pg_state *state)
{
	return !is_part(state->from) && !is_partitioned(state->from->owner) &&
	       stands_firm(planner, state->from) && pg_online_table(planner, state);
}

/* Whether an index or a key that is made takes over this one, which a former plan has built for it. */
static bool
takes_over(
	struct pg_planner *planner, const struct sfs_object *index, const struct sfs_object *part)
{
	const struct pg_state *state = planner->by_to[part->index];

	if (!state || !state->made) {
		return false;
	}
	if (part->id.kind == SFS_INDEX) {
		return pg_online_fits_index(planner, state) &&
		       pg_online_successor(planner, part) == index;
	}
	if (part->id.kind != SFS_CONSTRAINT || !pg_online_fits_key(planner, state)) {
		return false;
	}
	return pg_online_successor(planner, part) == index ||
	       (sfs_streq(part->id.name, index->id.name) && pg_online_is_ready_for(index, part));
}

bool
pg_online_fits_taken(struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *table = planner->diff->counterpart[state->from->owner->index];
	const struct sfs_object *part;

	if (!table || !pg_online_fits_drop_index(planner, state)) {
		return false;
	}
	sfs_parts_foreach (part, table) {
		if (takes_over(planner, state->from, part)) {
			return true;
		}
	}
	return false;
}

void
pg_online_drop_index(struct pg_planner *planner, const struct pg_state *state)
{
	if (pg_online_is_swapped(planner, state) && pg_online_fits_index(planner, state)) {
		return;
	}
	add_drop(planner, pg_by_new_name(planner, state->from));
}

/* ---- indexes of partitioned tables ---- */

/* Visits the parts that an index has, or shall have, in partitions; false when one visit says so. */
static bool
each_part(struct pg_planner *planner, const struct sfs_object *parent,
	bool (*visit)(struct pg_planner *planner, const struct sfs_object *parent,
		const struct sfs_object *part))
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->to, parent->owner);
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	write_name(&name, parent, NULL);
	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *part, *table = users.items[i];

		if (table->id.kind != SFS_TABLE || !sfs_object_has(table, SFS_TABLE_PARTITION_OF)) {
			continue;
		}
		sfs_parts_foreach (part, table) {
			if (part->id.kind == SFS_INDEX &&
				sfs_streq(sfs_object_get(part, SFS_INDEX_INHERITED),
					sfs_str_text(&name)) &&
				!visit(planner, parent, part)) {
				return false;
			}
		}
	}
	return true;
}

/* A partition that is made or moved by this plan gets its part by that. */
static bool
is_at_rest(
	struct pg_planner *planner, const struct sfs_object *parent, const struct sfs_object *part)
{
	const struct pg_state *table = planner->by_to[part->owner->index];

	(void)parent;
	return planner->diff->origin[part->owner->index] &&
	       !(table && (table->made || table->gone || pg_joins(table))) &&
	       (!is_partitioned(part->owner) || each_part(planner, part, is_at_rest));
}

bool
pg_online_fits_parts(struct pg_planner *planner, const struct pg_state *state)
{
	return !is_part(state->to) && !sfs_object_has(state->to, SFS_INDEX_INVALID) &&
	       is_partitioned(state->to->owner) && each_part(planner, state->to, is_at_rest) &&
	       pg_online_table(planner, state);
}

static bool
lacks_parts(const struct pg_state *state)
{
	return !state->gone && !state->made && state->attributes & PG_BIT(SFS_INDEX_INVALID) &&
	       is_partitioned(state->to->owner);
}

/*
 * Those that it lacks are made whatever the size: no other statement does so. One that is a part itself gets
 * them with those of the whole.
 */
bool
pg_online_fits_more_parts(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->to, state->to);

	for (size_t i = 0; i < uses.len && is_part(state->to); i++) {
		const struct pg_state *whole = planner->by_to[uses.items[i]->index];

		if (whole && uses.items[i]->id.kind == SFS_INDEX && lacks_parts(whole)) {
			return false;
		}
	}
	return lacks_parts(state);
}

/* The part as it is there now, whether or not it is attached; NULL: it has to be made. */
static const struct sfs_object *
present_part(const struct pg_planner *planner, const struct sfs_object *part)
{
	const struct sfs_object *from = planner->diff->origin[part->index];
	const struct pg_state *state = from ? planner->by_from[from->index] : NULL;

	return state && state->gone ? NULL : from;
}

static void
make_part(struct pg_planner *planner, const struct sfs_object *part)
{
	const struct sfs_object *table = planner->diff->origin[part->owner->index];
	bool whole = is_partitioned(part->owner);
	int64_t limit = planner->db ? planner->db->base.online_above : SFS_ONLINE_NEVER;
	struct sfs_object *alone = pg_copy(planner, part);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (!whole && limit != SFS_ONLINE_NEVER &&
		(!limit || pg_is_larger(planner, table, limit))) {
		add_index(planner, alone, part->id.name);
		return;
	}
	pg_write_index(&sql, alone, whole ? PG_INDEX_ONLY : PG_INDEX_PLAIN);
	(void)pg_online_add(planner, part, "SHARE", sfs_str_text(&sql));
}

static bool
add_part(struct pg_planner *planner, const struct sfs_object *parent, const struct sfs_object *part)
{
	const struct sfs_object *present = present_part(planner, part);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (!planner->diff->origin[part->owner->index]) {
		return true;
	}
	if (!present) {
		make_part(planner, part);
	}
	if (is_partitioned(part->owner)) {
		(void)each_part(planner, part, add_part);
	}
	if (!present || !is_part(present)) {
		sfs_str_add(&sql, "ALTER INDEX ");
		write_name(&sql, parent, NULL);
		sfs_str_add(&sql, " ATTACH PARTITION ");
		write_name(&sql, part, NULL);
		(void)pg_online_add(planner, part, "ACCESS EXCLUSIVE", sfs_str_text(&sql));
	}
	return true;
}

void
pg_online_parts(struct pg_planner *planner, const struct pg_state *state)
{
	struct pg_node node = { (struct pg_state *)state, PG_ALTER, 0 };

	if (state->made) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		pg_write_index(&sql, state->to, PG_INDEX_ONLY);
		(void)pg_online_add(planner, state->to, "SHARE", sfs_str_text(&sql));
	}
	(void)each_part(planner, state->to, add_part);
	if (state->made) {
		pg_online_rest(planner, state);
	} else {
		pg_emit(planner, &node);
	}
}
