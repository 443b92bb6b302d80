// SPDX-License-Identifier: MIT
/* Columns, with all that stands at them. */
#include <string.h>

#include "drivers/sqlite/parser.h"
#include "sql/quote.h"

static bool
starts_clause(const struct lite_parser *p)
{
	static const char *const words[] = { "CONSTRAINT", "DEFAULT", "NULL", "NOT", "PRIMARY",
		"UNIQUE", "CHECK", "REFERENCES", "COLLATE", "AS", "DEFERRABLE", "ON" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (is(p, words[i])) {
			return true;
		}
	}
	return is(p, "GENERATED") && is_at(p, p->at + 1, "ALWAYS");
}

/* The words of a type; `VARCHAR ( 10 )` is VARCHAR(10). */
static size_t
take_type(struct lite_parser *p)
{
	size_t begun = begin(p);

	while (p->at < p->end && lite_token_is_name(&p->t->tokens.items[p->at]) &&
		!starts_clause(p)) {
		if (p->t->pool.len > begun) {
			sfs_str_addc(&p->t->pool, ' ');
		}
		lite_token_name(p->t->text, &p->t->tokens.items[p->at++], &p->t->pool);
	}
	if (p->t->pool.len > begun && is(p, "(")) {
		size_t first = 0, end = 0;

		(void)lite_parser_parentheses(p, &first, &end);
		sfs_str_addc(&p->t->pool, '(');
		for (; first < end; first++) {
			const struct sfs_token *token = &p->t->tokens.items[first];

			sfs_str_addn(&p->t->pool, p->t->text + token->offset, token->len);
		}
		sfs_str_addc(&p->t->pool, ')');
	}
	if (p->t->pool.len > begun) {
		lite_parser_upper(p, begun);
	}
	return keep(p, begun);
}

/* DEFAULT word and DEFAULT "word" are strings, but for the words that are values. */
static bool
is_bare_string(const struct lite_parser *p, size_t first, size_t end)
{
	enum sfs_token_type type;

	static const char *const values[] = { "NULL", "TRUE", "FALSE", "CURRENT_TIME",
		"CURRENT_DATE", "CURRENT_TIMESTAMP" };

	if (end != first + 1) {
		return false;
	}
	type = p->t->tokens.items[first].type;
	if (type != SFS_TOKEN_WORD) {
		return type == SFS_TOKEN_QUOTED;
	}
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		if (is_at(p, first, values[i])) {
			return false;
		}
	}
	return true;
}

/* A literal, with a sign perhaps: ADD COLUMN takes no value that would have to be computed. */
static bool
is_constant(const struct lite_parser *p, size_t first, size_t end)
{
	static const char *const moving[] = { "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP" };
	size_t sign = is_at(p, first, "-") || is_at(p, first, "+");

	for (size_t i = 0; i < sizeof moving / sizeof *moving; i++) {
		if (is_at(p, first, moving[i])) {
			return false;
		}
	}
	return end == first + sign + 1;
}

/* DEFAULT takes a literal with or without a sign, a word, or an expression in parentheses. */
static void
take_default(struct lite_parser *p, struct lite_column *column)
{
	size_t first = p->at, end;
	bool bare = !is(p, "(");

	if (bare) {
		p->at += is(p, "-") || is(p, "+") ? 2 : 1;
	} else {
		p->at = lite_parser_close(p, p->at);
	}
	end = p->at < p->end ? p->at : p->end;
	while (lite_parser_enclosed(p, first, end)) {
		first++;
		end--;
	}
	column->constant = is_constant(p, first, end);
	size_t begun = begin(p);
	if (bare && is_bare_string(p, first, end)) {
		struct sfs_str word sfs_auto(str) = SFS_STR_INIT;

		lite_token_name(p->t->text, &p->t->tokens.items[first], &word);
		sfs_quote_literal(&p->t->pool, SFS_SQLITE, sfs_str_text(&word));
	} else {
		lite_parser_normal(p, first, end);
	}
	column->value = keep(p, begun);
}

static void
take_column_key(struct lite_parser *p, size_t column)
{
	struct lite_constraint *constraint = lite_parser_constraint(p, LITE_PRIMARY_KEY, column);

	(void)take(p, "KEY");
	bool descending = is(p, "DESC");
	p->at += descending || is(p, "ASC");
	size_t tail = begin(p);
	/* INTEGER PRIMARY KEY DESC is, for history's sake, no alias of the rowid: a thing of its own. */
	sfs_str_add(&p->t->pool, descending ? " DESC" : "");
	lite_parser_conflict(p);
	if (take(p, "AUTOINCREMENT")) {
		p->t->autoincrement = true;
		sfs_str_add(&p->t->pool, " AUTOINCREMENT");
	}
	constraint->tail = keep(p, tail);
}

static void
take_not_null(struct lite_parser *p, struct lite_column *column)
{
	size_t begun = begin(p);

	column->not_null = true;
	sfs_str_add(&p->t->pool, "NOT NULL");
	size_t plain = p->t->pool.len;
	lite_parser_conflict(p);
	if (p->t->pool.len == plain) {
		sfs_str_truncate(&p->t->pool, begun);
	} else {
		column->clauses = keep(p, begun);
	}
}

