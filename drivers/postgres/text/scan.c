// SPDX-License-Identifier: MIT
/* What a statement refers to, by its tokens alone: for what libpg_query can not parse. */
#include <string.h>

#include "drivers/postgres/text/walker.h"

/* Every name that could refer to something, as far as the words before it tell. */
static void
scan(struct pg_walker *w)
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
		pg_walker_add(w, relation ? PG_SPACE_RELATION : PG_SPACE_ANY,
			relation ? use : PG_USE_PLAIN, n == 2 ? parts[0] : NULL, parts[n - 1],
			offset);
		references = next_references;
		of = next_of;
	}
}

/* `[CONSTRAINT name] FOREIGN KEY (...) REFERENCES table` among the elements of a table. */
static void
scan_key(struct pg_walker *w, const struct pg_element *element)
{
	struct pg_stmt range = *w->statement;
	struct pg_key key = { .element = element->start,
		.element_len = element->end - element->start,
		.comma_before = element->comma_before,
		.comma_after = element->comma_after };
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
scan_keys(struct pg_walker *w)
{
	struct pg_elements elements = { 0 };

	if (w->statement->head.kind == SFS_TABLE && w->statement->head.creates) {
		pg_elements_find(w, &elements);
	}
	sfs_vec_foreach (element, &elements) {
		if (element->start != PG_NOWHERE) {
			scan_key(w, element);
		}
	}
	sfs_vec_finish(&elements);
}

void
pg_statement_scan(struct pg_walker *w)
{
	scan(w);
	scan_keys(w);
}
