// SPDX-License-Identifier: MIT
/* What a statement refers to, by libpg_query's parse tree; by its tokens where that can not parse it. */
#include <jansson.h>
#include <pg_query.h>
#include <string.h>

#include "drivers/postgres/text/parse.h"
#include "sql/quote.h"

/*
 * The library writes its tree by recursion without a look at the stack; one token can open a level
 * of some 150 bytes. What is longer than this is looked at by its tokens alone.
 */
#define TOKENS_MAX 20000

SFS_DEFINE_AUTO(json, json_t, json_decref)

struct walker {
	struct sfs_arena *arena;
	const struct pg_stmt *statement;
	struct pg_refs refs;
	struct pg_keys keys;
	SFS_VEC(size_t) columns;
};

/* Copies a vector's items into the arena, where they stay. */
#define keep(walker, vec)                                                                          \
	(memcpy(sfs_arena_alloc((walker)->arena, (vec).len * sizeof *(vec).items + 1),             \
		(vec).items ? (const void *)(vec).items : "", (vec).len * sizeof *(vec).items))

static const char *
text_of(const json_t *node, const char *key)
{
	return json_string_value(json_object_get(node, key));
}

/* Positions count from the start of the source; 0 is not written, and never a name's own. */
static size_t
location_of(const struct walker *w, const json_t *node)
{
	json_int_t at = json_integer_value(json_object_get(node, "location"));

	return at > 0 && (size_t)at < w->statement->len ? w->statement->offset + (size_t)at
							: PG_NOWHERE;
}

static void
add_ref(struct walker *w, enum pg_space space, enum pg_use use, const char *namespace,
	const char *name, size_t offset)
{
	struct pg_ref ref = { .space = space,
		.use = use,
		.offset = offset,
		.namespace = sfs_arena_intern(w->arena, namespace),
		.name = sfs_arena_intern(w->arena, name) };

	if (name) {
		sfs_vec_push(&w->refs, ref);
	}
}

/* The text of the item of a list of names, NULL when it is something else. */
static const char *
list_text(const json_t *list, size_t index)
{
	return text_of(json_object_get(json_array_get(list, index), "String"), "sval");
}

/* `%TYPE` names a column: its relation is what counts. */
static void
add_list(struct walker *w, enum pg_space space, const json_t *list, size_t offset, bool column)
{
	size_t n = json_array_size(list);

	n -= column && n > 1;
	if (n == 1) {
		add_ref(w, space, PG_USE_PLAIN, NULL, list_text(list, 0), offset);
	} else if (n == 2) {
		add_ref(w, space, PG_USE_PLAIN, list_text(list, 0), list_text(list, 1), offset);
	}
}

static void
add_literal(struct walker *w, const char *text)
{
	struct pg_stmt literal = { .text = text, .len = strlen(text) };
	struct pg_cursor cursor;
	const char *parts[2];

	if (!*text || literal.len > 300) {
		return;
	}
	pg_cursor_init(&cursor, &literal);
	size_t n = pg_cursor_name(&cursor, w->arena, parts, 2);
	if (n && cursor.token.type == SFS_TOKEN_END) {
		add_ref(w, PG_SPACE_ANY, PG_USE_PLAIN, n == 2 ? parts[0] : NULL, parts[n - 1],
			PG_NOWHERE);
	}
}

static enum pg_use
use_of(const char *key)
{
	static const struct {
		const char *key;
		enum pg_use use;
	} uses[] = {
		{ "constrrel", PG_USE_LOCKS },
		{ "inhRelations", PG_USE_PARENT },
		{ "name", PG_USE_PARENT }, /* of ATTACH PARTITION */
		{ "pktable", PG_USE_LOCKS },
	};

	for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
		if (strcmp(uses[i].key, key) == 0) {
			return uses[i].use;
		}
	}
	return PG_USE_PLAIN;
}

