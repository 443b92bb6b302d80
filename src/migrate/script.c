// SPDX-License-Identifier: MIT
/* A migration file as the statements that it holds, and what can not stand in one. */
#include <errno.h>
#include <string.h>

#include "migrate/script.h"

static const char breakpoint_text[] = "--> statement-breakpoint";

enum { PG = 1 << SFS_POSTGRES, LITE = 1 << SFS_SQLITE };

static const char is_control[] = "a migration runs in a transaction of its own";

/* What is no statement to send, and what can not run inside a transaction. */
enum sort {
	SORT_PLAIN,
	SORT_BEGIN,
	SORT_COMMIT,
	SORT_REFUSED,
	SORT_OUTSIDE,
	SORT_SETS,
	SORT_ADDS,
};

/*
 * By how a statement begins and, where `word` is given, what it also holds. What the server refuses
 * inside a transaction besides is found out by trying.
 */
static const struct {
	unsigned dialects;
	enum sort sort;
	const char *head, *word;
} sorts[] = {
	{ PG | LITE, SORT_BEGIN, "BEGIN", NULL },
	{ PG, SORT_BEGIN, "START TRANSACTION", NULL },
	{ PG, SORT_REFUSED, "COMMIT PREPARED", NULL },
	{ PG | LITE, SORT_COMMIT, "COMMIT", NULL },
	{ PG | LITE, SORT_COMMIT, "END", NULL },
	{ PG | LITE, SORT_PLAIN, "ROLLBACK", "TO" }, /* a savepoint */
	{ PG | LITE, SORT_REFUSED, "ROLLBACK", NULL },
	{ PG, SORT_REFUSED, "ABORT", NULL },
	{ PG, SORT_REFUSED, "PREPARE TRANSACTION", NULL },
	{ PG | LITE, SORT_OUTSIDE, "VACUUM", NULL },
	{ PG, SORT_OUTSIDE, "ALTER SYSTEM", NULL },
	{ PG, SORT_OUTSIDE, "CREATE DATABASE", NULL },
	{ PG, SORT_OUTSIDE, "DROP DATABASE", NULL },
	{ PG, SORT_OUTSIDE, "CREATE TABLESPACE", NULL },
	{ PG, SORT_OUTSIDE, "DROP TABLESPACE", NULL },
	{ PG, SORT_OUTSIDE, "REINDEX DATABASE", NULL },
	{ PG, SORT_OUTSIDE, "REINDEX SCHEMA", NULL },
	{ PG, SORT_OUTSIDE, "REINDEX SYSTEM", NULL },
	{ PG, SORT_OUTSIDE, "CREATE INDEX", "CONCURRENTLY" },
	{ PG, SORT_OUTSIDE, "CREATE UNIQUE INDEX", "CONCURRENTLY" },
	{ PG, SORT_OUTSIDE, "DROP INDEX", "CONCURRENTLY" },
	{ PG, SORT_OUTSIDE, "REINDEX", "CONCURRENTLY" },
	{ PG, SORT_OUTSIDE, "ALTER TABLE", "CONCURRENTLY" },
	{ PG, SORT_ADDS, "ALTER TYPE", "VALUE" },
	{ PG, SORT_PLAIN, "SET CONSTRAINTS", NULL },
	{ PG, SORT_PLAIN, "SET TRANSACTION", NULL },
	{ PG, SORT_PLAIN, "SET LOCAL", NULL },
	{ PG, SORT_SETS, "SET", NULL },
	{ PG, SORT_SETS, "RESET", NULL },
	{ PG, SORT_SETS, "SELECT", "set_config" },
	{ LITE, SORT_OUTSIDE, "PRAGMA", "journal_mode" },
	{ LITE, SORT_OUTSIDE, "PRAGMA", "synchronous" },
	{ LITE, SORT_OUTSIDE, "PRAGMA", "wal_checkpoint" },
	{ LITE, SORT_OUTSIDE, "ATTACH", NULL },
	{ LITE, SORT_OUTSIDE, "DETACH", NULL },
};

