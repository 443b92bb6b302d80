/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQL_QUOTE_H
#define SFS_SQL_QUOTE_H

#include "base/str.h"
#include "sql/lexer.h"

/*
 * The one place where names and strings become SQL.
 *
 * A name is quoted when the server would not read it back as it is: PostgreSQL as quote_ident()
 * does (all keywords but the unreserved ones), SQLite the same with its own keywords; always with
 * double quotes.
 */
void sfs_quote_name(struct sfs_str *out, enum sfs_dialect dialect, const char *name);

/* `namespace.name`, or `name` alone when namespace is NULL. */
void sfs_quote_qualified(
	struct sfs_str *out, enum sfs_dialect dialect, const char *namespace, const char *name);

/* 'text', with '' for quotes; PostgreSQL: E'...' when there is a backslash. */
void sfs_quote_literal(struct sfs_str *out, enum sfs_dialect dialect, const char *text);

/*
 * `$word$text$word$` of PostgreSQL, with more to the word where the text says it already, be it half of
 * the mark at its end. `word` may be "".
 */
void sfs_quote_dollar(struct sfs_str *out, const char *word, const char *text);

/* The name that an identifier token stands for: unquoted, and folded where the server folds. */
void sfs_unquote_name(struct sfs_str *out, enum sfs_dialect dialect, const char *token, size_t len);

/* What a token stands for, in place of what `out` held: names unquoted, everything else as it is. */
void sfs_unquote_token(
	struct sfs_str *out, const struct sfs_lexer *lexer, const struct sfs_token *token);

/* The value of a string token; -EINVAL when it is not one (prefixes E, U& and dollar quotes are read). */
int sfs_unquote_literal(struct sfs_str *out, enum sfs_dialect dialect, const char *token,
	size_t len) SFS_MUST_CHECK;

/* Whether two unquoted names, either may be NULL, mean the same: SQLite makes no difference of ASCII cases. */
bool sfs_same_name(enum sfs_dialect dialect, const char *a, const char *b);

bool sfs_is_keyword(enum sfs_dialect dialect, const char *name); /* one that must be quoted */

#endif
