// SPDX-License-Identifier: MIT
/* Cuts scripts into statements, and leaves out what only psql understands. */
#include <errno.h>
#include <pg_query.h>
#include <string.h>

#include "drivers/postgres/text/parse.h"
#include "sql/statement.h"

void
pg_script_init(struct pg_script *script)
{
	*script = (struct pg_script){ .arena = sfs_arena_create() };
}

void
pg_script_finish(struct pg_script *script)
{
	sfs_vec_finish(&script->statements);
	sfs_vec_finish(&script->settings);
	sfs_arena_destroy(script->arena);
	script->arena = NULL;
}

/* Looks through a script for lines that are not SQL; `copy` is made when there are some. */
struct blanker {
	struct sfs_arena *arena;
	const struct sfs_source *source;
	struct sfs_lexer lexer;
	char *copy;
};

static size_t
line_end(const struct blanker *b, size_t at)
{
	const char *newline = memchr(b->source->text + at, '\n', b->source->len - at);

	return newline ? (size_t)(newline - b->source->text) + 1 : b->source->len;
}

static void
blank(struct blanker *b, size_t from, size_t to)
{
	if (!b->copy) {
		b->copy = sfs_arena_alloc(b->arena, b->source->len + 1);
		memcpy(b->copy, b->source->text, b->source->len);
	}
	for (size_t i = from; i < to; i++) {
		if (b->copy[i] != '\n') {
			b->copy[i] = ' ';
		}
	}
}

static bool
line_starts_with(const struct blanker *b, size_t at, const char *word)
{
	size_t len = strlen(word);

	return b->source->len - at >= len && memcmp(b->source->text + at, word, len) == 0;
}

/* pg_dump frames its output with \restrict, to stop psql from obeying what follows. */
static int
take_command(struct blanker *b, size_t at, struct sfs_error *err)
{
	size_t end = line_end(b, at);

	if (!line_starts_with(b, at, "\\restrict") && !line_starts_with(b, at, "\\unrestrict") &&
		!line_starts_with(b, at, "\\.")) {
		size_t len = strcspn(b->source->text + at, " \t\r\n");

		(void)sfs_error_set(err, EINVAL, "%.*s is a command of psql, not SQL", (int)len,
			b->source->text + at);
		sfs_error_position(err, b->source->path, b->source->text, at);
		return -EINVAL;
	}
	blank(b, at, end);
	b->lexer.at = end;
	return 0;
}

/* The rows of COPY ... FROM stdin, up to the line `\.` and with it. */
static void
take_rows(struct blanker *b)
{
	size_t start = line_end(b, b->lexer.at), at = start;

	while (at < b->source->len) {
		size_t end = line_end(b, at);
		bool last = line_starts_with(b, at, "\\.") &&
			    (end == at + 2 || b->source->text[at + 2] == '\n' ||
				    b->source->text[at + 2] == '\r');

		at = end;
		if (last) {
			break;
		}
	}
	blank(b, start, at);
	b->lexer.at = at;
}

/* Sets `ret_text` to the source's text, or to one of the same length that is SQL throughout. */
static int
blank_foreign_lines(struct sfs_arena *arena, const struct sfs_source *source, const char **ret_text,
	struct sfs_error *err)
{
	struct blanker b = { .arena = arena, .source = source };
	struct sfs_token token;
	bool start = true, copy = false, from = false, rows = false;

	sfs_lexer_init(&b.lexer, SFS_POSTGRES, source->text, source->len);
	while (sfs_lexer_word(&b.lexer, &token)) {
		if (start && source->text[token.offset] == '\\') {
			int r = take_command(&b, token.offset, err);

			if (r) {
				return r;
			}
			continue;
		}
		if (start) {
			copy = sfs_token_is(source->text, &token, "COPY");
			from = rows = false;
		}
		rows = rows || (copy && from && sfs_token_is(source->text, &token, "STDIN"));
		from = sfs_token_is(source->text, &token, "FROM");
		start = sfs_token_is(source->text, &token, ";");
		if (start && rows) {
			take_rows(&b);
		}
	}
	*ret_text = b.copy ? b.copy : source->text;
	return 0;
}

/* Settings that say nothing about a schema, or that loading one has its own mind about. */
static bool
is_of_no_effect(const struct pg_stmt *statement)
{
	static const char *const names[] = { "check_function_bodies", "client_min_messages",
		"default_with_oids", "idle_in_transaction_session_timeout", "lock_timeout",
		"row_security", "statement_timeout", "transaction_timeout", NULL };
	struct pg_cursor cursor;

	pg_cursor_init(&cursor, statement);
	if (!pg_cursor_accept(&cursor, "SET") && !pg_cursor_accept(&cursor, "RESET")) {
		return false;
	}
	(void)(pg_cursor_accept(&cursor, "SESSION") || pg_cursor_accept(&cursor, "LOCAL"));
	for (size_t i = 0; names[i]; i++) {
		if (pg_cursor_at(&cursor, names[i])) {
			return true;
		}
	}
	return false;
}

static void
add_statement(struct pg_script *script, struct pg_stmt *statement)
{
	pg_head_read(script->arena, statement);
	if (statement->head.role != PG_SETS) {
		sfs_vec_push(&script->statements, *statement);
		return;
	}
	if (is_of_no_effect(statement)) {
		return;
	}
	sfs_vec_push(&script->settings, *statement);
	statement->settings_to = script->settings.len;
	const char *namespace = pg_head_search_path(script->arena, statement);
	if (namespace) {
		statement->namespace = *namespace ? namespace : NULL;
	}
}

int
pg_script_add(struct pg_script *script, const struct sfs_source *source, const char *namespace,
	struct sfs_error *err)
{
	struct sfs_statements found;
	struct pg_stmt statement = { .source = source,
		.base = namespace,
		.namespace = namespace,
		.settings_from = script->settings.len,
		.settings_to = script->settings.len };
	const char *nul = memchr(source->text, '\0', source->len);
	int r;

	if (nul) {
		(void)sfs_error_set(err, EINVAL, "the text holds a NUL byte");
		sfs_error_position(err, source->path, source->text, (size_t)(nul - source->text));
		return -EINVAL;
	}
	if ((r = blank_foreign_lines(script->arena, source, &statement.text, err))) {
		return r;
	}
	sfs_statements_split(SFS_POSTGRES, statement.text, source->len, &found);
	sfs_vec_foreach (item, &found) {
		statement.offset = item->offset;
		statement.len = item->len;
		statement.tree = NULL;
		add_statement(script, &statement);
	}
	sfs_vec_finish(&found);
	return 0;
}

int
pg_statement_check(const struct pg_stmt *statement, struct sfs_error *err)
{
	sfs_auto(free) char *sql = sfs_strndup(statement->text + statement->offset, statement->len);
	PgQuerySplitResult split = pg_query_split_with_parser(sql);
	int r = 0;

	if (split.error) {
		int at = split.error->cursorpos > 0 ? split.error->cursorpos - 1 : 0;
		size_t offset = 0;

		/* The library counts characters. */
		for (; at && sql[offset]; at--) {
			offset++;
			while (((unsigned char)sql[offset] & 0xC0) == 0x80) {
				offset++;
			}
		}
		r = sfs_error_set(err, EINVAL, "%s", split.error->message);
		sfs_error_position(err, statement->source->path, statement->source->text,
			statement->offset + offset);
	}
	pg_query_free_split_result(split);
	return r;
}
