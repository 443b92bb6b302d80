// SPDX-License-Identifier: MIT
/* What a statement makes: its kind and its name, by its first words. */
#include <string.h>

#include "diff/hint_target.h"
#include "sql/quote.h"

/* The words of CREATE that name a kind which can have been called otherwise. */
static const struct made {
	const char *word, *after; /* `after`: a second word that belongs to it */
	enum sfs_kind kind;
	const char *relation; /* the word behind which its table's name stands */
} made[] = {
	{ "TABLE", NULL, SFS_TABLE, NULL },
	{ "FOREIGN", "TABLE", SFS_FOREIGN_TABLE, NULL },
	{ "VIRTUAL", "TABLE", SFS_TABLE, NULL },
	{ "VIEW", NULL, SFS_VIEW, NULL },
	{ "MATERIALIZED", "VIEW", SFS_MATERIALIZED_VIEW, NULL },
	{ "SEQUENCE", NULL, SFS_SEQUENCE, NULL },
	{ "TYPE", NULL, SFS_TYPE, NULL },
	{ "DOMAIN", NULL, SFS_DOMAIN, NULL },
	{ "SCHEMA", NULL, SFS_NAMESPACE, NULL },
	{ "FUNCTION", NULL, SFS_FUNCTION, NULL },
	{ "PROCEDURE", NULL, SFS_PROCEDURE, NULL },
	{ "AGGREGATE", NULL, SFS_AGGREGATE, NULL },
	{ "COLLATION", NULL, SFS_COLLATION, NULL },
	{ "INDEX", NULL, SFS_INDEX, "ON" },
	{ "STATISTICS", NULL, SFS_STATISTICS, "FROM" },
	{ "EVENT", "TRIGGER", SFS_EVENT_TRIGGER, NULL },
	{ "TRIGGER", NULL, SFS_TRIGGER, "ON" },
	{ "POLICY", NULL, SFS_POLICY, "ON" },
	{ "RULE", NULL, SFS_RULE, "TO" },
	{ "SERVER", NULL, SFS_SERVER, NULL },
	{ "PUBLICATION", NULL, SFS_PUBLICATION, NULL },
	{ "CONFIGURATION", NULL, SFS_TEXT_SEARCH_CONFIGURATION, NULL },
	{ "DICTIONARY", NULL, SFS_TEXT_SEARCH_DICTIONARY, NULL },
};

static bool
is(const struct sfs_lexer *lexer, const struct sfs_token *token, const char *word)
{
	return sfs_token_is(lexer->text, token, word);
}

static bool
is_name(const struct sfs_token *token)
{
	return token->type == SFS_TOKEN_WORD || token->type == SFS_TOKEN_QUOTED;
}

const char *
sfs_hint_name(const struct sfs_lexer *lexer, const struct sfs_token *token, struct sfs_arena *arena)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	sfs_unquote_name(&name, lexer->dialect, lexer->text + token->offset, token->len);
	return sfs_arena_strdup(arena, sfs_str_text(&name));
}

/* Reads on to the row of the first word that names a kind; NULL when the statement makes none. */
static const struct made *
read_kind(struct sfs_lexer *lexer)
{
	struct sfs_token token;

	while (sfs_lexer_word(lexer, &token) && token.type == SFS_TOKEN_WORD) {
		for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
			struct sfs_lexer ahead = *lexer;

			if (!is(lexer, &token, made[i].word)) {
				continue;
			}
			if (made[i].after) {
				if (!sfs_lexer_word(&ahead, &token) ||
					!is(lexer, &token, made[i].after)) {
					return NULL;
				}
				*lexer = ahead;
			}
			return &made[i];
		}
	}
	return NULL;
}

/* Reads [IF NOT EXISTS] [namespace.]name; false when there is no name. */
static bool
read_name(struct sfs_lexer *lexer, struct sfs_arena *arena, const char **namespace,
	const char **ret_name)
{
	static const char *const skipped[] = { "IF", "NOT", "EXISTS", "CONCURRENTLY", "ONLY" };
	struct sfs_token token;
	bool skip = true;

	while (skip) {
		if (!sfs_lexer_word(lexer, &token)) {
			return false;
		}
		skip = false;
		for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++) {
			skip = skip || is(lexer, &token, skipped[i]);
		}
	}
	/* CREATE INDEX ON t: the server finds a name. */
	if (!is_name(&token) || is(lexer, &token, "ON")) {
		return false;
	}
	*ret_name = sfs_hint_name(lexer, &token, arena);

	struct sfs_lexer ahead = *lexer;
	if (sfs_lexer_word(&ahead, &token) && is(lexer, &token, ".") &&
		sfs_lexer_word(&ahead, &token) && is_name(&token)) {
		*namespace = *ret_name;
		*ret_name = sfs_hint_name(lexer, &token, arena);
		*lexer = ahead;
	}
	return true;
}

