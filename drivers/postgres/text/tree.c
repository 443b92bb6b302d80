// SPDX-License-Identifier: MIT
/* What a statement refers to, by libpg_query's parse tree; by its tokens where that can not parse it. */
#include <pg_query.h>
#include <string.h>

#include "drivers/postgres/text/walker.h"
#include "sql/quote.h"

/*
 * The library writes its tree by recursion without a look at the stack; one token can open a level
 * of some 150 bytes. What is longer than this is looked at by its tokens alone.
 */
#define TOKENS_MAX 20000

SFS_DEFINE_AUTO(json, json_t, json_decref)

/* Copies a vector's items into the arena, where they stay. */
#define keep(walker, vec)                                                                          \
	(memcpy(sfs_arena_alloc((walker)->arena, (vec).len * sizeof *(vec).items + 1),             \
		(vec).items ? (const void *)(vec).items : "", (vec).len * sizeof *(vec).items))

const char *
pg_node_text(const json_t *node, const char *key)
{
	return json_string_value(json_object_get(node, key));
}

/* Positions count from the start of the source; 0 is not written, and never a name's own. */
size_t
pg_node_location(const struct pg_walker *w, const json_t *node)
{
	json_int_t at = json_integer_value(json_object_get(node, "location"));

	return at > 0 && (size_t)at < w->statement->len ? w->statement->offset + (size_t)at
							: PG_NOWHERE;
}

void
pg_walker_add(struct pg_walker *w, enum pg_space space, enum pg_use use, const char *namespace,
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
	return pg_node_text(json_object_get(json_array_get(list, index), "String"), "sval");
}

/* `%TYPE` names a column: its relation is what counts. */
static void
add_list(struct pg_walker *w, enum pg_space space, const json_t *list, size_t offset, bool column)
{
	size_t n = json_array_size(list);

	n -= column && n > 1;
	if (n == 1) {
		pg_walker_add(w, space, PG_USE_PLAIN, NULL, list_text(list, 0), offset);
	} else if (n == 2) {
		pg_walker_add(
			w, space, PG_USE_PLAIN, list_text(list, 0), list_text(list, 1), offset);
	}
}

static void
add_literal(struct pg_walker *w, const char *text)
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
		pg_walker_add(w, PG_SPACE_ANY, PG_USE_PLAIN, n == 2 ? parts[0] : NULL, parts[n - 1],
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
		{ "def", PG_USE_PARENT }, /* of ALTER TABLE ... INHERIT */
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
look(struct pg_walker *w, const json_t *node, const char *key)
{
	size_t offset = pg_node_location(w, node);
	const json_t *list;

	if (pg_node_text(node, "relname")) {
		pg_walker_add(w, PG_SPACE_RELATION, use_of(key), pg_node_text(node, "schemaname"),
			pg_node_text(node, "relname"), offset);
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
		const char *text = pg_node_text(json_object_get(node, "sval"), "sval");

		if (text) {
			add_literal(w, text);
		}
	}
}

/* An option of an identity column: SEQUENCE NAME has no position. */
static void
look_at_option(struct pg_walker *w, const json_t *option)
{
	const json_t *list =
		json_object_get(json_object_get(json_object_get(option, "arg"), "List"), "items");
	size_t n = json_array_size(list);

	if (sfs_streq(pg_node_text(option, "defname"), "sequence_name") && n > 0 && n < 3) {
		pg_walker_add(w, PG_SPACE_RELATION, PG_USE_MAKES,
			n == 2 ? list_text(list, 0) : NULL, list_text(list, n - 1), PG_NOWHERE);
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
walk(struct pg_walker *w, const json_t *node, const char *key)
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
		if (strcmp(key, "DefElem") == 0) {
			look_at_option(w, node);
		}
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

static void
look_at_statement(struct pg_walker *w, const json_t *node, struct pg_tree *tree)
{
	const json_t *part = json_object_get(node, "CreateStmt");
	const json_t *define = json_object_get(node, "DefineStmt");
	const char *kind = pg_node_text(define, "kind");

	walk(w, node, "");
	if (part) {
		pg_keys_find(w, part);
	}
	part = json_object_get(node, "CreateTableAsStmt");
	tree->runs_query = sfs_streq(pg_node_text(part, "objtype"), "OBJECT_TABLE");
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
parse(struct pg_walker *w, struct pg_tree *tree)
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

void
pg_statement_parse(struct pg_script *script, struct pg_stmt *statement)
{
	struct pg_walker w = { .arena = script->arena, .statement = statement };

	if (statement->tree) {
		return;
	}
	struct pg_tree *tree = sfs_arena_alloc(script->arena, sizeof *tree);
	tree->parsed = parse(&w, tree);
	if (!tree->parsed) {
		pg_statement_scan(&w);
	}
	tree->refs.items = keep(&w, w.refs);
	tree->refs.len = w.refs.len;
	tree->keys.items = keep(&w, w.keys);
	tree->keys.len = w.keys.len;
	tree->list = w.list;
	tree->columns.items = keep(&w, w.columns);
	tree->columns.len = w.columns.len;
	sfs_vec_finish(&w.refs);
	sfs_vec_finish(&w.keys);
	sfs_vec_finish(&w.columns);
	statement->tree = tree;
}
