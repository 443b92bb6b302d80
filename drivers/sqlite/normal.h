/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_NORMAL_H
#define SFS_SQLITE_NORMAL_H

#include "base/str.h"
#include "base/vec.h"
#include "sql/lexer.h"

/* The tokens of a text that mean something: neither space nor comments. */
struct lite_tokens SFS_VEC_OF(struct sfs_token);

/* Cuts `text`; what `tokens` held before is forgotten, its memory used again. */
void lite_tokens_cut(struct lite_tokens *tokens, const char *text, size_t len);

/* How tokens become text that is the same when they mean the same. */
struct lite_normal {
	const char *text;
	const struct sfs_token *tokens; /* borrowed */
	/* Words are names or keywords, in lower case: for what shows no names of its own. Else only
	 * keywords are folded, since the names of a view's columns are seen as they are written. */
	bool fold;
	/* Whether a name in double quotes is one for sure; else it may be a string. NULL: unsure. */
	bool (*is_name)(const void *data, const char *name);
	const void *data;
	const char *table; /* its name as a prefix of a column is left out; NULL: none */
};

/* Appends the tokens first .. end - 1. */
void lite_normal_add(
	const struct lite_normal *normal, size_t first, size_t end, struct sfs_str *out);

/* Appends the name that a token stands for, quoted only where it has to be, in lower case. */
void lite_normal_name(const char *text, const struct sfs_token *token, struct sfs_str *out);

/* Appends the name that a token stands for, as it is. A string can stand for a name, too. */
void lite_token_name(const char *text, const struct sfs_token *token, struct sfs_str *out);

static inline bool
lite_token_is_name(const struct sfs_token *token)
{
	return token->type == SFS_TOKEN_WORD || token->type == SFS_TOKEN_QUOTED ||
	       token->type == SFS_TOKEN_STRING;
}

#endif
