// SPDX-License-Identifier: MIT
/* What a statement that is to be run in parts says: its table, its condition, what forbids parts. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "migrate/backfill.h"
#include "sql/quote.h"

/* The statement's tokens; `depth` counts the parentheses that are open before the current one. */
struct reader {
	struct sfs_backfill *backfill;
	struct sfs_lexer lexer;
	struct sfs_token token, last;
	unsigned depth;
	enum sfs_dialect dialect;
	struct sfs_error *err;
};

static int
refuse(const struct reader *reader, const char *reason)
{
	int r = sfs_error_set(
		reader->err, EINVAL, "this statement can not be run in batches: %s", reason);

	sfs_error_position(reader->err, NULL, reader->backfill->sql, reader->token.offset);
	sfs_error_hint(reader->err, "what can is UPDATE, DELETE, or INSERT ... SELECT, of the rows "
				    "of one table; leave out the directive to run it at once");
	return r;
}

static bool
at(const struct reader *reader, const char *word)
{
	return sfs_token_is(reader->lexer.text, &reader->token, word);
}

static bool
next(struct reader *reader)
{
	if (at(reader, "(")) {
		reader->depth++;
	}
	reader->last = reader->token;
	bool more = sfs_lexer_word(&reader->lexer, &reader->token);
	if (more && at(reader, ")") && reader->depth) {
		reader->depth--;
	}
	return more;
}

static bool
accept(struct reader *reader, const char *word)
{
	return at(reader, word) && (next(reader), true);
}

static bool
at_name(const struct reader *reader)
{
	return reader->token.type == SFS_TOKEN_WORD || reader->token.type == SFS_TOKEN_QUOTED;
}

static char *
name_here(const struct reader *reader)
{
	struct sfs_str name = SFS_STR_INIT;

	sfs_unquote_name(&name, reader->dialect, reader->lexer.text + reader->token.offset,
		reader->token.len);
	return sfs_str_steal(&name);
}

/* `schema.table [AS] alias`; words that go on with the statement are no alias. */
static int
read_table(struct reader *reader)
{
	static const char *const going_on[] = { "SET", "WHERE", "USING", "RETURNING", "FROM",
		"JOIN", "INNER", "LEFT", "CROSS", "NATURAL", "ON", "INDEXED", "NOT", "RIGHT",
		"FULL", "GROUP", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "HAVING",
		"WINDOW", "OFFSET", "FETCH", "FOR", "TABLESAMPLE", NULL };
	struct sfs_str table = SFS_STR_INIT;

	if (!at_name(reader)) {
		return refuse(reader, "it names no table here");
	}
	size_t start = reader->token.offset, end = start;
	do {
		end = reader->token.offset + reader->token.len;
		free(reader->backfill->alias);
		reader->backfill->alias =
			sfs_strndup(reader->lexer.text + reader->token.offset, reader->token.len);
		next(reader);
	} while (accept(reader, ".") && at_name(reader));
	sfs_str_addn(&table, reader->lexer.text + start, end - start);
	reader->backfill->table = sfs_str_steal(&table);
	(void)accept(reader, "*");
	bool alias = accept(reader, "AS");
	for (const char *const *word = going_on; !alias && *word; word++) {
		if (at(reader, *word)) {
			return 0;
		}
	}
	if (at_name(reader)) {
		free(reader->backfill->alias);
		reader->backfill->alias =
			sfs_strndup(reader->lexer.text + reader->token.offset, reader->token.len);
		next(reader);
	}
	return 0;
}

/* The columns of a SET list: names before `=`, alone or in parentheses. */
static void
note_assigned(struct reader *reader)
{
	bool target = true;

	while (reader->token.type != SFS_TOKEN_END) {
		if (reader->depth == 0 && (at(reader, "WHERE") || at(reader, "RETURNING"))) {
			return;
		}
		if (reader->depth == 0 && at(reader, "FROM") &&
			!sfs_token_is(reader->lexer.text, &reader->last, "DISTINCT")) {
			return;
		}
		if (target && at_name(reader)) {
			sfs_vec_push(&reader->backfill->assigned, name_here(reader));
		}
		if (reader->depth == 0 && at(reader, "=")) {
			target = false;
		} else if (reader->depth == 0 && at(reader, ",")) {
			target = true;
		}
		next(reader);
	}
}

/* Whether the table stands here as one to read from, in a subquery or a join with itself. */
static bool
at_itself(const struct reader *reader, const char *before, size_t before_len)
{
	static const char *const places[] = { "FROM", "JOIN", ",", "INTO", "TABLE", "USING" };
	struct reader own = *reader;
	const char *table = strrchr(reader->backfill->table, '.');
	struct sfs_token place = { SFS_TOKEN_WORD, (size_t)(before - reader->lexer.text),
		before_len };
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	struct sfs_token follows;

	table = table ? table + 1 : reader->backfill->table;
	sfs_unquote_name(&name, reader->dialect, table, strlen(table));
	char *here sfs_auto(free) = name_here(reader);
	if (strcasecmp(here, sfs_str_text(&name)) != 0) {
		return false;
	}
	(void)sfs_lexer_word(&own.lexer, &follows);
	if (sfs_token_is(reader->lexer.text, &follows, ".") ||
		sfs_token_is(reader->lexer.text, &follows, "(")) {
		return false;
	}
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		place.type = strcmp(places[i], ",") == 0 ? SFS_TOKEN_OPERATOR : SFS_TOKEN_WORD;
		if (sfs_token_is(reader->lexer.text, &place, places[i])) {
			return true;
		}
	}
	return false;
}

