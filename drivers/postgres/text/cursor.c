// SPDX-License-Identifier: MIT
/* Walks the significant tokens of a statement. */
#include <string.h>

#include "drivers/postgres/text/parse.h"
#include "sql/quote.h"

void
pg_cursor_init(struct pg_cursor *cursor, const struct pg_stmt *statement)
{
	*cursor = (struct pg_cursor){ .text = statement->text };
	sfs_lexer_init(
		&cursor->lexer, SFS_POSTGRES, statement->text, statement->offset + statement->len);
	cursor->lexer.at = statement->offset;
	pg_cursor_next(cursor);
}

void
pg_cursor_next(struct pg_cursor *cursor)
{
	if (!sfs_lexer_word(&cursor->lexer, &cursor->token)) {
		cursor->token =
			(struct sfs_token){ .type = SFS_TOKEN_END, .offset = cursor->lexer.len };
	}
}

bool
pg_cursor_at(const struct pg_cursor *cursor, const char *word)
{
	return cursor->token.type != SFS_TOKEN_END &&
	       sfs_token_is(cursor->text, &cursor->token, word);
}

bool
pg_cursor_accept(struct pg_cursor *cursor, const char *word)
{
	bool at = pg_cursor_at(cursor, word);

	if (at) {
		pg_cursor_next(cursor);
	}
	return at;
}

bool
pg_cursor_accept_all(struct pg_cursor *cursor, const char *words)
{
	struct pg_cursor ahead = *cursor;

	while (*words) {
		size_t len = strcspn(words, " ");
		char *word = sfs_strndup(words, len);
		bool at = pg_cursor_accept(&ahead, word);

		free(word);
		if (!at) {
			return false;
		}
		words += len + (words[len] == ' ');
	}
	*cursor = ahead;
	return true;
}

bool
pg_cursor_at_name(const struct pg_cursor *cursor)
{
	return cursor->token.type == SFS_TOKEN_WORD || cursor->token.type == SFS_TOKEN_QUOTED;
}

static const char *
take_part(struct pg_cursor *cursor, struct sfs_arena *arena)
{
	sfs_auto(str) struct sfs_str name = SFS_STR_INIT;

	sfs_unquote_name(
		&name, SFS_POSTGRES, cursor->text + cursor->token.offset, cursor->token.len);
	pg_cursor_next(cursor);
	return sfs_arena_intern(arena, sfs_str_text(&name));
}

size_t
pg_cursor_name(struct pg_cursor *cursor, struct sfs_arena *arena, const char **parts, size_t max)
{
	size_t n = 0;

	while (n < max && pg_cursor_at_name(cursor)) {
		parts[n++] = take_part(cursor, arena);
		if (n == max || !pg_cursor_accept(cursor, ".")) {
			break;
		}
	}
	return n;
}

bool
pg_cursor_find(struct pg_cursor *cursor, const char *word)
{
	size_t depth = 0;

	for (; cursor->token.type != SFS_TOKEN_END; pg_cursor_next(cursor)) {
		if (!depth && pg_cursor_at(cursor, word)) {
			return true;
		}
		if (pg_cursor_at(cursor, "(")) {
			depth++;
		} else if (pg_cursor_at(cursor, ")") && depth) {
			depth--;
		}
	}
	return false;
}
