// SPDX-License-Identifier: MIT
/* What happens to values under a change: how columns convert them, where sequences go on. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/plan/planner.h"

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

/* The type that the column has, if that was made anew under its name; NULL: none. */
static const struct pg_state *
renewed_type(const struct pg_planner *planner, const struct sfs_change *change)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, change->from);
	const char *type = sfs_object_get(change->to, SFS_COLUMN_TYPE);

	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *state = planner->by_from[uses.items[i]->index];
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

		if (state && state->aside && state->to && uses.items[i]->id.kind == SFS_TYPE) {
			pg_qualified(&name, state->to->id.namespace, state->to->id.name);
			if (strcmp(sfs_str_text(&name), type) == 0) {
				return state;
			}
		}
	}
	return NULL;
}

/* "(c).p", with a cast where the attribute's type differs; NULL where there was none. */
static void
write_field(struct sfs_str *out, const char *column, const struct sfs_object *from,
	const struct sfs_object *to)
{
	const char *type = sfs_object_get(to, SFS_TYPE_ATTRIBUTE_TYPE);
	const struct sfs_object *old = sfs_object_part(from, SFS_TYPE_ATTRIBUTE, to->id.name);

	if (!old) {
		sfs_str_add(out, "NULL");
		return;
	}
	enum pg_cast cast = pg_cast_between(sfs_object_get(old, SFS_TYPE_ATTRIBUTE_TYPE), type);

	sfs_str_addf(out, "(%s).", column);
	pg_name(out, to->id.name);
	if (cast >= PG_CAST_DIRECT) {
		sfs_str_addf(out, "%s::%s", cast == PG_CAST_TEXT ? "::text" : "", type);
	}
}

const char *
pg_conversion(struct pg_planner *planner, const struct sfs_change *change)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT, column sfs_auto(str) = SFS_STR_INIT;
	const struct pg_state *type = NULL;
	const struct sfs_object *attribute;
	const char *separator = "";

	if (change->to->id.kind == SFS_COLUMN && pg_differs(change, SFS_COLUMN_TYPE)) {
		type = renewed_type(planner, change);
	}
	if (!type || !sfs_streq(sfs_object_get(type->to, SFS_TYPE_VARIANT), "composite")) {
		return NULL;
	}
	pg_name(&column, change->to->id.name);
	sfs_str_addf(&text, "CASE WHEN %s IS DISTINCT FROM NULL THEN ROW(", sfs_str_text(&column));
	sfs_parts_foreach (attribute, type->to) {
		sfs_str_add(&text, separator);
		write_field(&text, sfs_str_text(&column), type->from, attribute);
		separator = ", ";
	}
	sfs_str_addf(&text, ")::%s END", sfs_object_get(change->to, SFS_COLUMN_TYPE));
	return sfs_arena_strdup(planner->arena, sfs_str_text(&text));
}
