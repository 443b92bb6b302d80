// SPDX-License-Identifier: MIT
/* A migration file as the statements that it holds, and what can not stand in one. */
#include <errno.h>
#include <string.h>

#include "migrate/script.h"

static const char breakpoint_text[] = "--> statement-breakpoint";

enum { PG = 1 << SFS_POSTGRES, LITE = 1 << SFS_SQLITE };

static const char is_control[] = "a migration runs in a transaction of its own";
static const char runs_outside[] = "it can not run inside a transaction, as a migration does";

/* What a statement may not begin with, and where `word` is given, may not hold either. */
static const struct {
	unsigned dialects;
	const char *head, *word, *reason;
} refused[] = {
	{ PG | LITE, "BEGIN", NULL, is_control },
	{ PG | LITE, "COMMIT", NULL, is_control },
	{ PG | LITE, "END", NULL, is_control },
	{ PG | LITE, "ROLLBACK", NULL, is_control },
	{ PG, "ABORT", NULL, is_control },
	{ PG, "START TRANSACTION", NULL, is_control },
	{ PG, "PREPARE TRANSACTION", NULL, is_control },
	{ PG | LITE, "VACUUM", NULL, runs_outside },
	{ PG, "ALTER SYSTEM", NULL, runs_outside },
	{ PG, "CREATE DATABASE", NULL, runs_outside },
	{ PG, "DROP DATABASE", NULL, runs_outside },
	{ PG, "CREATE TABLESPACE", NULL, runs_outside },
	{ PG, "DROP TABLESPACE", NULL, runs_outside },
	{ PG, "REINDEX DATABASE", NULL, runs_outside },
	{ PG, "REINDEX SCHEMA", NULL, runs_outside },
	{ PG, "REINDEX SYSTEM", NULL, runs_outside },
	{ PG, "CREATE INDEX", "CONCURRENTLY", runs_outside },
	{ PG, "CREATE UNIQUE INDEX", "CONCURRENTLY", runs_outside },
	{ PG, "DROP INDEX", "CONCURRENTLY", runs_outside },
	{ PG, "REINDEX", "CONCURRENTLY", runs_outside },
	{ PG, "ALTER TABLE", "CONCURRENTLY", runs_outside },
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

/* Why the statement can not be part of a migration, or NULL. */
static const char *
reason_against(enum sfs_dialect dialect, const char *text, const struct sfs_statement *statement)
{
	struct sfs_str words sfs_auto(str) = SFS_STR_INIT;

	sfs_statement_head(dialect, text, statement, 3, &words);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		if (!(refused[i].dialects & 1U << dialect) ||
			!begins(sfs_str_text(&words), refused[i].head)) {
			continue;
		}
		if (refused[i].word && !has_word(dialect, text, statement, refused[i].word)) {
			continue;
		}
		if (strcmp(refused[i].head, "ROLLBACK") == 0 &&
			has_word(dialect, text, statement, "TO")) {
			continue; /* to a savepoint */
		}
		return refused[i].reason;
	}
	return NULL;
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

static bool
has_head(const struct parser *p, const struct sfs_statement *statement, const char *head)
{
	struct sfs_str words sfs_auto(str) = SFS_STR_INIT;

	sfs_statement_head(p->dialect, p->script->text, statement, 1, &words);
	return strcmp(sfs_str_text(&words), head) == 0;
}

/*
 * `COMMIT; PRAGMA foreign_keys = OFF; BEGIN;` is how people get a pragma out of the transaction that
 * drizzle opens. Ours has the switch around it, so all three go. Returns whether it was one of them.
 */
static bool
steps_aside(struct parser *p, const struct sfs_statement *statement)
{
	if (p->dialect != SFS_SQLITE) {
		return false;
	}
	if (switches_foreign_keys(p->script->text, statement)) {
		p->script->rebuilds = true;
		return true;
	}
	if (!p->left.len && has_head(p, statement, "COMMIT")) {
		p->left = *statement;
		return true;
	}
	if (p->left.len && has_head(p, statement, "BEGIN")) {
		p->left.len = 0;
		return true;
	}
	return false;
}

static int
add_statement(struct parser *p, const struct sfs_statement *statement)
{
	if (steps_aside(p, statement)) {
		return 0;
	}
	if (p->left.len) {
		return refuse(p, &p->left, is_control);
	}
	const char *reason = reason_against(p->dialect, p->script->text, statement);
	if (reason) {
		return refuse(p, statement, reason);
	}
	sfs_vec_push(&p->script->statements, *statement);
	return 0;
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
	return r == 0 && p->left.len ? refuse(p, &p->left, is_control) : r;
}

void
sfs_script_finish(struct sfs_script *script)
{
	sfs_vec_finish(&script->statements);
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
	if (r < 0) {
		return r;
	}
	if (!script.statements.len) {
		r = sfs_error_set(err, EINVAL, "there is no statement in it");
		sfs_error_position(err, name, text, 0);
		return r;
	}
	*ret_script = script;
	memset(&script, 0, sizeof script);
	return 0;
}
