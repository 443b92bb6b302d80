/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_WORDS_H
#define SFS_MIGRATE_WORDS_H

#include <stdbool.h>

#include "base/str.h"
#include "base/vec.h"
#include "sql/lexer.h"

/* A piece of SQL as its tokens, without space and comments: to find one's way in what a catalog says. */
struct sfs_words {
	const char *text; /* borrowed */
	enum sfs_dialect dialect;
	SFS_VEC(struct sfs_token) tokens;
};

void sfs_words_finish(struct sfs_words *words);
SFS_DEFINE_AUTO_VALUE(words, struct sfs_words, sfs_words_finish)

/* Cuts `text`; NULL is as "". */
void sfs_words_cut(struct sfs_words *words, enum sfs_dialect dialect, const char *text);

/* Whether token `at` is there and is that keyword or operator. */
bool sfs_words_are(const struct sfs_words *words, size_t at, const char *word);

/* Whether token `at` is there and may be a name. */
bool sfs_words_name(const struct sfs_words *words, size_t at);

/* Appends the name that token `at` stands for. */
void sfs_words_add_name(const struct sfs_words *words, size_t at, struct sfs_str *out);

/* The index past the group that token `at`, an opening parenthesis, begins. */
size_t sfs_words_past(const struct sfs_words *words, size_t at);

/* The first token from `at` on that is `word` and stands in no parentheses; tokens.len for none. */
size_t sfs_words_find(const struct sfs_words *words, size_t at, const char *word);

/* Appends the tokens first .. end - 1 as they are written, with what stands between them. */
void sfs_words_add(const struct sfs_words *words, size_t first, size_t end, struct sfs_str *out);

#endif
