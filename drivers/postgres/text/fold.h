/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_TEXT_FOLD_H
#define SFS_POSTGRES_TEXT_FOLD_H

#include "base/str.h"
#include "base/vec.h"

/*
 * Long statements on several lines, as people break them. Only spaces become line breaks, so what they
 * mean stays; and a text that has lines already, in a literal for one, stays as it is.
 */
enum {
	PG_LINE_WIDTH = 100, /* characters; what is longer is broken where that is possible */
	PG_INDENT_WIDTH = 4,
};

/* The clauses of a statement, or of a line of one. */
struct pg_clauses {
	struct sfs_str text;
	SFS_VEC(size_t) starts;
};

void pg_clauses_finish(struct pg_clauses *clauses);
SFS_DEFINE_AUTO_VALUE(pg_clauses, struct pg_clauses, pg_clauses_finish)

/* Begins a clause: what is appended to the outcome belongs to it until the next begins. */
struct sfs_str *pg_clause(struct pg_clauses *clauses);

/* Adds a constraint's definition as the clauses that it has: REFERENCES and the like begin one. */
void pg_clauses_add(struct pg_clauses *clauses, const char *definition);

/*
 * Appends the clauses: on the line that has been begun, if all of it fits, with a character to come behind
 * it; else all but the first on a line of their own, `indent` times four spaces in; else a line to each, and
 * those that are too long as pg_fold() has them. `column` is how long the line is that they begin on.
 */
void pg_clauses_write(
	struct sfs_str *out, const struct pg_clauses *clauses, unsigned indent, size_t column);

/*
 * Appends a text on a line that stands `indent` times four spaces in. When it is too long, it is broken in
 * its longest parentheses, a line to each item or operand of AND and OR; brackets and what follows IN are filled.
 */
void pg_fold(struct sfs_str *out, const char *text, unsigned indent);

/* How many characters the text has that stand on its last line. */
size_t pg_last_width(const struct sfs_str *text);

#endif
