// SPDX-License-Identifier: MIT
/* UNIQUE and PRIMARY KEY of large tables: they take over an index that was built beside writers. */
#include <string.h>

#include "drivers/postgres/plan/online.h"

static bool
is_partitioned(const struct sfs_object *table)
{
	return table->id.kind == SFS_TABLE && sfs_object_has(table, SFS_TABLE_PARTITION_KEY);
}

/* What stands between the type and the columns, in the first parentheses, and behind them. */
struct key_text {
	struct sfs_str before, columns, after;
};

static void
key_text_finish(struct key_text *text)
{
	sfs_str_finish(&text->before);
	sfs_str_finish(&text->columns);
	sfs_str_finish(&text->after);
}
SFS_DEFINE_AUTO_VALUE(key_text, struct key_text, key_text_finish)

/* False for what is no plain list of columns. */
static bool
cut_key(const struct sfs_object *key, struct key_text *ret_text)
{
	const char *text = sfs_object_get(key, SFS_CONSTRAINT_DEFINITION);
	const char *type = sfs_object_get(key, SFS_CONSTRAINT_TYPE);
	size_t start = strlen(type), depth = 0;
	struct sfs_str *out = &ret_text->before;
	struct sfs_lexer lexer;
	struct sfs_token token;

	if (!sfs_starts_with(text, type)) {
		return false;
	}
	sfs_lexer_init(&lexer, SFS_POSTGRES, text + start, strlen(text) - start);
	while (sfs_lexer_next(&lexer, &token)) {
		bool opens = sfs_token_is(lexer.text, &token, "(");
		bool closes = sfs_token_is(lexer.text, &token, ")");

		if (sfs_token_is(lexer.text, &token, "WITHOUT")) {
			return false; /* OVERLAPS: no index of this kind can be taken over */
		}
		if (opens && out == &ret_text->before) {
			out = &ret_text->columns;
			depth = 1;
			continue;
		}
		depth += opens;
		depth -= closes;
		if (closes && !depth && out == &ret_text->columns) {
			out = &ret_text->after;
			continue;
		}
		sfs_str_addn(out, lexer.text + token.offset, token.len);
	}
	return ret_text->columns.len > 0;
}

bool
pg_online_fits_key(struct pg_planner *planner, const struct pg_state *state)
{
	const char *type = sfs_object_get(state->to, SFS_CONSTRAINT_TYPE);
	struct key_text text sfs_auto(key_text) = { 0 };

	return (sfs_streq(type, "UNIQUE") || sfs_streq(type, "PRIMARY KEY")) &&
	       !sfs_object_has(state->to, SFS_CONSTRAINT_INHERITED) &&
	       !is_partitioned(state->to->owner) && cut_key(state->to, &text) &&
	       pg_online_table(planner, state);
}

bool
pg_online_fits_swap(struct pg_planner *planner, const struct pg_state *state)
{
	return state->to && state->made && pg_online_is_swapped(planner, state) &&
	       pg_online_fits_key(planner, state);
}

/* "NULLS NOT DISTINCT" stands before the columns of a key, and behind those of an index. */
static void
write_key_index(struct sfs_str *out, const struct sfs_object *key, const char *name)
{
	const char *options = sfs_object_get(key, SFS_CONSTRAINT_OPTIONS);
	const char *tablespace = sfs_object_get(key, SFS_CONSTRAINT_TABLESPACE);
	struct key_text text sfs_auto(key_text) = { 0 };

	(void)cut_key(key, &text);
	sfs_str_add(out, "CREATE UNIQUE INDEX CONCURRENTLY ");
	pg_name(out, name);
	sfs_str_add(out, " ON ");
	pg_qualified(out, key->id.namespace, key->owner->id.name);
	sfs_str_addf(out, " USING btree (%s)", sfs_str_text(&text.columns));
	sfs_str_add(out, sfs_str_text(&text.after));
	if (strcmp(sfs_str_text(&text.before), " ") != 0) {
		sfs_str_addf(out, "%s", sfs_str_text(&text.before));
	}
	if (options) {
		sfs_str_addf(out, " WITH (%s)", options);
	}
	if (tablespace) {
		sfs_str_addf(out, " TABLESPACE %s", tablespace);
	}
}

/* Whether an index that is there is the one that the key would get. */
bool
pg_online_is_ready_for(const struct sfs_object *index, const struct sfs_object *key)
{
	struct key_text text sfs_auto(key_text) = { 0 };

	return cut_key(key, &text) && sfs_object_has(index, SFS_INDEX_UNIQUE) &&
	       !sfs_object_has(index, SFS_INDEX_INVALID) &&
	       !sfs_object_has(index, SFS_INDEX_PREDICATE) && !text.after.len &&
	       !sfs_object_has(index, SFS_INDEX_INCLUDE) &&
	       !sfs_object_has(index, SFS_INDEX_NULLS_NOT_DISTINCT) &&
	       strcmp(sfs_str_text(&text.before), " ") == 0 &&
	       sfs_streq(sfs_object_get(index, SFS_INDEX_KEYS), sfs_str_text(&text.columns)) &&
	       sfs_streq(sfs_object_get(index, SFS_INDEX_OPTIONS),
		       sfs_object_get(key, SFS_CONSTRAINT_OPTIONS)) &&
	       sfs_streq(sfs_object_get(index, SFS_INDEX_TABLESPACE),
		       sfs_object_get(key, SFS_CONSTRAINT_TABLESPACE));
}

/* An index of the key's name that waits to become its. */
static bool
has_index(const struct pg_planner *planner, const struct sfs_object *key)
{
	const struct sfs_object *table = planner->diff->origin[key->owner->index];
	const struct sfs_object *index =
		table ? sfs_object_part(table, SFS_INDEX, key->id.name) : NULL;

	return index && pg_online_is_ready_for(index, key);
}

static void
add_key(struct pg_planner *planner, const struct pg_state *state, const char *index, bool swapped)
{
	const char *deferrable = sfs_object_get(state->to, SFS_CONSTRAINT_DEFERRABLE);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_alter_relation(&sql, state->to);
	if (swapped) {
		sfs_str_add(&sql, " DROP CONSTRAINT ");
		pg_name(&sql, state->to->id.name);
		sfs_str_addc(&sql, ',');
	}
	sfs_str_add(&sql, " ADD CONSTRAINT ");
	pg_name(&sql, state->to->id.name);
	sfs_str_addf(&sql, " %s USING INDEX ", sfs_object_get(state->to, SFS_CONSTRAINT_TYPE));
	pg_name(&sql, index);
	if (deferrable) {
		sfs_str_addf(&sql, " %s", deferrable);
	}
	(void)pg_online_add(planner, state->to, "ACCESS EXCLUSIVE", sfs_str_text(&sql));
}

void
pg_online_key(struct pg_planner *planner, const struct pg_state *state)
{
	bool swapped = pg_online_is_swapped(planner, state);
	const char *name = swapped ? pg_online_name(planner, "new", state->to) : state->to->id.name;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (pg_online_successor(planner, state->to)) {
		name = pg_online_name(planner, "new", state->to);
	} else if (swapped || !has_index(planner, state->to)) {
		write_key_index(&sql, state->to, name);
		pg_online_add_outside(planner, state->to, sfs_str_text(&sql), name);
	}
	add_key(planner, state, name, swapped);
	pg_online_rest(planner, state);
}
