// SPDX-License-Identifier: MIT
/* Lists whose order says nothing: it follows the names in them, which renames change. */
#include <string.h>

#include "base/arena.h"
#include "diff/compare.h"

/* Borrowed; NULL where another was found to be the same. */
struct items SFS_VEC_OF(const char *);

/* What stands between commas that are in no parentheses. */
static void
split(enum sfs_dialect dialect, const char *list, struct sfs_arena *arena, struct items *ret_items)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t begin = 0;
	int depth = 0;

	sfs_lexer_init(&lexer, dialect, list, strlen(list));
	while (sfs_lexer_word(&lexer, &token)) {
		depth += sfs_token_is(list, &token, "(") - sfs_token_is(list, &token, ")");
		if (depth == 0 && sfs_token_is(list, &token, ",")) {
			sfs_vec_push(ret_items,
				sfs_arena_strndup(arena, list + begin, token.offset - begin));
			begin = token.offset + token.len;
			begin += strspn(list + begin, " \n");
		}
	}
	sfs_vec_push(ret_items, list + begin);
}

static bool
take(const struct sfs_reading *reading, const char *item, struct items *items)
{
	sfs_vec_foreach (other, items) {
		if (*other && sfs_values_equal(reading, item, *other)) {
			*other = NULL;
			return true;
		}
	}
	return false;
}

bool
sfs_sets_equal(const struct sfs_reading *reading, const char *a, const char *b)
{
	struct items left = { 0 }, right = { 0 };

	if (sfs_values_equal(reading, a, b)) {
		return true;
	}
	if (!a || !b) {
		return false;
	}
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	split(reading->dialect, a, arena, &left);
	split(reading->dialect, b, arena, &right);
	bool equal = left.len == right.len;
	for (size_t i = 0; equal && i < left.len; i++) {
		equal = take(reading, left.items[i], &right);
	}
	sfs_vec_finish(&left);
	sfs_vec_finish(&right);
	return equal;
}
