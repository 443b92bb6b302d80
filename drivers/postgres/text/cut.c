// SPDX-License-Identifier: MIT
/* Names that are longer than the server keeps: it cuts them without a word. */
#include <string.h>

#include "drivers/postgres/text/parse.h"
#include "sql/quote.h"

/* NAMEDATALEN - 1: how many bytes of a name there are at most. */
enum { NAME_BYTES = 63 };

static void
mark(struct sfs_catalog *catalog, const char *name, const char *written)
{
	sfs_vec_foreach (item, &catalog->objects) {
		if (strcmp((*item)->id.name, name) == 0) {
			(*item)->written = sfs_arena_strdup(catalog->arena, written);
		}
	}
}

static void
look_at(const char *text, const struct sfs_token *token, struct sfs_catalog *catalog)
{
	struct sfs_str whole sfs_auto(str) = SFS_STR_INIT, cut sfs_auto(str) = SFS_STR_INIT;
	const char *at = text + token->offset;
	bool quoted = token->type == SFS_TOKEN_QUOTED && *at == '"';

	if (token->len <= NAME_BYTES || !(quoted || token->type == SFS_TOKEN_WORD)) {
		return;
	}
	sfs_unquote_name(&cut, SFS_POSTGRES, at, token->len);
	/* SQLite writes names in quotes as PostgreSQL does, and keeps them whole. */
	sfs_unquote_name(&whole, SFS_SQLITE, at, token->len);
	if (whole.len > cut.len) {
		mark(catalog, sfs_str_text(&cut), sfs_str_text(&whole));
	}
}

void
pg_mark_cut_names(const struct sfs_evaluation *what, struct sfs_catalog *catalog)
{
	for (size_t i = 0; i < what->n_sources; i++) {
		const struct sfs_source *source = &what->sources[i];
		struct sfs_lexer lexer;
		struct sfs_token token;

		sfs_lexer_init(&lexer, SFS_POSTGRES, source->text, source->len);
		while (sfs_lexer_word(&lexer, &token)) {
			look_at(source->text, &token, catalog);
		}
	}
}
