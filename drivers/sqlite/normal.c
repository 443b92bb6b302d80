// SPDX-License-Identifier: MIT
/* One text for all spellings that SQLite takes for the same. */
#include <string.h>
#include <strings.h>

#include "drivers/sqlite/normal.h"
#include "sql/quote.h"

void
lite_tokens_cut(struct lite_tokens *tokens, const char *text, size_t len)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	tokens->len = 0;
	sfs_lexer_init(&lexer, SFS_SQLITE, text, len);
	while (sfs_lexer_word(&lexer, &token)) {
		sfs_vec_push(tokens, token);
	}
}

static bool
is_plain(const char *name)
{
	for (const char *at = name; *at; at++) {
		unsigned char c = (unsigned char)*at;
		bool letter = ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c >= 0x80;

		if (!letter && (at == name || !((c >= '0' && c <= '9') || c == '$'))) {
			return false;
		}
	}
	return *name != '\0';
}

static bool
has_upper(const char *name)
{
	for (; *name; name++) {
		if (*name >= 'A' && *name <= 'Z') {
			return true;
		}
	}
	return false;
}

void
lite_token_name(const char *text, const struct sfs_token *token, struct sfs_str *out)
{
	const char *start = text + token->offset;

	if (token->type == SFS_TOKEN_WORD) {
		sfs_str_addn(out, start, token->len);
	} else {
		sfs_unquote_name(out, SFS_SQLITE, start, token->len);
	}
}

/* Adds a name in double quotes unless it reads back without. */
static void
add_name(struct sfs_str *out, const char *name)
{
	if (is_plain(name) && !sfs_is_keyword(SFS_SQLITE, name)) {
		sfs_str_add(out, name);
		return;
	}
	sfs_str_addc(out, '"');
	for (; *name; name++) {
		if (*name == '"') {
			sfs_str_addc(out, '"');
		}
		sfs_str_addc(out, *name);
	}
	sfs_str_addc(out, '"');
}

void
lite_normal_name(const char *text, const struct sfs_token *token, struct sfs_str *out)
{
	if (token->type == SFS_TOKEN_WORD) {
		size_t from = out->len;

		sfs_str_addn(out, text + token->offset, token->len);
		sfs_str_lower(out, from);
		return;
	}
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	lite_token_name(text, token, &name);
	sfs_str_lower(&name, 0);
	add_name(out, sfs_str_text(&name));
}

static bool
is(const struct lite_normal *n, size_t at, const char *word)
{
	return sfs_token_is(n->text, &n->tokens[at], word);
}

static bool
is_operator(const struct sfs_token *token)
{
	return token->type == SFS_TOKEN_OPERATOR;
}

static bool
is_punctuation(const struct lite_normal *n, size_t at)
{
	const struct sfs_token *token = &n->tokens[at];

	return is_operator(token) && token->len == 1 && strchr("(),.;", n->text[token->offset]);
}

/*
 * A name in double quotes that names nothing is a string to SQLite. Where that can not be told, one
 * with capitals keeps them and its quotes.
 */
static void
add_quoted(const struct lite_normal *n, size_t first, size_t end, size_t at, struct sfs_str *out)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_token *token = &n->tokens[at];
	bool sure = n->text[token->offset] != '"' || (at > first && is(n, at - 1, ".")) ||
		    (at + 1 < end && (is(n, at + 1, ".") || is(n, at + 1, "(")));

	lite_token_name(n->text, token, &name);
	if (!sure && n->is_name) {
		sure = n->is_name(n->data, sfs_str_text(&name));
	}
	if (n->fold && sure) {
		sfs_str_lower(&name, 0);
	}
	if (!sure && has_upper(sfs_str_text(&name))) {
		sfs_str_addn(out, n->text + token->offset, token->len);
		return;
	}
	add_name(out, sfs_str_text(&name));
}

static void
add_word(const struct lite_normal *n, const struct sfs_token *token, struct sfs_str *out)
{
	size_t from = out->len;

	sfs_str_addn(out, n->text + token->offset, token->len);
	if (n->fold || sfs_is_keyword(SFS_SQLITE, out->text + from)) {
		sfs_str_lower(out, from);
	}
}

/* What stands for one thing is written in one way: <> for !=, = for ==. */
static void
add_operator(const struct lite_normal *n, const struct sfs_token *token, struct sfs_str *out)
{
	const char *text = n->text + token->offset;

	if (token->len == 2 && memcmp(text, "!=", 2) == 0) {
		sfs_str_add(out, "<>");
	} else if (token->len == 2 && memcmp(text, "==", 2) == 0) {
		sfs_str_addc(out, '=');
	} else {
		sfs_str_addn(out, text, token->len);
	}
}

static void
add_token(const struct lite_normal *n, size_t first, size_t end, size_t at, struct sfs_str *out)
{
	const struct sfs_token *token = &n->tokens[at];
	size_t from = out->len;

	switch (token->type) {
	case SFS_TOKEN_WORD:
		add_word(n, token, out);
		break;
	case SFS_TOKEN_QUOTED:
		add_quoted(n, first, end, at, out);
		break;
	case SFS_TOKEN_OPERATOR:
		add_operator(n, token, out);
		break;
	case SFS_TOKEN_NUMBER:
		sfs_str_addn(out, n->text + token->offset, token->len);
		sfs_str_lower(out, from);
		break;
	case SFS_TOKEN_STRING:
	case SFS_TOKEN_PARAMETER:
	case SFS_TOKEN_BROKEN:
		sfs_str_addn(out, n->text + token->offset, token->len);
		break;
	case SFS_TOKEN_END:
	case SFS_TOKEN_SPACE:
	case SFS_TOKEN_COMMENT:
		break;
	}
}

/* A sign before a number or a name, not an operator between two. */
static bool
is_sign(const struct lite_normal *n, size_t first, size_t at)
{
	if (!is(n, at, "-") && !is(n, at, "+")) {
		return false;
	}
	return at == first || (is_operator(&n->tokens[at - 1]) && !is(n, at - 1, ")"));
}

static bool
needs_space(const struct lite_normal *n, size_t first, size_t at)
{
	if (at == first || is(n, at - 1, "(") || is(n, at - 1, ".")) {
		return false;
	}
	if (is_sign(n, first, at - 1) && !is_operator(&n->tokens[at])) {
		return false;
	}
	if (is(n, at, "(")) {
		/* f(x), but IN (x) and a = (x). */
		return is_operator(&n->tokens[at - 1])
			       ? !is_punctuation(n, at - 1) || is(n, at - 1, ",")
			       : false;
	}
	return !is(n, at, ")") && !is(n, at, ",") && !is(n, at, ".") && !is(n, at, ";");
}

/* `users.age` in a constraint of users says no more than `age`. */
static bool
is_own_prefix(const struct lite_normal *n, size_t end, size_t at)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (!n->table || at + 2 >= end || !is(n, at + 1, ".") ||
		!lite_token_is_name(&n->tokens[at]) || !lite_token_is_name(&n->tokens[at + 2])) {
		return false;
	}
	lite_token_name(n->text, &n->tokens[at], &name);
	return strcasecmp(sfs_str_text(&name), n->table) == 0;
}

void
lite_normal_add(const struct lite_normal *normal, size_t first, size_t end, struct sfs_str *out)
{
	for (size_t at = first; at < end; at++) {
		if (needs_space(normal, first, at)) {
			sfs_str_addc(out, ' ');
		}
		if (is_own_prefix(normal, end, at)) {
			at += 2;
		}
		add_token(normal, first, end, at, out);
	}
}
