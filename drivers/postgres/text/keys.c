// SPDX-License-Identifier: MIT
/* The foreign keys, checks and defaults of a CREATE TABLE: where they stand, to be cut out and added later. */
#include <string.h>

#include "drivers/postgres/text/walker.h"
#include "sql/quote.h"

/* Goes to the parenthesis that opens the list. */
static bool
find_list(struct pg_cursor *cursor, struct pg_list *list)
{
	bool of = false;

	for (; cursor->token.type != SFS_TOKEN_END; pg_cursor_next(cursor)) {
		if (pg_cursor_at(cursor, "(")) {
			list->start = cursor->token.offset;
			return true;
		}
		list->optional |= of;
		of = pg_cursor_at(cursor, "OF");
	}
	return false;
}

void
pg_elements_find(struct pg_walker *w, struct pg_elements *elements)
{
	struct pg_element element = { .start = PG_NOWHERE, .comma_before = PG_NOWHERE };
	struct pg_cursor cursor;
	size_t depth = 0;

	pg_cursor_init(&cursor, w->statement);
	if (!find_list(&cursor, &w->list)) {
		return;
	}
	for (; cursor.token.type != SFS_TOKEN_END; pg_cursor_next(&cursor)) {
		bool close = pg_cursor_at(&cursor, ")"), comma = pg_cursor_at(&cursor, ",");

		depth += pg_cursor_at(&cursor, "(");
		if (depth == 1 && (close || comma)) {
			element.comma_after = comma ? cursor.token.offset : PG_NOWHERE;
			sfs_vec_push(elements, element);
			element = (struct pg_element){ .start = PG_NOWHERE,
				.comma_before = cursor.token.offset };
		} else if (depth > 1 || !pg_cursor_at(&cursor, "(")) {
			element.start =
				element.start == PG_NOWHERE ? cursor.token.offset : element.start;
			element.end = cursor.token.offset + cursor.token.len;
		}
		if (close && --depth == 0) {
			w->list.end = cursor.token.offset + cursor.token.len;
			w->list.n = elements->len;
			return;
		}
	}
}

static struct pg_ref
key_table(struct pg_walker *w, const json_t *constraint)
{
	const json_t *table = json_object_get(constraint, "pktable");

	return (struct pg_ref){ .space = PG_SPACE_RELATION,
		.use = PG_USE_LOCKS,
		.namespace = sfs_arena_intern(w->arena, pg_node_text(table, "schemaname")),
		.name = sfs_arena_intern(w->arena, pg_node_text(table, "relname")),
		.offset = pg_node_location(w, table) };
}

bool
pg_key_holds(const struct pg_key *key, const struct pg_ref *ref)
{
	return ref->offset >= key->element && ref->offset < key->element + key->element_len;
}

bool
pg_key_is_cut(const struct pg_tree *tree, const struct pg_key *key)
{
	for (size_t i = 0; i < tree->refs.len && key->type != PG_KEY_FOREIGN; i++) {
		const struct pg_ref *ref = &tree->refs.items[i];

		if (ref->space == PG_SPACE_FUNCTION && pg_key_holds(key, ref)) {
			return true;
		}
	}
	return key->type == PG_KEY_FOREIGN;
}

void
pg_keys_cuts(const struct pg_tree *tree, struct pg_cuts *cuts)
{
	size_t n = 0, led = PG_NOWHERE; /* the comma that the cut elements so far end in */

	sfs_vec_foreach (key, &tree->keys) {
		struct pg_cut cut = { key->element, key->element + key->element_len };

		if (!pg_key_is_cut(tree, key)) {
			continue;
		}
		n += !key->column;
		if (!key->column && key->comma_before != led) {
			cut.from = key->comma_before;
		} else if (!key->column && key->comma_after != PG_NOWHERE) {
			led = key->comma_after;
			cut.to = led + 1;
		}
		sfs_vec_push(cuts, cut);
	}
	if (n && n == tree->list.n && tree->list.optional) {
		cuts->len = 0;
		sfs_vec_push(cuts, ((struct pg_cut){ tree->list.start, tree->list.end }));
	}
}

