// SPDX-License-Identifier: MIT
/* Where the statements of a script begin and end. */
#include <string.h>

#include "sql/statement.h"

enum head {
	HEAD_START,   /* nothing yet */
	HEAD_CREATE,  /* CREATE, and words that may stand before the kind of object */
	HEAD_ROUTINE, /* CREATE FUNCTION or PROCEDURE: a body may follow */
	HEAD_TRIGGER, /* SQLite's CREATE TRIGGER: ends with the `;` after an END that follows a `;` */
	HEAD_OTHER,
};

struct splitter {
	const char *text;
	enum sfs_dialect dialect;
	enum head head;
	size_t parentheses;         /* open ones */
	size_t body;                /* open BEGIN ATOMIC and CASE of a routine's body */
	struct sfs_token before[2]; /* the last two tokens of the statement, the newer one first */
	bool started;
	struct sfs_statement statement;
};

static bool
is(const struct splitter *s, const struct sfs_token *token, const char *word)
{
	return sfs_token_is(s->text, token, word);
}

static bool
is_any(const struct splitter *s, const struct sfs_token *token, const char *const *words)
{
	for (; *words; words++) {
		if (is(s, token, *words)) {
			return true;
		}
	}
	return false;
}

static enum head
next_head(const struct splitter *s, const struct sfs_token *token)
{
	static const char *const between[] = { "OR", "REPLACE", "TEMP", "TEMPORARY", NULL };
	static const char *const routines[] = { "FUNCTION", "PROCEDURE", NULL };
	static const char *const explain[] = { "EXPLAIN", "QUERY", "PLAN", NULL };

	if (s->head == HEAD_START) {
		if (s->dialect == SFS_SQLITE && is_any(s, token, explain)) {
			return HEAD_START;
		}
		return is(s, token, "CREATE") ? HEAD_CREATE : HEAD_OTHER;
	}
	if (s->head != HEAD_CREATE || is_any(s, token, between)) {
		return s->head;
	}
	if (s->dialect == SFS_SQLITE) {
		return is(s, token, "TRIGGER") ? HEAD_TRIGGER : HEAD_OTHER;
	}
	return is_any(s, token, routines) ? HEAD_ROUTINE : HEAD_OTHER;
}

/* BEGIN ATOMIC opens a routine's body; only CASE needs an END of its own in there. */
static void
follow_body(struct splitter *s, const struct sfs_token *token)
{
	if (s->head != HEAD_ROUTINE) {
		return;
	}
	if (s->body) {
		bool name = is(s, &s->before[0], ".") || is(s, &s->before[0], "AS");

		if (is(s, token, "CASE") && !name) {
			s->body++;
		} else if (is(s, token, "END") && !name) {
			s->body--;
		}
	} else if (is(s, token, "ATOMIC") && is(s, &s->before[0], "BEGIN")) {
		s->body = 1;
	}
}

static bool
ends_here(const struct splitter *s)
{
	if (s->head == HEAD_TRIGGER) {
		return is(s, &s->before[0], "END") && is(s, &s->before[1], ";");
	}
	/* SQLite does not count parentheses: an open one is an error in this statement alone. */
	return s->dialect == SFS_SQLITE || (!s->parentheses && !s->body);
}

static void
take(struct splitter *s, const struct sfs_token *token)
{
	if (!s->started) {
		s->started = true;
		s->statement.offset = token->offset;
	}
	s->head = next_head(s, token);
	follow_body(s, token);
	if (is(s, token, "(")) {
		s->parentheses++;
	} else if (is(s, token, ")") && s->parentheses) {
		s->parentheses--;
	}
	s->before[1] = s->before[0];
	s->before[0] = *token;
	s->statement.len = token->offset + token->len - s->statement.offset;
}

static void
finish(struct splitter *s, size_t end, struct sfs_statements *statements)
{
	if (s->started) {
		s->statement.end = end;
		sfs_vec_push(statements, s->statement);
	}
	*s = (struct splitter){ .text = s->text, .dialect = s->dialect };
}

void
sfs_statements_split(enum sfs_dialect dialect, const char *text, size_t len,
	struct sfs_statements *ret_statements)
{
	struct splitter s = { .text = text, .dialect = dialect };
	struct sfs_lexer lexer;
	struct sfs_token token;

	*ret_statements = (struct sfs_statements){ 0 };
	sfs_lexer_init(&lexer, dialect, text, len);
	while (sfs_lexer_word(&lexer, &token)) {
		if (is(&s, &token, ";") && ends_here(&s)) {
			finish(&s, lexer.at, ret_statements);
		} else {
			take(&s, &token);
		}
	}
	finish(&s, len, ret_statements);
}

void
sfs_statement_head(enum sfs_dialect dialect, const char *text,
	const struct sfs_statement *statement, unsigned n, struct sfs_str *out)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	const char *start = text + statement->offset;

	sfs_lexer_init(&lexer, dialect, start, statement->len);
	for (unsigned i = 0; i < n; i++) {
		if (!sfs_lexer_word(&lexer, &token) || token.type != SFS_TOKEN_WORD) {
			return;
		}
		if (i) {
			sfs_str_addc(out, ' ');
		}
		for (size_t at = 0; at < token.len; at++) {
			char c = start[token.offset + at];

			sfs_str_addc(out, c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
		}
	}
}
