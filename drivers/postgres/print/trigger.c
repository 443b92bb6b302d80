// SPDX-License-Identifier: MIT
/* Writes triggers and rules. */
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/text/tidy.h"
#include "sql/lexer.h"

/* "ALTER TABLE public.t ENABLE ALWAYS TRIGGER x" */
static void
write_enabled(struct pg_writer *writer, const struct sfs_object *object, const char *enabled,
	const char *what)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	if (!enabled) {
		return;
	}
	/* ALTER TABLE does for views, too. */
	sfs_str_add(&sql, "ALTER TABLE ");
	pg_qualified(&sql, object->id.namespace, object->id.relation);
	sfs_str_addf(&sql, " %s %s ", enabled, what);
	pg_name(&sql, object->id.name);
	(void)sfs_plan_add(writer->plan, object, sql.text);
}

/* It comes with the name of its parent's. */
static void
write_name(struct pg_writer *writer, const struct sfs_object *object, const char *given)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_addf(&sql, "ALTER TRIGGER %s ON ", given);
	pg_qualified(&sql, object->id.namespace, object->id.relation);
	sfs_str_add(&sql, " RENAME TO ");
	pg_name(&sql, object->id.name);
	(void)sfs_plan_add(writer->plan, object, sql.text);
}

/* Whether a line begins with a word that stands behind the trigger's table. */
static bool
begins_line(const char *text, const struct sfs_token *token, const struct sfs_token *before)
{
	static const char *const reserved[] = { "FROM", "NOT", "FOR", "WHEN" };
	static const char *const names_follow[] = { "AS", "FROM", "." };

	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
		if (sfs_token_is(text, token, reserved[i])) {
			return true;
		}
	}
	if (sfs_token_is(text, token, "DEFERRABLE")) {
		return !sfs_token_is(text, before, "NOT");
	}
	for (size_t i = 0; i < sizeof names_follow / sizeof *names_follow; i++) {
		if (sfs_token_is(text, before, names_follow[i])) {
			return false;
		}
	}
	return sfs_token_is(text, token, "EXECUTE");
}

/* The next word that is not in parentheses; false at the end. */
static bool
next_word(struct sfs_lexer *lexer, struct sfs_token *ret_token)
{
	size_t depth = 0;

	while (sfs_lexer_word(lexer, ret_token)) {
		bool closes = sfs_token_is(lexer->text, ret_token, ")");

		depth += sfs_token_is(lexer->text, ret_token, "(");
		if (!depth) {
			return true;
		}
		depth -= closes;
	}
	return false;
}

static bool
skip_to(struct sfs_lexer *lexer, const char *word)
{
	struct sfs_token token;

	while (next_word(lexer, &token)) {
		if (sfs_token_is(lexer->text, &token, word)) {
			return true;
		}
	}
	return false;
}

/* The words of a trigger in lines, of which the server makes one. */
static void
write_definition(struct sfs_str *out, const char *text)
{
	static const char line[] = "\n    ";
	struct sfs_lexer lexer;
	struct sfs_token token = { 0 }, before;
	size_t start;

	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	if (!skip_to(&lexer, "TRIGGER") || !next_word(&lexer, &token)) {
		sfs_str_add(out, text);
		return;
	}
	start = token.offset + token.len + 1;
	sfs_str_addn(out, text, start - 1);
	sfs_str_add(out, line);
	if (skip_to(&lexer, "ON")) {
		(void)next_word(&lexer, &token);
		before = token;
		while (next_word(&lexer, &token) &&
			(sfs_token_is(text, &token, ".") || sfs_token_is(text, &before, "."))) {
			before = token;
		}
	}
	for (bool first = true; token.type != SFS_TOKEN_END; first = false) {
		if (begins_line(text, &token, &before) ||
			(first && sfs_token_is(text, &token, "REFERENCING"))) {
			sfs_str_addn(out, text + start, token.offset - 1 - start);
			sfs_str_add(out, line);
			start = token.offset;
		}
		before = token;
		(void)next_word(&lexer, &token);
	}
	sfs_str_add(out, text + start);
}

void
pg_print_trigger(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *inherited = sfs_object_get(object, SFS_TRIGGER_INHERITED);

	/* A partition's copy exists as soon as it is a partition. */
	if (inherited && strcmp(inherited, "true") != 0) {
		write_name(writer, object, inherited);
	} else if (!inherited) {
		sfs_auto(str) struct sfs_str text = SFS_STR_INIT, sql = SFS_STR_INIT;

		pg_tidy(&text, sfs_object_get(object, SFS_TRIGGER_DEFINITION), PG_TIDY_CLAUSE, 1);
		write_definition(&sql, sfs_str_text(&text));
		(void)sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	}
	write_enabled(writer, object, sfs_object_get(object, SFS_TRIGGER_ENABLED), "TRIGGER");
	pg_write_common(writer, object);
}

void
pg_print_rule(struct pg_writer *writer, const struct sfs_object *object)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	pg_tidy(&sql, sfs_object_get(object, SFS_RULE_DEFINITION), PG_TIDY_QUERY, 1);
	(void)sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	write_enabled(writer, object, sfs_object_get(object, SFS_RULE_ENABLED), "RULE");
	pg_write_common(writer, object);
}
