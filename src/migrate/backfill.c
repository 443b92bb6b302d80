// SPDX-License-Identifier: MIT
/* Statements that are run in parts, each a range of a table's key. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "migrate/backfill.h"
#include "sql/quote.h"

void
sfs_backfill_finish(struct sfs_backfill *backfill)
{
	free(backfill->sql);
	free(backfill->table);
	free(backfill->alias);
	sfs_texts_finish(&backfill->assigned);
	sfs_texts_finish(&backfill->functions);
	sfs_texts_finish(&backfill->key);
	memset(backfill, 0, sizeof *backfill);
}

/* ---- reading the statement ---- */

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

/* ---- the key ---- */

static int
check_key(struct sfs_backfill *backfill, struct sfs_db *db, struct sfs_error *err)
{
	sfs_vec_foreach (column, &backfill->key) {
		sfs_vec_foreach (assigned, &backfill->assigned) {
			if (strcasecmp(*column, *assigned) == 0) {
				return sfs_error_set(err, EINVAL,
					"this statement can not be run in batches: it changes the "
					"key of the table, column %s",
					*column);
			}
		}
		struct sfs_str quoted = SFS_STR_INIT;
		sfs_quote_name(&quoted, db->driver->dialect, *column);
		free(*column);
		*column = sfs_str_steal(&quoted);
	}
	return 0;
}

static int
check_functions(struct sfs_backfill *backfill, struct sfs_db *db, struct sfs_error *err)
{
	bool combines = false;
	int r = db->driver->migrator->combines(db, &backfill->functions, &combines, err);

	if (r == 0 && combines) {
		return sfs_error_set(err, EINVAL,
			"this statement can not be run in batches: it makes one row of many");
	}
	return r;
}

int
sfs_backfill_init(
	struct sfs_backfill *backfill, struct sfs_db *db, const char *sql, struct sfs_error *err)
{
	enum sfs_dialect dialect = db->driver->dialect;
	struct reader reader = { .backfill = backfill, .dialect = dialect, .err = err };

	backfill->sql = sfs_strdup(sql);
	sfs_lexer_init(&reader.lexer, dialect, backfill->sql, strlen(sql));
	int r = read_statement(&reader);
	if (r == 0) {
		r = check_whole(backfill, dialect, err);
	}
	if (r == 0) {
		r = check_functions(backfill, db, err);
	}
	if (r == 0) {
		r = db->driver->migrator->key(db, backfill->table, &backfill->key, err);
	}
	return r < 0 ? r : check_key(backfill, db, err);
}

/* ---- running parts ---- */

static void
add_columns(const struct sfs_backfill *backfill, const char *qualifier, const char *function,
	const char *separator, struct sfs_str *out)
{
	for (size_t i = 0; i < backfill->key.len; i++) {
		sfs_str_addf(out, "%s%s%s%s%s%s", i ? separator : "", function ? function : "",
			function ? "(" : "", qualifier ? qualifier : "", qualifier ? "." : "",
			backfill->key.items[i]);
		sfs_str_add(out, function ? ")" : "");
	}
}

/* "(a, b) > (1, 'x')" */
static void
add_bound(const struct sfs_backfill *backfill, const char *qualifier, const char *operator,
	const char * place, struct sfs_str *out)
{
	sfs_str_addc(out, '(');
	add_columns(backfill, qualifier, NULL, ", ", out);
	sfs_str_addf(out, ") %s (%s)", operator, place);
}

static int
ask(struct sfs_db *db, const char *query, char **ret_text, struct sfs_error *err)
{
	struct sfs_texts rows sfs_auto(texts) = { 0 };
	int r = db->driver->migrator->rows(db, query, &rows, err);

	if (r == 0) {
		*ret_text = rows.len ? sfs_steal(rows.items[0]) : NULL;
	}
	return r;
}

int
sfs_backfill_total(const struct sfs_backfill *backfill, struct sfs_db *db, int64_t *ret_total,
	struct sfs_error *err)
{
	char *query sfs_auto(free) = sfs_asprintf("SELECT count(*) FROM %s", backfill->table);
	char *count sfs_auto(free) = NULL;
	int r = ask(db, query, &count, err);

	if (r == 0) {
		*ret_total = count ? strtoll(count, NULL, 10) : 0;
	}
	return r;
}

/* The key of the row that is the last of the part, as SQL; NULL when the part is the rest. */
static int
find_end(const struct sfs_backfill *backfill, struct sfs_db *db, const char *place, int64_t batch,
	char **ret_end, struct sfs_error *err)
{
	const char *literal =
		db->driver->dialect == SFS_POSTGRES ? "pg_catalog.quote_literal" : "quote";
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&query, "SELECT ");
	add_columns(backfill, NULL, literal, " || ', ' || ", &query);
	sfs_str_addf(&query, " FROM %s", backfill->table);
	if (place) {
		sfs_str_add(&query, " WHERE ");
		add_bound(backfill, NULL, ">", place, &query);
	}
	sfs_str_add(&query, " ORDER BY ");
	add_columns(backfill, NULL, NULL, ", ", &query);
	sfs_str_addf(&query, " LIMIT 1 OFFSET %lld", (long long)batch - 1);
	return ask(db, sfs_str_text(&query), ret_end, err);
}

static void
add_range(const struct sfs_backfill *backfill, const char *place, const char *end,
	struct sfs_str *out)
{
	if (place) {
		add_bound(backfill, backfill->alias, ">", place, out);
	}
	sfs_str_add(out, place && end ? " AND " : "");
	if (end) {
		add_bound(backfill, backfill->alias, "<=", end, out);
	}
}

/* The statement with the range as a further condition; newlines, since a comment may stand before. */
static void
compose(const struct sfs_backfill *backfill, const char *range, struct sfs_str *out)
{
	size_t from = backfill->where ? backfill->where : backfill->end;

	sfs_str_addn(out, backfill->sql, from);
	if (backfill->where) {
		sfs_str_add(out, " (");
		sfs_str_addn(out, backfill->sql + from, backfill->end - from);
		sfs_str_addf(out, "\n) AND %s\n", range);
	} else {
		sfs_str_addf(out, "\nWHERE %s\n", range);
	}
	sfs_str_add(out, backfill->sql + backfill->end);
}

int
sfs_backfill_step(const struct sfs_backfill *backfill, struct sfs_db *db, const char *place,
	int64_t batch, char **ret_place, struct sfs_error *err)
{
	struct sfs_str range sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;
	char *end sfs_auto(free) = NULL;
	int r = find_end(backfill, db, place, batch, &end, err);

	if (r < 0) {
		return r;
	}
	add_range(backfill, place, end, &range);
	if (range.len) {
		compose(backfill, sfs_str_text(&range), &sql);
	} else {
		sfs_str_add(&sql, backfill->sql);
	}
	r = db->driver->exec(db, sfs_str_text(&sql), err);
	if (r == 0) {
		*ret_place = sfs_steal(end);
	}
	return r;
}
