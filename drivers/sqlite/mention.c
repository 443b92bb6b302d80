// SPDX-License-Identifier: MIT
/* Which relations a view or trigger names. */
#include <string.h>

#include "drivers/sqlite/mention.h"
#include "drivers/sqlite/normal.h"
#include "drivers/sqlite/parse.h"
#include "sql/quote.h"

struct finder {
	const char *text;
	struct lite_tokens tokens;
	SFS_VEC(bool) lists; /* for each open parenthesis: are we in a list of tables? */
	bool list;           /* the same for here */
	bool expected;       /* a name here is that of a relation */
	struct sfs_str name;
	void (*found)(void *data, const char *name);
	void *data;
};

static bool
is(const struct finder *f, size_t at, const char *word)
{
	return at < f->tokens.len && sfs_token_is(f->text, &f->tokens.items[at], word);
}

static bool
is_any(const struct finder *f, size_t at, const char *const *words)
{
	for (; *words; words++) {
		if (is(f, at, *words)) {
			return true;
		}
	}
	return false;
}

static void
open_parenthesis(struct finder *f)
{
	sfs_vec_push(&f->lists, f->list);
	/* FROM (a, b) or FROM (SELECT ...): the first word tells. */
	f->list = f->expected;
}

static void
close_parenthesis(struct finder *f)
{
	f->expected = false;
	f->list = f->lists.len && f->lists.items[--f->lists.len];
}

static void
take_punctuation(struct finder *f, size_t at)
{
	if (is(f, at, "(")) {
		open_parenthesis(f);
	} else if (is(f, at, ")")) {
		close_parenthesis(f);
	} else if (is(f, at, ",")) {
		f->expected = f->list;
	} else {
		f->expected = false;
		f->list = f->list && !is(f, at, ";");
	}
}

/* Returns the last token that belongs to the name at `at`. */
static size_t
take_name(struct finder *f, size_t at)
{
	bool expected = f->expected;

	if (is(f, at + 1, ".")) {
		at += 2;
	}
	f->expected = false;
	if (expected && at < f->tokens.len && lite_token_is_name(&f->tokens.items[at]) &&
		!is(f, at + 1, "(")) {
		sfs_str_truncate(&f->name, 0);
		lite_token_name(f->text, &f->tokens.items[at], &f->name);
		sfs_str_lower(&f->name, 0);
		f->found(f->data, sfs_str_text(&f->name));
	}
	return at;
}

static bool
take_keyword(struct finder *f, size_t at)
{
	static const char *const before[] = { "FROM", "JOIN", "INTO", "UPDATE", "IN", "TABLE",
		NULL };
	static const char *const lists[] = { "FROM", "JOIN", NULL };
	static const char *const ends[] = { "WHERE", "GROUP", "ORDER", "LIMIT", "SET", "UNION",
		"EXCEPT", "INTERSECT", "VALUES", "HAVING", "WINDOW", "RETURNING", "SELECT", "BEGIN",
		NULL };
	/* AFTER UPDATE OF a ON t: no relation stands after UPDATE. */
	static const char *const events[] = { "OF", "ON", NULL };
	/* UPDATE OR IGNORE t: the name comes later. */
	static const char *const between[] = { "OR", "IGNORE", "REPLACE", "ABORT", "FAIL",
		"ROLLBACK", NULL };

	if (is_any(f, at, before)) {
		f->list = f->list || is_any(f, at, lists);
		f->expected = true;
		return true;
	}
	if (is_any(f, at, ends)) {
		f->list = f->expected = false;
		return true;
	}
	if (is_any(f, at, events)) {
		f->expected = false;
		return true;
	}
	return f->expected && is_any(f, at, between);
}

void
lite_mentions(const char *text, void (*found)(void *data, const char *name), void *data)
{
	struct finder f = { .text = text, .found = found, .data = data };

	lite_tokens_cut(&f.tokens, text, strlen(text));
	for (size_t at = 0; at < f.tokens.len; at++) {
		const struct sfs_token *token = &f.tokens.items[at];

		if (token->type == SFS_TOKEN_OPERATOR) {
			take_punctuation(&f, at);
		} else if (token->type != SFS_TOKEN_WORD || !take_keyword(&f, at)) {
			at = take_name(&f, at);
		}
	}
	sfs_vec_finish(&f.tokens);
	sfs_vec_finish(&f.lists);
	sfs_str_finish(&f.name);
}
