// SPDX-License-Identifier: MIT
/* Texts of indexes, views and triggers. */
#include <string.h>

#include "drivers/sqlite/parser.h"

void
lite_index_finish(struct lite_index *index)
{
	sfs_str_finish(&index->keys);
	sfs_str_finish(&index->predicate);
}

void
lite_index_parse(struct lite_index *index, const char *text, const char *table)
{
	struct lite_tokens tokens = { 0 };
	struct lite_head head;

	sfs_str_truncate(&index->keys, 0);
	sfs_str_truncate(&index->predicate, 0);
	lite_tokens_cut(&tokens, text, strlen(text));
	struct lite_normal normal = {
		.text = text, .tokens = tokens.items, .fold = true, .table = table
	};
	if (lite_head_parse(text, &tokens, &head)) {
		struct lite_table scratch = { .text = text, .tokens = tokens };
		struct lite_parser p = { .t = &scratch, .at = head.name + 1, .end = tokens.len };
		size_t first, end;

		index->unique = head.unique;
		p.at += 2; /* ON table */
		if (lite_parser_parentheses(&p, &first, &end)) {
			lite_normal_add(&normal, first, end, &index->keys);
		}
		if (take(&p, "WHERE")) {
			lite_normal_add(&normal, p.at, p.end, &index->predicate);
		}
	} else {
		lite_normal_add(&normal, 0, tokens.len, &index->keys);
	}
	sfs_vec_finish(&tokens);
}

void
lite_body_normal(const char *text, bool fold, struct sfs_str *out)
{
	struct lite_tokens tokens = { 0 };
	struct lite_head head;

	lite_tokens_cut(&tokens, text, strlen(text));
	bool known = lite_head_parse(text, &tokens, &head);
	lite_normal_add(&(struct lite_normal){ .text = text, .tokens = tokens.items, .fold = fold },
		known ? head.name + 1 : 0, tokens.len, out);
	sfs_vec_finish(&tokens);
}
