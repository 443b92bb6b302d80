// SPDX-License-Identifier: MIT
/* Conditions that the server nests and, when it reads its own text, does not nest any more. */
#include <string.h>

#include "base/alloc.h"
#include "drivers/postgres/read/read.h"
#include "sql/lexer.h"

/*
 * Of `a BETWEEN 1 AND 5 AND b > 3` the server makes an AND within an AND, and writes
 * `((a >= 1) AND (a <= 5)) AND (b > 3)`. Reading that, it makes one AND of three: another text the next
 * time. So an AND that begins an AND, or an OR an OR, is shown without parentheses from the start.
 */
struct tokens SFS_VEC_OF(struct sfs_token);

static bool
is(const char *text, const struct tokens *tokens, size_t at, const char *word)
{
	return at < tokens->len && sfs_token_is(text, &tokens->items[at], word);
}

/* What binds the conditions of the group from `open`: "AND" or "OR"; NULL when it is no such group. */
static const char *
connective(const char *text, const struct tokens *tokens, size_t open, size_t *ret_close)
{
	const char *found = NULL;
	size_t depth = 0;

	for (size_t i = open; i < tokens->len; i++) {
		depth += is(text, tokens, i, "(") || is(text, tokens, i, "[");
		if (is(text, tokens, i, ")") || is(text, tokens, i, "]")) {
			depth--;
		}
		if (depth == 0) {
			*ret_close = i;
			return found;
		}
		if (depth > 1) {
			continue;
		}
		const char *word = is(text, tokens, i, "AND")  ? "AND"
				   : is(text, tokens, i, "OR") ? "OR"
							       : NULL;
		if ((word && found && word != found) || is(text, tokens, i, "CASE") ||
			is(text, tokens, i, "SELECT") || is(text, tokens, i, "BETWEEN")) {
			return NULL;
		}
		found = word ? word : found;
	}
	return NULL;
}

/* Whether a condition begins at the token. */
static bool
begins(const char *text, const struct tokens *tokens, size_t at)
{
	static const char *const before[] = { "(", "WHERE", "WHEN", "ON", "HAVING", "THEN", "ELSE",
		"SELECT", ",", NULL };

	for (const char *const *word = before; at && *word; word++) {
		if (is(text, tokens, at - 1, *word)) {
			return !(at > 1 && **word == '(' &&
				 (tokens->items[at - 2].type == SFS_TOKEN_QUOTED));
		}
	}
	return at == 0;
}

const char *
pg_keep_chains(struct sfs_arena *arena, const char *text)
{
	struct tokens tokens = { 0 };
	struct sfs_lexer lexer;
	struct sfs_token token;
	sfs_auto(str) struct sfs_str out = SFS_STR_INIT;
	size_t copied = 0;

	if (!text || !(strstr(text, ")) AND ") || strstr(text, ")) OR "))) {
		return text;
	}
	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	while (sfs_lexer_word(&lexer, &token)) {
		sfs_vec_push(&tokens, token);
	}
	bool *spare sfs_auto(free) = sfs_alloc((tokens.len + 1) * sizeof *spare);
	memset(spare, 0, (tokens.len + 1) * sizeof *spare);
	for (size_t i = 0; i < tokens.len; i++) {
		size_t close = 0;
		const char *word = is(text, &tokens, i, "(") && begins(text, &tokens, i)
					   ? connective(text, &tokens, i, &close)
					   : NULL;

		if (word && is(text, &tokens, close + 1, word)) {
			spare[i] = spare[close] = true;
		}
	}
	for (size_t i = 0; i < tokens.len; i++) {
		if (spare[i]) {
			size_t at = tokens.items[i].offset;

			sfs_str_addn(&out, text + copied, at - copied);
			copied = at + 1;
		}
	}
	sfs_vec_finish(&tokens);
	if (!copied) {
		return text;
	}
	sfs_str_add(&out, text + copied);
	return sfs_arena_strndup(arena, out.text, out.len);
}
