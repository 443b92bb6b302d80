// SPDX-License-Identifier: MIT
/* What a script's settings make unqualified names mean. */
#include <string.h>

#include "drivers/postgres/text/parse.h"
#include "sql/quote.h"

/* The first namespace of a list that names something of the person's own. */
static const char *
first_namespace(struct pg_cursor *cursor, struct sfs_arena *arena)
{
	for (; cursor->token.type != SFS_TOKEN_END; pg_cursor_next(cursor)) {
		sfs_auto(str) struct sfs_str name = SFS_STR_INIT;
		const char *token = cursor->text + cursor->token.offset;

		if (pg_cursor_at_name(cursor)) {
			sfs_unquote_name(&name, SFS_POSTGRES, token, cursor->token.len);
		} else if (cursor->token.type != SFS_TOKEN_STRING ||
			   sfs_unquote_literal(&name, SFS_POSTGRES, token, cursor->token.len)) {
			continue;
		}
		if (name.len && strcmp(name.text, "pg_catalog") && strcmp(name.text, "$user")) {
			return sfs_arena_intern(arena, name.text);
		}
	}
	return "";
}

const char *
pg_head_search_path(struct sfs_arena *arena, const struct pg_stmt *statement)
{
	struct pg_cursor cursor;

	pg_cursor_init(&cursor, statement);
	if (pg_cursor_accept(&cursor, "SELECT")) {
		(void)pg_cursor_find(&cursor, "(");
		pg_cursor_next(&cursor);
		if (cursor.token.type != SFS_TOKEN_STRING ||
			strncasecmp(cursor.text + cursor.token.offset, "'search_path'", 13)) {
			return NULL;
		}
		pg_cursor_next(&cursor);
		/* The value is a list inside a string. */
		pg_cursor_next(&cursor);
		sfs_auto(str) struct sfs_str value = SFS_STR_INIT;
		if (sfs_unquote_literal(&value, SFS_POSTGRES, cursor.text + cursor.token.offset,
			    cursor.token.len)) {
			return NULL;
		}
		struct pg_stmt list = { .text = sfs_str_text(&value), .len = value.len };
		struct pg_cursor inner;
		pg_cursor_init(&inner, &list);
		return first_namespace(&inner, arena);
	}
	pg_cursor_next(&cursor);
	(void)(pg_cursor_accept(&cursor, "SESSION") || pg_cursor_accept(&cursor, "LOCAL"));
	if (!pg_cursor_accept(&cursor, "search_path")) {
		return NULL;
	}
	(void)(pg_cursor_accept(&cursor, "TO") || pg_cursor_accept(&cursor, "="));
	return first_namespace(&cursor, arena);
}
