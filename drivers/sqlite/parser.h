/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_PARSER_H
#define SFS_SQLITE_PARSER_H

#include "drivers/sqlite/parse.h"

/* What the files that take CREATE TABLE apart share. */
struct lite_parser {
	struct lite_table *t;
	size_t at;      /* the next token */
	size_t end;     /* past the last token of the body */
	size_t pending; /* a name given by CONSTRAINT for what comes next */
	bool lost;      /* something was not understood */
};

static inline bool
is_at(const struct lite_parser *p, size_t at, const char *word)
{
	return at < p->end && sfs_token_is(p->t->text, &p->t->tokens.items[at], word);
}

static inline bool
is(const struct lite_parser *p, const char *word)
{
	return is_at(p, p->at, word);
}

static inline bool
take(struct lite_parser *p, const char *word)
{
	if (!is(p, word)) {
		return false;
	}
	p->at++;
	return true;
}

/* Begins a text in the pool; text is added there until keep(). */
static inline size_t
begin(struct lite_parser *p)
{
	return p->t->pool.len;
}

static inline size_t
keep(struct lite_parser *p, size_t begun)
{
	if (p->t->pool.len == begun) {
		return 0;
	}
	sfs_str_addc(&p->t->pool, '\0');
	return begun;
}

/* ---- parser.c ---- */

/* What was added to the pool since `from`, in upper case. */
void lite_parser_upper(struct lite_parser *p, size_t from);

/* Adds tokens to the pool, normalised. */
void lite_parser_normal(struct lite_parser *p, size_t first, size_t end);

/* The index past the parenthesis that closes the one at `at`; the end when none does. */
size_t lite_parser_close(const struct lite_parser *p, size_t at);

/* Takes `( ... )` and says what stands in between; else the parser is lost. */
bool lite_parser_parentheses(struct lite_parser *p, size_t *ret_first, size_t *ret_end);

/* Whether one pair of parentheses encloses all of these tokens. */
bool lite_parser_enclosed(const struct lite_parser *p, size_t first, size_t end);

/* Takes a name into the pool, without quotes; else the parser is lost. */
size_t lite_parser_name(struct lite_parser *p);

/* ---- parse_constraint.c ---- */

/* Takes ON CONFLICT x, and adds it to the pool unless it is what happens anyway. */
void lite_parser_conflict(struct lite_parser *p);

/* Takes what says when the last foreign key is checked; false when nothing does. */
bool lite_parser_deferrable(struct lite_parser *p);

/* Takes what follows REFERENCES. */
void lite_parser_references(struct lite_parser *p, struct lite_constraint *constraint);

/* Adds a constraint with the name that was given for it. `column` is 1 + its column, 0 for none. */
struct lite_constraint *lite_parser_constraint(
	struct lite_parser *p, enum lite_constraint_type type, size_t column);

bool lite_parser_at_constraint(const struct lite_parser *p); /* of the table */
void lite_parser_table_constraint(struct lite_parser *p);

/* Writes down what a constraint says, once all columns are known. */
void lite_parser_finish_constraint(struct lite_parser *p, struct lite_constraint *constraint);

/* ---- parse_column.c ---- */

void lite_parser_column(struct lite_parser *p);
void lite_parser_finish_column(struct lite_parser *p, struct lite_column *column);

#endif
