// SPDX-License-Identifier: MIT
/* Expressions and queries that the server wrote, as a person would have written them. */
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "drivers/postgres/text/tidy_words.h"
#include "sql/quote.h"

/*
 * The server puts parentheses around every operator, whatever it stands in. Here some of them go, and
 * only by rules that leave the parse tree as it is: those around all that stands between two others,
 * or between a clause's word and the end of the clause; around what AND and OR bind, when that has
 * neither itself; around what `::` casts, when that is but a name, a literal or a call; and around
 * joins, since joins are read from the left.
 */
bool
pg_word_is(const struct pg_words *words, size_t at, const char *word)
{
	return at < words->list.len &&
	       sfs_token_is(words->text, &words->list.items[at].token, word);
}

bool
pg_word_is_one_of(const struct pg_words *words, size_t at, const char *const *list)
{
	for (; at < words->list.len && *list; list++) {
		if (sfs_token_is(words->text, &words->list.items[at].token, *list)) {
			return true;
		}
	}
	return false;
}

const char *const pg_query_words[] = { "SELECT", "VALUES", "WITH", "TABLE", "INSERT", "UPDATE",
	"DELETE", "MERGE", "NOTIFY", NULL };
static const char *const joins[] = { "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL",
	NULL };

/* ---- reading ---- */

/* Cuts the text into words and finds what closes what; false when that does not come out even. */
static bool
read_words(struct pg_words *words)
{
	SFS_VEC(size_t) open = { 0 };
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool even = true, spaced = false, starts = false;

	sfs_lexer_init(&lexer, SFS_POSTGRES, words->text, strlen(words->text));
	while (sfs_lexer_next(&lexer, &token)) {
		if (token.type == SFS_TOKEN_SPACE) {
			spaced = true;
			starts |= memchr(words->text + token.offset, '\n', token.len) != NULL;
			continue;
		}
		size_t at = words->list.len;
		char first = words->text[token.offset];

		even &= token.type != SFS_TOKEN_BROKEN && token.type != SFS_TOKEN_COMMENT;
		sfs_vec_push(&words->list,
			(struct pg_word){
				.token = token, .match = at, .spaced = spaced, .starts = starts });
		spaced = starts = false;
		if (token.type != SFS_TOKEN_OPERATOR || token.len != 1) {
			continue;
		}
		if (first == '(' || first == '[') {
			sfs_vec_push(&open, at);
		} else if (first == ')' || first == ']') {
			if (!open.len) {
				even = false;
				break;
			}
			words->list.items[at].match = open.items[--open.len];
			words->list.items[words->list.items[at].match].match = at;
		}
	}
	even &= open.len == 0;
	sfs_vec_finish(&open);
	return even;
}

/* ---- what parentheses enclose ---- */

/* The word after this one, over what is in parentheses when it opens some. */
static size_t
next(const struct pg_words *words, size_t at)
{
	size_t match = words->list.items[at].match;

	return (match > at ? match : at) + 1;
}

/* Whether one of `list` stands in the group itself, not in parentheses within it. */
static bool
holds(const struct pg_words *words, size_t open, const char *const *list)
{
	size_t close = words->list.items[open].match;

	for (size_t at = open + 1; at < close; at = next(words, at)) {
		if (pg_word_is_one_of(words, at, list)) {
			return true;
		}
	}
	return false;
}

/* A query, a list, nothing at all: the parentheses are a part of these. */
static bool
needs_parentheses(const struct pg_words *words, size_t open)
{
	static const char *const parts[] = { ",", ";", "UNION", "INTERSECT", "EXCEPT", "ORDER",
		"LIMIT", "OFFSET", "FETCH", "FOR", NULL };

	return pg_word_is(words, open + 1, ")") ||
	       pg_word_is_one_of(words, open + 1, pg_query_words) || holds(words, open, parts);
}

static bool
is_name(const struct pg_words *words, size_t at)
{
	enum sfs_token_type type = words->list.items[at].token.type;

	return type == SFS_TOKEN_WORD || type == SFS_TOKEN_QUOTED;
}

/* Whether a word that parentheses follow calls a function: some are keywords all the same. */
static bool
can_be_called(const struct pg_words *words, size_t at)
{
	static const char *const functions[] = { "coalesce", "nullif", "greatest", "least",
		"extract", "array", "row", "exists", NULL };
	const struct sfs_token *token = &words->list.items[at].token;
	sfs_auto(str) struct sfs_str word = SFS_STR_INIT;

	if (token->type == SFS_TOKEN_QUOTED || pg_word_is_one_of(words, at, functions)) {
		return true;
	}
	sfs_unquote_name(&word, SFS_POSTGRES, words->text + token->offset, token->len);
	return !sfs_is_keyword(SFS_POSTGRES, sfs_str_text(&word));
}

/* A name, a literal, a call, an array: what a cast binds to as it is. */
static bool
is_primary(const struct pg_words *words, size_t open)
{
	size_t at = open + 1, close = words->list.items[open].match;
	enum sfs_token_type type = words->list.items[at].token.type;

	if (at + 1 == close) {
		return type == SFS_TOKEN_NUMBER || type == SFS_TOKEN_STRING || is_name(words, at);
	}
	if (pg_word_is(words, at, "ARRAY") && pg_word_is(words, at + 1, "[")) {
		return words->list.items[at + 1].match + 1 == close;
	}
	if (!is_name(words, at)) {
		return false;
	}
	bool qualified = false;

	while (at + 2 < close && pg_word_is(words, at + 1, ".") && is_name(words, at + 2)) {
		at += 2;
		qualified = true;
	}
	if (at + 1 == close) {
		return true;
	}
	return pg_word_is(words, at + 1, "(") && words->list.items[at + 1].match + 1 == close &&
	       (qualified || can_be_called(words, at));
}