static void
take_generated(struct lite_parser *p, struct lite_column *column)
{
	size_t first, end;

	if (!lite_parser_parentheses(p, &first, &end)) {
		return;
	}
	/* Columns may be named that come later: where it stands is kept until all are known. */
	column->generated = first;
	if (take(p, "STORED")) {
		column->stored = true;
	} else {
		(void)take(p, "VIRTUAL");
	}
}

/* The rest of a clause whose first word was taken; false when it is none that is known. */
typedef bool clause(struct lite_parser *p, struct lite_column *column, size_t number);

static bool
clause_name(struct lite_parser *p, struct lite_column *column, size_t number)
{
	p->pending = lite_parser_name(p);
	return true;
}

static bool
clause_default(struct lite_parser *p, struct lite_column *column, size_t number)
{
	take_default(p, column);
	return true;
}

static bool
clause_not(struct lite_parser *p, struct lite_column *column, size_t number)
{
	if (!take(p, "NULL")) {
		return false;
	}
	take_not_null(p, column);
	return true;
}

/* NULL says what is so anyway, even ON CONFLICT. */
static bool
clause_null(struct lite_parser *p, struct lite_column *column, size_t number)
{
	size_t len = p->t->pool.len;

	lite_parser_conflict(p);
	sfs_str_truncate(&p->t->pool, len);
	return true;
}

static bool
clause_primary(struct lite_parser *p, struct lite_column *column, size_t number)
{
	take_column_key(p, number);
	return true;
}

static bool
clause_unique(struct lite_parser *p, struct lite_column *column, size_t number)
{
	struct lite_constraint *constraint = lite_parser_constraint(p, LITE_UNIQUE, number);
	size_t tail = begin(p);

	lite_parser_conflict(p);
	constraint->tail = keep(p, tail);
	return true;
}

static bool
clause_check(struct lite_parser *p, struct lite_column *column, size_t number)
{
	struct lite_constraint *constraint = lite_parser_constraint(p, LITE_CHECK, number);
	bool found = lite_parser_parentheses(p, &constraint->first, &constraint->end);
	size_t tail = begin(p);

	lite_parser_conflict(p);
	constraint->tail = keep(p, tail);
	return found;
}

static bool
clause_references(struct lite_parser *p, struct lite_column *column, size_t number)
{
	lite_parser_references(p, lite_parser_constraint(p, LITE_FOREIGN_KEY, number));
	return true;
}

static bool
clause_collate(struct lite_parser *p, struct lite_column *column, size_t number)
{
	column->collation = lite_parser_name(p);
	if (column->collation) {
		lite_parser_upper(p, column->collation);
	}
	return true;
}

static bool
clause_as(struct lite_parser *p, struct lite_column *column, size_t number)
{
	take_generated(p, column);
	return true;
}

static bool
clause_generated(struct lite_parser *p, struct lite_column *column, size_t number)
{
	return take(p, "ALWAYS") && take(p, "AS") && clause_as(p, column, number);
}

static const struct {
	const char *word;
	clause *take;
} clauses[] = {
	{ "CONSTRAINT", clause_name },
	{ "DEFAULT", clause_default },
	{ "NOT", clause_not },
	{ "NULL", clause_null },
	{ "PRIMARY", clause_primary },
	{ "UNIQUE", clause_unique },
	{ "CHECK", clause_check },
	{ "REFERENCES", clause_references },
	{ "COLLATE", clause_collate },
	{ "GENERATED", clause_generated },
	{ "AS", clause_as },
};

static bool
take_clause(struct lite_parser *p, struct lite_column *column, size_t number)
{
	if (lite_parser_deferrable(p)) {
		return true;
	}
	for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
		if (take(p, clauses[i].word)) {
			bool known = clauses[i].take(p, column, number);

			if (clauses[i].take != clause_name) {
				p->pending = 0;
			}
			return known && !p->lost;
		}
	}
	return false;
}

void
lite_parser_column(struct lite_parser *p)
{
	struct lite_column column = { .constant = true };
	size_t first = p->at;

	column.name = lite_parser_name(p);
	column.type = take_type(p);
	size_t number = p->t->columns.len + 1;
	while (p->at < p->end && !is(p, ",")) {
		if (!take_clause(p, &column, number)) {
			p->lost = true;
			break;
		}
	}
	if (p->at > first) {
		const struct sfs_token *from = &p->t->tokens.items[first];
		size_t past = p->at < p->end ? p->at : p->end;
		const struct sfs_token *last = &p->t->tokens.items[past - 1];
		size_t begun = begin(p);

		sfs_str_addn(&p->t->pool, p->t->text + from->offset,
			last->offset + last->len - from->offset);
		column.definition = keep(p, begun);
	}
	p->pending = 0;
	sfs_vec_push(&p->t->columns, column);
}

void
lite_parser_finish_column(struct lite_parser *p, struct lite_column *column)
{
	if (column->generated) {
		size_t first = column->generated, end = lite_parser_close(p, first - 1) - 1;
		size_t begun;

		while (lite_parser_enclosed(p, first, end)) {
			first++;
			end--;
		}
		begun = begin(p);
		lite_parser_normal(p, first, end);
		column->generated = keep(p, begun);
	}
}
