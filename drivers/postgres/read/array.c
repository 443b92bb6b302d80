// SPDX-License-Identifier: MIT
/* Arrays that the server converts as a whole, in a form that it reads back as that. */
#include <string.h>

#include "drivers/postgres/read/read.h"
#include "sql/lexer.h"

/*
 * Of `a IN ('x', 'y')` with a varchar the server makes an array of varchar and converts that to
 * text[]. It writes it as `(ARRAY['x'::character varying, ...])::text[]`, and reads that as an array
 * of which each element is converted: another tree, and another text the next time. With the type of
 * the elements behind the bracket it reads what it wrote, but for elements with a modifier of their
 * own, which no text brings back.
 */
struct tokens SFS_VEC_OF(struct sfs_token);

static bool
is(const char *text, const struct tokens *tokens, size_t at, const char *word)
{
	return at < tokens->len && sfs_token_is(text, &tokens->items[at], word);
}

/* `::`, of which the lexer makes two. */
static bool
is_cast(const char *text, const struct tokens *tokens, size_t at)
{
	return is(text, tokens, at, ":") && is(text, tokens, at + 1, ":");
}

/* The bracket that closes the one at `open`; where its first element ends goes to `ret_first`. */
static size_t
closing(const char *text, const struct tokens *tokens, size_t open, size_t *ret_first)
{
	size_t depth = 0;

	*ret_first = 0;
	for (size_t i = open; i < tokens->len; i++) {
		depth += is(text, tokens, i, "[") || is(text, tokens, i, "(");
		if (depth == 1 && !*ret_first &&
			(is(text, tokens, i, ",") || is(text, tokens, i, "]"))) {
			*ret_first = i;
		}
		if (is(text, tokens, i, "]") || is(text, tokens, i, ")")) {
			depth--;
			if (depth == 0) {
				return i;
			}
		}
	}
	return tokens->len;
}

/* The type that the element between two tokens is converted to last, without its modifier. */
static bool
type_of(const char *text, const struct tokens *tokens, size_t from, size_t to, size_t *ret_start,
	size_t *ret_end)
{
	size_t depth = 0, cast = 0, end = to;

	for (size_t i = from; i < to; i++) {
		if (depth == 0 && is_cast(text, tokens, i)) {
			cast = i + 1;
			end = to;
		} else if (cast && depth == 0 && is(text, tokens, i, "(")) {
			end = end == to ? i : end;
		}
		depth += is(text, tokens, i, "(") || is(text, tokens, i, "[");
		depth -= is(text, tokens, i, ")") || is(text, tokens, i, "]");
	}
	if (!cast || cast + 1 >= end || is(text, tokens, end - 1, "]")) {
		return false;
	}
	*ret_start = tokens->items[cast + 1].offset;
	*ret_end = tokens->items[end - 1].offset + tokens->items[end - 1].len;
	return true;
}

const char *
pg_keep_arrays(struct sfs_arena *arena, const char *text)
{
	struct tokens tokens = { 0 };
	struct sfs_lexer lexer;
	struct sfs_token token;
	sfs_auto(str) struct sfs_str out = SFS_STR_INIT;
	size_t copied = 0;

	if (!text || !strstr(text, "ARRAY[")) {
		return text;
	}
	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	while (sfs_lexer_word(&lexer, &token)) {
		sfs_vec_push(&tokens, token);
	}
	for (size_t i = 0; i + 1 < tokens.len; i++) {
		size_t first, end, start, stop;

		if (!is(text, &tokens, i, "ARRAY") || !is(text, &tokens, i + 1, "[")) {
			continue;
		}
		end = closing(text, &tokens, i + 1, &first);
		bool inside = i > 0 && is(text, &tokens, i - 1, "(") &&
			      is(text, &tokens, end + 1, ")") && is_cast(text, &tokens, end + 2);

		if (!(inside || is_cast(text, &tokens, end + 1)) ||
			!type_of(text, &tokens, i + 2, first, &start, &stop)) {
			continue;
		}
		/* Without parentheses of its own it needs some: `a::b[]::c[]` is read as the former. */
		size_t before = tokens.items[i].offset;
		size_t after = tokens.items[end].offset + 1;

		sfs_str_addn(&out, text + copied, before - copied);
		sfs_str_add(&out, inside ? "" : "(");
		sfs_str_addn(&out, text + before, after - before);
		sfs_str_addf(
			&out, "::%.*s[]%s", (int)(stop - start), text + start, inside ? "" : ")");
		copied = after;
	}
	sfs_vec_finish(&tokens);
	if (!copied) {
		return text;
	}
	sfs_str_add(&out, text + copied);
	return sfs_arena_strndup(arena, out.text, out.len);
}