/* Looks at one object of the tree; `key` is the field of its parent that it stands in. */
static void
look(struct walker *w, const json_t *node, const char *key)
{
	size_t offset = location_of(w, node);
	const json_t *list;

	if (text_of(node, "relname")) {
		add_ref(w, PG_SPACE_RELATION, use_of(key), text_of(node, "schemaname"),
			text_of(node, "relname"), offset);
	} else if ((list = json_object_get(node, "fields"))) {
		if (json_array_size(list) < 3 && offset != PG_NOWHERE) {
			sfs_vec_push(&w->columns, offset);
		}
	} else if ((list = json_object_get(node, "funcname"))) {
		add_list(w, PG_SPACE_FUNCTION, list, offset, false);
	} else if ((list = json_object_get(node, "names"))) {
		add_list(w, PG_SPACE_TYPE, list, offset,
			json_is_true(json_object_get(node, "pct_type")));
	} else if (strcmp(key, "A_Const") == 0) {
		const char *text = text_of(json_object_get(node, "sval"), "sval");

		if (text) {
			add_literal(w, text);
		}
	}
}

/* Names that are lists of strings and have no position. */
static bool
is_name_list(const char *key)
{
	static const char *const keys[] = { "collname", "conversion_name", "defnames", "func_name",
		"inherits", "name", "objname", "opclass", "opclassname", "opfamilyname", NULL };

	for (size_t i = 0; keys[i]; i++) {
		if (strcmp(keys[i], key) == 0) {
			return true;
		}
	}
	return false;
}

static void
walk(struct walker *w, const json_t *node, const char *key)
{
	const char *name;
	const json_t *child;
	size_t index;

	if (json_is_array(node)) {
		if (is_name_list(key)) {
			add_list(w, PG_SPACE_ANY, node, PG_NOWHERE, false);
		}
		json_array_foreach(node, index, child)
		{
			walk(w, child, key);
		}
	} else if (json_is_object(node)) {
		look(w, node, key);
		/* The wrapper around a node says its type: the field is still the parent's. */
		json_object_foreach((json_t *)(uintptr_t)node, name, child)
		{
			bool wrapper = strcmp(name, "RangeVar") == 0;

			if (json_is_object(child) || json_is_array(child)) {
				walk(w, child, wrapper ? key : name);
			}
		}
	}
}

/* An element of a table's list, where it stands. */
struct element {
	size_t start, end;   /* from its first token to its last */
	size_t comma_before; /* where the comma stands; PG_NOWHERE: it is the first */
};
struct elements SFS_VEC_OF(struct element);

static void
find_elements(const struct pg_stmt *statement, struct elements *elements)
{
	struct element element = { .start = PG_NOWHERE, .comma_before = PG_NOWHERE };
	struct pg_cursor cursor;
	size_t depth = 0;

	pg_cursor_init(&cursor, statement);
	if (!pg_cursor_find(&cursor, "(")) {
		return;
	}
	for (; cursor.token.type != SFS_TOKEN_END; pg_cursor_next(&cursor)) {
		bool close = pg_cursor_at(&cursor, ")"), comma = pg_cursor_at(&cursor, ",");

		depth += pg_cursor_at(&cursor, "(");
		if (depth == 1 && (close || comma)) {
			sfs_vec_push(elements, element);
			element = (struct element){ .start = PG_NOWHERE,
				.comma_before = cursor.token.offset };
		} else if (depth > 1 || !pg_cursor_at(&cursor, "(")) {
			element.start =
				element.start == PG_NOWHERE ? cursor.token.offset : element.start;
			element.end = cursor.token.offset + cursor.token.len;
		}
		if (close && --depth == 0) {
			return;
		}
	}
}

static struct pg_ref
key_table(struct walker *w, const json_t *constraint)
{
	const json_t *table = json_object_get(constraint, "pktable");

	return (struct pg_ref){ .space = PG_SPACE_RELATION,
		.use = PG_USE_LOCKS,
		.namespace = sfs_arena_intern(w->arena, text_of(table, "schemaname")),
		.name = sfs_arena_intern(w->arena, text_of(table, "relname")),
		.offset = location_of(w, table) };
}

static bool
is_foreign_key(const json_t *constraint)
{
	const char *type = text_of(constraint, "contype");

	return type && strcmp(type, "CONSTR_FOREIGN") == 0;
}

/* Where the clauses of a column after `from` go on with something that is not the foreign key's. */
static size_t
next_clause(struct walker *w, const json_t *column, size_t from, size_t end)
{
	const json_t *list = json_object_get(column, "constraints"), *item;
	size_t at = location_of(w, json_object_get(column, "collClause")), index;

	if (at != PG_NOWHERE && at > from && at < end) {
		end = at;
	}
	json_array_foreach(list, index, item)
	{
		const json_t *constraint = json_object_get(item, "Constraint");
		const char *type = text_of(constraint, "contype");

		at = location_of(w, constraint);
		if (type && !sfs_starts_with(type, "CONSTR_ATTR_") && at > from && at < end) {
			end = at;
		}
	}
	return end;
}