/* Looks for the word that the table's name stands behind. */
static bool
read_relation(
	struct sfs_lexer lexer, const char *word, struct sfs_arena *arena, struct sfs_identity *id)
{
	struct sfs_token token;
	unsigned depth = 0;

	while (sfs_lexer_word(&lexer, &token)) {
		depth += is(&lexer, &token, "(");
		depth -= depth && is(&lexer, &token, ")");
		if (!depth && is(&lexer, &token, word)) {
			return read_name(&lexer, arena, &id->namespace, &id->relation);
		}
	}
	return false;
}

/* ALTER TABLE [ONLY] t ADD CONSTRAINT c */
static bool
read_added_constraint(struct sfs_lexer *lexer, struct sfs_arena *arena, struct sfs_identity *id)
{
	static const char *const words[] = { "ADD", "CONSTRAINT" };
	struct sfs_token token;

	if (!sfs_lexer_word(lexer, &token) || !is(lexer, &token, "TABLE") ||
		!read_name(lexer, arena, &id->namespace, &id->relation)) {
		return false;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!sfs_lexer_word(lexer, &token) || !is(lexer, &token, words[i])) {
			return false;
		}
	}
	if (!sfs_lexer_word(lexer, &token) || !is_name(&token)) {
		return false;
	}
	id->kind = SFS_CONSTRAINT;
	id->name = sfs_hint_name(lexer, &token, arena);
	return true;
}

/* What stands in the parentheses: CREATE TYPE t AS [ENUM] (...), CREATE TABLE, CREATE DOMAIN. */
static void
read_parts(struct sfs_lexer lexer, struct sfs_hint_target *target)
{
	struct sfs_token token;

	switch ((int)target->id.kind) {
	case SFS_TABLE:
	case SFS_FOREIGN_TABLE:
		target->part = SFS_COLUMN;
		target->named_part = SFS_CONSTRAINT;
		break;
	case SFS_DOMAIN:
		target->named_part = SFS_DOMAIN_CONSTRAINT;
		break;
	case SFS_TYPE:
		if (sfs_lexer_word(&lexer, &token) && is(&lexer, &token, "AS") &&
			sfs_lexer_word(&lexer, &token)) {
			target->labels = is(&lexer, &token, "ENUM");
			target->part =
				is(&lexer, &token, "(") ? SFS_TYPE_ATTRIBUTE : SFS_KIND_COUNT;
		}
		break;
	default:
		break;
	}
}

static bool
read_created(struct sfs_lexer *lexer, struct sfs_arena *arena, struct sfs_hint_target *target)
{
	const struct made *row = read_kind(lexer);
	struct sfs_identity *id = &target->id;

	if (!row || !read_name(lexer, arena, &id->namespace, &id->name)) {
		return false;
	}
	id->kind = row->kind;
	switch (sfs_kind_info(row->kind)->level) {
	case SFS_LEVEL_SELF:
		id->namespace = id->name;
		break;
	case SFS_LEVEL_DATABASE:
		id->namespace = NULL;
		break;
	case SFS_LEVEL_NAMESPACE:
	case SFS_LEVEL_RELATION:
	case SFS_LEVEL_PART:
		break;
	}
	read_parts(*lexer, target);
	return !row->relation || read_relation(*lexer, row->relation, arena, id);
}

void
sfs_hint_target_read(struct sfs_lexer *lexer, const char *default_namespace,
	struct sfs_arena *arena, struct sfs_hint_target *ret_target)
{
	struct sfs_token token;
	bool found = false;

	*ret_target = (struct sfs_hint_target){
		.id = { .kind = SFS_KIND_COUNT, .namespace = default_namespace },
		.part = SFS_KIND_COUNT,
		.named_part = SFS_KIND_COUNT,
	};
	if (sfs_lexer_word(lexer, &token)) {
		found = is(lexer, &token, "CREATE") ? read_created(lexer, arena, ret_target)
			: is(lexer, &token, "ALTER")
				? read_added_constraint(lexer, arena, &ret_target->id)
				: false;
	}
	if (!found) {
		ret_target->id.kind = SFS_KIND_COUNT;
	}
}