/* ---- where parentheses stand ---- */

#define NOWHERE SIZE_MAX /* the end of the text on either side */

static size_t
left_of(const struct pg_words *words, size_t at)
{
	while (at-- > 0) {
		if (!words->list.items[at].removed) {
			return at;
		}
	}
	return NOWHERE;
}

static size_t
right_of(const struct pg_words *words, size_t at)
{
	while (++at < words->list.len) {
		if (!words->list.items[at].removed) {
			return at;
		}
	}
	return NOWHERE;
}

/* `(name)::type`, and not `call(name)::type`. */
static bool
is_cast(const struct pg_words *words, size_t open)
{
	static const char *const before[] = { "AND", "OR", "NOT", "WHEN", "THEN", "ELSE", "CASE",
		"WHERE", "ON", "HAVING", "BY", "RETURN", "SELECT", "DISTINCT", "LIMIT", "OFFSET",
		"FROM", "DEFAULT", NULL };
	size_t close = words->list.items[open].match, left = left_of(words, open);

	if (!pg_word_is(words, close + 1, ":") || !pg_word_is(words, close + 2, ":") ||
		!is_primary(words, open)) {
		return false;
	}
	if (left == NOWHERE) {
		return true;
	}
	enum sfs_token_type type = words->list.items[left].token.type;

	if (type == SFS_TOKEN_WORD) {
		return pg_word_is_one_of(words, left, before);
	}
	return type == SFS_TOKEN_OPERATOR && !pg_word_is(words, left, ")") &&
	       !pg_word_is(words, left, "]") && !pg_word_is(words, left, ":") &&
	       !pg_word_is(words, left, ".");
}

static bool
is_connective(const struct pg_words *words, size_t at)
{
	return pg_word_is(words, at, "AND") || pg_word_is(words, at, "OR");
}

/* Whether an expression begins behind that word, and all of it. */
static bool
begins(const struct pg_words *words, size_t left)
{
	static const char *const before[] = { "(", "AND", "OR", "WHERE", "ON", "HAVING", "WHEN",
		"RETURN", NULL };

	if (left == NOWHERE) {
		return words->form == PG_TIDY_CONDITION;
	}
	if (pg_word_is(words, left, "ON") && left > 0 && pg_word_is(words, left - 1, "DISTINCT")) {
		return false;
	}
	return pg_word_is_one_of(words, left, before);
}

static bool
ends(const struct pg_words *words, size_t left, size_t right)
{
	static const char *const after[] = { ")", ";", "AND", "OR", "THEN", "GROUP", "HAVING",
		"WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", "UNION", "INTERSECT",
		"EXCEPT", "RETURNING", "DO", NULL };

	if (right == NOWHERE) {
		return words->form != PG_TIDY_CLAUSE;
	}
	bool in_join =
		left != NOWHERE && (pg_word_is(words, left, "ON") || is_connective(words, left));

	if (in_join && (pg_word_is(words, right, ",") || pg_word_is(words, right, "WHERE") ||
			       pg_word_is_one_of(words, right, joins))) {
		return true;
	}
	return pg_word_is_one_of(words, right, after);
}

/* An operand of AND or OR, or all of a condition. */
static bool
is_condition(const struct pg_words *words, size_t open)
{
	static const char *const connectives[] = { "AND", "OR", NULL };
	size_t left = left_of(words, open), right = right_of(words, words->list.items[open].match);

	if (!begins(words, left) || !ends(words, left, right) || needs_parentheses(words, open)) {
		return false;
	}
	if (is_connective(words, left) || is_connective(words, right)) {
		return !holds(words, open, connectives);
	}
	return true;
}

/* Joins that stand first, in FROM or among joins: what follows joins with all of them anyway. */
static bool
is_join(const struct pg_words *words, size_t open)
{
	static const char *const join[] = { "JOIN", NULL };
	static const char *const after[] = { ")", ";", ",", "WHERE", "GROUP", "HAVING", "WINDOW",
		"ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", "UNION", "INTERSECT", "EXCEPT", NULL };
	size_t left = left_of(words, open), right = right_of(words, words->list.items[open].match);

	if (left == NOWHERE || !pg_word_is(words, left, "FROM") ||
		(left > 0 && pg_word_is(words, left - 1, "DISTINCT")) ||
		needs_parentheses(words, open) || !holds(words, open, join)) {
		return false;
	}
	return right == NOWHERE || pg_word_is_one_of(words, right, after) ||
	       pg_word_is_one_of(words, right, joins);
}

/* From the outside in: whether one may go depends on what is around it then. */
static void
remove_parentheses(struct pg_words *words)
{
	size_t depth = 0;

	for (size_t at = 0; at < words->list.len; at++) {
		struct pg_word *word = &words->list.items[at];

		if (pg_word_is(words, at, ")")) {
			depth--;
		}
		if (!pg_word_is(words, at, "(")) {
			continue;
		}
		bool own = depth++ == 0 && words->form == PG_TIDY_CLAUSE;

		if (is_cast(words, at) ||
			(!own && (is_condition(words, at) || is_join(words, at)))) {
			word->removed = words->list.items[word->match].removed = true;
		}
	}
}

void
pg_tidy(struct sfs_str *out, const char *text, enum pg_tidy_form form, unsigned indent)
{
	struct pg_words words = { .text = text, .form = form };

	if (!strpbrk(text, "(\n")) {
		sfs_str_add(out, text);
		return;
	}
	if (read_words(&words)) {
		remove_parentheses(&words);
		pg_lay_out(&words, indent, out);
	} else {
		sfs_str_add(out, text);
	}
	sfs_vec_finish(&words.list);
}
