// SPDX-License-Identifier: MIT
/* Whether two values say the same, token by token, names followed through renames. */
#include <string.h>

#include "diff/compare.h"
#include "sql/quote.h"

/* ---- names ---- */

static bool
is_renamed(enum sfs_dialect dialect, const struct sfs_rename *rename, const char *a, const char *b)
{
	const struct sfs_identity *from = &rename->from, *to = &rename->to;

	return (sfs_same_name(dialect, from->name, a) && sfs_same_name(dialect, to->name, b)) ||
	       (sfs_same_name(dialect, from->namespace, a) &&
		       sfs_same_name(dialect, to->namespace, b));
}

/* The rename that makes one name of the other; NULL: none does. */
static const struct sfs_rename *
find_rename(const struct sfs_reading *reading, const char *a, const char *b)
{
	sfs_vec_foreach (rename, reading->renames) {
		if (rename->done || rename->to_label) {
			continue;
		}
		if (is_renamed(reading->dialect, rename, a, b) ||
			(reading->both_ways && is_renamed(reading->dialect, rename, b, a))) {
			return rename;
		}
	}
	return NULL;
}

/*
 * The server keeps the names of a query's columns: where it was `t.mail` it says `t.email AS mail`
 * after the rename. Steps over such an alias that only one of the texts has.
 */
static bool
skip_alias(struct sfs_lexer other, struct sfs_lexer *lexer, const char *old)
{
	struct sfs_lexer ahead = *lexer;
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	struct sfs_token token, next;

	if (!sfs_lexer_word(&ahead, &token) || !sfs_token_is(ahead.text, &token, "AS") ||
		!sfs_lexer_word(&ahead, &token) ||
		(sfs_lexer_word(&other, &next) && sfs_token_is(other.text, &next, "AS"))) {
		return false;
	}
	sfs_unquote_token(&name, &ahead, &token);
	if (strcmp(sfs_str_text(&name), old) != 0) {
		return false;
	}
	*lexer = ahead;
	return true;
}

/* Whether a column may stand for itself here in a query's list, so that it names the result. */
static bool
ends_item(struct sfs_lexer lexer)
{
	struct sfs_token token;

	return !sfs_lexer_word(&lexer, &token) || sfs_token_is(lexer.text, &token, ",") ||
	       sfs_token_is(lexer.text, &token, "FROM") || sfs_token_is(lexer.text, &token, ";") ||
	       sfs_token_is(lexer.text, &token, ")");
}

/* Two names that are not the same, where `left` and `right` stand behind them. */
static bool
names_match(const struct sfs_reading *reading, const char *a, const char *b, struct sfs_lexer *left,
	struct sfs_lexer *right)
{
	const struct sfs_rename *rename = find_rename(reading, a, b);

	if (!rename) {
		return false;
	}
	if (!reading->query || rename->to.kind != SFS_COLUMN || skip_alias(*left, right, a)) {
		return true;
	}
	return reading->both_ways ? (skip_alias(*right, left, b), true) : !ends_item(*left);
}

/* ---- literals ---- */

/* A literal may hold a name: 'public.users_id_seq'::regclass. Its inside is compared as SQL. */
static bool
literals_match(const struct sfs_reading *reading, const char *a, const char *b)
{
	struct sfs_str left sfs_auto(str) = SFS_STR_INIT, right sfs_auto(str) = SFS_STR_INIT;

	if (sfs_unquote_literal(&left, reading->dialect, a, strlen(a)) != 0 ||
		sfs_unquote_literal(&right, reading->dialect, b, strlen(b)) != 0) {
		return false;
	}
	if (strcmp(sfs_str_text(&left), a) == 0) {
		/* Nothing was unquoted: looking inside would go round for ever. */
		return false;
	}
	return sfs_values_equal(reading, sfs_str_text(&left), sfs_str_text(&right));
}

/* Whether what follows a literal is a cast to the type: 'gone'::public.status. */
static bool
is_cast_to(struct sfs_lexer after, const struct sfs_identity *type)
{
	const char *const words[] = { ":", ":", type->namespace, ".", type->name };
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	struct sfs_token token;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!sfs_lexer_word(&after, &token)) {
			return false;
		}
		sfs_unquote_token(&name, &after, &token);
		if (!sfs_streq(sfs_str_text(&name), words[i])) {
			return false;
		}
	}
	return true;
}

/* Whether two literals, `after` behind the second of them, are a label under both its names. */
static bool
labels_match(const struct sfs_reading *reading, const char *a, const char *b,
	const struct sfs_lexer *after)
{
	struct sfs_str old sfs_auto(str) = SFS_STR_INIT, new sfs_auto(str) = SFS_STR_INIT;

	if (sfs_unquote_literal(&old, reading->dialect, a, strlen(a)) != 0 ||
		sfs_unquote_literal(&new, reading->dialect, b, strlen(b)) != 0) {
		return false;
	}
	sfs_vec_foreach (rename, reading->renames) {
		const char *from = rename->from_label, *to = rename->to_label;

		if (!to || rename->done) {
			continue;
		}
		bool forth = strcmp(sfs_str_text(&old), from) == 0 &&
			     strcmp(sfs_str_text(&new), to) == 0;
		bool back = reading->both_ways && strcmp(sfs_str_text(&old), to) == 0 &&
			    strcmp(sfs_str_text(&new), from) == 0;

		if ((forth || back) && is_cast_to(*after, &rename->to)) {
			return true;
		}
	}
	return false;
}

/* ---- values ---- */

static bool
is_name(const struct sfs_token *token)
{
	return token->type == SFS_TOKEN_WORD || token->type == SFS_TOKEN_QUOTED;
}

/* Whether the tokens that the lexers stand behind say the same. */
static bool
tokens_match(const struct sfs_reading *reading, struct sfs_lexer *left, const struct sfs_token *x,
	struct sfs_lexer *right, const struct sfs_token *y)
{
	struct sfs_str p sfs_auto(str) = SFS_STR_INIT, q sfs_auto(str) = SFS_STR_INIT;

	/* A name may need quotes under its new spelling and none under its old one. */
	if (x->type != y->type && !(is_name(x) && is_name(y))) {
		return false;
	}
	sfs_unquote_token(&p, left, x);
	sfs_unquote_token(&q, right, y);
	if (strcmp(sfs_str_text(&p), sfs_str_text(&q)) == 0) {
		return true;
	}
	if (is_name(x)) {
		return names_match(reading, sfs_str_text(&p), sfs_str_text(&q), left, right);
	}
	return x->type == SFS_TOKEN_STRING &&
	       (literals_match(reading, sfs_str_text(&p), sfs_str_text(&q)) ||
		       labels_match(reading, sfs_str_text(&p), sfs_str_text(&q), right));
}

bool
sfs_values_equal(const struct sfs_reading *reading, const char *a, const char *b)
{
	struct sfs_lexer left, right;
	struct sfs_token x, y;

	if (sfs_streq(a, b)) {
		return true;
	}
	if (!a || !b || !reading->renames || !reading->renames->len) {
		return false;
	}
	sfs_lexer_init(&left, reading->dialect, a, strlen(a));
	sfs_lexer_init(&right, reading->dialect, b, strlen(b));
	while (sfs_lexer_word(&left, &x)) {
		if (!sfs_lexer_word(&right, &y) || !tokens_match(reading, &left, &x, &right, &y)) {
			return false;
		}
	}
	return !sfs_lexer_word(&right, &y);
}