static bool
has_word(enum sfs_dialect dialect, const char *text, const struct sfs_statement *statement,
	const char *word)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, dialect, text + statement->offset, statement->len);
	while (sfs_lexer_word(&lexer, &token)) {
		if (sfs_token_is(lexer.text, &token, word)) {
			return true;
		}
	}
	return false;
}

/* "CREATE INDEX" begins "CREATE INDEX CONCURRENTLY" but not "CREATE INDEXES". */
static bool
begins(const char *words, const char *head)
{
	size_t len = strlen(head);

	return strncmp(words, head, len) == 0 && (words[len] == ' ' || words[len] == '\0');
}

static enum sort
sort_of(enum sfs_dialect dialect, const char *text, const struct sfs_statement *statement)
{
	struct sfs_str words sfs_auto(str) = SFS_STR_INIT;

	sfs_statement_head(dialect, text, statement, 3, &words);
	for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
		if (sorts[i].dialects & 1U << dialect &&
			begins(sfs_str_text(&words), sorts[i].head) &&
			(!sorts[i].word || has_word(dialect, text, statement, sorts[i].word))) {
			return sorts[i].sort;
		}
	}
	return SORT_PLAIN;
}

/* PRAGMA foreign_keys = OFF, PRAGMA main.foreign_keys(0) ... */
static bool
switches_foreign_keys(const char *text, const struct sfs_statement *statement)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_SQLITE, text + statement->offset, statement->len);
	if (!sfs_lexer_word(&lexer, &token) || !sfs_token_is(lexer.text, &token, "PRAGMA")) {
		return false;
	}
	return has_word(SFS_SQLITE, text, statement, "foreign_keys");
}

struct parser {
	enum sfs_dialect dialect;
	struct sfs_script *script;
	struct sfs_statement left; /* the COMMIT that waits for its BEGIN; of no length: none */
	size_t seen;               /* up to where the text is dealt with */
	struct sfs_error *err;
};

static int
refuse(struct parser *p, const struct sfs_statement *statement, const char *reason)
{
	struct sfs_str words sfs_auto(str) = SFS_STR_INIT;

	sfs_statement_head(p->dialect, p->script->text, statement, 2, &words);
	int r = sfs_error_set(p->err, EINVAL, "%s: %s", sfs_str_text(&words), reason);
	sfs_error_position(p->err, p->script->name, p->script->text, statement->offset);
	return r;
}

/* Here the file ends a transaction: what came before is committed before what follows. */
static void
commit_here(struct parser *p)
{
	if (p->script->ways.len) {
		p->script->ways.items[p->script->ways.len - 1].commits = true;
	}
	p->left.len = 0;
}

/*
 * `COMMIT; PRAGMA foreign_keys = OFF; BEGIN;` is how people get a pragma out of the transaction that
 * drizzle opens. Ours has the switch around it, so all three go. Returns whether it was one of them.
 */
static bool
steps_aside(struct parser *p, const struct sfs_statement *statement, enum sort sort)
{
	if (p->dialect == SFS_SQLITE && switches_foreign_keys(p->script->text, statement)) {
		p->script->rebuilds = true;
		return true;
	}
	if (sort == SORT_COMMIT) {
		if (p->left.len || p->dialect != SFS_SQLITE) {
			commit_here(p);
		} else {
			p->left = *statement;
		}
		return true;
	}
	if (sort == SORT_BEGIN) {
		if (!p->left.len && p->script->ways.len) {
			commit_here(p);
		}
		p->left.len = 0;
		return true;
	}
	return false;
}

/* SQLite: with foreign keys on, DROP TABLE deletes the rows that refer to the table. */
static bool
drops_table(const struct parser *p, const struct sfs_statement *statement)
{
	struct sfs_str words sfs_auto(str) = SFS_STR_INIT;

	sfs_statement_head(p->dialect, p->script->text, statement, 2, &words);
	return begins(sfs_str_text(&words), "DROP TABLE");
}

/* BEGIN may say how the transaction is to be: that is none of ours. */
static bool
is_bare(const struct parser *p, const struct sfs_statement *statement)
{
	static const char *const modes[] = { "ISOLATION", "READ", "DEFERRABLE", "CHAIN" };

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		if (has_word(p->dialect, p->script->text, statement, modes[i])) {
			return false;
		}
	}
	return true;
}

