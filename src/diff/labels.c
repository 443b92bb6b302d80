// SPDX-License-Identifier: MIT
/* The labels of an enum: literals in one attribute of its type. */
#include <string.h>

#include "diff/labels.h"
#include "sql/quote.h"

void
sfs_labels_read(
	const struct sfs_object *type, struct sfs_arena *arena, struct sfs_labels *ret_labels)
{
	const char *text = type->id.kind == SFS_TYPE ? sfs_object_get(type, SFS_TYPE_LABELS) : NULL;
	struct sfs_lexer lexer;
	struct sfs_token token;

	if (!text) {
		return;
	}
	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	while (sfs_lexer_word(&lexer, &token)) {
		struct sfs_str label sfs_auto(str) = SFS_STR_INIT;

		if (token.type == SFS_TOKEN_STRING &&
			sfs_unquote_literal(&label, SFS_POSTGRES, text + token.offset, token.len) ==
				0) {
			sfs_vec_push(ret_labels, sfs_arena_strdup(arena, sfs_str_text(&label)));
		}
	}
}

void
sfs_labels_write(
	struct sfs_catalog *catalog, struct sfs_object *type, const struct sfs_labels *labels)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	sfs_vec_foreach (label, labels) {
		sfs_str_separate(&text, ", ");
		sfs_quote_literal(&text, SFS_POSTGRES, *label);
	}
	sfs_catalog_set(catalog, type, SFS_TYPE_LABELS, sfs_str_text(&text));
}
