// SPDX-License-Identifier: MIT
/* A range has a multirange, and functions that make both, whose names do not follow its own. */
#include <string.h>

#include "drivers/postgres/plan/planner.h"

/* The name that the server gives to the multirange of a range of that name. */
static const char *
usual_multirange(struct sfs_arena *arena, const char *name)
{
	const char *range = strstr(name, "range");

	return range ? sfs_arena_printf(arena, "%.*smulti%s", (int)(range - name), name, range)
		     : sfs_arena_printf(arena, "%s_multirange", name);
}

/* What the multirange of a range is called, when that was said. */
static bool
said_multirange(const struct pg_list *options, struct sfs_str *out)
{
	static const char word[] = "MULTIRANGE_TYPE_NAME = ";

	sfs_vec_foreach (option, options) {
		if (sfs_starts_with(*option, word)) {
			sfs_str_add(out, *option + sizeof word - 1);
		}
	}
	return out->len > 0;
}

static void
rename_constructors(struct pg_writer *writer, const struct sfs_object *type, const char *name,
	const char *const *arguments, const char *new)
{
	for (; *arguments; arguments++) {
		(void)sfs_plan_addf(writer->plan, type, "ALTER FUNCTION %s(%s) RENAME TO %s", name,
			*arguments, new);
	}
}

/* The multirange that goes with a range, and what makes it. */
static void
release_multirange(struct pg_planner *planner, struct pg_writer *writer,
	const struct sfs_object *type, const struct pg_list *options, const char *name)
{
	struct sfs_str multi sfs_auto(str) = SFS_STR_INIT, aside sfs_auto(str) = SFS_STR_INIT;
	struct sfs_str old sfs_auto(str) = SFS_STR_INIT;

	if (!said_multirange(options, &multi)) {
		pg_qualified(&multi, type->id.namespace,
			usual_multirange(planner->arena, type->id.name));
	}
	pg_qualified(&aside, type->id.namespace, name);
	pg_name(&old, sfs_arena_printf(planner->arena, "%s_multi", name));
	const char *const ranges[] = { "", sfs_str_text(&aside),
		sfs_arena_printf(planner->arena, "VARIADIC %s[]", sfs_str_text(&aside)), NULL };

	rename_constructors(writer, type, sfs_str_text(&multi), ranges, sfs_str_text(&old));
	(void)sfs_plan_addf(writer->plan, type, "ALTER TYPE %s RENAME TO %s", sfs_str_text(&multi),
		sfs_str_text(&old));
}

static bool
is_range(const struct sfs_object *type)
{
	return type->id.kind == SFS_TYPE &&
	       sfs_streq(sfs_object_get(type, SFS_TYPE_VARIANT), "range");
}

static const char *
subtype_of(const struct pg_list *options)
{
	static const char word[] = "SUBTYPE = ";
	const char *subtype = "";

	sfs_vec_foreach (option, options) {
		subtype = sfs_starts_with(*option, word) ? *option + sizeof word - 1 : subtype;
	}
	return subtype;
}

/* Whether what the range is made of steps aside before it: its successor takes what has that name then. */
static bool
has_subtype_aside(const struct pg_planner *planner, const struct sfs_object *type)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, type);

	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *state = planner->by_from[uses.items[i]->index];
		enum sfs_kind kind = uses.items[i]->id.kind;

		if (state && state->aside && (kind == SFS_TYPE || kind == SFS_DOMAIN)) {
			return true;
		}
	}
	return false;
}

/* Multiranges are there since 14. */
static bool
has_multirange(const struct pg_planner *planner)
{
	return !planner->db || planner->db->version >= 140000;
}