static int
add_statement(struct parser *p, const struct sfs_statement *statement)
{
	enum sort sort = sort_of(p->dialect, p->script->text, statement);
	size_t before = p->seen;

	p->seen = statement->end;
	if (sort == SORT_REFUSED ||
		((sort == SORT_BEGIN || sort == SORT_COMMIT) && !is_bare(p, statement))) {
		return refuse(p, statement, is_control);
	}
	if (steps_aside(p, statement, sort)) {
		return 0;
	}
	if (p->left.len) {
		commit_here(p);
	}
	struct sfs_way way = {
		.mode = sort == SORT_OUTSIDE ? SFS_RUN_OUTSIDE : SFS_RUN_INSIDE,
		.sets = sort == SORT_SETS,
		.adds = sort == SORT_ADDS,
	};
	p->script->rebuilds |= p->dialect == SFS_SQLITE && drops_table(p, statement);
	sfs_vec_push(&p->script->statements, *statement);
	int r = sfs_directive_read(p->dialect, p->script, before, statement->offset, &way, p->err);
	sfs_vec_push(&p->script->ways, way);
	return r;
}

/* The statements of one chunk between two breakpoints. */
static int
add_chunk(struct parser *p, size_t start, size_t end)
{
	struct sfs_statements found = { 0 };
	int r = 0;

	sfs_statements_split(p->dialect, p->script->text + start, end - start, &found);
	for (size_t i = 0; r == 0 && i < found.len; i++) {
		found.items[i].offset += start;
		found.items[i].end += start;
		r = add_statement(p, &found.items[i]);
	}
	sfs_vec_finish(&found);
	return r;
}

static bool
is_breakpoint(const char *text, const struct sfs_token *token)
{
	return token->type == SFS_TOKEN_COMMENT && text[token->offset] == '-' &&
	       memmem(text + token->offset, token->len, breakpoint_text,
		       sizeof breakpoint_text - 1);
}

static int
add_chunks(struct parser *p, size_t len)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t start = 0;
	int r = 0;

	sfs_lexer_init(&lexer, p->dialect, p->script->text, len);
	while (r == 0 && sfs_lexer_next(&lexer, &token)) {
		if (is_breakpoint(p->script->text, &token)) {
			r = add_chunk(p, start, token.offset);
			start = token.offset + token.len;
		}
	}
	if (r == 0) {
		r = add_chunk(p, start, len);
	}
	return r;
}

/* A directive that no statement follows would be for nothing. */
static int
check_end(struct parser *p, size_t len)
{
	struct sfs_way way = { 0 };
	int r = sfs_directive_read(p->dialect, p->script, p->seen, len, &way, p->err);

	if (r == 0 && way.mode != SFS_RUN_INSIDE) {
		r = sfs_error_set(p->err, EINVAL, "no statement follows the directive");
		sfs_error_position(p->err, p->script->name, p->script->text, p->seen);
	}
	return r;
}

void
sfs_script_finish(struct sfs_script *script)
{
	sfs_vec_finish(&script->statements);
	sfs_vec_finish(&script->ways);
	memset(script, 0, sizeof *script);
}

int
sfs_script_parse(enum sfs_dialect dialect, const char *name, const char *text, size_t len,
	struct sfs_script *ret_script, struct sfs_error *err)
{
	struct sfs_script script sfs_auto(script) = { .name = name, .text = text };
	struct parser parser = { .dialect = dialect, .script = &script, .err = err };
	const char *nul = memchr(text, '\0', len);

	if (nul) {
		int r = sfs_error_set(err, EINVAL, "a NUL byte can not stand in SQL");
		sfs_error_position(err, name, text, (size_t)(nul - text));
		return r;
	}
	int r = add_chunks(&parser, len);
	if (r == 0) {
		r = check_end(&parser, len);
	}
	if (r < 0) {
		return r;
	}
	*ret_script = script;
	memset(&script, 0, sizeof script);
	return 0;
}
