// SPDX-License-Identifier: MIT
/*
 * Expressions in which only casts differ. The server writes into an expression how it converts a
 * column's values; when the column gets another type that changes, and the meaning stays.
 */
#include <string.h>

#include "drivers/postgres/plan/hazards.h"
#include "sql/lexer.h"

/* The tokens behind "::" when they name the type; how far that goes is told. */
static bool
is_type(struct sfs_lexer lexer, const char *type, struct sfs_lexer *ret_behind)
{
	struct sfs_lexer words;
	struct sfs_token a, b;

	sfs_lexer_init(&words, SFS_POSTGRES, type, strlen(type));
	while (sfs_lexer_word(&words, &b)) {
		if (!sfs_lexer_word(&lexer, &a) || a.len != b.len ||
			memcmp(lexer.text + a.offset, type + b.offset, a.len) != 0) {
			return false;
		}
	}
	*ret_behind = lexer;
	return true;
}

/* Steps over a cast that tells nothing, whose first colon is read; the longest type that it can be. */
static bool
skip_type(struct sfs_lexer *lexer, const struct pg_list *types)
{
	struct sfs_lexer best = *lexer, start = *lexer, behind;
	struct sfs_token colon;

	if (!sfs_lexer_word(&start, &colon) || !sfs_token_is(start.text, &colon, ":")) {
		return false;
	}
	sfs_vec_foreach (type, types) {
		if (is_type(start, *type, &behind) && behind.at > best.at) {
			best = behind;
		}
	}
	if (best.at == lexer->at) {
		return false;
	}
	*lexer = best;
	return true;
}

/*
 * Writes what stands up to the end of the group without such casts, and without parentheses around what
 * is one operand then; returns how many operands and operators that are.
 */
static size_t
write_group(
	struct sfs_lexer *lexer, const struct pg_list *types, unsigned depth, struct sfs_str *out)
{
	enum { MAX_DEPTH = 200 };
	struct sfs_token token;
	bool called = false;
	size_t n = 0;

	while (sfs_lexer_word(lexer, &token) && !sfs_token_is(lexer->text, &token, ")")) {
		if (sfs_token_is(lexer->text, &token, ":") && skip_type(lexer, types)) {
			continue;
		}
		n++;
		if (sfs_token_is(lexer->text, &token, "(") && depth < MAX_DEPTH) {
			struct sfs_str inner sfs_auto(str) = SFS_STR_INIT;
			bool bare = write_group(lexer, types, depth + 1, &inner) == 1 && !called;

			sfs_str_addf(out, bare ? "%s" : " (%s )", sfs_str_text(&inner));
			called = false;
			continue;
		}
		sfs_str_add(out, " ");
		sfs_str_addn(out, lexer->text + token.offset, token.len);
		called = token.type == SFS_TOKEN_WORD || token.type == SFS_TOKEN_QUOTED;
	}
	return n;
}

bool
pg_same_but_for_casts(const char *a, const char *b, const struct pg_list *types)
{
	struct sfs_str first sfs_auto(str) = SFS_STR_INIT, second sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;

	if (!a || !b) {
		return a == b;
	}
	sfs_lexer_init(&lexer, SFS_POSTGRES, a, strlen(a));
	(void)write_group(&lexer, types, 0, &first);
	sfs_lexer_init(&lexer, SFS_POSTGRES, b, strlen(b));
	(void)write_group(&lexer, types, 0, &second);
	return strcmp(sfs_str_text(&first), sfs_str_text(&second)) == 0;
}

/* A type as a column and as a cast in an expression names it: "numeric(10,2)", and "numeric". */
static void
add_type(const char *type, struct pg_list *types)
{
	const char *modifier = strchr(type, '(');

	sfs_vec_push(types, sfs_strdup(type));
	if (modifier && type[0] != '"') {
		sfs_vec_push(types, sfs_strndup(type, (size_t)(modifier - type)));
	}
}

bool
pg_retyped_around(
	const struct pg_planner *planner, const struct sfs_object *user, struct pg_list *ret_types)
{
	/* What the server compares values of smaller types as. */
	static const char *const promoted[] = { "text", "bpchar", "numeric", "double precision" };
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, user);
	bool retyped = false;

	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *column = planner->by_from[uses.items[i]->index];

		if (!column || !column->retyped || !column->to) {
			continue;
		}
		retyped = true;
		add_type(sfs_object_get(column->from, SFS_COLUMN_TYPE), ret_types);
		add_type(sfs_object_get(column->to, SFS_COLUMN_TYPE), ret_types);
	}
	for (size_t i = 0; i < sizeof promoted / sizeof *promoted; i++) {
		add_type(promoted[i], ret_types);
	}
	return retyped;
}
