// SPDX-License-Identifier: MIT
/* SQL of a catalog's values as tokens. */
#include <string.h>

#include "migrate/words.h"
#include "sql/quote.h"

void
sfs_words_finish(struct sfs_words *words)
{
	sfs_vec_finish(&words->tokens);
}

/* The lexer knows no `::`, which is one thing here: the second colon is added to the first. */
static bool
joins(struct sfs_words *words, const struct sfs_token *token)
{
	struct sfs_token *last =
		words->tokens.len ? &words->tokens.items[words->tokens.len - 1] : NULL;

	if (words->dialect != SFS_POSTGRES || !last || last->len != 1 ||
		last->offset + 1 != token->offset || words->text[last->offset] != ':' ||
		words->text[token->offset] != ':') {
		return false;
	}
	last->len++;
	return true;
}

void
sfs_words_cut(struct sfs_words *words, enum sfs_dialect dialect, const char *text)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	words->text = text ? text : "";
	words->dialect = dialect;
	words->tokens.len = 0;
	sfs_lexer_init(&lexer, dialect, words->text, strlen(words->text));
	while (sfs_lexer_word(&lexer, &token)) {
		if (!joins(words, &token)) {
			sfs_vec_push(&words->tokens, token);
		}
	}
}

bool
sfs_words_are(const struct sfs_words *words, size_t at, const char *word)
{
	return at < words->tokens.len && sfs_token_is(words->text, &words->tokens.items[at], word);
}

bool
sfs_words_name(const struct sfs_words *words, size_t at)
{
	return at < words->tokens.len && (words->tokens.items[at].type == SFS_TOKEN_WORD ||
						 words->tokens.items[at].type == SFS_TOKEN_QUOTED);
}

void
sfs_words_add_name(const struct sfs_words *words, size_t at, struct sfs_str *out)
{
	const struct sfs_token *token = &words->tokens.items[at];

	sfs_unquote_name(out, words->dialect, words->text + token->offset, token->len);
}

size_t
sfs_words_past(const struct sfs_words *words, size_t at)
{
	size_t depth = 0;

	for (; at < words->tokens.len; at++) {
		if (sfs_words_are(words, at, "(")) {
			depth++;
		} else if (sfs_words_are(words, at, ")") && --depth == 0) {
			return at + 1;
		}
	}
	return at;
}

size_t
sfs_words_find(const struct sfs_words *words, size_t at, const char *word)
{
	while (at < words->tokens.len && !sfs_words_are(words, at, word)) {
		at = sfs_words_are(words, at, "(") ? sfs_words_past(words, at) : at + 1;
	}
	return at;
}

void
sfs_words_add(const struct sfs_words *words, size_t first, size_t end, struct sfs_str *out)
{
	if (first >= end || end > words->tokens.len) {
		return;
	}
	const struct sfs_token *last = &words->tokens.items[end - 1];
	size_t from = words->tokens.items[first].offset;

	sfs_str_addn(out, words->text + from, last->offset + last->len - from);
}
