/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQL_STATEMENT_H
#define SFS_SQL_STATEMENT_H

#include "base/str.h"
#include "base/vec.h"
#include "sql/lexer.h"

/* A statement of a script, where it stands: from its first token to its last, without the `;`. */
struct sfs_statement {
	size_t offset;
	size_t len;
	size_t end; /* past the `;`, or the end of the text */
};

struct sfs_statements SFS_VEC_OF(struct sfs_statement);

/*
 * Finds the statements of `text`; what holds only space and comments is none. A `;` inside
 * parentheses, a BEGIN ATOMIC body (PostgreSQL), a trigger's BEGIN ... END (SQLite) ends nothing.
 * The vector is owned by the caller.
 */
void sfs_statements_split(enum sfs_dialect dialect, const char *text, size_t len,
	struct sfs_statements *ret_statements);

/* The first `n` words of a statement, upper case, joined by a space: "CREATE UNIQUE INDEX". */
void sfs_statement_head(enum sfs_dialect dialect, const char *text,
	const struct sfs_statement *statement, unsigned n, struct sfs_str *out);

#endif
