// SPDX-License-Identifier: MIT
/* The first words of a CREATE statement: what it makes, and where its name stands. */
#include "drivers/sqlite/parse.h"

static bool
is(const char *text, const struct lite_tokens *tokens, size_t at, const char *word)
{
	return at < tokens->len && sfs_token_is(text, &tokens->items[at], word);
}

static bool
is_object(const char *text, const struct lite_tokens *tokens, size_t at)
{
	return is(text, tokens, at, "TABLE") || is(text, tokens, at, "INDEX") ||
	       is(text, tokens, at, "VIEW") || is(text, tokens, at, "TRIGGER");
}

bool
lite_head_parse(const char *text, const struct lite_tokens *tokens, struct lite_head *ret_head)
{
	struct lite_head head = { 0 };
	size_t at = 1;

	if (!is(text, tokens, 0, "CREATE")) {
		return false;
	}
	if (is(text, tokens, at, "TEMP") || is(text, tokens, at, "TEMPORARY")) {
		head.temporary = true;
		at++;
	} else if (is(text, tokens, at, "VIRTUAL")) {
		head.virtual = true;
		at++;
	} else if (is(text, tokens, at, "UNIQUE")) {
		head.unique = true;
		at++;
	}
	if (!is_object(text, tokens, at)) {
		return false;
	}
	head.object = at++;
	if (is(text, tokens, at, "IF") && is(text, tokens, at + 1, "NOT") &&
		is(text, tokens, at + 2, "EXISTS")) {
		head.if_not_exists = true;
		at += 3;
	}
	if (is(text, tokens, at + 1, ".")) {
		head.namespace = at;
		at += 2;
	}
	if (at >= tokens->len || !lite_token_is_name(&tokens->items[at])) {
		return false;
	}
	head.name = at;
	*ret_head = head;
	return true;
}