/* Whether it is of a type that can be cut, and which. */
static bool
type_of(const json_t *constraint, enum pg_key_type *ret_type)
{
	static const struct {
		const char *name;
		enum pg_key_type type;
	} types[] = {
		{ "CONSTR_FOREIGN", PG_KEY_FOREIGN },
		{ "CONSTR_CHECK", PG_KEY_CHECK },
		{ "CONSTR_DEFAULT", PG_KEY_DEFAULT },
	};
	const char *name = pg_node_text(constraint, "contype");

	for (size_t i = 0; name && i < sizeof types / sizeof *types; i++) {
		if (strcmp(types[i].name, name) == 0) {
			*ret_type = types[i].type;
			return true;
		}
	}
	return false;
}

/* Where the clauses of a column after `from` go on with something that is not the foreign key's. */
static size_t
next_clause(struct pg_walker *w, const json_t *column, size_t from, size_t end)
{
	const json_t *list = json_object_get(column, "constraints"), *item;
	size_t at = pg_node_location(w, json_object_get(column, "collClause")), index;

	if (at != PG_NOWHERE && at > from && at < end) {
		end = at;
	}
	json_array_foreach(list, index, item)
	{
		const json_t *constraint = json_object_get(item, "Constraint");
		const char *type = pg_node_text(constraint, "contype");

		at = pg_node_location(w, constraint);
		if (type && !sfs_starts_with(type, "CONSTR_ATTR_") && at > from && at < end) {
			end = at;
		}
	}
	return end;
}

/* From `from` to the last token before `to`; also where REFERENCES stands. */
static void
measure(struct pg_walker *w, size_t from, size_t to, struct pg_key *key)
{
	struct pg_stmt range = *w->statement;
	struct pg_cursor cursor;

	range.offset = from;
	range.len = to - from;
	key->element = from;
	for (pg_cursor_init(&cursor, &range); cursor.token.type != SFS_TOKEN_END;
		pg_cursor_next(&cursor)) {
		if (!key->references && pg_cursor_at(&cursor, "REFERENCES")) {
			key->references = cursor.token.offset;
		}
		key->element_len = cursor.token.offset + cursor.token.len - from;
	}
}

static void
add_column_keys(struct pg_walker *w, const json_t *column, const struct pg_element *element)
{
	const json_t *list = json_object_get(column, "constraints"), *item;
	size_t index;

	json_array_foreach(list, index, item)
	{
		const json_t *constraint = json_object_get(item, "Constraint");
		size_t from = pg_node_location(w, constraint);
		struct pg_key key = { 0 };

		if (!type_of(constraint, &key.type) || from == PG_NOWHERE) {
			continue;
		}
		sfs_auto(str) struct sfs_str name = SFS_STR_INIT;
		sfs_quote_name(&name, SFS_POSTGRES, pg_node_text(column, "colname"));
		measure(w, from, next_clause(w, column, from, element->end), &key);
		key.column = sfs_arena_strdup(w->arena, sfs_str_text(&name));
		if (key.type == PG_KEY_FOREIGN) {
			key.table = key_table(w, constraint);
		}
		if (key.type != PG_KEY_FOREIGN || key.references) {
			sfs_vec_push(&w->keys, key);
		}
	}
}

static void
add_table_key(struct pg_walker *w, const json_t *constraint, const struct pg_element *element)
{
	enum pg_key_type type;

	if (type_of(constraint, &type) && element->start != PG_NOWHERE) {
		struct pg_key key = { .type = type,
			.element = element->start,
			.element_len = element->end - element->start,
			.comma_before = element->comma_before,
			.comma_after = element->comma_after };

		if (type == PG_KEY_FOREIGN) {
			key.table = key_table(w, constraint);
		}
		sfs_vec_push(&w->keys, key);
	}
}

void
pg_keys_find(struct pg_walker *w, const json_t *create)
{
	const json_t *list = json_object_get(create, "tableElts"), *item;
	struct pg_elements elements = { 0 };
	size_t index;

	if (json_array_size(list)) {
		pg_elements_find(w, &elements);
	}
	if (elements.len == json_array_size(list)) {
		json_array_foreach(list, index, item)
		{
			const json_t *column = json_object_get(item, "ColumnDef");

			if (column) {
				add_column_keys(w, column, &elements.items[index]);
			} else {
				add_table_key(w, json_object_get(item, "Constraint"),
					&elements.items[index]);
			}
		}
	}
	sfs_vec_finish(&elements);
}
