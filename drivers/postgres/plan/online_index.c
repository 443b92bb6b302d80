// SPDX-License-Identifier: MIT
/* Indexes of large tables made and dropped beside writers, and the keys that stand on them. */
#include <string.h>

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
static bool
is_swapped(struct pg_planner *planner, const struct pg_state *state)
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

static void
add_outside(struct pg_planner *planner, const struct sfs_object *object, const char *sql,
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
	add_outside(planner, index, sfs_str_text(&sql), name);
}

static void
add_drop(struct pg_planner *planner, const struct sfs_object *index)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "DROP INDEX CONCURRENTLY ");
	write_name(&sql, index, NULL);
	add_outside(planner, index, sfs_str_text(&sql), NULL);
}

bool
pg_online_fits_index(struct pg_planner *planner, const struct pg_state *state)
{
	return !is_part(state->to) && !sfs_object_has(state->to, SFS_INDEX_INVALID) &&
	       !is_partitioned(state->to->owner) && pg_online_table(planner, state);
}

/* What CREATE INDEX is followed by: statistics, comments. */
static void
add_rest(struct pg_planner *planner, const struct pg_state *state)
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

static bool is_ready_for(const struct sfs_object *index, const struct sfs_object *key);

/* What a plan that was broken off has built to take the place of an index, or of a key's; or NULL. */
static const struct sfs_object *
successor_of(struct pg_planner *planner, const struct sfs_object *wanted)
{
	const struct sfs_object *table = planner->diff->origin[wanted->owner->index];
	const struct sfs_object *index =
		table ? sfs_object_part(table, SFS_INDEX, pg_online_name(planner, "new", wanted))
		      : NULL;

	if (!index || !stands_firm(planner, index)) {
		return NULL;
	}
	return (wanted->id.kind == SFS_INDEX ? is_same_index(index, wanted)
					     : is_ready_for(index, wanted))
		       ? index
		       : NULL;
}

void
pg_online_index(struct pg_planner *planner, const struct pg_state *state)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	const char *name = pg_online_name(planner, "new", state->to);
	bool built = successor_of(planner, state->to), swapped = is_swapped(planner, state);

	if (!swapped && !built) {
		add_index(planner, state->to, state->to->id.name);
		add_rest(planner, state);
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
	add_rest(planner, state);
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
		return pg_online_fits_index(planner, state) && successor_of(planner, part) == index;
	}
	if (part->id.kind != SFS_CONSTRAINT || !pg_online_fits_key(planner, state)) {
		return false;
	}
	return successor_of(planner, part) == index ||
	       (sfs_streq(part->id.name, index->id.name) && is_ready_for(index, part));
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
	if (is_swapped(planner, state) && pg_online_fits_index(planner, state)) {
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
	       !(table && (table->made || table->gone || table->tied)) &&
	       (!is_partitioned(part->owner) || each_part(planner, part, is_at_rest));
}

bool
pg_online_fits_parts(struct pg_planner *planner, const struct pg_state *state)
{
	return !is_part(state->to) && !sfs_object_has(state->to, SFS_INDEX_INVALID) &&
	       is_partitioned(state->to->owner) && each_part(planner, state->to, is_at_rest) &&
	       pg_online_table(planner, state);
}

/* Those that it lacks are made whatever the size: no other statement does so. */
bool
pg_online_fits_more_parts(struct pg_planner *planner, const struct pg_state *state)
{
	(void)planner;
	return state->attributes & PG_BIT(SFS_INDEX_INVALID) && is_partitioned(state->to->owner);
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
		add_rest(planner, state);
	} else {
		pg_emit(planner, &node);
	}
}

/* ---- UNIQUE and PRIMARY KEY ---- */

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
	return state->to && state->made && is_swapped(planner, state) &&
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
static bool
is_ready_for(const struct sfs_object *index, const struct sfs_object *key)
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

	return index && is_ready_for(index, key);
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
	bool swapped = is_swapped(planner, state);
	const char *name = swapped ? pg_online_name(planner, "new", state->to) : state->to->id.name;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (successor_of(planner, state->to)) {
		name = pg_online_name(planner, "new", state->to);
	} else if (swapped || !has_index(planner, state->to)) {
		write_key_index(&sql, state->to, name);
		add_outside(planner, state->to, sfs_str_text(&sql), name);
	}
	add_key(planner, state, name, swapped);
	add_rest(planner, state);
}