void
pg_range_release(struct pg_planner *planner, struct pg_writer *writer,
	const struct sfs_object *type, const char *name)
{
	struct pg_list options sfs_auto(pg_list) = { 0 };
	struct sfs_str own sfs_auto(str) = SFS_STR_INIT, old sfs_auto(str) = SFS_STR_INIT;

	if (!is_range(type)) {
		return;
	}
	pg_list_split(sfs_object_get(type, SFS_TYPE_DEFINITION), &options);
	const char *subtype = pg_rewritten(planner, subtype_of(&options));
	pg_qualified(&own, type->id.namespace, type->id.name);
	pg_name(&old, name);
	const char *const bounds[] = { sfs_arena_printf(planner->arena, "%s, %s", subtype, subtype),
		sfs_arena_printf(planner->arena, "%s, %s, text", subtype, subtype), NULL };

	if (!has_subtype_aside(planner, type)) {
		rename_constructors(writer, type, sfs_str_text(&own), bounds, sfs_str_text(&old));
	}
	if (has_multirange(planner)) {
		release_multirange(planner, writer, type, &options, name);
	}
}

/* ---- a range that gets another name, or place ---- */

/* Moves "FUNCTION" or "TYPE" of that name; `arguments` is what stands behind the name. */
static void
follow(struct pg_writer *writer, const struct sfs_change *change, const char *what,
	const char *name, const char *new, const char *arguments)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (!sfs_streq(change->from->id.namespace, change->to->id.namespace)) {
		sfs_str_addf(&sql, "ALTER %s ", what);
		pg_qualified(&sql, change->from->id.namespace, name);
		sfs_str_addf(&sql, "%s SET SCHEMA ", arguments);
		pg_name(&sql, change->to->id.namespace);
		(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
		sfs_str_truncate(&sql, 0);
	}
	if (strcmp(name, new) != 0) {
		sfs_str_addf(&sql, "ALTER %s ", what);
		pg_qualified(&sql, change->to->id.namespace, name);
		sfs_str_addf(&sql, "%s RENAME TO ", arguments);
		pg_name(&sql, new);
		(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
	}
}

static void
multirange_follows(struct pg_planner *planner, struct pg_writer *writer,
	const struct sfs_change *change, const struct sfs_object *old)
{
	const char *name = usual_multirange(planner->arena, old->id.name);
	const char *new = usual_multirange(planner->arena, change->to->id.name);
	struct sfs_str range sfs_auto(str) = SFS_STR_INIT;

	pg_qualified(&range, change->to->id.namespace, change->to->id.name);
	follow(writer, change, "FUNCTION", name, new, "()");
	follow(writer, change, "FUNCTION", name, new,
		sfs_arena_printf(planner->arena, "(%s)", sfs_str_text(&range)));
	follow(writer, change, "FUNCTION", name, new,
		sfs_arena_printf(planner->arena, "(VARIADIC %s[])", sfs_str_text(&range)));
	follow(writer, change, "TYPE", name, new, "");
}

void
pg_range_follow(struct pg_planner *planner, struct pg_writer *writer,
	const struct sfs_change *change, const struct sfs_object *now)
{
	struct sfs_change rest = *change;
	struct pg_list old sfs_auto(pg_list) = { 0 }, new sfs_auto(pg_list) = { 0 };
	struct sfs_str said sfs_auto(str) = SFS_STR_INIT;

	if (!is_range(change->from) || !is_range(change->to)) {
		return;
	}
	pg_list_split(sfs_object_get(change->from, SFS_TYPE_DEFINITION), &old);
	pg_list_split(sfs_object_get(change->to, SFS_TYPE_DEFINITION), &new);
	const char *subtype = pg_rewritten(planner, subtype_of(&old));

	rest.from = now;
	follow(writer, &rest, "FUNCTION", now->id.name, change->to->id.name,
		sfs_arena_printf(planner->arena, "(%s, %s)", subtype, subtype));
	follow(writer, &rest, "FUNCTION", now->id.name, change->to->id.name,
		sfs_arena_printf(planner->arena, "(%s, %s, text)", subtype, subtype));
	if (has_multirange(planner) && !said_multirange(&old, &said) &&
		!said_multirange(&new, &said)) {
		multirange_follows(planner, writer, &rest, now);
	}
}
