// SPDX-License-Identifier: MIT
/* Which table, and which column, is which. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "drivers/sqlite/planner.h"

const struct sfs_object *
lite_part(const struct sfs_object *table, enum sfs_kind kind, const char *name)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, table) {
		if (part->id.kind == kind && strcasecmp(part->id.name, name) == 0) {
			return part;
		}
	}
	return NULL;
}

/* ---- tables ---- */

static struct lite_pair *
pair_at(const struct lite_planner *planner, size_t index)
{
	return index ? &planner->pairs.items[index - 1] : NULL;
}

struct lite_pair *
lite_pair_of_to(const struct lite_planner *planner, const struct sfs_object *to)
{
	return pair_at(planner, planner->pair_to[to->index]);
}

struct lite_pair *
lite_pair_of_from(const struct lite_planner *planner, const struct sfs_object *from)
{
	return pair_at(planner, planner->pair_from[from->index]);
}

static struct lite_pair *
add_pair(struct lite_planner *planner, const struct sfs_object *from, const struct sfs_object *to)
{
	size_t index = from ? planner->pair_from[from->index] : planner->pair_to[to->index];

	if (index) {
		return pair_at(planner, index);
	}
	sfs_vec_push(&planner->pairs, (struct lite_pair){ .from = from, .to = to });
	index = planner->pairs.len;
	if (from) {
		planner->pair_from[from->index] = index;
	}
	if (to) {
		planner->pair_to[to->index] = index;
	}
	return pair_at(planner, index);
}

static void
take_change(struct lite_planner *planner, const struct sfs_change *change)
{
	const struct sfs_diff *diff = planner->diff;
	const struct sfs_object *from = change->from ? sfs_object_filed(change->from) : NULL;
	const struct sfs_object *to = change->to ? sfs_object_filed(change->to) : NULL;
	const struct sfs_object *any = change->to ? change->to : change->from;

	if (change->from) {
		planner->change_from[change->from->index] = change;
	}
	if (change->to) {
		planner->change_to[change->to->index] = change;
	}
	if (sfs_object_filed(any)->id.kind != SFS_TABLE) {
		return;
	}
	if (!from) {
		from = diff->origin[to->index];
	}
	if (!to) {
		to = diff->counterpart[from->index];
	}
	struct lite_pair *pair = add_pair(planner, from, to);
	/* No text was read for it: SQLite itself follows in it what is renamed. */
	bool follows = to && to->follows;
	pair->touched = pair->touched || (!follows && (any->id.kind == SFS_COLUMN ||
							      any->id.kind == SFS_CONSTRAINT ||
							      any->id.kind == SFS_TABLE));
}

/*
 * To SQLite `Users` and `users` are one table, to the diff a drop and a create: join them. The pair
 * of the created one is given up.
 */
static void
join_by_case(struct lite_planner *planner)
{
	for (size_t i = 0; i < planner->pairs.len; i++) {
		struct lite_pair *dropped = &planner->pairs.items[i];

		if (dropped->to) {
			continue;
		}
		for (size_t k = 0; k < planner->pairs.len; k++) {
			struct lite_pair *created = &planner->pairs.items[k];

			if (!created->from && created->to &&
				strcasecmp(created->to->id.name, dropped->from->id.name) == 0) {
				dropped->to = created->to;
				planner->pair_to[created->to->index] = i + 1;
				*created = (struct lite_pair){ 0 };
				break;
			}
		}
	}
}

void
lite_pairs_find(struct lite_planner *planner)
{
	const struct sfs_diff *diff = planner->diff;
	size_t n_from = diff->from->objects.len + 1, n_to = diff->to->objects.len + 1;

	planner->change_from = sfs_alloc(n_from * sizeof *planner->change_from);
	planner->change_to = sfs_alloc(n_to * sizeof *planner->change_to);
	planner->pair_from = sfs_alloc(n_from * sizeof *planner->pair_from);
	planner->pair_to = sfs_alloc(n_to * sizeof *planner->pair_to);
	sfs_vec_foreach (change, &diff->changes) {
		take_change(planner, change);
	}
	join_by_case(planner);
	sfs_vec_foreach (pair, &planner->pairs) {
		if (pair->from && pair->to) {
			pair->replaced = pair->touched &&
					 (sfs_object_has(pair->from, SFS_TABLE_VIRTUAL) ||
						 sfs_object_has(pair->to, SFS_TABLE_VIRTUAL)) &&
					 !lite_tables_equal(pair->from, pair->to);
		}
	}
}

/* ---- columns ---- */

const struct sfs_object *
lite_column_origin(const struct lite_planner *planner, const struct lite_pair *pair,
	const struct sfs_object *column)
{
	const struct sfs_object *origin = planner->diff->origin[column->index];

	if (origin || !pair->from) {
		return origin;
	}
	origin = lite_part(pair->from, SFS_COLUMN, column->id.name);
	return origin && !planner->diff->counterpart[origin->index] ? origin : NULL;
}

/* ---- equality ---- */

static bool
parts_equal(const struct sfs_object *a, const struct sfs_object *b)
{
	const struct sfs_kind_info *info = sfs_kind_info(a->id.kind);

	for (size_t i = 0; i < info->n_attributes; i++) {
		if (!(info->attributes[i].flags & SFS_ATTR_INFORMATIVE) &&
			sfs_attribute_differs(a, b, (int)i)) {
			return false;
		}
	}
	return true;
}

static size_t
count_parts(const struct sfs_object *table)
{
	const struct sfs_object *part;
	size_t n = 0;

	sfs_parts_foreach (part, table) {
		n += part->id.kind != SFS_INDEX;
	}
	return n;
}

bool
lite_tables_equal(const struct sfs_object *a, const struct sfs_object *b)
{
	const struct sfs_object *part;

	if (!parts_equal(a, b) || count_parts(a) != count_parts(b)) {
		return false;
	}
	sfs_parts_foreach (part, b) {
		const struct sfs_object *other =
			part->id.kind == SFS_INDEX
				? part
				: sfs_object_part(a, part->id.kind, part->id.name);

		if (!other || !parts_equal(other, part)) {
			return false;
		}
	}
	return true;
}
