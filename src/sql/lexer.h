/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQL_LEXER_H
#define SFS_SQL_LEXER_H

#include <stdbool.h>
#include <stddef.h>

enum sfs_dialect {
	SFS_POSTGRES,
	SFS_SQLITE,
};

enum sfs_token_type {
	SFS_TOKEN_END,
	SFS_TOKEN_SPACE,
	SFS_TOKEN_COMMENT, /* without the newline that ends a -- comment */
	SFS_TOKEN_WORD,    /* identifier or keyword without quotes */
	SFS_TOKEN_QUOTED,  /* "x", U&"x"; SQLite: `x` and [x] too */
	SFS_TOKEN_STRING,  /* 'x', E'x', B'x', N'x', U&'x', $tag$x$tag$; SQLite: x'00' */
	SFS_TOKEN_NUMBER,
	SFS_TOKEN_PARAMETER, /* $1; SQLite: ?1 :a @a $a */
	SFS_TOKEN_OPERATOR, /* ( ) , ; . [ ] : alone, but for `..`; else as the server joins them */
	SFS_TOKEN_BROKEN,   /* an unterminated string, quoted name or comment: up to the end */
};

struct sfs_token {
	enum sfs_token_type type;
	size_t offset; /* into the text */
	size_t len;
};

/*
 * Cuts SQL into tokens that cover every byte of it, by the rules of the server's own scanner
 * (PostgreSQL manual 4.1, with standard_conforming_strings on; SQLite: tokenize.c). Never fails,
 * never reads past `len`; NUL bytes are operators.
 */
struct sfs_lexer {
	const char *text;
	size_t len;
	size_t at;
	enum sfs_dialect dialect;
};

void sfs_lexer_init(
	struct sfs_lexer *lexer, enum sfs_dialect dialect, const char *text, size_t len);

/* The next token; false, and a token of type END, when there is none. */
bool sfs_lexer_next(struct sfs_lexer *lexer, struct sfs_token *ret_token);

/* The next token that is neither space nor comment. */
bool sfs_lexer_word(struct sfs_lexer *lexer, struct sfs_token *ret_token);

/* Whether the token is that keyword or operator: ASCII case does not matter; quoted names never match. */
bool sfs_token_is(const char *text, const struct sfs_token *token, const char *word);

#endif
