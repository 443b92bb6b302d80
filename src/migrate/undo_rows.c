// SPDX-License-Identifier: MIT
/* Statements of a migration that changed rows: no plan brings those back. */
#include <string.h>
#include <strings.h>

#include "migrate/undo.h"
#include "migrate/words.h"
#include "sql/quote.h"

/* What changes rows, or may: where the table's name stands behind it, if it is named. */
static const struct {
	const char *word;
	int table;   /* how many words behind; 0: not said */
	bool inside; /* also in the middle of a statement: WITH ... INSERT, the body of a DO */
} writers[] = {
	{ "INSERT", 2, true },
	{ "REPLACE", 2, false },
	{ "UPDATE", 1, true },
	{ "DELETE", 2, true },
	{ "MERGE", 2, true },
	{ "TRUNCATE", 1, true },
	{ "COPY", 1, false },
	{ "CALL", 0, true },
	{ "EXECUTE", 0, true },
	{ "SELECT", 0, false },
	{ "VALUES", 0, false },
};

/* A table that the migration itself took away again is the scaffold of a rebuild. */
static bool
is_left(const struct sfs_undo *undo, const struct sfs_words *words, size_t at)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	at += sfs_words_are(words, at, "ONLY");
	at += sfs_words_are(words, at + 1, ".") ? 2 : 0;
	if (!sfs_words_name(words, at)) {
		return true;
	}
	sfs_words_add_name(words, at, &name);
	sfs_vec_foreach (object, &undo->after->objects) {
		if ((*object)->id.kind == SFS_TABLE &&
			strcasecmp((*object)->id.name, sfs_str_text(&name)) == 0) {
			return true;
		}
	}
	return false;
}

/* What a DO runs, as tokens of its own. */
static void
cut_body(const struct sfs_words *words, struct sfs_str *body, struct sfs_words *ret_body)
{
	sfs_vec_foreach (token, &words->tokens) {
		if (token->type == SFS_TOKEN_STRING && !body->len) {
			int r = sfs_unquote_literal(
				body, words->dialect, words->text + token->offset, token->len);

			(void)r; /* what is no literal has no body */
		}
	}
	sfs_words_cut(ret_body, words->dialect, sfs_str_text(body));
}

static bool
writes(const struct sfs_undo *undo, const struct sfs_words *words, bool body)
{
	for (size_t at = 0; at < words->tokens.len; at++) {
		bool quoted = words->tokens.items[at].type != SFS_TOKEN_WORD;
		/* FOR UPDATE, ON UPDATE, DO UPDATE: no statement begins there. */
		bool clause = at && (sfs_words_are(words, at - 1, "FOR") ||
					    sfs_words_are(words, at - 1, "ON") ||
					    sfs_words_are(words, at - 1, "DO"));

		for (size_t i = 0; !quoted && !clause && i < sizeof writers / sizeof *writers;
			i++) {
			if (sfs_words_are(words, at, writers[i].word) &&
				(at == 0 || writers[i].inside) &&
				(!writers[i].table || body ||
					is_left(undo, words, at + (size_t)writers[i].table))) {
				return true;
			}
		}
	}
	return false;
}

static bool
changes_rows(const struct sfs_undo *undo, const struct sfs_words *words)
{
	struct sfs_words body sfs_auto(words) = { 0 };
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	/* Definitions of functions, triggers and rules hold statements that are not run. */
	if (sfs_words_are(words, 0, "CREATE") || sfs_words_are(words, 0, "ALTER") ||
		sfs_words_are(words, 0, "DROP") || sfs_words_are(words, 0, "COMMENT") ||
		sfs_words_are(words, 0, "GRANT") || sfs_words_are(words, 0, "REVOKE")) {
		return false;
	}
	if (sfs_words_are(words, 0, "DO")) {
		cut_body(words, &text, &body);
		return writes(undo, &body, true);
	}
	return writes(undo, words, false);
}

/* The first line of a statement, for a message. */
static const char *
shown(struct sfs_arena *arena, const char *text)
{
	enum { SHOWN = 100 };
	size_t len = strcspn(text, "\r\n");

	return len > SHOWN
		       ? sfs_arena_printf(arena, "%.*s ...", SHOWN, text)
		       : sfs_arena_printf(arena, "%.*s%s", (int)len, text, text[len] ? " ..." : "");
}

static unsigned
line_of(const char *text, size_t offset)
{
	unsigned line = 1;

	for (size_t i = 0; i < offset; i++) {
		line += text[i] == '\n';
	}
	return line;
}

void
sfs_undo_rows(const struct sfs_history *history, size_t at, struct sfs_undo *undo)
{
	size_t first = history->ends.items[at], end = history->ends.items[at + 1];

	for (size_t i = first; i < end; i++) {
		const struct sfs_replay_step *step = &history->steps.items[i];
		struct sfs_words words sfs_auto(words) = { 0 };
		char *sql sfs_auto(free) =
			sfs_strndup(step->source->text + step->offset, step->len);

		sfs_words_cut(&words, history->driver->dialect, sql);
		if (changes_rows(undo, &words)) {
			sfs_vec_push(&undo->impossible,
				sfs_arena_printf(undo->arena, "%s.sql:%u: %s", undo->tag,
					line_of(step->source->text, step->offset),
					shown(undo->arena, sql)));
		}
	}
}