/* From `from` to the last token before `to`; also where REFERENCES stands. */
static void
measure(struct walker *w, size_t from, size_t to, struct pg_key *key)
{
	struct pg_stmt range = *w->statement;
	struct pg_cursor cursor;

	range.offset = from;
	range.len = to - from;
	key->element = key->cut = from;
	for (pg_cursor_init(&cursor, &range); cursor.token.type != SFS_TOKEN_END;
		pg_cursor_next(&cursor)) {
		if (!key->references && pg_cursor_at(&cursor, "REFERENCES")) {
			key->references = cursor.token.offset;
		}
		key->element_len = key->cut_len = cursor.token.offset + cursor.token.len - from;
	}
}

static void
add_column_keys(struct walker *w, const json_t *column, const struct element *element)
{
	const json_t *list = json_object_get(column, "constraints"), *item;
	size_t index;

	json_array_foreach(list, index, item)
	{
		const json_t *constraint = json_object_get(item, "Constraint");
		size_t from = location_of(w, constraint);
		struct pg_key key = { 0 };

		if (!is_foreign_key(constraint) || from == PG_NOWHERE) {
			continue;
		}
		sfs_auto(str) struct sfs_str name = SFS_STR_INIT;
		sfs_quote_name(&name, SFS_POSTGRES, text_of(column, "colname"));
		measure(w, from, next_clause(w, column, from, element->end), &key);
		key.column = sfs_arena_strdup(w->arena, sfs_str_text(&name));
		key.table = key_table(w, constraint);
		if (key.references) {
			sfs_vec_push(&w->keys, key);
		}
	}
}

static void
add_table_key(struct walker *w, const json_t *constraint, const struct element *element)
{
	if (is_foreign_key(constraint) && element->comma_before != PG_NOWHERE) {
		struct pg_key key = { .element = element->start,
			.element_len = element->end - element->start,
			.cut = element->comma_before,
			.cut_len = element->end - element->comma_before,
			.table = key_table(w, constraint) };

		sfs_vec_push(&w->keys, key);
	}
}