/* Words that make the rows of a result depend on each other; at the top of an INSERT's SELECT. */
static bool
at_combining(const struct reader *reader)
{
	static const char *const words[] = { "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FETCH",
		"UNION", "INTERSECT", "EXCEPT", "DISTINCT", "WINDOW", "RIGHT", "FULL", "OVER" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (at(reader, words[i])) {
			return !sfs_token_is(reader->lexer.text, &reader->last, ".") &&
			       !(at(reader, "DISTINCT") &&
				       sfs_token_is(reader->lexer.text, &reader->last, "IS"));
		}
	}
	return false;
}

/* From the end of the table on: where the condition is, and what forbids parts. */
static int
read_rest(struct reader *reader, bool select)
{
	struct sfs_backfill *backfill = reader->backfill;
	const char *text = reader->lexer.text;

	backfill->end = 0;
	for (; reader->token.type != SFS_TOKEN_END; next(reader)) {
		if (reader->depth) {
			continue;
		}
		if (select && at_combining(reader)) {
			return refuse(reader, "its rows depend on each other");
		}
		if (at(reader, "WHERE") && !backfill->where && !backfill->end) {
			backfill->where = reader->token.offset + reader->token.len;
		}
		if (at(reader, "CURRENT") && backfill->where) {
			return refuse(reader, "WHERE CURRENT OF");
		}
		bool conflict = false;
		if (select && at(reader, "ON")) {
			struct sfs_lexer ahead = reader->lexer;
			struct sfs_token follows;

			conflict = sfs_lexer_word(&ahead, &follows) &&
				   sfs_token_is(text, &follows, "CONFLICT");
		}
		if ((conflict || at(reader, "RETURNING")) && !backfill->end) {
			backfill->end = reader->token.offset;
		}
	}
	if (!backfill->end) {
		backfill->end = strlen(backfill->sql);
	}
	return 0;
}

/* The list of an INSERT's SELECT: what it calls, up to its FROM. */
static int
read_select(struct reader *reader)
{
	while (reader->token.type != SFS_TOKEN_END && !at(reader, "SELECT") &&
		!at(reader, "VALUES")) {
		next(reader);
	}
	if (!at(reader, "SELECT") || reader->depth) {
		return refuse(reader, "it takes its rows from no table");
	}
	for (next(reader); reader->token.type != SFS_TOKEN_END; next(reader)) {
		if (reader->depth == 0 && at(reader, "FROM") &&
			!sfs_token_is(reader->lexer.text, &reader->last, "DISTINCT")) {
			break;
		}
		if (reader->depth == 0 && at_combining(reader)) {
			return refuse(reader, "its rows depend on each other");
		}
		if (at(reader, "(") && (reader->last.type == SFS_TOKEN_WORD ||
					       reader->last.type == SFS_TOKEN_QUOTED)) {
			struct sfs_str name = SFS_STR_INIT;

			sfs_unquote_name(&name, reader->dialect,
				reader->lexer.text + reader->last.offset, reader->last.len);
			sfs_vec_push(&reader->backfill->functions, sfs_str_steal(&name));
		}
	}
	if (!accept(reader, "FROM")) {
		return refuse(reader, "it takes its rows from no table");
	}
	(void)accept(reader, "ONLY");
	int r = read_table(reader);
	return r < 0 ? r : read_rest(reader, true);
}

static int
read_statement(struct reader *reader)
{
	next(reader);
	if (accept(reader, "UPDATE")) {
		if (accept(reader, "OR")) {
			next(reader);
		}
		(void)accept(reader, "ONLY");
		int r = read_table(reader);
		if (r == 0 && !accept(reader, "SET")) {
			return refuse(reader, "there is no SET after the table");
		}
		if (r == 0) {
			note_assigned(reader);
		}
		return r < 0 ? r : read_rest(reader, false);
	}
	if (accept(reader, "DELETE")) {
		(void)accept(reader, "FROM");
		(void)accept(reader, "ONLY");
		int r = read_table(reader);
		return r < 0 ? r : read_rest(reader, false);
	}
	if (at(reader, "INSERT") || at(reader, "REPLACE")) {
		return read_select(reader);
	}
	return refuse(reader, "it is no UPDATE, DELETE or INSERT ... SELECT");
}

/* What a subquery reads of the table would change from part to part. */
static int
check_whole(struct sfs_backfill *backfill, enum sfs_dialect dialect, struct sfs_error *err)
{
	struct reader reader = { .backfill = backfill, .dialect = dialect, .err = err };
	struct sfs_token before = { 0 };
	size_t mentions = 0, own;

	sfs_lexer_init(&reader.lexer, dialect, backfill->sql, strlen(backfill->sql));
	next(&reader);
	/* Where the statement itself names it: UPDATE t, DELETE FROM t, SELECT ... FROM t. */
	own = at(&reader, "UPDATE") ? 0 : 1;
	while (next(&reader)) {
		bool dotted = sfs_token_is(backfill->sql, &reader.last, ".");
		struct sfs_token place = dotted ? before : reader.last;

		if (!dotted) {
			before = reader.last;
		}
		if (at_name(&reader) && place.len &&
			at_itself(&reader, backfill->sql + place.offset, place.len) &&
			mentions++ >= own) {
			return refuse(&reader, "it reads the table whose rows it goes through");
		}
	}
	return 0;
}

int
sfs_backfill_read(struct sfs_backfill *backfill, enum sfs_dialect dialect, struct sfs_error *err)
{
	struct reader reader = { .backfill = backfill, .dialect = dialect, .err = err };

	sfs_lexer_init(&reader.lexer, dialect, backfill->sql, strlen(backfill->sql));
	int r = read_statement(&reader);

	return r < 0 ? r : check_whole(backfill, dialect, err);
}
