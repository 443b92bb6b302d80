// SPDX-License-Identifier: MIT
/* Names in a text under which what they stand for goes on the other side of renames. */
#include <string.h>

#include "diff/compare.h"
#include "sql/quote.h"

/* What the name is called on the other side; false: it is the same there. */
static bool
find_other_name(const struct sfs_renames *renames, const char *namespace, const char *name,
	bool back, const struct sfs_identity **ret_other)
{
	*ret_other = NULL;
	sfs_vec_foreach (rename, renames) {
		const struct sfs_identity *here = back ? &rename->to : &rename->from;

		if (rename->done || rename->to_label || here->relation) {
			continue;
		}
		if (sfs_streq(here->namespace, namespace) && sfs_streq(here->name, name)) {
			*ret_other = back ? &rename->from : &rename->to;
			return true;
		}
		if (here->kind == SFS_NAMESPACE && sfs_streq(here->name, namespace)) {
			*ret_other = back ? &rename->from : &rename->to;
		}
	}
	return *ret_other != NULL;
}

static bool
read_qualified(struct sfs_lexer *lexer, const struct sfs_token *first, struct sfs_str *namespace,
	struct sfs_str *name)
{
	struct sfs_token token;

	sfs_unquote_token(namespace, lexer, first);
	if (!sfs_lexer_word(lexer, &token) || !sfs_token_is(lexer->text, &token, ".") ||
		!sfs_lexer_word(lexer, &token)) {
		return false;
	}
	sfs_unquote_token(name, lexer, &token);
	return token.type == SFS_TOKEN_WORD || token.type == SFS_TOKEN_QUOTED;
}

void
sfs_renames_rewrite(enum sfs_dialect dialect, const char *text, const struct sfs_renames *renames,
	bool back, struct sfs_str *out)
{
	struct sfs_str namespace sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, dialect, text, strlen(text));
	while (sfs_lexer_next(&lexer, &token)) {
		bool named = token.type == SFS_TOKEN_WORD || token.type == SFS_TOKEN_QUOTED;
		struct sfs_lexer ahead = lexer;
		const struct sfs_identity *other;

		if (named && read_qualified(&ahead, &token, &namespace, &name) &&
			find_other_name(renames, sfs_str_text(&namespace), sfs_str_text(&name),
				back, &other)) {
			sfs_quote_qualified(out, dialect, other->namespace,
				other->kind == SFS_NAMESPACE ? sfs_str_text(&name) : other->name);
			lexer = ahead;
		} else {
			sfs_str_addn(out, text + token.offset, token.len);
		}
	}
}

/* ---- identities that are made of others' names ---- */

static bool
is_made_of_names(enum sfs_kind kind)
{
	return kind == SFS_CAST || kind == SFS_TRANSFORM || kind == SFS_USER_MAPPING;
}

/* The server of "role@server" and the language of "type LANGUAGE name" stand last, and in no namespace. */
static void
rewrite_last(enum sfs_dialect dialect, struct sfs_str *name, const struct sfs_renames *renames,
	bool back)
{
	struct sfs_str last sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	struct sfs_token token, end = { 0 };

	sfs_lexer_init(&lexer, dialect, name->text, name->len);
	while (sfs_lexer_word(&lexer, &token)) {
		end = token;
	}
	sfs_unquote_token(&last, &lexer, &end);
	sfs_vec_foreach (rename, renames) {
		const struct sfs_identity *here = back ? &rename->to : &rename->from;
		bool fits = here->kind == SFS_SERVER || here->kind == SFS_LANGUAGE;

		if (fits && !rename->done && sfs_streq(here->name, sfs_str_text(&last))) {
			sfs_str_truncate(name, end.offset);
			sfs_quote_name(name, dialect, back ? rename->from.name : rename->to.name);
			return;
		}
	}
}

/* The column that goes by the name on the other side of renames; NULL: it has no other name there. */
static const char *
other_column(const struct sfs_identity *part, const char *name, const struct sfs_renames *renames,
	bool back)
{
	sfs_vec_foreach (rename, renames) {
		const struct sfs_identity *here = back ? &rename->to : &rename->from;

		if (here->kind == SFS_COLUMN && !rename->done &&
			sfs_same_name(SFS_SQLITE, rename->from.relation, part->relation) &&
			sfs_same_name(SFS_SQLITE, here->name, name)) {
			return back ? rename->from.name : rename->to.name;
		}
	}
	return NULL;
}

/* What has no name of its own in SQLite goes by its text, "UNIQUE (a, b)": columns stand in the parentheses. */
static const char *
rewrite_columns(const struct sfs_identity *part, const struct sfs_renames *renames, bool back,
	struct sfs_arena *arena)
{
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool inside = false, any = false;

	sfs_lexer_init(&lexer, SFS_SQLITE, part->name, strlen(part->name));
	while (sfs_lexer_next(&lexer, &token)) {
		bool named = token.type == SFS_TOKEN_WORD || token.type == SFS_TOKEN_QUOTED;
		const char *other = NULL;

		inside = inside || sfs_token_is(lexer.text, &token, "(");
		if (named && inside) {
			sfs_unquote_token(&name, &lexer, &token);
			other = other_column(part, sfs_str_text(&name), renames, back);
		}
		if (other) {
			sfs_str_truncate(&name, 0);
			sfs_str_add(&name, other);
			sfs_str_lower(&name, 0);
			sfs_quote_name(&out, SFS_SQLITE, sfs_str_text(&name));
			any = true;
		} else {
			sfs_str_addn(&out, lexer.text + token.offset, token.len);
		}
	}
	return any ? sfs_arena_strdup(arena, sfs_str_text(&out)) : part->name;
}

/* `text` itself when it stays the same. */
static const char *
rewritten(enum sfs_dialect dialect, const char *text, const struct sfs_renames *renames, bool back,
	bool last, struct sfs_arena *arena)
{
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	if (!text || !*text) {
		return text;
	}
	sfs_renames_rewrite(dialect, text, renames, back, &out);
	if (last) {
		rewrite_last(dialect, &out, renames, back);
	}
	return strcmp(sfs_str_text(&out), text) == 0 ? text
						     : sfs_arena_strdup(arena, sfs_str_text(&out));
}

struct sfs_identity
sfs_identity_rewrite(enum sfs_dialect dialect, const struct sfs_identity *id,
	const struct sfs_renames *renames, bool back, struct sfs_arena *arena)
{
	struct sfs_identity other = *id;

	if (renames && renames->len) {
		other.signature = rewritten(dialect, id->signature, renames, back, false, arena);
		if (is_made_of_names(id->kind)) {
			other.name = rewritten(dialect, id->name, renames, back, true, arena);
		} else if (dialect == SFS_SQLITE && id->kind == SFS_CONSTRAINT) {
			other.name = rewrite_columns(id, renames, back, arena);
		}
	}
	return other;
}
