// SPDX-License-Identifier: MIT
/* Scratch places stand for real ones: their names in every text become the real names. */
#include <ctype.h>
#include <string.h>

#include "drivers/postgres/kind.h"
#include "drivers/postgres/read/read.h"

/* Appends `len` bytes with every `actual` in them replaced; a name inside of a literal is quoted twice. */
static void
replace_inside(struct sfs_str *out, const char *text, size_t len, const struct pg_alias *alias)
{
	sfs_auto(str) struct sfs_str name = SFS_STR_INIT;
	size_t width = strlen(alias->actual);

	pg_name(&name, alias->shown);
	for (size_t i = 0; i < len;) {
		/* "x_1" is not meant in "x_19". */
		bool whole = len - i == width ||
			     (len - i > width && !isalnum((unsigned char)text[i + width]));

		if (!whole || memcmp(text + i, alias->actual, width) != 0) {
			sfs_str_addc(out, text[i++]);
			continue;
		}
		for (const char *c = name.text; *c; c++) {
			sfs_str_add(out, *c == '\'' ? "''" : (char[]){ *c, 0 });
		}
		i += width;
	}
}

static void
replace(struct sfs_str *out, const char *text, const struct pg_alias *alias)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	while (sfs_lexer_next(&lexer, &token)) {
		const char *at = text + token.offset;

		if (token.type == SFS_TOKEN_WORD && token.len == strlen(alias->actual) &&
			memcmp(at, alias->actual, token.len) == 0) {
			pg_name(out, alias->shown);
		} else if (token.type == SFS_TOKEN_STRING || token.type == SFS_TOKEN_BROKEN) {
			replace_inside(out, at, token.len, alias);
		} else {
			sfs_str_addn(out, at, token.len);
		}
	}
}

const char *
pg_show(const struct pg_read_options *options, struct sfs_arena *arena, const char *text)
{
	for (size_t i = 0; text && i < options->n_aliases; i++) {
		sfs_auto(str) struct sfs_str out = SFS_STR_INIT;

		/* Nearly no text has one: look before cutting it into tokens. */
		if (strstr(text, options->aliases[i].actual)) {
			replace(&out, text, &options->aliases[i]);
			text = sfs_arena_strndup(arena, sfs_str_text(&out), out.len);
		}
	}
	return text;
}
