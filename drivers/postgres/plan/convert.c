// SPDX-License-Identifier: MIT
/* What happens to values under a change: how columns convert them, where sequences go on. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/plan/rows.h"

/* ---- sequences whose new bounds leave out where they stand ---- */

static int64_t
bound(const char *options, const char *words, int64_t otherwise)
{
	const char *at = options ? strstr(options, words) : NULL;

	return at ? strtoll(at + strlen(words), NULL, 10) : otherwise;
}

/* The options of an identity column, or those of a sequence in the same words. */
static const char *
sequence_options(struct pg_planner *planner, const struct sfs_object *object)
{
	static const struct {
		int attribute;
		const char *words;
	} options[] = {
		{ SFS_SEQUENCE_START, " START WITH " },
		{ SFS_SEQUENCE_INCREMENT, " INCREMENT BY " },
		{ SFS_SEQUENCE_MINIMUM, " MINVALUE " },
		{ SFS_SEQUENCE_MAXIMUM, " MAXVALUE " },
	};
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	if (object->id.kind == SFS_COLUMN) {
		const char *identity = sfs_object_get(object, SFS_COLUMN_IDENTITY_OPTIONS);

		return identity ? sfs_arena_printf(planner->arena, " %s", identity) : "";
	}
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		const char *value = sfs_object_get(object, options[i].attribute);

		if (value) {
			sfs_str_addf(&text, "%s%s", options[i].words, value);
		}
	}
	return sfs_arena_strdup(planner->arena, sfs_str_text(&text));
}

bool
pg_must_restart(struct pg_planner *planner, const struct sfs_change *change)
{
	const struct sfs_object *to = change->to;
	bool column = to->id.kind == SFS_COLUMN;

	if (!(column ? sfs_object_has(change->from, SFS_COLUMN_IDENTITY) &&
				    sfs_object_has(to, SFS_COLUMN_IDENTITY)
		     : to->id.kind == SFS_SEQUENCE)) {
		return false;
	}
	const char *old = sequence_options(planner, change->from);
	const char *new = sequence_options(planner, to);
	bool down = bound(new, " INCREMENT BY ", 1) < 0;
	int64_t least = bound(new, " MINVALUE ", down ? INT64_MIN : 1);
	int64_t most = bound(new, " MAXVALUE ", down ? -1 : INT64_MAX);
	int64_t at;

	if (strcmp(old, new) == 0) {
		return false;
	}
	if (!pg_last_value(planner, change->from, &at)) {
		at = bound(old, " START WITH ",
			bound(old, " INCREMENT BY ", 1) < 0 ? bound(old, " MAXVALUE ", -1)
							    : bound(old, " MINVALUE ", 1));
	}
	return at < least || at > most;
}

/* ---- columns of a composite type that was made anew ---- */

/* Whether a type is written as that name, or as an array of it. */
static bool
is_called(const char *type, const struct sfs_object *object, bool *ret_array)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	pg_qualified(&name, object->id.namespace, object->id.name);
	*ret_array = sfs_starts_with(type, sfs_str_text(&name)) && type[name.len] == '[';
	return *ret_array || strcmp(type, sfs_str_text(&name)) == 0;
}

/* The type that the column or attribute has, if that was made anew under its name; NULL: none. */
static const struct pg_state *
renewed_type(const struct pg_planner *planner, const struct sfs_object *user, const char *type,
	bool *ret_array)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, user);

	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *state = planner->by_from[uses.items[i]->index];
		enum sfs_kind kind = uses.items[i]->id.kind;

		if (state && state->aside && state->to && kind != SFS_COLLATION &&
			is_called(type, state->to, ret_array)) {
			return state;
		}
	}
	return NULL;
}

/* Of a composite type, or of the rows of a table or view. */
static bool
is_composite(const struct pg_state *type)
{
	return type->to->id.kind == SFS_TABLE || type->to->id.kind == SFS_VIEW ||
	       sfs_streq(sfs_object_get(type->to, SFS_TYPE_VARIANT), "composite");
}

static void write_composite(struct pg_planner *planner, const struct pg_state *type,
	const char *value, const char *name, unsigned depth, struct sfs_str *out);

/* "(c).p", with a cast where the attribute's type differs; NULL where there was none. */
static void
write_field(struct pg_planner *planner, const struct pg_state *composite, const char *name,
	const char *value, unsigned depth, struct sfs_str *out)
{
	enum { MAX_DEPTH = 16 };
	enum sfs_kind kind = pg_field_kind(composite->to);
	const struct sfs_object *to = sfs_object_part(composite->to, kind, name);
	const char *former = NULL;
	const struct sfs_object *old =
		to ? pg_former_part(planner, composite->from, to, &former) : NULL;
	int what = kind == SFS_COLUMN ? SFS_COLUMN_TYPE : SFS_TYPE_ATTRIBUTE_TYPE;
	const char *type = to ? sfs_object_get(to, what) : NULL;
	struct sfs_str field sfs_auto(str) = SFS_STR_INIT;
	const struct pg_state *renewed;
	bool array = false;

	if (!old || !to) {
		sfs_str_add(out, "NULL");
		return;
	}
	sfs_str_addf(&field, "(%s).", value);
	pg_name(&field, former);
	renewed = renewed_type(planner, old, type, &array);
	if (renewed && !array && is_composite(renewed) && depth < MAX_DEPTH) {
		write_composite(planner, renewed, sfs_str_text(&field), type, depth + 1, out);
		return;
	}
	enum pg_cast cast =
		renewed ? PG_CAST_TEXT : pg_cast_between(sfs_object_get(old, what), type);

	if (cast >= PG_CAST_DIRECT) {
		pg_cast_write_value(out, sfs_str_text(&field), cast, type);
	} else {
		sfs_str_add(out, sfs_str_text(&field));
	}
}

static void
write_composite(struct pg_planner *planner, const struct pg_state *type, const char *value,
	const char *name, unsigned depth, struct sfs_str *out)
{
	struct pg_names order;
	const char *separator = "";

	/* A row is cast field by field, whatever they are called. */
	pg_column_order(planner, type->to, &order);
	sfs_str_addf(out, "CASE WHEN %s IS DISTINCT FROM NULL THEN ROW(", value);
	sfs_vec_foreach (field, &order) {
		sfs_str_add(out, separator);
		write_field(planner, type, *field, value, depth, out);
		separator = ", ";
	}
	sfs_vec_finish(&order);
	sfs_str_addf(out, ")::%s END", name);
}

const char *
pg_conversion(struct pg_planner *planner, const struct sfs_change *change)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT, column sfs_auto(str) = SFS_STR_INIT;
	const struct pg_state *type = NULL;
	bool array = false;

	if (change->to->id.kind == SFS_COLUMN && pg_differs(change, SFS_COLUMN_TYPE)) {
		type = renewed_type(
			planner, change->from, sfs_object_get(change->to, SFS_COLUMN_TYPE), &array);
	}
	if (!type || array || !is_composite(type)) {
		return NULL;
	}
	pg_name(&column, change->to->id.name);
	write_composite(planner, type, sfs_str_text(&column),
		sfs_object_get(change->to, SFS_COLUMN_TYPE), 0, &text);
	return sfs_arena_strdup(planner->arena, sfs_str_text(&text));
}