static void
find_keys(struct walker *w, const json_t *create)
{
	const json_t *list = json_object_get(create, "tableElts"), *item;
	struct elements elements = { 0 };
	size_t index;

	if (json_array_size(list)) {
		find_elements(w->statement, &elements);
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

static void
look_at_statement(struct walker *w, const json_t *node, struct pg_tree *tree)
{
	const json_t *part = json_object_get(node, "CreateStmt");
	const json_t *define = json_object_get(node, "DefineStmt");
	const char *kind = text_of(define, "kind");

	walk(w, node, "");
	if (part) {
		find_keys(w, part);
	}
	part = json_object_get(node, "CreateTableAsStmt");
	tree->runs_query = sfs_streq(text_of(part, "objtype"), "OBJECT_TABLE");
	part = json_object_get(part, "into");
	tree->no_data = json_is_true(json_object_get(part, "skipData"));
	tree->base_type = kind && strcmp(kind, "OBJECT_TYPE") == 0;
}

/* Whether the library's stack is safe from this statement. */
static bool
is_moderate(const struct pg_stmt *statement)
{
	struct pg_cursor cursor;
	size_t n = 0;

	for (pg_cursor_init(&cursor, statement); cursor.token.type != SFS_TOKEN_END;
		pg_cursor_next(&cursor)) {
		if (++n > TOKENS_MAX) {
			return false;
		}
	}
	return true;
}

static bool
parse(struct walker *w, struct pg_tree *tree)
{
	const struct pg_stmt *statement = w->statement;

	if (!is_moderate(statement)) {
		return false;
	}
	sfs_auto(free) char *sql = sfs_strndup(statement->text + statement->offset, statement->len);
	PgQueryParseResult result = pg_query_parse(sql);
	sfs_auto(json) json_t *root =
		result.error ? NULL : json_loads(result.parse_tree, JSON_ALLOW_NUL, NULL);
	pg_query_free_parse_result(result);
	const json_t *list = json_object_get(root, "stmts");
	if (json_array_size(list) != 1) {
		return false;
	}
	look_at_statement(w, json_object_get(json_array_get(list, 0), "stmt"), tree);
	return true;
}

/* Every name that could refer to something, as far as the words before it tell. */
static void
scan(struct walker *w)
{
	struct pg_cursor cursor;
	bool references = false, of = false, inherits = false, partition = false;

	pg_cursor_init(&cursor, w->statement);
	while (cursor.token.type != SFS_TOKEN_END) {
		const char *parts[2];
		size_t offset = cursor.token.offset;

		if (!pg_cursor_at_name(&cursor)) {
			inherits = inherits && !pg_cursor_at(&cursor, ")");
			references = of = partition = false;
			pg_cursor_next(&cursor);
			continue;
		}
		bool next_references = pg_cursor_at(&cursor, "REFERENCES");
		bool next_of = partition && pg_cursor_at(&cursor, "OF");

		partition = pg_cursor_at(&cursor, "PARTITION");
		inherits = inherits || pg_cursor_at(&cursor, "INHERITS");
		size_t n = pg_cursor_name(&cursor, w->arena, parts, 2);
		enum pg_use use = references       ? PG_USE_LOCKS
				  : of || inherits ? PG_USE_PARENT
						   : PG_USE_PLAIN;
		bool relation = use != PG_USE_PLAIN && strcmp(parts[n - 1], "inherits") != 0;
		add_ref(w, relation ? PG_SPACE_RELATION : PG_SPACE_ANY,
			relation ? use : PG_USE_PLAIN, n == 2 ? parts[0] : NULL, parts[n - 1],
			offset);
		references = next_references;
		of = next_of;
	}
}

/* `[CONSTRAINT name] FOREIGN KEY (...) REFERENCES table` among the elements of a table. */
static void
scan_key(struct walker *w, const struct element *element)
{
	struct pg_stmt range = *w->statement;
	struct pg_key key = { .element = element->start,
		.element_len = element->end - element->start,
		.cut = element->comma_before,
		.cut_len = element->end - element->comma_before };
	struct pg_cursor cursor;
	const char *parts[2];

	range.offset = element->start;
	range.len = element->end - element->start;
	pg_cursor_init(&cursor, &range);
	if (pg_cursor_accept(&cursor, "CONSTRAINT")) {
		(void)pg_cursor_name(&cursor, w->arena, parts, 1);
	}
	if (!pg_cursor_accept_all(&cursor, "FOREIGN KEY") ||
		!pg_cursor_find(&cursor, "REFERENCES")) {
		return;
	}
	pg_cursor_next(&cursor);
	key.table.offset = cursor.token.offset;
	size_t n = pg_cursor_name(&cursor, w->arena, parts, 2);
	if (n) {
		key.table.space = PG_SPACE_RELATION;
		key.table.use = PG_USE_LOCKS;
		key.table.namespace = n == 2 ? parts[0] : NULL;
		key.table.name = parts[n - 1];
		sfs_vec_push(&w->keys, key);
	}
}

static void
scan_keys(struct walker *w)
{
	struct elements elements = { 0 };

	if (w->statement->head.kind == SFS_TABLE && w->statement->head.creates) {
		find_elements(w->statement, &elements);
	}
	sfs_vec_foreach (element, &elements) {
		if (element->comma_before != PG_NOWHERE && element->start != PG_NOWHERE) {
			scan_key(w, element);
		}
	}
	sfs_vec_finish(&elements);
}

void
pg_statement_parse(struct pg_script *script, struct pg_stmt *statement)
{
	struct walker w = { .arena = script->arena, .statement = statement };

	if (statement->tree) {
		return;
	}
	struct pg_tree *tree = sfs_arena_alloc(script->arena, sizeof *tree);
	tree->parsed = parse(&w, tree);
	if (!tree->parsed) {
		scan(&w);
		scan_keys(&w);
	}
	tree->refs.items = keep(&w, w.refs);
	tree->refs.len = w.refs.len;
	tree->keys.items = keep(&w, w.keys);
	tree->keys.len = w.keys.len;
	tree->columns.items = keep(&w, w.columns);
	tree->columns.len = w.columns.len;
	sfs_vec_finish(&w.refs);
	sfs_vec_finish(&w.keys);
	sfs_vec_finish(&w.columns);
	statement->tree = tree;
}
