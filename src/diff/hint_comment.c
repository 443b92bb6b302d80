// SPDX-License-Identifier: MIT
/* The comments that are rename hints, and texts without them. */
#include <string.h>

#include "diff/hints.h"

static const char marker[] = "renamed from:";

const char *
sfs_hint_in(const char *text, const struct sfs_token *comment)
{
	const char *at = text + comment->offset, *end = at + comment->len;

	while (at < end && strchr("-/* \t", *at)) {
		at++;
	}
	return (size_t)(end - at) >= sizeof marker - 1 && memcmp(at, marker, sizeof marker - 1) == 0
		       ? at + sizeof marker - 1
		       : NULL;
}

bool
sfs_hints_may_be(const char *text, size_t len)
{
	return memmem(text, len, marker, sizeof marker - 1) != NULL;
}

void
sfs_hints_strip(enum sfs_dialect dialect, const char *text, struct sfs_str *out)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t first = out->len;

	sfs_lexer_init(&lexer, dialect, text, strlen(text));
	while (sfs_lexer_next(&lexer, &token)) {
		if (token.type != SFS_TOKEN_COMMENT || !sfs_hint_in(text, &token)) {
			sfs_str_addn(out, text + token.offset, token.len);
			continue;
		}
		while (out->len > first && strchr(" \t", out->text[out->len - 1])) {
			sfs_str_truncate(out, out->len - 1);
		}
		if (out->len > first && out->text[out->len - 1] == '\n' &&
			text[token.offset + token.len] == '\n') {
			sfs_str_truncate(out, out->len - 1);
		}
	}
}
