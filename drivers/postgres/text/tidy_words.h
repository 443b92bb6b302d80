/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_TEXT_TIDY_WORDS_H
#define SFS_POSTGRES_TEXT_TIDY_WORDS_H

#include "base/vec.h"
#include "drivers/postgres/text/tidy.h"
#include "sql/lexer.h"

/* The words of a text that is tidied; private to tidy.c and layout.c. */
struct pg_word {
	struct sfs_token token;
	size_t match; /* of a parenthesis or bracket: the index of the other one; else its own */
	bool removed;
	bool block; /* a parenthesis around a query of several lines, which get lines of their own */
	bool spaced; /* space stands before it */
	bool starts; /* a line begins with it */
};

struct pg_words {
	const char *text;
	enum pg_tidy_form form;
	SFS_VEC(struct pg_word) list;
};

bool pg_word_is(const struct pg_words *words, size_t at, const char *word);

/* Whether it is one of a list that ends in NULL. */
bool pg_word_is_one_of(const struct pg_words *words, size_t at, const char *const *list);

/* The words that begin a query, or another statement; ends in NULL. */
extern const char *const pg_query_words[];

/* Appends what is left of the words, line by line. (layout.c) */
void pg_lay_out(struct pg_words *words, unsigned indent, struct sfs_str *out);

#endif
