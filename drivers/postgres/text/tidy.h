/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_TEXT_TIDY_H
#define SFS_POSTGRES_TEXT_TIDY_H

#include "base/str.h"

/* What a text is, which says where its parentheses may go. */
enum pg_tidy_form {
	PG_TIDY_CONDITION, /* a whole expression that will stand between parentheses */
	PG_TIDY_CLAUSE, /* what has parentheses of its own, which stay: keys, constraints, WHEN */
	PG_TIDY_QUERY,  /* a query or several of them */
};

/*
 * Appends an expression or a query that the server wrote as a person would have: without the parentheses
 * that change nothing, by the precedence of the server's grammar, so that both texts parse as the same
 * tree; and where it has lines, with a clause to a line, `indent` times four spaces in.
 */
void pg_tidy(struct sfs_str *out, const char *text, enum pg_tidy_form form, unsigned indent);

/*
 * The value of a column's DEFAULT without the cast to the column's own type, which it gets anyway:
 * 'new'::text is 'new' there, and '-1'::integer is -1. Tidied where there is something else.
 */
void pg_tidy_default(struct sfs_str *out, const char *value, const char *type);

#endif
