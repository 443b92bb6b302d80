// SPDX-License-Identifier: MIT
/* Stored texts under another name. */
#include <string.h>
#include <strings.h>

#include "diff/hints.h"
#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "sql/quote.h"

struct editor {
	const char *text;
	struct lite_tokens tokens;
	size_t copied; /* how much of the text was added */
	struct sfs_str *out;
};

/* Adds the text up to a token and the new name in its place, if the token is another name. */
static void
replace(struct editor *e, size_t at, const char *name, int (*compare)(const char *, const char *))
{
	struct sfs_str old sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_token *token = &e->tokens.items[at];

	lite_token_name(e->text, token, &old);
	if (compare(sfs_str_text(&old), name) == 0) {
		return;
	}
	sfs_str_addn(e->out, e->text + e->copied, token->offset - e->copied);
	sfs_quote_name(e->out, SFS_SQLITE, name);
	e->copied = token->offset + token->len;
}

void
lite_text(const struct sfs_object *object, struct sfs_str *out)
{
	struct sfs_str plain sfs_auto(str) = SFS_STR_INIT;
	struct lite_head head;

	sfs_hints_strip(SFS_SQLITE, lite_stored(object), &plain);
	const char *text = sfs_str_text(&plain);
	struct editor e = { .text = text, .out = out };
	lite_tokens_cut(&e.tokens, text, strlen(text));
	if (lite_head_parse(text, &e.tokens, &head)) {
		replace(&e, head.name, object->id.name, strcmp);
		for (size_t at = head.name + 1;
			object->id.kind == SFS_TRIGGER && at + 1 < e.tokens.len; at++) {
			if (sfs_token_is(text, &e.tokens.items[at], "ON")) {
				bool qualified = at + 3 < e.tokens.len &&
						 sfs_token_is(text, &e.tokens.items[at + 2], ".");

				/* What only spells it otherwise means it as well. */
				replace(&e, qualified ? at + 3 : at + 1, object->id.relation,
					sqlite3_stricmp);
				break;
			}
		}
	}
	sfs_str_add(out, text + e.copied);
	sfs_vec_finish(&e.tokens);
}
