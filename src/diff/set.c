// SPDX-License-Identifier: MIT
/* Lists whose order says nothing: it follows the names in them, which renames change. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "diff/compare.h"

struct items SFS_VEC_OF(char *); /* owned; NULL where another was found to be the same */

static void
items_finish(struct items *items)
{
	sfs_vec_foreach (item, items) {
		free(*item);
	}
	sfs_vec_finish(items);
}
SFS_DEFINE_AUTO_VALUE(items, struct items, items_finish)

/* What stands between commas that are in no parentheses. */
static void
split(enum sfs_dialect dialect, const char *list, struct items *ret_items)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t begin = 0;
	int depth = 0;

	sfs_lexer_init(&lexer, dialect, list, strlen(list));
	while (sfs_lexer_word(&lexer, &token)) {
		depth += sfs_token_is(list, &token, "(") - sfs_token_is(list, &token, ")");
		if (depth == 0 && sfs_token_is(list, &token, ",")) {
			sfs_vec_push(ret_items, sfs_strndup(list + begin, token.offset - begin));
			begin = token.offset + token.len;
			begin += strspn(list + begin, " \n");
		}
	}
	sfs_vec_push(ret_items, sfs_strdup(list + begin));
}

static bool
take(const struct sfs_reading *reading, const char *item, struct items *items)
{
	sfs_vec_foreach (other, items) {
		if (*other && sfs_values_equal(reading, item, *other)) {
			free(sfs_steal(*other));
			return true;
		}
	}
	return false;
}

bool
sfs_sets_equal(const struct sfs_reading *reading, const char *a, const char *b)
{
	struct items left sfs_auto(items) = { 0 }, right sfs_auto(items) = { 0 };
	bool equal;

	if (!a || !b || sfs_values_equal(reading, a, b)) {
		return sfs_values_equal(reading, a, b);
	}
	split(reading->dialect, a, &left);
	split(reading->dialect, b, &right);
	equal = left.len == right.len;
	for (size_t i = 0; equal && i < left.len; i++) {
		equal = take(reading, left.items[i], &right);
	}
	return equal;
}
